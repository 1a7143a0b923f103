package stripe_test

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"testing"

	"github.com/paywicket/paywicket/internal/card"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/pan/pantest"
	"github.com/paywicket/paywicket/internal/processor"
	"github.com/paywicket/paywicket/internal/processor/stripe"
	"github.com/paywicket/paywicket/internal/processor/stripe/stripetest"
)

// overheard notes the form of every charge that is asked for.
type overheard struct{ charge url.Values }

func (o *overheard) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Path == "/v1/payment_intents" {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		if o.charge, err = url.ParseQuery(string(body)); err != nil {
			return nil, err
		}
	}
	return http.DefaultTransport.RoundTrip(r)
}

// The scheme that the shopper chose is named as Stripe names it, where it knows it.
func TestTheChosenSchemeIsNamed(t *testing.T) {
	t.Parallel()
	heard := &overheard{}
	g, err := stripe.New("sk_test_123", stripetest.Start(t).URL, &http.Client{Transport: heard})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		network      card.Brand
		authenticate bool
		named, asked string
	}{
		{"", false, "", ""}, {card.CartesBancaires, false, "cartes_bancaires", ""}, {card.Visa, true, "visa", "any"}, {card.Dankort, true, "", "any"}, {card.Dankort, false, "", ""},
	} {
		ask := processor.Request{Reference: id.Reference(), Amount: money.Amount{Minor: 4900, Currency: "EUR"}, Network: c.network, Authenticate: c.authenticate}
		if o, err := g.Authorize(t.Context(), ask, pantest.Card(t, "4000002500001001")); err != nil || o.State != processor.Approved {
			t.Errorf("%q: %+v, %v", c.network, o, err)
		}
		named, asked := heard.charge.Get("payment_method_options[card][network]"), heard.charge.Get("payment_method_options[card][request_three_d_secure]")
		if named != c.named || asked != c.asked {
			t.Errorf("%q: %q and %q, want %q and %q", c.network, named, asked, c.named, c.asked)
		}
	}
}
