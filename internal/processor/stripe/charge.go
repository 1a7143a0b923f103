package stripe

import (
	stripego "github.com/stripe/stripe-go/v84"

	"github.com/paywicket/paywicket/internal/processor"
)

// describe adds what the issuer said of an approval.
func describe(o *processor.Outcome, charge *stripego.Charge, currency string) {
	if charge == nil {
		return
	}
	if o.Captured > 0 {
		o.Refunded = fromStripe(charge.AmountRefunded, currency)
	}
	details := charge.PaymentMethodDetails
	if details == nil || details.Card == nil {
		return
	}
	card := details.Card
	o.ApprovalCode, o.SchemeReference = atMost(6, card.AuthorizationCode), atMost(64, card.NetworkTransactionID)
	if checks := card.Checks; checks != nil {
		o.CVVResult = cvvLetters[string(checks.CVCCheck)]
		o.AVS = avsLetter(string(checks.AddressLine1Check), string(checks.AddressPostalCodeCheck))
	}
	if secure := card.ThreeDSecure; secure != nil {
		switch secure.AuthenticationFlow {
		case "challenge":
			o.Authentication = processor.Challenged
		case "frictionless":
			o.Authentication = processor.Frictionless
		}
		o.ECI = atMost(2, string(secure.ElectronicCommerceIndicator))
	}
}

func atMost(length int, code string) string {
	if len(code) > length {
		return ""
	}
	return code
}

// cvvLetters are the schemes' letters for Stripe's words.
var cvvLetters = map[string]string{"pass": "M", "fail": "N", "unavailable": "U", "unchecked": "P"}

// avsLetter is the letter that Visa has for a street and a postal code that match or not.
func avsLetter(street, postal string) string {
	switch {
	case street == "pass" && postal == "pass":
		return "Y"
	case street == "pass":
		return "A"
	case postal == "pass":
		return "Z"
	case street == "fail" || postal == "fail":
		return "N"
	}
	return "U"
}

// declineCodes are Stripe's reasons in ours (docs.stripe.com/declines/codes).
var declineCodes = map[stripego.DeclineCode]processor.DeclineCode{
	"do_not_honor": processor.DoNotHonor, "insufficient_funds": processor.InsufficientFunds, "expired_card": processor.ExpiredCard,
	"incorrect_cvc": processor.IncorrectCVV, "invalid_cvc": processor.IncorrectCVV, "incorrect_number": processor.InvalidAccount, "invalid_number": processor.InvalidAccount,
	"invalid_account": processor.InvalidAccount, "new_account_information_available": processor.InvalidAccount, "lost_card": processor.LostCard, "stolen_card": processor.StolenCard,
	"pickup_card": processor.PickUpCard, "restricted_card": processor.RestrictedCard, "card_velocity_exceeded": processor.LimitExceeded,
	"withdrawal_count_limit_exceeded": processor.LimitExceeded, "card_not_supported": processor.NotPermitted, "transaction_not_allowed": processor.NotPermitted,
	"service_not_allowed": processor.NotPermitted, "currency_not_supported": processor.NotPermitted, "fraudulent": processor.SuspectedFraud, "merchant_blacklist": processor.SuspectedFraud,
	"security_violation": processor.SuspectedFraud, "issuer_not_available": processor.IssuerUnavailable, "processing_error": processor.ProcessingError,
	"reenter_transaction": processor.ProcessingError, "try_again_later": processor.ProcessingError, "authentication_required": processor.AuthenticationNeeded,
	"authentication_not_handled": processor.AuthenticationFailed, "call_issuer": processor.GenericDecline, "generic_decline": processor.GenericDecline,
	// Not to be asked for again, or charged a moment ago: no other processor may be asked.
	"revocation_of_authorization": processor.NotPermitted, "revocation_of_all_authorizations": processor.NotPermitted, "stop_payment_order": processor.NotPermitted,
	"do_not_try_again": processor.NotPermitted, "not_permitted": processor.NotPermitted, "duplicate_transaction": processor.NotPermitted,
}

// errorCodes are those that come without a decline code.
var errorCodes = map[stripego.ErrorCode]processor.DeclineCode{
	"payment_intent_authentication_failure": processor.AuthenticationFailed, "authentication_required": processor.AuthenticationNeeded,
	"expired_card": processor.ExpiredCard, "incorrect_cvc": processor.IncorrectCVV, "incorrect_number": processor.InvalidAccount, "processing_error": processor.ProcessingError,
}

func declineCode(e *stripego.Error) processor.DeclineCode {
	if e == nil {
		return processor.AuthenticationFailed // the shopper's authentication ended without a word
	}
	if code, ok := declineCodes[e.DeclineCode]; ok {
		return code
	}
	if code, ok := errorCodes[e.Code]; ok {
		return code
	}
	return processor.GenericDecline
}
