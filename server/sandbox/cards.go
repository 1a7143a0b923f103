package sandbox

import (
	"strings"
	"time"

	"github.com/paywicket/paywicket/internal/card"
	"github.com/paywicket/paywicket/internal/processor"
)

// TestCard is a card number that decides what the sandbox answers. All are numbers
// that are reserved for testing and widely documented.
type TestCard struct {
	Number  string // digits
	Brand   card.Brand
	Purpose string // what happens, for people

	decline   processor.DeclineCode
	challenge bool
	slow      time.Duration // thinks so long, then approves
	silent    bool          // approves, then never answers
}

// Display is the number as it is printed on a card.
func (t TestCard) Display() string {
	groups := []int{4, 4, 4, 4, 3}
	if t.Brand == card.Amex {
		groups = []int{4, 6, 5}
	}
	var parts []string
	rest := t.Number
	for _, n := range groups {
		n = min(n, len(rest))
		if n > 0 {
			parts = append(parts, rest[:n])
		}
		rest = rest[n:]
	}
	return strings.Join(parts, " ")
}

// slowness is how long the slow card takes: longer than people like, shorter than
// a checkout's patience.
const slowness = 5 * time.Second

// TestCards lists the cards. Every other number with a right check digit is approved.
var TestCards = []TestCard{
	{Number: "4111111111111111", Brand: card.Visa, Purpose: "Approved"},
	{Number: "5555555555554444", Brand: card.Mastercard, Purpose: "Approved"},
	{Number: "378282246310005", Brand: card.Amex, Purpose: "Approved; its security code has four digits"},
	{Number: "4000002760003184", Brand: card.Visa, Purpose: "3-D Secure: the issuer asks the shopper to confirm", challenge: true},
	{Number: "4000000000000002", Brand: card.Visa, Purpose: "Declined: generic_decline", decline: processor.GenericDecline},
	{Number: "4000000000009995", Brand: card.Visa, Purpose: "Declined: insufficient_funds", decline: processor.InsufficientFunds},
	{Number: "4000300011112220", Brand: card.Visa, Purpose: "Declined: do_not_honor", decline: processor.DoNotHonor},
	{Number: "4000000000000069", Brand: card.Visa, Purpose: "Declined: expired_card", decline: processor.ExpiredCard},
	{Number: "4000000000000127", Brand: card.Visa, Purpose: "Declined: incorrect_cvv", decline: processor.IncorrectCVV},
	{Number: "4000000000009987", Brand: card.Visa, Purpose: "Declined: lost_card", decline: processor.LostCard},
	{Number: "4000000000009979", Brand: card.Visa, Purpose: "Declined: stolen_card", decline: processor.StolenCard},
	{Number: "4000000000006975", Brand: card.Visa, Purpose: "Declined: limit_exceeded", decline: processor.LimitExceeded},
	{Number: "4000000000000119", Brand: card.Visa, Purpose: "Declined: processing_error", decline: processor.ProcessingError},
	{Number: "4100000000000019", Brand: card.Visa, Purpose: "Declined: suspected_fraud", decline: processor.SuspectedFraud},
	{Number: "5105105105105100", Brand: card.Mastercard, Purpose: "Declined: invalid_account", decline: processor.InvalidAccount},
	{Number: "5200828282828210", Brand: card.Mastercard, Purpose: "Declined: restricted_card", decline: processor.RestrictedCard},
	{Number: "2223003122003222", Brand: card.Mastercard, Purpose: "Declined: transaction_not_permitted", decline: processor.NotPermitted},
	{Number: "6011111111111117", Brand: card.Discover, Purpose: "Declined: pick_up_card", decline: processor.PickUpCard},
	{Number: "6011000990139424", Brand: card.Discover, Purpose: "Declined: issuer_unavailable", decline: processor.IssuerUnavailable},
	{Number: "3566002020360505", Brand: card.JCB, Purpose: "Declined: authentication_required", decline: processor.AuthenticationNeeded},
	{Number: "30569309025904", Brand: card.Diners, Purpose: "Approved after five seconds", slow: slowness},
	{Number: "4012888888881881", Brand: card.Visa, Purpose: "Approved, but the answer is lost: found out a few seconds later", silent: true},
}

// TestAmount is an amount that decides for every card that would be approved.
type TestAmount struct {
	Minor   int64
	Display string
	Purpose string

	decline processor.DeclineCode
}

// TestAmounts lists the amounts, in minor units of any currency.
var TestAmounts = []TestAmount{
	{5100, "5100", "Declined: insufficient_funds (code 51)", processor.InsufficientFunds},
	{500, "500", "Declined: do_not_honor (code 05)", processor.DoNotHonor},
	{9100, "9100", "Declined: issuer_unavailable (code 91)", processor.IssuerUnavailable},
	{6100, "6100", "Declined: limit_exceeded (code 61)", processor.LimitExceeded},
}

// networkCodes is the scheme's response code behind each decline (ISO 8583, data
// element 39).
var networkCodes = map[processor.DeclineCode]string{
	processor.DoNotHonor: "05", processor.InsufficientFunds: "51", processor.ExpiredCard: "54", processor.IncorrectCVV: "N7",
	processor.InvalidAccount: "14", processor.LostCard: "41", processor.StolenCard: "43", processor.PickUpCard: "04",
	processor.RestrictedCard: "62", processor.LimitExceeded: "61", processor.NotPermitted: "57", processor.SuspectedFraud: "59",
	processor.IssuerUnavailable: "91", processor.ProcessingError: "96", processor.AuthenticationNeeded: "1A",
	processor.AuthenticationFailed: "82", processor.GenericDecline: "05",
}

// behaviour finds what is to happen to a card, by its digits, and an amount.
func behaviour(number []byte, minor int64) TestCard {
	for _, c := range TestCards {
		if c.Number == string(number) {
			if c.decline == "" && !c.challenge {
				c.decline = declineOf(minor)
			}
			return c
		}
	}
	return TestCard{decline: declineOf(minor)}
}

func declineOf(minor int64) processor.DeclineCode {
	for _, a := range TestAmounts {
		if a.Minor == minor {
			return a.decline
		}
	}
	return ""
}
