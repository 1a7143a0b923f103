package page

import (
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/processor"
)

// reasons are the keys of the words that tell a shopper of a decline, where its code says
// more than the advice does. Lost and stolen cards have none: see payment.AdviceFor.
var reasons = map[processor.DeclineCode]string{
	processor.InsufficientFunds:    "declinedFunds",
	processor.LimitExceeded:        "declinedLimit",
	processor.ExpiredCard:          "declinedExpired",
	processor.IncorrectCVV:         "declinedCVV",
	processor.AuthenticationNeeded: "declinedAuthentication",
	processor.AuthenticationFailed: "declinedAuthentication",
}

// reasonOf gives the key, in the group checkout, of the words that tell of a decline.
func reasonOf(code processor.DeclineCode) string {
	if key, ok := reasons[code]; ok {
		return key
	}
	switch payment.AdviceFor(code).Kind {
	case payment.CheckDetails:
		return "declinedDetails"
	case payment.TryAgain:
		return "declinedRetry"
	case payment.CallBank:
		return "declinedCall"
	}
	return "declinedOther"
}
