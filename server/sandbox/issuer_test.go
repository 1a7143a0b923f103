package sandbox_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/card"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/pan"
	"github.com/paywicket/paywicket/internal/processor"
	"github.com/paywicket/paywicket/server/sandbox"
)

func TestEveryMoodHasACard(t *testing.T) {
	t.Parallel()
	b := start(t)
	_, page := b.open(b.url + "/")
	seen := map[string]bool{}
	for _, m := range sandbox.Moods {
		number, err := pan.ParseNumber([]byte(m.Number))
		if err != nil || number.Brand() != card.Visa || !strings.HasPrefix(m.Number, "40055599") || len(m.Number) != 16 {
			t.Errorf("%s: %v", m.Number, err)
		}
		if rule := m.Number[13:15]; seen[rule] || rule == "00" {
			t.Errorf("%s: another mood has its digits, or they are none", m.Number)
		} else {
			seen[rule] = true
		}
		if !strings.Contains(page, m.Display()) || !strings.Contains(m.Purpose, "Declined: ") {
			t.Errorf("%s is not told of: %q", m.Number, m.Purpose)
		}
	}
	for _, c := range sandbox.TestCards {
		if strings.HasPrefix(c.Number, "400555") {
			t.Errorf("%s is a test card in the BIN of the moods", c.Number)
		}
	}
}

// try is a request, and what its issuer says.
type try struct {
	name   string
	number string
	given  map[string]any
	at     time.Time // by the issuer's own clock; noon of a Saturday when zero
	label  string    // of the processor
	want   processor.DeclineCode
}

// bank is a time by the issuer's clock, of November 2026: the 21st is a Saturday.
func bank(day, hour, minute int) time.Time {
	return time.Date(2026, 11, day, hour, minute, 0, 0, time.FixedZone("UTC-5", -5*60*60))
}

