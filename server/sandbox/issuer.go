package sandbox

import (
	"time"

	"github.com/paywicket/paywicket/internal/card"
	"github.com/paywicket/paywicket/internal/processor"
)

// Mood is an issuer that decides by a rule of its own, which no answer of it tells: a
// decline under it may become an approval when the same is asked in another way, at another
// time or by another processor. The rule looks at the request, at which processor asks, and
// at the clock, so that the same is always decided in the same way. It remembers nothing.
//
// Every number of sixteen digits that begins with moodBlock and has a right check digit
// obeys the rule that its two digits before the check digit name, if there is one; the five
// in between are free, so each rule has many cards. The BIN, 400555, is one whose numbers
// several processors publish for testing; those are outside the block.
type Mood struct {
	Number  string // one of its cards
	Purpose string // the rule, for people

	decide func(circumstances) processor.DeclineCode // why it says no; empty for yes
	// unasked is an issuer that is sure of the shopper without a question (3-D Secure)
	// when it is asked to see them.
	unasked bool
}

// moodBlock is what the numbers with a mood begin with.
const moodBlock = "40055599"

// Brand is the scheme of its cards.
func (m Mood) Brand() card.Brand { return card.Visa }

// Display is the number in the groups it is printed in on a card.
func (m Mood) Display() string { return TestCard{Number: m.Number}.Display() }

// circumstances is what an issuer with a mood looks at.
type circumstances struct {
	amount        int64
	descriptor    string
	avs           string // what the address check gave
	merchant      bool   // the merchant asks, under an agreement
	recurring     bool
	authenticated bool      // the issuer has seen the shopper, or is about to
	another       bool      // not the processor that most payments are asked at
	at            time.Time // by the issuer's clock
}

// home is where the issuer is. It keeps no summer time.
var home = time.FixedZone("UTC-5", -5*60*60)

// Moods are the rules. Hours are the issuer's own, UTC−5.
var Moods = []Mood{
	{Number: "4005559900000011", Purpose: "Declined: do_not_honor, unless a postal code is given (AVS Y or Z)", decide: unless(circumstances.postal, processor.DoNotHonor)},
	{Number: "4005559900000029", Purpose: "Declined: do_not_honor, unless street and postal code are given (AVS Y)", decide: unless(circumstances.address, processor.DoNotHonor)},
	{Number: "4005559900000037", Purpose: "Declined: do_not_honor by the first processor, approved by any other", decide: unless(circumstances.elsewhere, processor.DoNotHonor)},
	{Number: "4005559900000045", Purpose: "Declined: authentication_required, unless the shopper confirms by 3-D Secure; approved for the merchant under an agreement", decide: unless(circumstances.agreedOrSeen, processor.AuthenticationNeeded)},
	{Number: "4005559900000052", Purpose: "Declined: suspected_fraud, unless 3-D Secure is asked for, which passes without a question", decide: unless(circumstances.seen, processor.SuspectedFraud), unasked: true},
	{Number: "4005559900000060", Purpose: "Declined: insufficient_funds, but on pay days from 06:00: the 1st, the 15th and every Friday", decide: unless(circumstances.payday, processor.InsufficientFunds)},
	{Number: "4005559900000078", Purpose: "Declined: limit_exceeded, from noon until midnight", decide: unless(circumstances.morning, processor.LimitExceeded)},
	{Number: "4005559900000086", Purpose: "Declined: issuer_unavailable, in the first ten minutes of each hour", decide: unless(circumstances.afterTen, processor.IssuerUnavailable)},
	{Number: "4005559900000094", Purpose: "Declined: generic_decline, but from 09:00 to 17:00", decide: unless(circumstances.office, processor.GenericDecline)},
	{Number: "4005559900000102", Purpose: "Declined: do_not_honor, when the descriptor has fewer than five characters", decide: unless(circumstances.described, processor.DoNotHonor)},
	{Number: "4005559900000110", Purpose: "Declined: stolen_card, always; whoever asks again is noted in the ledger", decide: unless(circumstances.never, processor.StolenCard)},
	{Number: "4005559900000128", Purpose: "Declined: do_not_honor, when the merchant asks and does not say that it is one of a series", decide: unless(circumstances.series, processor.DoNotHonor)},
	{Number: "4005559900000136", Purpose: "Declined: insufficient_funds, above 10000 minor units", decide: unless(circumstances.small, processor.InsufficientFunds)},
	{Number: "4005559900000144", Purpose: "Declined: insufficient_funds, always", decide: unless(circumstances.never, processor.InsufficientFunds)},
	{Number: "4005559900000151", Purpose: "Declined: do_not_honor, always", decide: unless(circumstances.never, processor.DoNotHonor)},
	{Number: "4005559900000169", Purpose: "Declined: insufficient_funds, and from the 20th of the month on stolen_card", decide: emptyThenStolen},
	{Number: "4005559900000177", Purpose: "Declined: do_not_honor, unless the shopper confirms by 3-D Secure", decide: unless(circumstances.seen, processor.DoNotHonor)},
	{Number: "4005559900000185", Purpose: "Declined: issuer_unavailable by the first processor, approved by any other", decide: unless(circumstances.elsewhere, processor.IssuerUnavailable)},
}

