package app_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"
)

// hook is a delivery in Flutterwave's form.
type hook struct {
	hash string
	body answer
}

// hooked registers a receiver in this form and gives its secret hash and what comes.
func (f *flutter) hooked() (secret string, got chan hook) {
	f.t.Helper()
	got = make(chan hook, 100)
	front := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, request *http.Request) {
		text, _ := io.ReadAll(request.Body)
		if !json.Valid(text) || request.Header.Get("Content-Type") != "application/json" {
			f.t.Errorf("a receiver was sent %s", text)
		}
		got <- hook{request.Header.Get("verif-hash"), answer{Status: 200, Body: string(text)}}
	}))
	f.t.Cleanup(front.Close)
	a := f.api("POST", "/v1/webhook_endpoints", `{"url":"`+front.URL+`/hook","form":"flutterwave"}`)
	if a.Status != http.StatusCreated || a.text("secret") == "" {
		f.t.Fatalf("register: %d %s", a.Status, a.Body)
	}
	return a.text("secret"), got
}

// nextHook waits for one.
func (f *flutter) nextHook(got chan hook) hook {
	f.t.Helper()
	select {
	case h := <-got:
		return h
	case <-time.After(10 * time.Second):
		f.t.Fatal("no webhook came")
		return hook{}
	}
}

// A charge is told with the secret hash verbatim, as the API shows it, and so is its refund;
// both are sent again when asked for.
func TestFlutterwaveWebhooks(t *testing.T) {
	t.Parallel()
	f := speaksFlutterwave(open(t))
	secret, got := f.hooked()
	charged := f.first(typed("4751763236699647", "470"))
	number := strconv.FormatInt(int64(charged.field("data.id").(float64)), 10)
	h := f.nextHook(got)
	if h.hash != secret {
		t.Errorf("verif-hash is %q, want the endpoint's secret", h.hash)
	}
	f.hasAll(h.body, map[string]any{
		"event": "charge.completed", "data.id": charged.field("data.id"), "data.status": "successful", "data.tx_ref": charged.field("data.tx_ref"),
		"data.flw_ref": charged.field("data.flw_ref"), "data.amount": 100.5, "data.currency": "NGN", "data.customer.email": "user@example.com",
		"data.card.token": charged.field("data.card.token"), "data.card.last_4digits": "9647",
	})
	back := f.ask("POST", "/v3/transactions/"+number+"/refund", `{"amount":"40.25"}`)
	refunded := f.nextHook(got)
	f.hasAll(refunded.body, map[string]any{"event": "refund.completed", "data.id": back.field("data.id"), "data.tx_id": charged.field("data.id"), "data.amount_refunded": 40.25, "data.status": "completed"})
	f.hasAll(f.ask("POST", "/v3/transactions/"+number+"/resend-hook", ""), map[string]any{"status": "success", "message": "hook sent", "data": nil})
	if again := f.nextHook(got); again.hash != secret || again.body.text("event") != "charge.completed" || again.body.text("data.status") != "successful" {
		t.Errorf("again: %+v", again)
	}
	if again := f.nextHook(got); again.body.Body != refunded.body.Body {
		t.Errorf("the refund again: %s, before %s", again.body.Body, refunded.body.Body)
	}
	f.refused("an unknown transaction", f.ask("POST", "/v3/transactions/17/resend-hook", ""), 404, "No transaction was found")
}

// A decline is a completed charge that failed, and a payment of the checkout is told of too.
func TestFlutterwaveWebhooksOfOthers(t *testing.T) {
	t.Parallel()
	f := speaksFlutterwave(open(t))
	secret, got := f.hooked()
	sale := typed("5258585922666506", "883")
	f.first(sale)
	f.hasAll(f.nextHook(got).body, map[string]any{
		"event": "charge.completed", "data.status": "failed", "data.tx_ref": sale["tx_ref"], "data.processor_response": "Insufficient Funds",
	})
	paid := f.pay(f.session(), "4111111111111111")
	h := f.nextHook(got)
	if h.hash != secret {
		t.Errorf("verif-hash is %q", h.hash)
	}
	f.hasAll(h.body, map[string]any{"event": "charge.completed", "data.status": "successful", "data.card.last_4digits": "1111", "data.amount": 49.0})
	if paid.text("status") != "authorized" {
		t.Errorf("%s", paid.Body)
	}
}

// Without a receiver in this form, or before there is anything to tell, nothing is sent.
func TestFlutterwaveResendsNothing(t *testing.T) {
	t.Parallel()
	f := speaksFlutterwave(open(t))
	a := f.first(typed("4751763236699647", "470"))
	number := strconv.FormatInt(int64(a.field("data.id").(float64)), 10)
	f.refused("no receiver", f.ask("POST", "/v3/transactions/"+number+"/resend-hook", ""), 400, "webhook endpoint")
	_, got := f.hooked()
	waits := f.first(typed("4187427415564246", "828"))
	number = strconv.FormatInt(int64(waits.field("data.id").(float64)), 10)
	f.refused("nothing ended", f.ask("POST", "/v3/transactions/"+number+"/resend-hook", ""), 400, "until the transaction has ended")
	select {
	case h := <-got:
		t.Errorf("told %s", h.body.Body)
	case <-time.After(300 * time.Millisecond):
	}
}
