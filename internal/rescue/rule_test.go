package rescue_test

import (
	"strings"
	"testing"

	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/rescue"
)

// decline is a shopper's soft decline in a checkout with two processors, of whom nothing
// bad is known.
func decline(change ...func(*rescue.Facts)) rescue.Facts {
	f := rescue.Facts{
		Class: rescue.Soft, Reason: rescue.DoNotHonor, Kind: rescue.CIT, Source: rescue.Website, Present: true, Score: 10, CVV: true, Tries: 1, Others: 1, Amount: 4900,
		Possible: []rescue.Action{rescue.Decline, rescue.Again, rescue.Reroute, rescue.Authenticate},
	}
	for _, c := range change {
		c(&f)
	}
	return f
}

func reason(r rescue.Reason) func(*rescue.Facts) {
	return func(f *rescue.Facts) { f.Class, f.Reason = r.Class(), r }
}

// order makes it an order that a merchant brings, of which nobody here was asked yet.
func order(f *rescue.Facts) {
	f.Present, f.Tries, f.Phone, f.Possible = false, 0, true, []rescue.Action{rescue.Decline, rescue.Reroute, rescue.Correct, rescue.Confirm}
}

// later makes it one that nobody waits for.
func later(f *rescue.Facts) {
	f.Kind, f.Present, f.Tries, f.Score, f.CVV, f.Possible = rescue.MIT, false, 0, -1, false, []rescue.Action{rescue.Decline, rescue.Schedule}
}

func alone(f *rescue.Facts) {
	f.Others = 0
	f.Possible = []rescue.Action{rescue.Decline, rescue.Again, rescue.Authenticate}
}

func TestTheDefaultTable(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		facts rescue.Facts
		rule  string
		then  rescue.Action
	}{
		{"a soft decline", decline(), "another-way-to-the-issuer", rescue.Reroute},
		{"with no other way", decline(alone), "nothing-fits", rescue.Decline},
		{"of a card that has paid here", decline(alone, func(f *rescue.Facts) { f.CardApprovals = 1 }), "seen-by-the-issuer", rescue.Authenticate},
		{"seen by the issuer before", decline(alone, func(f *rescue.Facts) { f.CardApprovals, f.Authenticated = 1, true }), "nothing-fits", rescue.Decline},
		{"the way failed", decline(alone, reason(rescue.IssuerUnavailable)), "way-to-the-issuer-failed", rescue.Again},
		{"the way failed twice", decline(alone, reason(rescue.IssuerUnavailable), func(f *rescue.Facts) { f.Repeats = 1 }), "nothing-fits", rescue.Decline},
		{"tried three times", decline(func(f *rescue.Facts) { f.Tries = 3 }), "tried-enough", rescue.Decline},
		{"stolen", decline(reason(rescue.StolenCard)), "hard-decline", rescue.Decline},
		{"stolen, of a good customer", decline(reason(rescue.StolenCard), func(f *rescue.Facts) { f.CardApprovals, f.PayerApprovals = 9, 9 }), "hard-decline", rescue.Decline},
		{"dead before", decline(func(f *rescue.Facts) { f.CardHard = 1 }), "card-was-refused-for-good", rescue.Decline},
		{"of a risky visit", decline(func(f *rescue.Facts) { f.Score = 90 }), "too-risky", rescue.Decline},
		{"empty", decline(reason(rescue.InsufficientFunds)), "nothing-fits", rescue.Decline},
		{"wants authentication", decline(reason(rescue.AuthenticationRequired)), "issuer-wants-to-see-the-shopper", rescue.Authenticate},
		{"authentication failed", decline(reason(rescue.AuthenticationFailed), func(f *rescue.Facts) { f.Authenticated = true }), "nothing-fits", rescue.Decline},
		{"suspected", decline(reason(rescue.SuspectedFraud)), "suspected-fraud-proved-wrong", rescue.Authenticate},
		{"suspected, and doubtful", decline(reason(rescue.SuspectedFraud), func(f *rescue.Facts) { f.Score = 60 }), "nothing-fits", rescue.Decline},
		{"a wrong CVV", decline(reason(rescue.IncorrectCVV)), "nothing-fits", rescue.Decline},
		{"expired", decline(reason(rescue.ExpiredCard)), "nothing-fits", rescue.Decline},

		{"an order", decline(order), "another-way-to-the-issuer", rescue.Reroute},
		{"an order without an address", decline(order, func(f *rescue.Facts) { f.Address = true }), "address-was-missing", rescue.Correct},
		{"an order with nothing to know the shopper by", decline(order, func(f *rescue.Facts) { f.CVV, f.Phone = false, false }), "nothing-to-know-the-shopper-by", rescue.Decline},
		{"an order that wants authentication", decline(order, reason(rescue.AuthenticationRequired)), "shopper-can-be-asked-to-authenticate", rescue.Confirm},
		{"an order that is suspected", decline(order, reason(rescue.SuspectedFraud)), "suspected-fraud-asked-about", rescue.Confirm},
		{"an order over its velocity", decline(order, reason(rescue.Velocity)), "first-try-here", rescue.Reroute},
		{"an empty card", decline(order, reason(rescue.InsufficientFunds)), "nothing-fits", rescue.Decline},
		{"an empty card in the sandbox", decline(order, reason(rescue.InsufficientFunds), func(f *rescue.Facts) { f.Test = true }), "sandbox-first-try", rescue.Reroute},
		{"an order's shopper agreed", decline(order, func(f *rescue.Facts) { f.Confirmed = true; f.Possible = append(f.Possible, rescue.Authenticate) }), "shopper-agreed", rescue.Authenticate},
		{"an order's shopper agreed, without 3-D Secure", decline(order, func(f *rescue.Facts) { f.Confirmed = true }), "shopper-agreed-without-3ds", rescue.Reroute},
		{"a challenge in the sandbox", decline(order, func(f *rescue.Facts) { f.Test, f.Cue = true, rescue.ToChallenge }), "sandbox-challenge", rescue.Confirm},

		{"nobody waits", decline(later), "later", rescue.Schedule},
		{"nobody waits for a stolen card", decline(later, reason(rescue.StolenCard)), "hard-decline", rescue.Decline},
		{"nobody waits, and it wants authentication", decline(later, reason(rescue.AuthenticationRequired)), "nothing-fits", rescue.Decline},
		{"nobody waits, and the agreement was ended", decline(later, reason(rescue.RevokedAgreement)), "hard-decline", rescue.Decline},
	} {
		if r := rescue.DefaultTable.Rule(c.facts); r.Name != c.rule || r.Then != c.then {
			t.Errorf("%s: %s by %q, want %s by %q", c.name, r.Then, r.Name, c.then, c.rule)
		}
	}
}

