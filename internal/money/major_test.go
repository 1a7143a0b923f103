package money

import "testing"

func TestMajorUnits(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text, currency string
		minor          int64
		major          string // empty when it must be refused
	}{
		{"4.35", "USD", 435, "4.35"}, {"300", "NGN", 30000, "300.00"}, {"500", "JPY", 500, "500"}, {"1.234", "KWD", 1234, "1.234"},
		{"0", "USD", 0, "0.00"}, {"-0.01", "USD", -1, "-0.01"}, {"43.5e-1", "USD", 435, "4.35"}, {"1E2", "JPY", 100, "100"},
		{"9999999999.99", "USD", Max, "9999999999.99"}, {"1.2000", "USD", 120, "1.20"},
		{"4.351", "USD", 0, ""}, {"0.5", "JPY", 0, ""}, {"", "USD", 0, ""}, {"1,00", "USD", 0, ""}, {"NaN", "USD", 0, ""}, {"0x10", "USD", 0, ""},
		{"1/2", "USD", 0, ""}, {"10000000000", "USD", 0, ""}, {"1e99", "USD", 0, ""}, {"1e999999999", "USD", 0, ""}, {"1", "XXQ", 0, ""}, {"1_0", "USD", 0, ""},
	} {
		got, err := ParseMajor(c.text, c.currency)
		if c.major == "" {
			if err == nil {
				t.Errorf("%s %s was read as %d", c.text, c.currency, got.Minor)
			}
			continue
		}
		if err != nil || got.Minor != c.minor || got.Major() != c.major {
			t.Errorf("%s %s is %d, %q, %v", c.text, c.currency, got.Minor, got.Major(), err)
		}
	}
}
