package flexcharge_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/card"
	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/pan/pantest"
	"github.com/paywicket/paywicket/internal/processor"
	"github.com/paywicket/paywicket/internal/processor/flexcharge"
	"github.com/paywicket/paywicket/internal/processor/flexcharge/flexchargetest"
	"github.com/paywicket/paywicket/internal/processor/processortest"
)

var account = flexcharge.Account{AppKey: "app", AppSecret: "secret", MID: "mid-1", SiteID: "site-1", TokenizationKey: "key"}

func connect(t testing.TB, url string) *flexcharge.Gateway {
	t.Helper()
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	g, err := flexcharge.New(account, url, &http.Client{Transport: transport}, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// What a payment relies on, against a peer in FlexCharge's shape that has a memory.
func TestGateway(t *testing.T) {
	t.Parallel()
	processortest.Run(t, func(t *testing.T) processortest.Fixture {
		peer := flexchargetest.Start(t)
		peer.Late = 700 * time.Millisecond
		return processortest.Fixture{
			Gateway: connect(t, peer.URL), Amount: money.Amount{Minor: 4900, Currency: "USD"}, Expiry: card.Expiry{Month: 12, Year: 2030},
			Approve: processortest.Case{Number: flexchargetest.Approved, CVV: "739"},
			Declines: map[processor.DeclineCode]processortest.Case{
				processor.GenericDecline: {Number: flexchargetest.Declined, CVV: "739"},
			},
			Slow: &processortest.Case{Number: flexchargetest.Slow, CVV: "739"}, Patience: 300 * time.Millisecond,
			Refusing: func(t testing.TB) processor.Gateway { return connect(t, "http://127.0.0.1:1") },
			Count:    func(_ testing.TB, reference string) int { return peer.Count(reference) },
		}
	})
}

func request() processor.Request {
	return processor.Request{
		Reference: "r", Amount: money.Amount{Minor: 100, Currency: "USD"},
		Declined: &processor.Outcome{State: processor.Declined, ProcessorID: "before", DeclineCode: processor.DoNotHonor, NetworkCode: "05"},
	}
}

// An order that waits for the shopper cannot be shown to one, so it is cancelled; one that
// is being worked on is asked about until it is decided.
func TestOrdersThatWait(t *testing.T) {
	t.Parallel()
	peer := flexchargetest.Start(t)
	g := connect(t, peer.URL)
	o, err := g.Authorize(t.Context(), request(), pantest.Card(t, flexchargetest.Challenged))
	if err != nil || o.State != processor.Declined || o.DeclineCode != processor.AuthenticationNeeded {
		t.Errorf("a challenge: %+v, %v", o, err)
	}
	of := processor.Original{Reference: "r", Amount: money.Amount{Minor: 100, Currency: "USD"}}
	if o, err = g.Lookup(t.Context(), of); err != nil || o.State != processor.Declined {
		t.Errorf("a challenge, looked up: %+v, %v", o, err)
	}

	ask := request()
	ask.Reference, of.Reference = "r2", "r2"
	if o, err = g.Authorize(t.Context(), ask, pantest.Card(t, flexchargetest.Pending)); err != nil || o.State != processor.Unknown {
		t.Errorf("submitted: %+v, %v", o, err)
	}
	if o, err = g.Lookup(t.Context(), of); err != nil || o.State != processor.Unknown {
		t.Errorf("submitted, looked up: %+v, %v", o, err)
	}
	peer.Decide()
	if o, err = g.Lookup(t.Context(), of); err != nil || o.State != processor.Approved || o.Amount != of.Amount {
		t.Errorf("decided, looked up: %+v, %v", o, err)
	}
}

// An access token that is no good any more costs a question nothing, and an authorization
// only that nothing was done.
func TestAnAccessTokenThatEnds(t *testing.T) {
	t.Parallel()
	peer := flexchargetest.Start(t)
	g := connect(t, peer.URL)
	of := processor.Original{Reference: "r", Amount: money.Amount{Minor: 100, Currency: "USD"}}
	for range 2 {
		if o, err := g.Lookup(t.Context(), of); err != nil || o.State != processor.NotFound {
			t.Fatalf("%+v, %v", o, err)
		}
		peer.Expire()
	}
	if o, err := g.Authorize(t.Context(), request(), pantest.Card(t, flexchargetest.Approved)); err == nil || peer.Count("r") != 0 {
		t.Errorf("with an old token: %+v, %v", o, err)
	}
	if o, err := g.Authorize(t.Context(), request(), pantest.Card(t, flexchargetest.Approved)); err != nil || o.State != processor.Approved {
		t.Errorf("with the next: %+v, %v", o, err)
	}
	if peer.Refused != 2 {
		t.Errorf("%d calls were refused", peer.Refused)
	}
}

// What FlexCharge answers, and what that means.
func TestAnswers(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status int
		body   string
		want   processor.State
	}{
		"approved":           {200, `{"orderSessionKey":"k","success":true,"status":"APPROVED"}`, processor.Approved},
		"to be captured":     {200, `{"orderSessionKey":"k","success":true,"status":"CAPTUREREQUIRED"}`, processor.Approved},
		"declined":           {200, `{"orderSessionKey":"k","success":true,"status":"DECLINED"}`, processor.Declined},
		"failed":             {200, `{"orderSessionKey":"k","success":false,"status":"FAILED"}`, processor.Declined},
		"submitted":          {200, `{"orderSessionKey":"k","success":true,"status":"SUBMITTED"}`, processor.Unknown},
		"a new word":         {200, `{"orderSessionKey":"k","success":true,"status":"SIMMERING"}`, processor.Unknown},
		"no order":           {200, `{"success":true,"status":"APPROVED"}`, processor.Unknown},
		"a missing field":    {400, `{"TraceId":["00-1"],"OrderId":["Merchant's orderId is required"]}`, processor.Declined},
		"its own fault":      {500, `{}`, processor.Unknown},
		"too many":           {429, ``, processor.Unknown},
		"nothing":            {200, ``, processor.Unknown},
		"a page":             {200, `<html>`, processor.Unknown},
		"cut off":            {200, `{"orderSessionKey":"k","status":"APPRO`, processor.Unknown},
		"a redirect":         {302, ``, processor.Unknown},
		"the number, quoted": {500, `4000002760003184`, processor.Unknown},
		"huge":               {200, `{"status":"` + strings.Repeat("x", 5<<20), processor.Unknown},
	} {
		peer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/v1/oauth2/token" {
				_, _ = w.Write([]byte(`{"accessToken":"a","expires":99999999999999}`))
				return
			}
			w.WriteHeader(c.status)
			_, _ = w.Write([]byte(c.body))
		}))
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		o, err := connect(t, peer.URL).Authorize(ctx, request(), pantest.Card(t, flexchargetest.Approved))
		if err != nil || o.State != c.want || strings.Contains(o.Detail, "4000") {
			t.Errorf("%s: %+v, %v", name, o, err)
		}
		cancel()
		peer.Close()
	}
}

// What nobody has declined is not sent, and neither is anything without an access token.
func TestWhatIsNotSent(t *testing.T) {
	t.Parallel()
	peer := flexchargetest.Start(t)
	ask := request()
	ask.Declined = nil
	if o, err := connect(t, peer.URL).Authorize(t.Context(), ask, pantest.Card(t, flexchargetest.Approved)); err == nil {
		t.Errorf("without a decline: %+v", o)
	}
	wrong := account
	wrong.AppSecret = "wrong"
	g, err := flexcharge.New(wrong, peer.URL, http.DefaultClient, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if o, err := g.Authorize(t.Context(), request(), pantest.Card(t, flexchargetest.Approved)); err == nil || peer.Count("r") != 0 {
		t.Errorf("with a wrong secret: %+v, %v", o, err)
	}
	if token, err := g.Store(t.Context(), pantest.Card(t, flexchargetest.Approved)); err == nil {
		t.Errorf("with a wrong secret, the card is stored as %q", token)
	}
	if _, err := flexcharge.New(flexcharge.Account{}, flexcharge.API, http.DefaultClient, time.Now); err == nil {
		t.Error("an account without keys was taken")
	}
}
