package money_test

import (
	"testing"

	"github.com/paywicket/paywicket/internal/money"
)

func TestExponentsOfISO4217(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]int{"USD": 2, "EUR": 2, "JPY": 0, "KWD": 3, "BHD": 3, "CLF": 4, "CLP": 0, "NGN": 2, "MXN": 2} {
		if got, ok := money.Exponent(code); !ok || got != want {
			t.Errorf("%s: %d, %v; want %d", code, got, ok, want)
		}
	}
	for _, code := range []string{"", "usd", "USDT", "XYZ", "DEM", "U$D"} {
		if _, ok := money.Exponent(code); ok {
			t.Errorf("%q counts as a currency", code)
		}
	}
}

func TestString(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		amount money.Amount
		want   string
	}{
		{money.Amount{Minor: 4900, Currency: "USD"}, "49.00 USD"},
		{money.Amount{Minor: 5, Currency: "USD"}, "0.05 USD"},
		{money.Amount{Minor: 500, Currency: "JPY"}, "500 JPY"},
		{money.Amount{Minor: 1, Currency: "KWD"}, "0.001 KWD"},
		{money.Amount{Minor: -435, Currency: "EUR"}, "-4.35 EUR"},
		{money.Amount{Minor: money.Max, Currency: "USD"}, "9999999999.99 USD"},
	} {
		if got := c.amount.String(); got != c.want {
			t.Errorf("%d %s = %q, want %q", c.amount.Minor, c.amount.Currency, got, c.want)
		}
	}
}
