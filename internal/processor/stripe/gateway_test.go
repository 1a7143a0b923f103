package stripe_test

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/card"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/pan/pantest"
	"github.com/paywicket/paywicket/internal/processor"
	"github.com/paywicket/paywicket/internal/processor/processortest"
	"github.com/paywicket/paywicket/internal/processor/stripe"
	"github.com/paywicket/paywicket/internal/processor/stripe/stripetest"
)

func connect(t testing.TB, url string) *stripe.Gateway {
	t.Helper()
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	g, err := stripe.New("sk_test_123", url, &http.Client{Transport: transport})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// What a payment relies on, against a peer in Stripe's shape that has a memory.
func TestGateway(t *testing.T) {
	t.Parallel()
	processortest.Run(t, func(t *testing.T) processortest.Fixture {
		peer := stripetest.Start(t)
		peer.Slow["4000000000009235"] = 700 * time.Millisecond
		declines := map[processor.DeclineCode]processortest.Case{}
		for number, reason := range stripetest.Declines {
			code := map[string]processor.DeclineCode{"card_velocity_exceeded": processor.LimitExceeded, "incorrect_cvc": processor.IncorrectCVV}[reason]
			if code == "" {
				code = processor.DeclineCode(reason)
			}
			declines[code] = processortest.Case{Number: number, CVV: "739"}
		}
		return processortest.Fixture{
			Gateway: connect(t, peer.URL), Amount: money.Amount{Minor: 4900, Currency: "EUR"}, Expiry: card.Expiry{Month: 12, Year: 2030},
			Approve: processortest.Case{Number: "4242424242424242", CVV: "739"}, Declines: declines,
			Challenge: &processortest.Case{Number: stripetest.Challenged, CVV: "739"}, Confirm: processortest.AtTheBank("confirm"), Refuse: processortest.AtTheBank("refuse"),
			Slow: &processortest.Case{Number: "4000000000009235", CVV: "739"}, Patience: 300 * time.Millisecond,
			Refusing: func(t testing.TB) processor.Gateway { return connect(t, "http://127.0.0.1:1") },
			Count:    func(_ testing.TB, reference string) int { return peer.Count(reference) },
		}
	})
}

// The address that is given is checked.
func TestAnAddressIsChecked(t *testing.T) {
	t.Parallel()
	g := connect(t, stripetest.Start(t).URL)
	for avs, address := range map[string]processor.Address{
		"Y": {Line1: "1 High Street & Co", City: "Springfield", State: "IL", PostalCode: "62701", Country: "US"},
		"Z": {PostalCode: "62701"}, "A": {Line1: "1 High Street"}, "U": {City: "Springfield"},
	} {
		ask := processor.Request{Reference: id.Reference(), Amount: money.Amount{Minor: 4900, Currency: "USD"}, Billing: address}
		if o, err := g.Authorize(t.Context(), ask, pantest.Card(t, "4242424242424242")); err != nil || o.State != processor.Approved || o.AVS != avs {
			t.Errorf("%+v: %+v, %v", address, o, err)
		}
	}
}

// Every call has the shape that Stripe's own mock, made of its specification, takes: it
// refuses parameters that do not exist.
func TestShapesAgainstStripesMock(t *testing.T) {
	t.Parallel()
	// A socket of its own: a port that was found free may be somebody else's by now.
	socket := filepath.Join(t.TempDir(), "mock")
	path, err := exec.Command("go", "tool", "-n", "stripe-mock").Output()
	if err != nil {
		t.Fatal(err)
	}
	mock := exec.Command(strings.TrimSpace(string(path)), "-http-unix", socket)
	var said bytes.Buffer
	mock.Stdout, mock.Stderr = &said, &said
	if err := mock.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = mock.Process.Kill(); _ = mock.Wait() })
	for range 600 {
		if conn, err := net.Dial("unix", socket); err == nil {
			conn.Close()
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", socket)
	}}
	t.Cleanup(transport.CloseIdleConnections)
	g, err := stripe.New("sk_test_123", "http://stripe.example", &http.Client{Transport: transport})
	if err != nil {
		t.Fatal(err)
	}
	for name, ask := range map[string]processor.Request{
		"with an address": {Billing: processor.Address{Line1: "1 High Street", City: "Springfield", State: "IL", PostalCode: "62701", Country: "US"}},
		"by the shopper":  {Descriptor: "SHOP", ReturnURL: "https://pay.example/back", Capture: true, Authenticate: true},
		"by a scheme":     {Network: card.CartesBancaires},
		"by another":      {Network: card.Dankort, Authenticate: true}, // which Stripe does not know
		"by the merchant": {Initiator: processor.Merchant, Recurring: true, SchemeReference: "1234567890"},
	} {
		ask.Reference, ask.Amount = id.Reference(), money.Amount{Minor: 4900, Currency: "USD"}
		if o, err := g.Authorize(t.Context(), ask, pantest.Card(t, "4242424242424242")); err != nil || strings.Contains(o.Detail, "HTTP") || strings.Contains(o.Detail, "read") {
			t.Errorf("%s: %+v, %v: %s", name, o, err, said.String())
		}
	}
	of := processor.Original{Reference: "r", ProcessorID: "pi_123", Amount: money.Amount{Minor: 4900, Currency: "USD"}, At: time.Now()}
	if _, err := g.Lookup(t.Context(), of); err != nil {
		t.Errorf("look-up: %v", err)
	}
	if _, err := g.CancelChallenge(t.Context(), of); err != nil {
		t.Errorf("cancel: %v", err)
	}
	for _, kind := range []processor.ModificationKind{processor.Capture, processor.Void, processor.Refund} {
		m := processor.Modification{Kind: kind, Reference: id.Reference(), Amount: of.Amount, Original: of}
		if o, err := g.Modify(t.Context(), m); err != nil || o.State == processor.Unknown || o.State == processor.Declined {
			t.Errorf("%s: %+v, %v", kind, o, err)
		}
		if _, err := g.LookupModification(t.Context(), m); err != nil {
			t.Errorf("look-up of a %s: %v", kind, err)
		}
	}
	if err := g.List(t.Context(), time.Now().Add(-time.Hour), time.Now(), func(processor.Listed) error { return nil }); err != nil {
		t.Errorf("list: %v", err)
	}
}