// tries are requests on either side of every rule.
func tries() []try {
	postal := map[string]any{"billing_postal_code": "10001"}
	wrong := map[string]any{"billing_postal_code": "99999", "billing_line1": "1 High Street"}
	street := map[string]any{"billing_line1": "1 High Street"}
	home := map[string]any{"billing_postal_code": "10001", "billing_line1": "1 High Street"}
	secure := map[string]any{"authenticate": true}
	merchant := map[string]any{"initiator": "merchant"}
	series := map[string]any{"initiator": "merchant", "recurring": true}
	return []try{
		{"no postal code", "4005559900000011", nil, time.Time{}, "", processor.DoNotHonor},
		{"a postal code", "4005559900000011", postal, time.Time{}, "", ""},
		{"another's postal code", "4005559900000011", wrong, time.Time{}, "", processor.DoNotHonor},
		{"a street alone", "4005559900000011", street, time.Time{}, "", processor.DoNotHonor},
		{"another card of that mood", "4005559912345016", nil, time.Time{}, "", processor.DoNotHonor},
		{"another card of that mood, with a postal code", "4005559912345016", postal, time.Time{}, "", ""},
		{"a postal code alone", "4005559900000029", postal, time.Time{}, "", processor.DoNotHonor},
		{"a whole address", "4005559900000029", home, time.Time{}, "", ""},

		{"the first processor", "4005559900000037", nil, time.Time{}, "", processor.DoNotHonor},
		{"the first processor, by name", "4005559900000037", nil, time.Time{}, "sandbox", processor.DoNotHonor},
		{"the second processor", "4005559900000037", nil, time.Time{}, "sandbox-2", ""},

		{"not seen", "4005559900000045", nil, time.Time{}, "", processor.AuthenticationNeeded},
		{"under an agreement", "4005559900000045", merchant, time.Time{}, "", ""},
		{"suspected", "4005559900000052", nil, time.Time{}, "", processor.SuspectedFraud},
		{"seen without a question", "4005559900000052", secure, time.Time{}, "", ""},
		{"suspected under an agreement", "4005559900000052", map[string]any{"initiator": "merchant", "authenticate": true}, time.Time{}, "", processor.SuspectedFraud},

		{"no money on a Saturday", "4005559900000060", nil, bank(21, 12, 0), "", processor.InsufficientFunds},
		{"early on a Friday", "4005559900000060", nil, bank(20, 5, 59), "", processor.InsufficientFunds},
		{"on a Friday", "4005559900000060", nil, bank(20, 6, 0), "", ""},
		{"late on a Friday, Saturday in London", "4005559900000060", nil, bank(20, 23, 30), "", ""},
		{"on the 1st", "4005559900000060", nil, bank(1, 12, 0), "", ""},
		{"on the 15th", "4005559900000060", nil, bank(15, 12, 0), "", ""},
		{"on the 16th", "4005559900000060", nil, bank(16, 12, 0), "", processor.InsufficientFunds},

		{"before noon", "4005559900000078", nil, bank(21, 11, 59), "", ""},
		{"after noon", "4005559900000078", nil, bank(21, 12, 0), "", processor.LimitExceeded},
		{"before midnight", "4005559900000078", nil, bank(21, 23, 59), "", processor.LimitExceeded},
		{"after midnight", "4005559900000078", nil, bank(22, 0, 0), "", ""},
		{"on the hour", "4005559900000086", nil, bank(21, 12, 9), "", processor.IssuerUnavailable},
		{"ten past", "4005559900000086", nil, bank(21, 12, 10), "", ""},
		{"at night", "4005559900000094", nil, bank(21, 8, 59), "", processor.GenericDecline},
		{"in office hours", "4005559900000094", nil, bank(21, 9, 0), "", ""},
		{"in the evening", "4005559900000094", nil, bank(21, 17, 0), "", processor.GenericDecline},

		{"a short descriptor", "4005559900000102", map[string]any{"descriptor": "ÄÖÜß"}, time.Time{}, "", processor.DoNotHonor},
		{"a descriptor", "4005559900000102", map[string]any{"descriptor": "SHOP1"}, time.Time{}, "", ""},
		{"stolen", "4005559900000110", home, bank(20, 10, 30), "sandbox-2", processor.StolenCard},
		{"stolen, and to be seen", "4005559900000110", secure, time.Time{}, "", processor.StolenCard},
		{"the merchant asks", "4005559900000128", merchant, time.Time{}, "", processor.DoNotHonor},
		{"the merchant asks for one of a series", "4005559900000128", series, time.Time{}, "", ""},
		{"the shopper asks", "4005559900000128", nil, time.Time{}, "", ""},
		{"much", "4005559900000136", map[string]any{"amount": 10001}, time.Time{}, "", processor.InsufficientFunds},
		{"not so much", "4005559900000136", map[string]any{"amount": 10000}, time.Time{}, "", ""},
		{"no money on a Friday either", "4005559900000144", home, bank(20, 10, 30), "sandbox-2", processor.InsufficientFunds},
		{"never honoured", "4005559900000151", home, bank(20, 10, 30), "sandbox-2", processor.DoNotHonor},
		{"never honoured, and to be seen", "4005559900000151", secure, time.Time{}, "", processor.DoNotHonor},
		{"not stolen yet", "4005559900000169", nil, bank(19, 23, 59), "", processor.InsufficientFunds},
		{"stolen by now", "4005559900000169", nil, bank(20, 0, 0), "", processor.StolenCard},
		{"not honoured unseen", "4005559900000177", home, time.Time{}, "sandbox-2", processor.DoNotHonor},
		{"not honoured under an agreement", "4005559900000177", map[string]any{"initiator": "merchant", "authenticate": true}, time.Time{}, "", processor.DoNotHonor},
		{"the first processor's way is cut", "4005559900000185", nil, time.Time{}, "", processor.IssuerUnavailable},
		{"the second processor's is not", "4005559900000185", nil, time.Time{}, "sandbox-2", ""},

		{"an amount that decides", "4005559900000128", map[string]any{"amount": 19051}, time.Time{}, "", processor.InsufficientFunds},
		{"outside the block", "4005550000000019", nil, time.Time{}, "", ""},
		{"in the block without a mood", "4005559900000003", nil, time.Time{}, "", ""},
	}
}

// Every mood declines the one and approves the other.
func TestMoods(t *testing.T) {
	t.Parallel()
	for _, c := range tries() {
		b := start(t)
		now := c.at
		if now.IsZero() {
			now = bank(21, 12, 30)
		}
		b.server.Now, b.server.Label = func() time.Time { return now }, c.label
		body := ask(c.number)
		for field, value := range c.given {
			body[field] = value
		}
		state := processor.Declined
		if c.want == "" {
			state = processor.Approved
		}
		_, first := b.post(body)
		if first.Status != state || first.DeclineCode != c.want {
			t.Errorf("%s (%s): %s %s, want %s %s", c.name, c.number, first.Status, first.DeclineCode, state, c.want)
		}
		body["reference"] = id.Random()
		if _, again := b.post(body); again.Status != first.Status || again.DeclineCode != first.DeclineCode {
			t.Errorf("%s: the same again is %s %s", c.name, again.Status, again.DeclineCode)
		}
	}
}

