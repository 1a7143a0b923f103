package rescue

import (
	"slices"
	"strings"
	"time"

	"github.com/paywicket/paywicket/internal/processor"
)

// Class is what may be done about a decline.
type Class string

// The classes.
const (
	Hard           Class = "hard"           // the scheme forbids asking again with this card
	Soft           Class = "soft"           // it may go through later, as it is
	Fraud          Class = "fraud"          // somebody takes it for fraud: asking again harms the merchant's standing
	Data           Class = "data"           // something that was sent must be put right first
	Authentication Class = "authentication" // the shopper must take part
)

// Classes lists them all, for tables that must be complete.
var Classes = []Class{Hard, Soft, Fraud, Data, Authentication}

// Retryable tells whether the same payment may be asked for again later, as it is and
// without the shopper.
func (c Class) Retryable() bool { return c == Soft || c == Fraud }

// Reason is why a payment was declined. Where package processor has a word for it, it is
// that word.
type Reason string

// The reasons, with the response codes of Visa and Mastercard (ISO 8583, data element 39)
// that stand for them.
const (
	// Hard: Visa's category 1, "issuer will never approve" (04 07 12 14 15 41 43 46 57 R0
	// R1 R3), and Mastercard's merchant advice codes 03 and 21. Code 14 is data quality to
	// some acquirers; the stricter reading stands.
	LostCard           = Reason(processor.LostCard)       // 41
	StolenCard         = Reason(processor.StolenCard)     // 43
	PickUpCard         = Reason(processor.PickUpCard)     // 04, 07, 33 to 38, 67
	InvalidAccount     = Reason(processor.InvalidAccount) // 14, 15, 46: no such account, or it was closed
	NotPermitted       = Reason(processor.NotPermitted)   // 57
	InvalidTransaction = Reason("invalid_transaction")    // 12
	RevokedAgreement   = Reason("revoked_agreement")      // R0, R1, R3, advice 21: the cardholder stopped recurring payments
	DoNotRetry         = Reason("do_not_retry")           // advice 03, and what a processor blocks for the schemes' sake

	// Soft: Visa's categories 2, "issuer cannot approve at this time", and 4, "generic".
	DoNotHonor        = Reason(processor.DoNotHonor)        // 05
	InsufficientFunds = Reason(processor.InsufficientFunds) // 51
	LimitExceeded     = Reason(processor.LimitExceeded)     // 61: too large an amount for the card's limit
	Velocity          = Reason("velocity")                  // 65: too many payments within a time
	RestrictedCard    = Reason(processor.RestrictedCard)    // 62, 93, 5C, 9G: blocked for this, by the issuer or the cardholder
	NotActivated      = Reason("not_activated")             // 78: the cardholder has not yet unblocked a new card
	IssuerUnavailable = Reason(processor.IssuerUnavailable) // 91, and an answer that did not come
	ProcessingError   = Reason(processor.ProcessingError)   // 96, 06, 19
	Generic           = Reason(processor.GenericDecline)    // anything else; 01, refer to issuer

	SuspectedFraud = Reason(processor.SuspectedFraud) // 59, 63, 83

	// Data: Visa's category 3, "data quality", and what acquirers refuse themselves.
	ExpiredCard         = Reason(processor.ExpiredCard)   // 54
	IncorrectExpiry     = Reason("incorrect_expiry")      // not the month on the card
	IncorrectCVV        = Reason(processor.IncorrectCVV)  // N7, 82
	IncorrectAddress    = Reason("incorrect_address")     // AVS, 6P: not the address or the name that the issuer has
	AccountUpdated      = Reason("account_updated")       // 79, advice 01: the card was replaced, its new details are to be had
	InvalidAmount       = Reason("invalid_amount")        // 13
	InvalidMerchant     = Reason("invalid_merchant")      // 03: the merchant's own account is not set up for this
	InvalidRequest      = Reason("invalid_request")       // 30: a field, a format, a currency
	CardTypeUnsupported = Reason("card_type_unsupported") // 31, 39, 52, 53: a kind of card or account that is not taken
	Duplicate           = Reason("duplicate")             // 94: it may have gone through before

	AuthenticationRequired = Reason(processor.AuthenticationNeeded) // 1A, and Mastercard's 65 in Europe
	AuthenticationFailed   = Reason(processor.AuthenticationFailed) // the shopper failed or left the challenge
	PINRequired            = Reason("pin_required")                 // 55, 70, 75, 86: cannot be given online
)

