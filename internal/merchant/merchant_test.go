package merchant_test

import (
	"strings"
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/merchant"
)

// An origin is written exactly as browsers write it, for it is compared with what
// they say and put into a security policy.
func TestOrigins(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"https://shop.example": "https://shop.example", "https://SHOP.example/": "https://shop.example", "https://shop.example:443": "https://shop.example",
		"https://shop.example:8443": "https://shop.example:8443", "http://localhost:3000": "http://localhost:3000", "http://127.0.0.1:80": "http://127.0.0.1",
		"http://[::1]:3000": "http://[::1]:3000",
	} {
		if got, err := merchant.ParseOrigin(text); got != want || err != nil {
			t.Errorf("%q: %q, %v; want %q", text, got, err, want)
		}
	}
	for _, text := range []string{
		"", "shop.example", "http://shop.example", "https://", "https://shop.example/path", "https://shop.example?x", "https://shop.example#x",
		"https://user@shop.example", "https://*.example", "https://a.example https://b.example", "https://a.example;script-src", "https://a.example,b.example",
		"https://a.example'", `https://a.example"`, "https://a.example\n", "https://a.example\r\nx: y", "https://a.example\t", "https://a.example:", "https://a.example:port",
		"https://bücher.example", "https://a%20b.example", "https://a%3bb.example", "javascript:alert(1)", "null", "*", "data:text/html,x", "https://a.example\\b",
		"https://<a>.example", "https://a.example:99999", "https://" + strings.Repeat("a", 300) + ".example", "https://a..example", "https://.example",
	} {
		if got, err := merchant.ParseOrigin(text); err == nil {
			t.Errorf("%q was taken for %q", text, got)
		} else if fault.Of(err).Field != "origins" {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestSites(t *testing.T) {
	t.Parallel()
	good := []string{"https://shop.example"}
	for name, c := range map[string]struct {
		name, descriptor string
		origins          []string
		field            string
	}{
		"good":                 {"Shop", "SHOP EXAMPLE", good, ""},
		"nameless":             {"", "SHOP EXAMPLE", good, "name"},
		"a long name":          {strings.Repeat("x", 101), "SHOP EXAMPLE", good, "name"},
		"a short descriptor":   {"Shop", "SHOP", good, "descriptor"},
		"a NUL in its name":    {"Sh\x00p", "SHOP EXAMPLE", good, "name"},
		"no letter":            {"Shop", "12345", good, "descriptor"},
		"a descriptor's quote": {"Shop", "SHOP'S <b>", good, "descriptor"},
		"a long descriptor":    {"Shop", strings.Repeat("X", 23), good, "descriptor"},
		"nowhere":              {"Shop", "SHOP EXAMPLE", nil, "origins"},
		"too many places":      {"Shop", "SHOP EXAMPLE", make([]string, 21), "origins"},
		"a place of no origin": {"Shop", "SHOP EXAMPLE", []string{"https://shop.example", "here"}, "origins"},
	} {
		_, err := merchant.NewSite("mer_1", c.name, c.descriptor, c.origins, time.Now())
		if (err == nil) != (c.field == "") || err != nil && fault.Of(err).Field != c.field {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestKeys(t *testing.T) {
	t.Parallel()
	for role, prefix := range map[merchant.Role]string{merchant.Secret: "sk_test_", merchant.Publishable: "pk_test_"} {
		a, b := merchant.NewKey("mer_1", role, merchant.Test, time.Now()), merchant.NewKey("mer_1", role, merchant.Test, time.Now())
		if !strings.HasPrefix(a.Text(), prefix) || a.Text() == b.Text() {
			t.Errorf("%s: %s, %s", role, a.Public, b.Public)
		}
		public, secret := merchant.SplitKey(a.Text())
		if public != a.ID || !a.Matches(secret) {
			t.Errorf("%s does not match itself", role)
		}
		if role == merchant.Secret {
			for _, wrong := range []string{"", secret[1:], secret + "x", strings.ToUpper(secret), b.Secret} {
				if a.Matches(wrong) {
					t.Errorf("a wrong secret of %d characters matches", len(wrong))
				}
			}
			if strings.Contains(string(a.Hash), secret) || len(secret) < 50 {
				t.Error("the secret is short, or kept in the clear")
			}
		}
	}
	for _, text := range []string{"", "_", "sk", "sk_test", "sk_test_", "sk_test__", strings.Repeat("_", 100)} {
		merchant.SplitKey(text) // must not fail, whatever it is given
	}
}
