package flutterwave

import (
	"testing"

	cards "github.com/paywicket/paywicket/internal/card"
)

// Test cards are a matter of test merchants: with real money nobody is asked for a PIN.
func TestOnlyTestCardsWantMore(t *testing.T) {
	t.Parallel()
	pin, address, plain := cards.Summary{BIN: "553188", Last4: "2950"}, cards.Summary{BIN: "455605", Last4: "2643"}, cards.Summary{BIN: "411111", Last4: "1111"}
	for name, c := range map[string]struct {
		card  cards.Summary
		given givenByShopper
		test  bool
		wants string
	}{
		"a PIN": {pin, givenByShopper{}, true, pinMode}, "a PIN though an address came": {pin, givenByShopper{Mode: avsMode}, true, pinMode},
		"an address": {address, givenByShopper{}, true, avsMode}, "an address that came": {address, givenByShopper{Mode: avsMode}, true, ""},
		"any other card": {plain, givenByShopper{}, true, ""}, "a PIN card with real money": {pin, givenByShopper{}, false, ""},
		"a wrong PIN with real money": {pin, givenByShopper{Mode: pinMode}, false, ""}, "an address with real money": {address, givenByShopper{}, false, ""},
	} {
		wanted, err := before(c.card, c.given, c.test)
		if err != nil || (wanted == nil) != (c.wants == "") || wanted != nil && wanted.Mode != c.wants {
			t.Errorf("%s: %+v, %v", name, wanted, err)
		}
	}
	if wanted, err := before(pin, givenByShopper{Mode: pinMode}, true); err == nil || wanted != nil {
		t.Errorf("no PIN: %+v, %v", wanted, err)
	}
}

// What the shopper was not asked for was looked at by nobody, and is told as no proof.
func TestOnlyWhatWasAskedForIsTold(t *testing.T) {
	t.Parallel()
	pin, plain := cards.Summary{BIN: "553188", Last4: "2950"}, cards.Summary{BIN: "411111", Last4: "1111"}
	given := givenByShopper{Mode: pinMode}
	if asked, other, live := given.authModel(pin, true), given.authModel(plain, true), given.authModel(pin, false); asked != "PIN" || other != "" || live != "" {
		t.Errorf("told: %q, of another card %q, with real money %q", asked, other, live)
	}
}
