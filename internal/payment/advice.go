package payment

import "github.com/paywicket/paywicket/internal/processor"

// AdviceKind groups decline codes by what a shopper can do next.
type AdviceKind string

// What a shopper can do after a decline.
const (
	TryAgain     AdviceKind = "try_again"
	AnotherCard  AdviceKind = "another_card"
	CallBank     AdviceKind = "call_bank"
	CheckDetails AdviceKind = "check_details"
)

// Advice is what a shopper is told after a decline.
type Advice struct {
	Kind    AdviceKind
	Message string // a kind sentence, safe to show
}

// advice says what helps. Lost, stolen, picked-up and suspected cards get the
// same words as a plain refusal: whoever holds such a card learns nothing.
var advice = map[processor.DeclineCode]Advice{
	processor.DoNotHonor:           {CallBank, "Your bank declined this payment without saying why. Your bank can tell you more, or you can use another card."},
	processor.InsufficientFunds:    {AnotherCard, "There is not enough money available on this card. Try another card."},
	processor.ExpiredCard:          {AnotherCard, "This card has expired. Try another card."},
	processor.IncorrectCVV:         {CheckDetails, "The security code does not match this card. Check it and try again."},
	processor.InvalidAccount:       {CheckDetails, "The bank does not know this card number. Check it, or try another card."},
	processor.RestrictedCard:       {AnotherCard, "This card cannot be used for this payment. Try another card."},
	processor.LimitExceeded:        {AnotherCard, "This payment is over the card's limit. Try another card."},
	processor.NotPermitted:         {AnotherCard, "This card cannot be used for this kind of payment. Try another card."},
	processor.IssuerUnavailable:    {TryAgain, "Your bank cannot be reached right now. Try again in a minute."},
	processor.ProcessingError:      {TryAgain, "Something went wrong on the way to your bank. You were not charged; try again."},
	processor.AuthenticationNeeded: {TryAgain, "Your bank wants to check that it is you. Try again."},
	processor.AuthenticationFailed: {TryAgain, "Your bank could not confirm that it is you. Try again, or use another card."},
	processor.LostCard:             refused,
	processor.StolenCard:           refused,
	processor.PickUpCard:           refused,
	processor.SuspectedFraud:       refused,
	processor.GenericDecline:       refused,
}

var refused = Advice{AnotherCard, "Your bank declined this payment. Try another card."}

// AdviceFor gives the advice for a decline code.
func AdviceFor(code processor.DeclineCode) Advice {
	if a, ok := advice[code]; ok {
		return a
	}
	return refused
}
