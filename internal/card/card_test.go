package card_test

import (
	"slices"
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/card"
)

func TestBrandOf(t *testing.T) {
	t.Parallel()
	for prefix, want := range map[int]card.Brand{
		411111: card.Visa, 555555: card.Mastercard, 222300: card.Mastercard, 272099: card.Mastercard,
		272100: card.Unknown, 378282: card.Amex, 601111: card.Discover, 305693: card.Diners,
		353011: card.JCB, 620000: card.UnionPay, 501800: card.Maestro, 506699: card.Elo,
		438935: card.Elo, 220000: card.Mir, 220500: card.Unknown, 607000: card.RuPay, 506146: card.Verve,
		979200: card.Troy, 100000: card.Unknown, 650031: card.Elo, 650002: card.Verve, 644000: card.Discover,
	} {
		if got := card.BrandOf(prefix); got != want {
			t.Errorf("%d is %s, want %s", prefix, got, want)
		}
	}
}

// What each scheme publishes of its numbers' lengths and of its CVV.
func TestLengthsAndCVV(t *testing.T) {
	t.Parallel()
	lengths := func(low, high int, except ...int) (out []int) {
		for n := low; n <= high; n++ {
			if !slices.Contains(except, n) {
				out = append(out, n)
			}
		}
		return out
	}
	for _, c := range []struct {
		prefix  int
		brand   card.Brand
		lengths []int
		cvv     int
	}{
		{400000, card.Visa, []int{13, 16, 18, 19}, 3},
		{510000, card.Mastercard, []int{16}, 3}, {222100, card.Mastercard, []int{16}, 3},
		{340000, card.Amex, []int{15}, 4}, {370000, card.Amex, []int{15}, 4},
		{601100, card.Discover, lengths(16, 19), 3}, {659999, card.Discover, lengths(16, 19), 3},
		{300000, card.Diners, lengths(14, 19), 3}, {360000, card.Diners, lengths(14, 19), 3},
		{352800, card.JCB, lengths(16, 19), 3}, {358999, card.JCB, lengths(16, 19), 3},
		{620000, card.UnionPay, lengths(14, 19), 3}, {810000, card.UnionPay, lengths(14, 19), 3},
		{675900, card.Maestro, lengths(12, 19), 3},
		{506699, card.Elo, []int{16}, 3},
		{220000, card.Mir, lengths(16, 19), 3},
		{652150, card.RuPay, []int{16}, 3},
		{506099, card.Verve, lengths(16, 19, 17), 3},
		{979200, card.Troy, []int{16}, 3},
	} {
		if got := card.BrandOf(c.prefix); got != c.brand {
			t.Errorf("%d is %s, want %s", c.prefix, got, c.brand)
		}
		for n := 8; n <= 22; n++ {
			if got, want := c.brand.HasLength(n), slices.Contains(c.lengths, n); got != want {
				t.Errorf("%s of %d digits: %v, want %v", c.brand, n, got, want)
			}
		}
		if got := c.brand.CVVLength(); got != c.cvv {
			t.Errorf("a CVV of %s has %d digits, want %d", c.brand, got, c.cvv)
		}
	}
}

func TestBrandOfBIN(t *testing.T) {
	t.Parallel()
	for bin, want := range map[string]card.Brand{"411111": card.Visa, "53199900": card.Mastercard, "41111": card.Unknown, "": card.Unknown, "41x111": card.Unknown, "+41111": card.Unknown} {
		if got := card.BrandOfBIN(bin); got != want {
			t.Errorf("%q is %s, want %s", bin, got, want)
		}
	}
}

func TestExpiryLastsThroughItsMonthEverywhere(t *testing.T) {
	t.Parallel()
	november := card.Expiry{Month: 11, Year: 2026}
	december := card.Expiry{Month: 12, Year: 2026}
	for _, c := range []struct {
		name   string
		expiry card.Expiry
		now    string
		want   bool
	}{
		{"in its month", november, "2026-11-21T00:00:00Z", false},
		{"still November in UTC−12", november, "2026-12-01T11:59:59Z", false},
		{"December everywhere", november, "2026-12-01T12:00:00Z", true},
		{"year's end", december, "2027-01-01T11:59:59Z", false},
		{"a new year everywhere", december, "2027-01-01T12:00:00Z", true},
	} {
		now, err := time.Parse(time.RFC3339, c.now)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.expiry.Passed(now); got != c.want {
			t.Errorf("%s: passed = %v, want %v", c.name, got, c.want)
		}
		if first := card.Current(now); first.Passed(now) || (card.Expiry{Month: first.Month - 1, Year: first.Year}).Valid() && !(card.Expiry{Month: first.Month - 1, Year: first.Year}).Passed(now) {
			t.Errorf("%s: the first that is good is %+v", c.name, first)
		}
	}
}

func TestExpiryValid(t *testing.T) {
	t.Parallel()
	for _, bad := range []card.Expiry{{0, 2030}, {13, 2030}, {-1, 2030}, {1, 30}, {1, 1999}, {1, 2100}} {
		if bad.Valid() {
			t.Errorf("%v counts as an expiry", bad)
		}
	}
}

func TestEverySchemeHasAName(t *testing.T) {
	t.Parallel()
	for _, brand := range []card.Brand{card.Visa, card.Mastercard, card.Amex, card.Discover, card.Diners, card.JCB, card.UnionPay, card.Maestro, card.Elo, card.Mir, card.RuPay, card.Verve, card.Troy,
		card.CartesBancaires, card.Dankort, card.Bancontact, card.EftposAU} {
		if name := brand.Name(); name == "Card" || name == "" {
			t.Errorf("%s is called %q", brand, name)
		}
	}
	if name := card.Unknown.Name() + card.Brand("").Name(); name != "CardCard" {
		t.Errorf("an unknown one is called %q", name)
	}
}

func TestTheSchemesOfACardThatBearsTwo(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		brand, second card.Brand
		want          []card.Brand
	}{
		{card.Visa, card.CartesBancaires, []card.Brand{card.CartesBancaires, card.Visa}},
		{card.CartesBancaires, card.Mastercard, []card.Brand{card.CartesBancaires, card.Mastercard}},
		{card.Visa, card.Elo, []card.Brand{card.Visa, card.Elo}},
		{card.Visa, "", nil}, {card.Visa, card.Visa, nil}, {card.Visa, card.Unknown, nil}, {card.Unknown, card.Dankort, nil}, {"", card.Dankort, nil},
	} {
		if got := (card.Issuance{Brand: c.brand, CoBrand: c.second}).Networks(); !slices.Equal(got, c.want) {
			t.Errorf("%s and %s: %v, want %v", c.brand, c.second, got, c.want)
		}
	}
}
