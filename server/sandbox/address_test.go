package sandbox_test

import (
	"strings"
	"testing"

	"github.com/paywicket/paywicket/internal/processor"
)

// The address check believes what it is told, but for one postal code.
func TestTheAddressCheck(t *testing.T) {
	t.Parallel()
	b := start(t)
	_, page := b.open(b.url + "/")
	for name, c := range map[string]struct {
		number string
		given  map[string]string
		avs    string
	}{
		"nothing":                 {"4111111111111111", nil, "U"},
		"a country alone":         {"4111111111111111", map[string]string{"country": "US", "city": "Springfield"}, "U"},
		"street and postal code":  {"4111111111111111", map[string]string{"line1": "1 High Street", "postal_code": "10001"}, "Y"},
		"a postal code":           {"4111111111111111", map[string]string{"postal_code": "10001"}, "Z"},
		"a street":                {"4111111111111111", map[string]string{"line1": "1 High Street"}, "A"},
		"another postal code":     {"4111111111111111", map[string]string{"line1": "1 High Street", "postal_code": "99999"}, "N"},
		"declined after checking": {"4000000000000002", map[string]string{"postal_code": "10001"}, "Z"},
		"nobody there to check":   {"4009830000001985", map[string]string{"postal_code": "10001"}, "U"},
	} {
		body := ask(c.number)
		for field, text := range c.given {
			body["billing_"+field] = text
		}
		_, row := b.post(body)
		if row.AVS != c.avs {
			t.Errorf("%s: AVS %q, want %q", name, row.AVS, c.avs)
		}
		want := processor.Address{Line1: c.given["line1"], City: c.given["city"], PostalCode: c.given["postal_code"], Country: c.given["country"]}
		if row.Billing != want {
			t.Errorf("%s: the ledger has %+v, want %+v", name, row.Billing, want)
		}
		if !strings.Contains(page, "<td><code>"+c.avs+"</code></td>") {
			t.Errorf("the page does not tell of %s", c.avs)
		}
	}
}
