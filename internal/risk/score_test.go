package risk_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/card"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/merchant"
	"github.com/paywicket/paywicket/internal/risk"
	"github.com/paywicket/paywicket/internal/sense"
)

// seen is a visit of one page with signals.
func seen(signals map[string]any, change ...func(*sense.Visit)) sense.Visit {
	v := on("dev_1")
	v.Pages[0].Signals = map[string]sense.Signal{}
	for name, value := range signals {
		v.Pages[0].Signals[name] = sense.Signal{Value: value}
	}
	for _, c := range change {
		c(&v)
	}
	return v
}

// happened is what happened on the checkout's page.
func happened(events string) func(*sense.Visit) {
	return func(v *sense.Visit) { v.Pages[0].Place, v.Pages[0].Events = sense.Frame, [][]byte{[]byte(events)} }
}

func list(texts ...any) []any { return texts }

// What a visit tells adds up, and leads to what the merchant wants.
func TestScores(t *testing.T) {
	t.Parallel()
	driven := seen(map[string]any{"automation": list("webdriver", "headless")})
	for name, c := range map[string]struct {
		attempt risk.Attempt
		guard   merchant.Guard
		score   int
		action  risk.Action
		reason  string
	}{
		"a shopper who is known":           {risk.Attempt{Visit: on("dev_1")}, merchant.Guard{}, 0, risk.Allow, ""},
		"a new device":                     {risk.Attempt{Visit: seen(nil, func(v *sense.Visit) { v.Likeness.Verdict = sense.New })}, merchant.Guard{}, 5, risk.Allow, "not known"},
		"a page that says nothing":         {risk.Attempt{}, merchant.Guard{}, 20, risk.Allow, "said nothing"},
		"a program":                        {risk.Attempt{Visit: driven}, merchant.Guard{}, 50, risk.Challenge, "driven by a program"},
		"a recording":                      {risk.Attempt{Visit: seen(nil, func(v *sense.Visit) { v.Replayed = true })}, merchant.Guard{}, 60, risk.Challenge, "recorded"},
		"a recording, elsewhere":           {risk.Attempt{Visit: seen(nil, func(v *sense.Visit) { v.Replayed, v.Moved = true, true })}, merchant.Guard{}, 100, risk.Refuse, "different devices"},
		"a card from elsewhere":            {risk.Attempt{Issuance: card.Issuance{Country: "BR"}, Visit: seen(map[string]any{"timeZone": "Europe/Oslo", "languages": list("nb")})}, merchant.Guard{}, 15, risk.Allow, "its card is from BR"},
		"a traveller":                      {risk.Attempt{Issuance: card.Issuance{Country: "BR"}, Visit: seen(map[string]any{"timeZone": "Europe/Oslo", "languages": list("pt-BR")})}, merchant.Guard{}, 10, risk.Allow, "its card is from BR"},
		"at home":                          {risk.Attempt{Issuance: card.Issuance{Country: "DE"}, Visit: seen(map[string]any{"timeZone": "Europe/Berlin"})}, merchant.Guard{}, 0, risk.Allow, ""},
		"a form in a moment":               {risk.Attempt{Visit: seen(nil, happened(`[{"type":"paste","field":"number"},{"type":"typing","field":"number","value":{"typed":0,"inside":300}},{"type":"typing","field":"cvv","value":{"typed":3,"inside":200}}]`))}, merchant.Guard{}, 20, risk.Allow, "within 0.5 seconds"},
		"a form in its time":               {risk.Attempt{Visit: seen(nil, happened(`[{"type":"typing","field":"number","value":{"typed":16,"inside":6000}}]`))}, merchant.Guard{}, 0, risk.Allow, ""},
		"a form that the browser fills in": {risk.Attempt{Visit: seen(nil, happened(`[{"type":"autofill","field":"number"},{"type":"typing","field":"cvv","value":{"typed":3,"inside":900}}]`))}, merchant.Guard{}, 0, risk.Allow, ""},
		"a strict merchant":                {risk.Attempt{}, merchant.Guard{ChallengeAt: 10, RefuseAt: 20}, 20, risk.Refuse, ""},
		"a merchant who never minds":       {risk.Attempt{Visit: driven}, merchant.Guard{ChallengeAt: 101, RefuseAt: 101}, 50, risk.Allow, ""},
		"on the list to refuse":            {risk.Attempt{BIN: "41111122", Visit: on("dev_1")}, merchant.Guard{Refuse: []string{"bin:411111"}}, 0, risk.Refuse, "refuses bin:411111"},
		"on the list to challenge":         {risk.Attempt{Issuance: card.Issuance{Country: "BR"}, Visit: on("dev_1")}, merchant.Guard{Challenge: []string{"country:BR"}}, 0, risk.Challenge, "wants 3-D Secure for country:BR"},
		"on the list to allow":             {risk.Attempt{Network: "203.0.113.0/24", Visit: driven}, merchant.Guard{Allow: []string{"network:203.0.113.0/24"}}, 50, risk.Allow, "allows network"},
		"a country that is refused":        {risk.Attempt{Issuance: card.Issuance{Country: "BR"}, Visit: on("dev_1")}, merchant.Guard{Refuse: []string{"country:BR"}}, 0, risk.Refuse, "country:BR"},
		"a device that is refused":         {risk.Attempt{Visit: on("dev_7")}, merchant.Guard{Refuse: []string{"device:dev_7"}}, 0, risk.Refuse, "device:dev_7"},
	} {
		w := open(t)
		c.attempt.Merchant = w.shop
		c.attempt.Merchant.Guard = c.guard
		got, err := w.judge.Judge(t.Context(), c.attempt)
		if got.Score != c.score || got.Action != c.action || !strings.Contains(strings.Join(got.Reasons, "; "), c.reason) || (err != nil) != (c.action == risk.Refuse) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
		if err != nil && (fault.CodeOf(err) != fault.Forbidden || strings.Contains(err.Error(), c.reason) && c.reason != "") {
			t.Errorf("%s: the shopper is told %v", name, err)
		}
		// In the test environment it is told, and leads to nothing.
		c.attempt.Merchant.Environment = merchant.Test
		if got, err := w.judge.Judge(t.Context(), c.attempt); err != nil || got.Action != risk.Allow || got.Score != c.score {
			t.Errorf("%s, in the test environment: %+v, %v", name, got, err)
		}
	}
}

