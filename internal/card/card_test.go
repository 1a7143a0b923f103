package card_test

import (
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

func TestLengthsAndCVV(t *testing.T) {
	t.Parallel()
	if !card.Visa.HasLength(16) || card.Visa.HasLength(15) || !card.Amex.HasLength(15) || card.Amex.HasLength(16) {
		t.Error("lengths of Visa and Amex are off")
	}
	if card.Amex.CVVLength() != 4 || card.Visa.CVVLength() != 3 {
		t.Error("CVV lengths of Amex and Visa are off")
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
