package processor

// DeclineCode is why an issuer or a processor said no, in one vocabulary for all
// processors.
type DeclineCode string

// The decline codes, with the scheme response codes (ISO 8583, data element 39)
// that usually stand behind them.
const (
	DoNotHonor           DeclineCode = "do_not_honor"              // 05
	InsufficientFunds    DeclineCode = "insufficient_funds"        // 51
	ExpiredCard          DeclineCode = "expired_card"              // 54
	IncorrectCVV         DeclineCode = "incorrect_cvv"             // N7, 82
	InvalidAccount       DeclineCode = "invalid_account"           // 14
	LostCard             DeclineCode = "lost_card"                 // 41
	StolenCard           DeclineCode = "stolen_card"               // 43
	PickUpCard           DeclineCode = "pick_up_card"              // 04
	RestrictedCard       DeclineCode = "restricted_card"           // 62
	LimitExceeded        DeclineCode = "limit_exceeded"            // 61, 65
	NotPermitted         DeclineCode = "transaction_not_permitted" // 57
	SuspectedFraud       DeclineCode = "suspected_fraud"           // 59
	IssuerUnavailable    DeclineCode = "issuer_unavailable"        // 91
	ProcessingError      DeclineCode = "processing_error"          // 96
	AuthenticationNeeded DeclineCode = "authentication_required"   // 1A, 65 (SCA)
	AuthenticationFailed DeclineCode = "authentication_failed"     // the shopper failed or left the challenge
	GenericDecline       DeclineCode = "generic_decline"           // anything else
)

// Final tells whether a decline is for good: the schemes forbid asking again (Visa's first
// category: 04, 14, 41, 43, 57), or nothing about the card can change.
func (c DeclineCode) Final() bool {
	switch c {
	case LostCard, StolenCard, PickUpCard, InvalidAccount, NotPermitted, ExpiredCard:
		return true
	}
	return false
}

// DeclineCodes lists them all, for tables that must be complete.
var DeclineCodes = []DeclineCode{
	DoNotHonor, InsufficientFunds, ExpiredCard, IncorrectCVV, InvalidAccount, LostCard, StolenCard,
	PickUpCard, RestrictedCard, LimitExceeded, NotPermitted, SuspectedFraud, IssuerUnavailable,
	ProcessingError, AuthenticationNeeded, AuthenticationFailed, GenericDecline,
}