// What cannot be done is never decided, whatever a table says.
func TestWhatIsPossible(t *testing.T) {
	t.Parallel()
	f := decline()
	f.Possible = nil
	if r := rescue.DefaultTable.Rule(f); r.Then != rescue.Decline {
		t.Errorf("%s", r.Then)
	}
	wild := rescue.Table{{Name: "always", Then: rescue.Reroute}}
	if r := wild.Rule(f); r.Then != rescue.Decline {
		t.Errorf("%s", r.Then)
	}
	off := rescue.Table{{Name: "always", Then: rescue.Reroute, Off: true}}
	if r := off.Rule(decline()); r.Then != rescue.Decline {
		t.Errorf("a rule that is off decides: %s", r.Then)
	}
}

func TestTablesThatCannotBe(t *testing.T) {
	t.Parallel()
	if err := rescue.DefaultTable.Check(); err != nil {
		t.Fatal(err)
	}
	n := int64(1)
	for name, table := range map[string]rescue.Table{
		"no name":         {{Then: rescue.Decline}},
		"a loud name":     {{Name: "Loud", Then: rescue.Decline}},
		"a name twice":    {{Name: "a", Then: rescue.Decline}, {Name: "a", Then: rescue.Decline}},
		"no action":       {{Name: "a"}},
		"no such action":  {{Name: "a", Then: "charge"}},
		"no such fact":    {{Name: "a", Then: rescue.Decline, When: []rescue.Condition{{Fact: "number", Is: []string{"1"}}}}},
		"nothing to test": {{Name: "a", Then: rescue.Decline, When: []rescue.Condition{{Fact: "class"}}}},
		"not a number":    {{Name: "a", Then: rescue.Decline, When: []rescue.Condition{{Fact: "class", AtLeast: &n}}}},
		"too long a text": {{Name: "a", Then: rescue.Decline, Why: strings.Repeat("x", 301)}},
		"too many rules":  make(rescue.Table, 101),
	} {
		if err := table.Check(); err == nil || fault.CodeOf(err) != fault.Invalid || fault.Of(err).Field != "rules" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestConditionsInWords(t *testing.T) {
	t.Parallel()
	n, m := int64(1), int64(5)
	for want, c := range map[string]rescue.Condition{
		"class is soft or data":                {Fact: "class", Is: []string{"soft", "data"}},
		"card approvals is at least 1":         {Fact: "card_approvals", AtLeast: &n},
		"score is at least 1 and is at most 5": {Fact: "score", AtLeast: &n, AtMost: &m},
		"amount is 4900 and is at least 1":     {Fact: "amount", Is: []string{"4900"}, AtLeast: &n},
	} {
		if c.String() != want {
			t.Errorf("%q, want %q", c.String(), want)
		}
	}
}
