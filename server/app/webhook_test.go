package app_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// receiver is a merchant's webhook receiver with a ledger of its own.
type receiver struct {
	mu       sync.Mutex
	verifier *standardwebhooks.Webhook
	failing  int // how many deliveries to refuse first
	refused  map[string]int
	got      chan map[string]any
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	body, err := io.ReadAll(request.Body)
	r.mu.Lock()
	defer r.mu.Unlock()
	if err != nil || r.verifier.Verify(body, request.Header) != nil {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	var message map[string]any
	if json.Unmarshal(body, &message) != nil || message["id"] != request.Header.Get("webhook-id") {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	if r.failing > 0 {
		r.failing--
		r.refused[request.Header.Get("webhook-id")]++
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	r.got <- message
}

// receive registers a receiver for some events, or all.
func (h *house) receive(failing int, events string) *receiver {
	h.t.Helper()
	r := &receiver{failing: failing, refused: map[string]int{}, got: make(chan map[string]any, 100)}
	front := httptest.NewServer(r)
	h.t.Cleanup(front.Close)
	a := h.api("POST", "/v1/webhook_endpoints", `{"url":"`+front.URL+`/hook","events":`+events+`}`)
	if a.Status != http.StatusCreated {
		h.t.Fatalf("register: %d %s", a.Status, a.Body)
	}
	verifier, err := standardwebhooks.NewWebhook(a.text("secret"))
	if err != nil {
		h.t.Fatal(err)
	}
	r.mu.Lock()
	r.verifier = verifier
	r.mu.Unlock()
	return r
}

// next waits for a delivery.
func (h *house) next(r *receiver, patience time.Duration) map[string]any {
	h.t.Helper()
	select {
	case message := <-r.got:
		return message
	case <-time.After(patience):
		h.t.Fatal("no webhook came")
		return nil
	}
}

func TestAWebhookTellsWhatTheAPITells(t *testing.T) {
	t.Parallel()
	h := open(t)
	r := h.receive(0, `["payment.authorized"]`)
	paid := h.pay(h.session(), "4111111111111111")
	message := h.next(r, 5*time.Second)
	data, _ := message["data"].(map[string]any)
	if message["type"] != "payment.authorized" || data["id"] != paid.text("payment") || data["token"] != paid.text("token") {
		t.Errorf("got %v", message)
	}
	said, err := json.Marshal(data)
	if err != nil {
		t.Fatal(err)
	}
	var told, asked map[string]any
	a := h.api("GET", "/v1/payments/"+paid.text("payment"), "")
	if json.Unmarshal(said, &told) != nil || json.Unmarshal([]byte(a.Body), &asked) != nil || len(told) != len(asked) {
		t.Errorf("the webhook said %s, the API says %s", said, a.Body)
	}
	for name := range asked {
		one, _ := json.Marshal(told[name])
		two, _ := json.Marshal(asked[name])
		if string(one) != string(two) {
			t.Errorf("%s: the webhook said %s, the API says %s", name, one, two)
		}
	}
	events := h.api("GET", "/v1/events?limit=2", "")
	if events.field("has_more") != false {
		t.Errorf("events: %s", events.Body)
	}
	if page := h.api("GET", "/v1/events?limit=1", ""); page.field("has_more") != true {
		t.Errorf("a page of one: %s", page.Body)
	}
	if a := h.api("GET", "/v1/events?limit=0", ""); a.Status != 400 || a.text("field") != "limit" {
		t.Errorf("limit 0: %d %s", a.Status, a.Body)
	}
	if a := h.api("GET", "/v1/events?before=evt_00000000000000000000000000", ""); a.Status != 400 || a.text("field") != "before" {
		t.Errorf("unknown cursor: %d %s", a.Status, a.Body)
	}
}

// A receiver that is down gets the same event again, under the same id.
func TestAWebhookIsTriedAgain(t *testing.T) {
	t.Parallel()
	h := open(t)
	r := h.receive(1, `["payment.declined"]`)
	h.pay(h.session(), "4000000000009995")
	message := h.next(r, 20*time.Second) // the first retry is due after five seconds
	id, _ := message["id"].(string)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.refused[id] != 1 {
		t.Errorf("delivered %s, refused before: %v", id, r.refused)
	}
}

// An answer that is lost is found out by asking, told once, and never asked for twice.
func TestAnUnclearPaymentIsResolvedAndTold(t *testing.T) {
	t.Parallel()
	h := open(t)
	r := h.receive(0, `["payment.processing","payment.authorized"]`)
	session := h.session()
	a := h.pay(session, "5135020000005871")
	if a.Status != http.StatusAccepted || a.text("status") != "processing" {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	seen := []any{h.next(r, 10*time.Second)["type"], h.next(r, 20*time.Second)["type"]}
	if seen[0] != "payment.processing" || seen[1] != "payment.authorized" {
		t.Errorf("told %v", seen)
	}
	if done := h.call("GET", "/checkout/"+session+"/result", ""); done.text("status") != "authorized" || len(h.ledger.List()) != 1 {
		t.Errorf("%s, asked %d times", done.Body, len(h.ledger.List()))
	}
}

// A receiver's address is the merchant's, and often holds a secret: when it cannot be
// reached the log says which endpoint it is, and why, and no more.
func TestTheLogDoesNotTellAReceiversAddress(t *testing.T) {
	t.Parallel()
	h := open(t)
	a := h.api("POST", "/v1/webhook_endpoints", `{"url":"http://127.0.0.1:1/hooks/T0PSECRET"}`)
	h.keepMany(1)
	h.eventually(func() bool { return strings.Contains(h.log.String(), "not delivered to "+a.text("id")) })
	if strings.Contains(h.log.String(), "T0PSECRET") {
		t.Error("the address is in the log")
	}
}

// A receiver that is spoken to as FlexCharge does is told of orders and challenges, and
// hears nothing of payments. Its form is for good.
func TestAReceiverKeepsItsForm(t *testing.T) {
	t.Parallel()
	h := open(t)
	r := h.receive(0, `["payment.authorized"]`)
	a := h.api("POST", "/v1/webhook_endpoints", `{"url":"http://127.0.0.1:1/flexcharge","form":"flexcharge"}`)
	events, _ := a.field("events").([]any)
	if a.Status != http.StatusCreated || a.text("form") != "flexcharge" || len(events) != 10 || strings.Contains(a.Body, "payment.") || strings.Contains(a.Body, "order.submitted") {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	if list := h.api("GET", "/v1/webhook_endpoints", ""); strings.Count(list.Body, `"form":"standard"`) != 1 || strings.Count(list.Body, `"form":"flexcharge"`) != 1 {
		t.Errorf("%s", list.Body)
	}
	path := "/v1/webhook_endpoints/" + a.text("id")
	if a := h.api("PATCH", path, `{"form":"standard"}`); a.Status != http.StatusBadRequest || a.text("field") != "form" {
		t.Errorf("changed: %d %s", a.Status, a.Body)
	}
	if a := h.api("PATCH", path, `{"events":["order.completed"]}`); a.Status != http.StatusOK || a.text("form") != "flexcharge" {
		t.Errorf("changed: %d %s", a.Status, a.Body)
	}
	h.pay(h.session(), "4111111111111111")
	said, _ := h.next(r, 5*time.Second)["id"].(string)
	if a := h.api("GET", path+"/deliveries", ""); strings.Contains(a.Body, said) {
		t.Errorf("queued for it: %s", a.Body)
	}
	if a := h.api("POST", path+"/replay", `{"event":"`+said+`"}`); a.Status != http.StatusBadRequest || a.text("field") != "event" {
		t.Errorf("asked for again: %d %s", a.Status, a.Body)
	}
}
