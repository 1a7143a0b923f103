package sandbox

import (
	"strings"
	"time"

	"github.com/paywicket/paywicket/internal/card"
	"github.com/paywicket/paywicket/internal/processor"
)

// Behaviour is what the sandbox does with an authorization. The zero value
// approves at once.
type Behaviour struct {
	Challenge    bool                  // the issuer asks the shopper first (3-D Secure)
	Frictionless bool                  // the issuer is sure without asking (3-D Secure)
	Unasked      bool                  // and asks nothing even when it is to see the shopper
	Decline      processor.DeclineCode // why it says no, after the challenge if there is one
	CVVResult    string                // what the check of a CVV gives; empty for M, a match
	Delay        time.Duration         // how long the answer takes
	Silent       bool                  // decides, and never answers
}

// TestCard is a card number that makes the sandbox behave in a certain way. Every
// one is reserved for testing, published by a processor for about this purpose,
// and nobody's card.
type TestCard struct {
	Number    string // digits only
	Brand     card.Brand
	Purpose   string // what happens, for people
	Behaviour Behaviour
}

// Display is the number in the groups it is printed in on a card.
func (t TestCard) Display() string {
	rest, groups := t.Number, []string(nil)
	if len(rest) == 14 || len(rest) == 15 { // Diners Club and American Express
		groups, rest = append(groups, rest[:4], rest[4:10]), rest[10:]
	}
	for len(rest) > 5 {
		groups, rest = append(groups, rest[:4]), rest[4:]
	}
	return strings.Join(append(groups, rest), " ")
}

// slowness is how long the slow card takes: more than people like, less than a
// checkout's patience.
const slowness = 5 * time.Second

// TestCards are the cards that do something of their own, the useful ones first.
// Moods are more of them;
// every other number with a right check digit is approved.
var TestCards = []TestCard{
	{"4111111111111111", card.Visa, "Approved", Behaviour{}},
	{"5555555555554444", card.Mastercard, "Approved", Behaviour{}},
	{"378282246310005", card.Amex, "Approved; its security code has four digits", Behaviour{}},
	{"5061460410120223210", card.Verve, "Approved; its number has nineteen digits", Behaviour{}},
	{"4000002500001001", card.Visa, "Approved; it is a card of Cartes Bancaires and of Visa", Behaviour{}},
	{"5555552500001001", card.Mastercard, "Approved; it is a card of Cartes Bancaires and of Mastercard", Behaviour{}},
	{"4000000000000101", card.Visa, "Approved, though the security code does not match", Behaviour{CVVResult: "N"}},

	{"4000000000003055", card.Visa, "3-D Secure without a question, then approved", Behaviour{Frictionless: true}},
	{"5200828282828210", card.Mastercard, "3-D Secure without a question, then approved", Behaviour{Frictionless: true}},
	{"4000002760003184", card.Visa, "3-D Secure, then approved", Behaviour{Challenge: true}},
	{"4000002500003155", card.Visa, "3-D Secure, then approved", Behaviour{Challenge: true}},
	{"5438898014560229", card.Mastercard, "3-D Secure, then approved", Behaviour{Challenge: true}},
	{"4187427415564246", card.Visa, "3-D Secure, then approved", Behaviour{Challenge: true}},
	{"5531886652142950", card.Mastercard, "3-D Secure, or by Flutterwave's API the PIN 3310 and the code 12345, then approved", Behaviour{Challenge: true}},
	{"4556052704172643", card.Visa, "Approved; by Flutterwave's API it wants a billing address first", Behaviour{}},
	{"4751763236699647", card.Visa, "Approved without authentication", Behaviour{}},
	{"5377283645077450", card.Mastercard, "Approved; it is for holding an amount and capturing it later", Behaviour{}},
	{"4000008260003178", card.Visa, "3-D Secure, then declined: insufficient_funds", challenged(processor.InsufficientFunds)},
	{"4000008400001629", card.Visa, "3-D Secure, then declined: do_not_honor", challenged(processor.DoNotHonor)},
	declined("4000008400001280", card.Visa, processor.AuthenticationFailed),
	declined("4000130000001724", card.Visa, processor.AuthenticationNeeded),

	declined("4000000000000002", card.Visa, processor.GenericDecline),
	declined("4000300011112220", card.Visa, processor.DoNotHonor),
	declined("4000000000009995", card.Visa, processor.InsufficientFunds),
	declined("4000000000009987", card.Visa, processor.LostCard),
	declined("4000000000009979", card.Visa, processor.StolenCard),
	declined("4000160000004147", card.Visa, processor.PickUpCard),
	declined("4000000000000069", card.Visa, processor.ExpiredCard),
	declined("4000000000000127", card.Visa, processor.IncorrectCVV),
	declined("4000014423759144", card.Visa, processor.InvalidAccount),
	declined("4000018128021809", card.Visa, processor.RestrictedCard),
	declined("4000000000006975", card.Visa, processor.LimitExceeded),
	declined("4957030420210462", card.Visa, processor.NotPermitted),
	declined("4100000000000019", card.Visa, processor.SuspectedFraud),
	declined("4009830000001985", card.Visa, processor.IssuerUnavailable),
	declined("4000000000000119", card.Visa, processor.ProcessingError),
	declined("5143010522339965", card.Mastercard, processor.DoNotHonor),
	declined("5258585922666506", card.Mastercard, processor.InsufficientFunds),
	declined("5590131743294314", card.Mastercard, processor.SuspectedFraud),
	declined("5551658157653822", card.Mastercard, processor.NotPermitted),

	{"4000000000009235", card.Visa, "Approved after five seconds", Behaviour{Delay: slowness}},
	{"5135020000005871", card.Mastercard, "Approved, but the answer gets lost: the checkout has to find out", Behaviour{Silent: true}},
}

func declined(number string, brand card.Brand, code processor.DeclineCode) TestCard {
	return TestCard{number, brand, "Declined: " + string(code), Behaviour{Decline: code}}
}

func challenged(code processor.DeclineCode) Behaviour {
	return Behaviour{Challenge: true, Decline: code}
}

// byNumber finds a test card's behaviour without making text of the number: a
// conversion within the brackets of a map makes no copy.
var byNumber = func() map[string]Behaviour {
	all := make(map[string]Behaviour, len(TestCards))
	for _, t := range TestCards {
		all[t.Number] = t.Behaviour
	}
	return all
}()

// behaviour says what is to be done with a card and an amount. An amount decides
// over a card's decline and challenge, not over its delay or silence.
func behaviour(number []byte, minor int64) Behaviour {
	does := byNumber[string(number)]
	for _, a := range TestAmounts {
		if a.Minor == minor {
			does.Challenge, does.Decline = false, a.Decline
		}
	}
	return does
}
