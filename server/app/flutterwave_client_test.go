package app_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/processor"
	"github.com/paywicket/paywicket/internal/processor/flutterwave"
	"github.com/paywicket/paywicket/internal/processor/flutterwave/flutterwavetest"
)

// A client that was written for Flutterwave, which is our own gateway to it, is served by
// changing its address. Only the key is put into the form that it insists on.
func TestFlutterwaveServesAClientOfFlutterwave(t *testing.T) {
	t.Parallel()
	f := speaksFlutterwave(open(t))
	here, err := url.Parse(f.url)
	if err != nil {
		t.Fatal(err)
	}
	front := httptest.NewServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(here)
		r.Out.Header.Set("Authorization", "Bearer "+f.key)
	}})
	defer front.Close()
	g, err := flutterwave.New(flutterwavetest.Key, front.URL, &http.Client{Timeout: 20 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	ask := func(number string, capture bool) (processor.Original, processor.Outcome) {
		r := processor.Request{
			Reference: "r-" + id.Random(), Amount: money.Amount{Minor: 30000, Currency: "NGN"}, Capture: capture, Initiator: processor.Merchant,
			StoredAs: f.token(number) + " ada@shop.example", Payer: processor.Payer{Email: "ada@shop.example", Name: "Ada"},
		}
		o, err := g.Authorize(t.Context(), r, processor.Instrument{})
		if err != nil {
			t.Fatal(err)
		}
		return processor.Original{Reference: r.Reference, ProcessorID: o.ProcessorID, Amount: r.Amount, At: time.Now()}, o
	}
	modify := func(of processor.Original, kind processor.ModificationKind, amount int64) {
		t.Helper()
		o, err := g.Modify(t.Context(), processor.Modification{Kind: kind, Reference: id.Reference(), Amount: money.Amount{Minor: amount, Currency: "NGN"}, Original: of})
		if err != nil || o.State != processor.Approved {
			t.Errorf("%s: %+v, %v", kind, o, err)
		}
	}
	state := func(of processor.Original) processor.Outcome {
		t.Helper()
		o, err := g.Lookup(context.WithoutCancel(t.Context()), of)
		if err != nil {
			t.Error(err)
		}
		return o
	}

	sale, o := ask("4111111111111111", true)
	if o.State != processor.Approved || o.Captured != 30000 || o.Reference != sale.Reference || o.Amount != sale.Amount || o.StoredAs == "" {
		t.Errorf("a charge: %+v", o)
	}
	modify(sale, processor.Refund, 10000)
	held, o := ask("4111111111111111", false)
	if o.State != processor.Approved || o.Captured != 0 {
		t.Errorf("a preauthorization: %+v", o)
	}
	modify(held, processor.Capture, 20000)
	if o := state(held); o.State != processor.Approved || o.Captured != 20000 {
		t.Errorf("after its capture: %+v", o)
	}
	modify(held, processor.Refund, 5000)
	freed, _ := ask("4111111111111111", false)
	modify(freed, processor.Void, 30000)
	if o := state(freed); o.State != processor.Approved || !o.Voided {
		t.Errorf("after it was voided: %+v", o)
	}
	poor, o := ask("4000000000009995", true)
	if o.State != processor.Declined || o.DeclineCode != processor.InsufficientFunds {
		t.Errorf("a decline: %+v", o)
	}
	if o := state(poor); o.State != processor.Declined || o.DeclineCode != processor.InsufficientFunds {
		t.Errorf("a decline, looked up: %+v", o)
	}
	if o := state(processor.Original{Reference: "r-nobody", Amount: sale.Amount, At: time.Now()}); o.State != processor.NotFound {
		t.Errorf("what was never asked for: %+v", o)
	}
}