// An issuer with a mood sees the shopper when it is to, unless it would say no all the same
// or is sure without.
func TestAMoodSeesTheShopper(t *testing.T) {
	t.Parallel()
	b := start(t)
	_, asked := b.post(with(ask("4005559900000045"), "authenticate", true))
	if asked.Status != processor.Challenge {
		t.Fatalf("asked to see the shopper: %+v", asked)
	}
	if _, other := b.post(with(ask("4005559900000177"), "authenticate", true)); other.Status != processor.Challenge {
		t.Errorf("one who does not honour what it has not seen: %+v", other)
	}
	b.decide(asked.ChallengeURL, "confirm")
	if row, _ := b.ledger.Find(asked.Reference); row.Status != processor.Approved || row.Authentication != processor.Challenged || row.ECI != "05" {
		t.Errorf("confirmed: %+v", row)
	}
	_, left := b.post(with(ask("4005559900000045"), "authenticate", true))
	b.decide(left.ChallengeURL, "refuse")
	if row, _ := b.ledger.Find(left.Reference); row.DeclineCode != processor.AuthenticationFailed {
		t.Errorf("refused: %+v", row)
	}
	if _, row := b.post(with(ask("4005559900000052"), "authenticate", true)); row.Status != processor.Approved || row.Authentication != processor.Frictionless || row.ECI != "05" {
		t.Errorf("sure without a question: %+v", row)
	}
	if _, row := b.post(with(ask("4005559900000011"), "authenticate", true)); row.DeclineCode != processor.DoNotHonor || row.Authentication != "" {
		t.Errorf("would say no all the same: %+v", row)
	}
	// What the test card that is sure by itself does is as it was.
	if _, row := b.post(with(ask("4000000000003055"), "authenticate", true)); row.Status != processor.Challenge {
		t.Errorf("the frictionless test card: %+v", row)
	}
}

// The clock of the sandbox, which tests move, is the issuer's too.
func TestAMoodFollowsTheClock(t *testing.T) {
	t.Parallel()
	b := start(t) // Saturday, 04:30 by the issuer's clock
	if _, row := b.post(ask("4005559900000060")); row.DeclineCode != processor.InsufficientFunds {
		t.Errorf("on Saturday: %+v", row)
	}
	b.say("/clock", fmt.Sprintf(`{"advance":%d}`, 6*24*60*60+90*60))
	if _, row := b.post(ask("4005559900000060")); row.Status != processor.Approved {
		t.Errorf("on Friday at six: %+v", row)
	}
}

// Whoever asks again for a card that its issuer never wants to see again is noted, however
// the card is asked for.
func TestAskingAgainAfterAHardDeclineIsNoted(t *testing.T) {
	t.Parallel()
	b := start(t)
	first := ask("4005559900000110")
	if _, row := b.post(first); row.Barred || b.ledger.Barred() != 0 {
		t.Errorf("the first time: %+v", row)
	}
	if _, row := b.post(first); row.Barred || b.ledger.Barred() != 0 {
		t.Errorf("the same reference: %+v", row)
	}
	again := with(with(with(ask("4005559900000110"), "exp_year", 2031), "name", "A Lovelace"), "billing_postal_code", "10001")
	if _, row := b.post(again); !row.Barred || b.ledger.Barred() != 1 {
		t.Errorf("once more: %+v", row)
	}
	if _, row := b.post(ask("4005559900180110")); row.Barred || row.BIN+row.Last4 != "4005550110" {
		t.Errorf("another card of the same BIN and last four: %+v", row)
	}
	for range 2 {
		if _, row := b.post(ask("4005559900000011")); row.Barred {
			t.Errorf("asked again after a soft decline: %+v", row)
		}
	}
	if n := b.ledger.Barred(); n != 1 {
		t.Errorf("%d were barred", n)
	}
	if _, text := b.open(b.url + "/"); strings.Count(text, "never to be asked for again") != 1 {
		t.Error("the page does not tell of it")
	}
}

// The ledger knows which authorizations were of one card, though it could not say of which.
func TestTheLedgerTellsCardsApart(t *testing.T) {
	t.Parallel()
	b := start(t)
	var want []string
	for _, number := range []string{"4005559900000110", "4005559900180110", "4005559900000110"} {
		_, row := b.post(with(ask(number), "exp_year", 2030+len(want)))
		want = append(want, row.Reference)
	}
	cards := b.ledger.ByCard()
	if len(cards) != 2 || len(cards[0]) != 2 || len(cards[1]) != 1 {
		t.Fatalf("%d cards: %+v", len(cards), cards)
	}
	if cards[0][0].Reference != want[0] || cards[0][1].Reference != want[2] || cards[1][0].Reference != want[1] {
		t.Errorf("%+v, want %v", cards, want)
	}
}

// Each decline that Visa calls final bars, and no other does.
func TestWhichDeclinesAreHard(t *testing.T) {
	t.Parallel()
	b := start(t)
	hard := map[string]bool{"04": true, "14": true, "41": true, "43": true, "57": true}
	for _, c := range sandbox.TestCards {
		if c.Behaviour.Decline == "" || c.Behaviour.Challenge {
			continue
		}
		_, first := b.post(ask(c.Number))
		if _, row := b.post(ask(c.Number)); first.Barred || row.Barred != hard[row.NetworkCode] {
			t.Errorf("%s (%s): asked again, barred %t", c.Display(), c.Purpose, row.Barred)
		}
	}
}
