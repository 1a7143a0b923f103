package page_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/paywicket/paywicket/internal/checkout"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/processor"
	"github.com/paywicket/paywicket/server/language"
	"github.com/paywicket/paywicket/server/page"
	"github.com/paywicket/paywicket/server/wire"
)

func TestPhases(t *testing.T) {
	t.Parallel()
	bank := checkout.View{Latest: &payment.Payment{ChallengeURL: "https://bank.example/"}}
	odd := checkout.View{Latest: &payment.Payment{ChallengeURL: "javascript:alert(1)"}}
	for _, c := range []struct {
		view    checkout.View
		status  string
		refused fault.Code
		want    string
	}{
		{bank, "", "", "form"}, {bank, "", fault.Gone, "expired"},
		{bank, "authorized", fault.Conflict, "paid"}, {bank, "cancelled", fault.Gone, "cancelled"},
		{bank, "requires_action", fault.Conflict, "challenge"}, {odd, "requires_action", fault.Conflict, "finding"}, {bank, "processing", fault.Conflict, "finding"},
		{bank, "declined", "", "form"}, {bank, "declined", fault.TooMany, "used-up"}, {bank, "declined", fault.Gone, "expired"},
		{bank, "failed", "", "form"}, {bank, "failed", fault.Gone, "failed"},
	} {
		if got := page.PhaseOf(c.view, c.status, c.refused); got != c.want {
			t.Errorf("%s, refused with %s: %s, want %s", c.status, c.refused, got, c.want)
		}
	}
}

// Every decline has words, and whoever holds a lost card learns nothing from them.
func TestEveryDeclineHasWords(t *testing.T) {
	t.Parallel()
	english := language.Pick("en")
	for _, code := range processor.DeclineCodes {
		key := "checkout." + page.ReasonOf(code)
		if english.Say(key) == key {
			t.Errorf("%s has no words: %s", code, key)
		}
	}
	for _, code := range []processor.DeclineCode{processor.LostCard, processor.StolenCard, processor.PickUpCard, processor.SuspectedFraud} {
		if got := page.ReasonOf(code); got != page.ReasonOf(processor.GenericDecline) {
			t.Errorf("%s is told as %s", code, got)
		}
	}
	for code, want := range map[processor.DeclineCode]string{processor.InsufficientFunds: "declinedFunds", processor.DoNotHonor: "declinedCall", processor.IssuerUnavailable: "declinedRetry", processor.InvalidAccount: "declinedDetails", "new": "declinedOther"} {
		if got := page.ReasonOf(code); got != want {
			t.Errorf("%s is told as %s, want %s", code, got, want)
		}
	}
}

func TestEveryFlawHasWords(t *testing.T) {
	t.Parallel()
	english := language.Pick("en")
	general := english.Say("checkout.fieldWrong")
	for _, field := range []string{"number", "expiry", "cvv", "name", "email", "phone", "country", "line1", "city", "state", "postal_code"} {
		if got := page.FlawText(english, field, wire.Missing); got == general || strings.HasPrefix(got, "checkout.") {
			t.Errorf("a missing %s is told as %q", field, got)
		}
		if got := page.FlawText(english, field, wire.Wrong); strings.HasPrefix(got, "checkout.") || strings.Contains(got, "{") {
			t.Errorf("a wrong %s is told as %q", field, got)
		}
	}
	if got := page.FlawText(english, "cvv", wire.Wrong); got != "The security code has 3 digits." {
		t.Errorf("%q", got)
	}
	for flaw, field := range map[wire.Flaw]string{wire.Short: "number", wire.Passed: "expiry"} {
		if got := page.FlawText(english, field, flaw); got == general {
			t.Errorf("%s of %s has no words", flaw, field)
		}
	}
}

// The countries of ISO 3166-1 and Kosovo, each once, named and sorted as a language does.
func TestCountries(t *testing.T) {
	t.Parallel()
	for _, name := range language.All() {
		all := page.Countries(language.Pick(name))
		if len(all) != 2*250 || slices.Contains(all, "") {
			t.Errorf("%s: %d countries", name, len(all)/2)
		}
	}
	german, swedish := page.Countries(language.Pick("de")), page.Countries(language.Pick("sv"))
	if at, before := slices.Index(german, "Österreich"), slices.Index(german, "Peru"); at < 0 || at > before {
		t.Errorf("Österreich stands at %d, Peru at %d", at, before)
	}
	if !slices.Contains(swedish[len(swedish)-8:], "Österrike") {
		t.Errorf("the Swedish list ends with %v", swedish[len(swedish)-8:])
	}
}

// What stands in the document ends none of its elements.
func TestWhatIsInlinedStaysInside(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]string{"checkout.js": "</script", "checkout.css": "</style"} {
		text := strings.ToLower(page.Inlined(name, end))
		if len(text) < 1000 || strings.Contains(text, end) || strings.Contains(text, "<!--") {
			t.Errorf("%s could end its element, or begins a comment", name)
		}
	}
}

// What the script says by itself, it has been given.
func TestTheScriptIsGivenItsWords(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../frontend/checkout/*.ts")
	if err != nil || len(files) < 10 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for key := range strings.FieldsSeq(page.Written) {
			if !strings.HasSuffix(file, ".test.ts") && (strings.Contains(string(text), `say("`+key+`"`) || strings.Contains(string(text), `key: "`+key+`"`)) {
				t.Errorf("%s says %s, which the document does not bring", file, key)
			}
		}
	}
}