// A puzzle is good for its session, its attempt and five minutes; what was worked out for
// another is not taken.
func TestPuzzles(t *testing.T) {
	t.Parallel()
	w := open(t)
	for i := range 40 {
		w.judge.Tried(risk.Attempt{Merchant: w.shop, Card: string(rune('a' + i))})
		w.judge.Declined(risk.Attempt{Merchant: w.shop, Card: string(rune('a' + i))})
	}
	a := risk.Attempt{Merchant: w.shop, Session: "cs_1", Card: "mine", Visit: on("dev_1")}
	_, err := w.judge.Judge(t.Context(), a)
	var unproven *risk.Unproven
	if !errors.As(err, &unproven) || fault.CodeOf(err) != fault.ProofNeeded {
		t.Fatalf("%v", err)
	}
	good := solve(unproven.Puzzle)
	suspect := a
	suspect.Proof, suspect.Visit = good, seen(map[string]any{"automation": list("webdriver", "headless")})
	if as, err := w.judge.Judge(t.Context(), suspect); err != nil || as.Action != risk.Challenge {
		t.Errorf("work makes up for a score: %+v, %v", as, err)
	}
	begin := w.at
	for what, c := range map[string]struct {
		change func(*risk.Attempt)
		after  time.Duration
		ok     bool
	}{
		"its own":         {func(*risk.Attempt) {}, 0, true},
		"late":            {func(*risk.Attempt) {}, 6 * time.Minute, false},
		"another session": {func(a *risk.Attempt) { a.Session = "cs_2" }, 0, false},
		"the next card":   {func(a *risk.Attempt) { a.Attempts = 1 }, 0, false},
		"another number":  {func(a *risk.Attempt) { a.Proof += "1" }, 0, false},
		"easier":          {func(a *risk.Attempt) { a.Proof = "01" + a.Proof[2:] }, 0, false},
		"nonsense":        {func(a *risk.Attempt) { a.Proof = "15..1" }, 0, false},
	} {
		w.at = begin.Add(c.after)
		tried := a
		tried.Proof = good
		c.change(&tried)
		if _, err := w.judge.Judge(t.Context(), tried); (err == nil) != c.ok {
			t.Errorf("%s: %v", what, err)
		}
	}
}
