package flexcharge

import (
	"github.com/paywicket/paywicket/internal/rescue"
)

// statusWords are what evaluate says of an order.
var statusWords = map[rescue.Status]string{
	rescue.StatusApproved:        "APPROVED",
	rescue.StatusCaptureRequired: "CAPTUREREQUIRED",
	rescue.StatusDeclined:        "DECLINED",
	rescue.StatusCancelled:       "DECLINED",
	rescue.StatusChallenge:       "CHALLENGE",
	rescue.StatusSubmitted:       "SUBMITTED",
	rescue.StatusProcessing:      "PROCESSING",
	rescue.StatusProblem:         "PROCESSING",
	rescue.StatusExpired:         "EXPIRED",
	rescue.StatusReturned:        "APPROVED", // it was, and /orders tells that it went back
}

// outcomeWord is what outcome says of an order: it knows what was cancelled.
func outcomeWord(s rescue.Status) string {
	if s == rescue.StatusCancelled {
		return "CANCELLED"
	}
	return statusWords[s]
}

// standing is how the lists of orders say where one stands.
type standing struct {
	code int
	name string
}

// standings are FlexCharge's statuses of orders, from its page "/orders": an order that
// cannot be rescued, or not in time, is cancelled there.
var standings = map[rescue.Status]standing{
	rescue.StatusChallenge:       {1, "ONHOLD"},
	rescue.StatusDeclined:        {2, "CANCELLED"},
	rescue.StatusCancelled:       {2, "CANCELLED"},
	rescue.StatusExpired:         {2, "CANCELLED"},
	rescue.StatusProblem:         {3, "PROBLEM"},
	rescue.StatusSubmitted:       {4, "PROCESSING"},
	rescue.StatusProcessing:      {4, "PROCESSING"},
	rescue.StatusCaptureRequired: {5, "CAPTUREREQUIRED"},
	rescue.StatusReturned:        {6, "RETURNED"},
	rescue.StatusApproved:        {7, "COMPLETED"},
}

// told is the envelope of an order: its status, why it is so, and where its shopper can
// answer when they are asked.
func told(v rescue.View, word string) Envelope {
	out := succeeded(&word)
	out.Result = orNull(success)
	if v.Reason != "" {
		out.CustomProperties["reason"] = v.Reason
	}
	if v.Status() == rescue.StatusChallenge {
		out.CustomProperties["challengeUrl"] = v.Challenge
	}
	return out
}
