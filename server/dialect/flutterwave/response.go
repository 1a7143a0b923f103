package flutterwave

import (
	"cmp"

	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/processor"
)

// approved is the processor's response to a charge that it approved.
const approved = "APPROVED"

// responses are the issuers' reasons in the words of Flutterwave's test cards and
// documentation.
var responses = map[processor.DeclineCode]string{
	processor.DoNotHonor: "Do Not Honour", processor.InsufficientFunds: "Insufficient Funds", processor.ExpiredCard: "Expired Card",
	processor.IncorrectCVV: "Incorrect CVV", processor.InvalidAccount: "Invalid Card Number", processor.LostCard: "Lost Card",
	processor.StolenCard: "Stolen Card", processor.PickUpCard: "Pick Up Card", processor.RestrictedCard: "Restricted Card",
	processor.LimitExceeded: "Limit Exceeded", processor.NotPermitted: "Invalid Transaction", processor.SuspectedFraud: "Fraudulent",
	processor.IssuerUnavailable: "Issuer or Switch Inoperative", processor.ProcessingError: "System Error",
	processor.AuthenticationNeeded: "Authentication Required", processor.AuthenticationFailed: "Authentication Failed",
}

// responseOf is what a payment's processor said.
func responseOf(p *payment.Payment) string {
	switch {
	case p == nil || p.State.Pending() || p.State == payment.Reversing:
		return "Pending validation"
	case p.State.Paid():
		return approved
	}
	return cmp.Or(responses[p.DeclineCode], "Declined")
}