// unless declines for a reason whatever does not meet a condition.
func unless(met func(circumstances) bool, why processor.DeclineCode) func(circumstances) processor.DeclineCode {
	return func(c circumstances) processor.DeclineCode {
		if met(c) {
			return ""
		}
		return why
	}
}

// emptyThenStolen is an account without money whose card is reported stolen on the 20th:
// what may be asked for again one day may not on another.
func emptyThenStolen(c circumstances) processor.DeclineCode {
	if c.at.Day() >= 20 {
		return processor.StolenCard
	}
	return processor.InsufficientFunds
}

func (c circumstances) postal() bool       { return c.avs == "Y" || c.avs == "Z" }
func (c circumstances) address() bool      { return c.avs == "Y" }
func (c circumstances) elsewhere() bool    { return c.another }
func (c circumstances) seen() bool         { return c.authenticated }
func (c circumstances) agreedOrSeen() bool { return c.merchant || c.authenticated }
func (c circumstances) morning() bool      { return c.at.Hour() < 12 }
func (c circumstances) afterTen() bool     { return c.at.Minute() >= 10 }
func (c circumstances) office() bool       { return c.at.Hour() >= 9 && c.at.Hour() < 17 }
func (c circumstances) described() bool    { return len([]rune(c.descriptor)) >= 5 }
func (c circumstances) never() bool        { return false }
func (c circumstances) series() bool       { return !c.merchant || c.recurring }
func (c circumstances) small() bool        { return c.amount <= 10000 }

// payday tells whether the cardholder's money has come: wages are booked early in the
// morning.
func (c circumstances) payday() bool {
	day := c.at.Day() == 1 || c.at.Day() == 15 || c.at.Weekday() == time.Friday
	return day && c.at.Hour() >= 6
}

// moodOf finds a card's rule without making text of its number.
func moodOf(number []byte) (Mood, bool) {
	if len(number) != 16 || string(number[:len(moodBlock)]) != moodBlock {
		return Mood{}, false
	}
	for _, m := range Moods {
		if string(number[13:15]) == m.Number[13:15] {
			return m, true
		}
	}
	return Mood{}, false
}

// moody is what the issuer with a mood does with a request. One that it would decline even
// from a shopper it has seen is declined without seeing them.
func (s *Server) moody(m Mood, ask request) Behaviour {
	c := circumstances{
		amount: ask.Amount, descriptor: ask.Descriptor, avs: addressResult(ask.Billing),
		merchant: ask.Initiator == string(processor.Merchant), recurring: ask.Recurring,
		another: s.Label != "" && s.Label != "sandbox", at: s.now().In(home),
	}
	c.authenticated = ask.Authenticate && !c.merchant
	return Behaviour{Decline: m.decide(c), Frictionless: c.authenticated && m.unasked, Unasked: m.unasked}
}