// classes says what class every reason is of.
var classes = map[Reason]Class{
	LostCard: Hard, StolenCard: Hard, PickUpCard: Hard, InvalidAccount: Hard, NotPermitted: Hard,
	InvalidTransaction: Hard, RevokedAgreement: Hard, DoNotRetry: Hard,
	DoNotHonor: Soft, InsufficientFunds: Soft, LimitExceeded: Soft, Velocity: Soft, RestrictedCard: Soft,
	NotActivated: Soft, IssuerUnavailable: Soft, ProcessingError: Soft, Generic: Soft,
	SuspectedFraud: Fraud,
	ExpiredCard:    Data, IncorrectExpiry: Data, IncorrectCVV: Data, IncorrectAddress: Data, AccountUpdated: Data,
	InvalidAmount: Data, InvalidMerchant: Data, InvalidRequest: Data, CardTypeUnsupported: Data, Duplicate: Data,
	AuthenticationRequired: Authentication, AuthenticationFailed: Authentication, PINRequired: Authentication,
}

// Reasons lists them all, for tables that must be complete.
var Reasons = []Reason{
	LostCard, StolenCard, PickUpCard, InvalidAccount, NotPermitted, InvalidTransaction, RevokedAgreement, DoNotRetry,
	DoNotHonor, InsufficientFunds, LimitExceeded, Velocity, RestrictedCard, NotActivated, IssuerUnavailable, ProcessingError, Generic,
	SuspectedFraud,
	ExpiredCard, IncorrectExpiry, IncorrectCVV, IncorrectAddress, AccountUpdated,
	InvalidAmount, InvalidMerchant, InvalidRequest, CardTypeUnsupported, Duplicate,
	AuthenticationRequired, AuthenticationFailed, PINRequired,
}

// Class gives what may be done about a decline of this reason. A word that is no reason is
// taken for a generic decline.
func (r Reason) Class() Class {
	if class, ok := classes[r]; ok {
		return class
	}
	return Soft
}

// Verdict is what a decline means.
type Verdict struct {
	Class   Class
	Reason  Reason
	Network string        // the scheme's response code (ISO 8583, data element 39); empty when it is not known
	Wait    time.Duration // how long the issuer wants to be left alone after the decline; zero when it does not say
	Known   bool          // whether the code or its words were understood
}

// FromDeclineCode gives what a decline means that one of our own gateways told of. A code
// that is not one of processor.DeclineCodes is a generic decline, and not known.
func FromDeclineCode(code processor.DeclineCode) Verdict {
	if slices.Contains(processor.DeclineCodes, code) {
		return meaning(Reason(code))
	}
	return unknown()
}

// FromOutcome gives what a decline of one of our own gateways means, with the scheme's code
// that it brought: our codes have no word for some of what the schemes forbid to try again,
// nor for what may have gone through before.
func FromOutcome(code processor.DeclineCode, network string) Verdict {
	v := FromDeclineCode(code)
	said := byScheme(strings.ToLower(network))
	if said.Known && (said.Class == Hard && v.Class != Hard || said.Reason == Duplicate) {
		v = said
	}
	v.Network = network
	return v
}

func meaning(r Reason) Verdict { return Verdict{Class: r.Class(), Reason: r, Known: true} }

func unknown() Verdict { return Verdict{Class: Soft, Reason: Generic} }