// What Stripe answers, and what that means.
func TestAnswers(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status int
		body   string
		want   processor.State
	}{
		"a bad request":          {400, `{"error":{"type":"invalid_request_error"}}`, processor.Declined},
		"a wrong key":            {401, `{"error":{"type":"invalid_request_error"}}`, processor.Declined},
		"a declined card":        {402, `{"error":{"type":"card_error","payment_intent":{"id":"pi_1","status":"requires_payment_method"}}}`, processor.Declined},
		"a decline of no intent": {402, `{"error":{"type":"card_error","decline_code":"lost_card"}}`, processor.Declined},
		"under way":              {409, `{}`, processor.Unknown},
		"too many":               {429, `{}`, processor.Unknown},
		"its own fault":          {500, `{}`, processor.Unknown},
		"a page":                 {200, `<html>`, processor.Unknown},
		"nothing":                {200, ``, processor.Unknown},
		"no id":                  {200, `{}`, processor.Unknown},
		"processing":             {200, `{"id":"pi_1","status":"processing"}`, processor.Unknown},
		"an unknown action":      {200, `{"id":"pi_1","status":"requires_action","next_action":{"type":"use_stripe_sdk"}}`, processor.Unknown},
		"authorized":             {200, `{"id":"pi_1","status":"requires_capture","amount":1,"currency":"usd"}`, processor.Approved},
		"a redirect":             {302, ``, processor.Unknown},
		"the number, quoted":     {500, `4242424242424242`, processor.Unknown},
	} {
		peer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/v1/payment_methods" {
				_, _ = w.Write([]byte(`{"id":"pm_1"}`))
				return
			}
			w.WriteHeader(c.status)
			_, _ = w.Write([]byte(c.body))
		}))
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		o, err := connect(t, peer.URL).Authorize(ctx, processor.Request{Reference: "r", Amount: money.Amount{Minor: 1, Currency: "USD"}}, pantest.Card(t, "4242424242424242"))
		if err != nil || o.State != c.want || strings.Contains(o.Detail, "4242") {
			t.Errorf("%s: %+v, %v", name, o, err)
		}
		cancel()
		peer.Close()
	}
	for _, bad := range [][2]string{{"pk_live_1", stripe.API}, {"", stripe.API}, {"sk_live_1", "nowhere"}} {
		if _, err := stripe.New(bad[0], bad[1], http.DefaultClient); err == nil {
			t.Errorf("%v was taken", bad)
		}
	}
}

// Until the card is handed over nothing was charged, whatever came back.
func TestACardThatIsNotTakenIsNotCharged(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status int
		body   string
		want   processor.State // empty for an error: nothing was sent
	}{
		"its own fault":  {500, `{"error":{"type":"api_error"}}`, ""},
		"too many":       {429, `{"error":{"type":"api_error"}}`, ""},
		"a page":         {200, `<html>`, ""},
		"a wrong number": {402, `{"error":{"type":"card_error","code":"incorrect_number"}}`, processor.Declined},
		"not allowed":    {400, `{"error":{"type":"invalid_request_error"}}`, processor.Declined},
	} {
		peer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/v1/payment_methods" {
				t.Errorf("%s: went on to %s", name, r.URL.Path)
			}
			w.WriteHeader(c.status)
			_, _ = w.Write([]byte(c.body))
		}))
		o, err := connect(t, peer.URL).Authorize(t.Context(), processor.Request{Reference: "r", Amount: money.Amount{Minor: 1, Currency: "USD"}}, pantest.Card(t, "4242424242424242"))
		if (c.want == "") != (err != nil) || o.State != c.want {
			t.Errorf("%s: %+v, %v", name, o, err)
		}
		peer.Close()
	}
}

// What must not be asked for again is final, so that no other processor is asked.
func TestFinalDeclines(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"revocation_of_authorization", "revocation_of_all_authorizations", "stop_payment_order", "do_not_try_again", "not_permitted", "duplicate_transaction"} {
		peer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/v1/payment_methods" {
				_, _ = w.Write([]byte(`{"id":"pm_1"}`))
				return
			}
			w.WriteHeader(http.StatusPaymentRequired)
			_, _ = w.Write([]byte(`{"error":{"type":"card_error","code":"card_declined","decline_code":"` + code + `","payment_intent":{"id":"pi_1","status":"requires_payment_method","last_payment_error":{"decline_code":"` + code + `"}}}}`))
		}))
		o, err := connect(t, peer.URL).Authorize(t.Context(), processor.Request{Reference: "r", Amount: money.Amount{Minor: 1, Currency: "USD"}}, pantest.Card(t, "4242424242424242"))
		if err != nil || o.State != processor.Declined || !o.DeclineCode.Final() {
			t.Errorf("%s: %+v, %v", code, o, err)
		}
		peer.Close()
	}
}
