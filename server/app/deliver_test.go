package app_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/id"
)

// A receiver that hangs, drips, has no end, or sends elsewhere holds up nobody else: what
// goes to a good one comes while all of those are still busy with their first.
func TestHostileReceiversHoldUpNobody(t *testing.T) {
	t.Parallel()
	h := open(t)
	released := make(chan struct{})
	var elsewhere, busy sync.Map
	hostile := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		busy.Store(r.URL.Path, true)
		switch r.URL.Path {
		case "/hang":
			<-released
		case "/drip":
			for range 20 {
				_, _ = io.WriteString(w, "x")
				w.(http.Flusher).Flush()
				select {
				case <-released:
					return
				case <-time.After(500 * time.Millisecond):
				}
			}
		case "/endless":
			for range 1 << 14 { // a GiB
				if _, err := w.Write(make([]byte, 64<<10)); err != nil {
					return
				}
			}
		case "/redirect":
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
		case "/elsewhere":
			elsewhere.Store("yes", true)
		}
	}))
	t.Cleanup(hostile.Close)
	t.Cleanup(func() { close(released) })
	for _, path := range []string{"/hang", "/drip", "/endless", "/redirect"} {
		if a := h.api("POST", "/v1/webhook_endpoints", `{"url":"`+hostile.URL+path+`"}`); a.Status != http.StatusCreated {
			t.Fatalf("%d %s", a.Status, a.Body)
		}
	}
	good := h.receive(0, `["payment.authorized"]`)
	const many = 100
	for range many {
		h.pay(h.session(), "4111111111111111")
	}
	for range many {
		h.next(good, 5*time.Second) // the hanging one is given fifteen
	}
	for _, path := range []string{"/hang", "/drip", "/endless", "/redirect"} {
		if _, ok := busy.Load(path); !ok {
			t.Errorf("%s was not tried", path)
		}
	}
	if _, followed := elsewhere.Load("yes"); followed {
		t.Error("a redirect was followed")
	}
}

// Events of one payment come in their order, also when one has to be sent again.
func TestWebhooksComeInOrder(t *testing.T) {
	t.Parallel()
	h := open(t)
	r := h.receive(3, `[]`)
	const many = 10
	for range many {
		payment := h.charge(`{"amount":4900,"currency":"USD"}`, "4111111111111111")
		for _, step := range []string{"capture", "refunds"} {
			if a := h.api("POST", "/v1/payments/"+payment+"/"+step, ""); a.Status != http.StatusOK {
				t.Fatalf("%s: %d %s", step, a.Status, a.Body)
			}
		}
	}
	last, count := map[string]float64{}, 0
	for count < 4*many { // authorized, captured, refunded, and token.created
		message := h.next(r, 20*time.Second)
		data, _ := message["data"].(map[string]any)
		object, _ := data["id"].(string)
		if sequence, _ := message["sequence"].(float64); sequence <= last[object] {
			t.Errorf("%s: sequence %v came after %v", object, sequence, last[object])
		} else {
			last[object] = sequence
		}
		if count++; strings.HasPrefix(object, string(id.Payment)) && data["sequence"] != message["sequence"] {
			t.Errorf("the payment is not as it was then: %v", message)
		}
	}
}

// "The webhook came before my order existed": not when the receiver waits.
func TestWebhooksWaitForTheOrder(t *testing.T) {
	t.Parallel()
	h := open(t)
	r := h.receive(0, `["payment.authorized","payment.captured"]`)
	list := h.api("GET", "/v1/webhook_endpoints", "")
	endpoint := list.field("endpoints").([]any)[0].(map[string]any)["id"].(string)
	if a := h.api("PATCH", "/v1/webhook_endpoints/"+endpoint, `{"wait":600}`); a.Status != 200 || a.field("wait") != 600.0 {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	payment := h.charge(`{"amount":4900,"currency":"USD"}`, "4111111111111111")
	h.api("POST", "/v1/payments/"+payment+"/capture", "")
	select {
	case message := <-r.got:
		t.Fatalf("too early: %v", message)
	case <-time.After(1500 * time.Millisecond):
	}
	if a := h.api("GET", "/v1/webhook_endpoints/"+endpoint+"/deliveries", ""); strings.Count(a.Body, `"state":"waiting"`) != 2 {
		t.Errorf("deliveries: %s", a.Body)
	}
	if a := h.api("POST", "/v1/payments/"+payment+"/ready", ""); a.Status != 200 || a.text("id") != payment {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	for _, want := range []string{"payment.authorized", "payment.captured"} {
		if got := h.next(r, 5*time.Second)["type"]; got != want {
			t.Errorf("%v came, want %s", got, want)
		}
	}
}

// What was sent and answered can be read, and sent again: one event, or a span.
func TestTheDeliveryLogAndReplay(t *testing.T) {
	t.Parallel()
	h := open(t)
	began := time.Now().UTC().Add(-time.Second)
	for range 3 {
		h.pay(h.session(), "4000000000009995")
	}
	r := h.receive(1, `["payment.declined"]`)
	a := h.api("GET", "/v1/webhook_endpoints", "")
	endpoint := a.field("endpoints").([]any)[0].(map[string]any)["id"].(string)
	replay := func(body string, want float64) {
		t.Helper()
		a := h.api("POST", "/v1/webhook_endpoints/"+endpoint+"/replay", body)
		if a.Status != 200 || a.field("deliveries") != want {
			t.Errorf("%s: %d %s", body, a.Status, a.Body)
		}
	}
	span := fmt.Sprintf(`{"from":%q,"to":%q}`, began.Format(time.RFC3339), time.Now().UTC().Add(time.Minute).Format(time.RFC3339))
	replay(span, 3)
	seen := map[any]bool{}
	for range 3 {
		seen[h.next(r, 20*time.Second)["id"]] = true
	}
	if len(seen) != 3 {
		t.Errorf("%d events came", len(seen))
	}
	for name := range seen {
		replay(fmt.Sprintf(`{"event":%q}`, name), 1)
		if again := h.next(r, 5*time.Second); again["id"] != name {
			t.Errorf("%v came, want %v", again["id"], name)
		}
		break
	}
	h.eventually(func() bool {
		a = h.api("GET", "/v1/webhook_endpoints/"+endpoint+"/deliveries", "")
		return strings.Count(a.Body, `"state":"delivered"`) == 4
	})
	if strings.Count(a.Body, `"status":503`) != 1 || strings.Count(a.Body, `"status":200`) != 4 {
		t.Errorf("the log: %s", a.Body)
	}
	page := h.api("GET", "/v1/webhook_endpoints/"+endpoint+"/deliveries?limit=3", "")
	rest := h.api("GET", fmt.Sprintf("/v1/webhook_endpoints/%s/deliveries?limit=3&before=%.0f", endpoint, page.field("deliveries").([]any)[2].(map[string]any)["position"]), "")
	if page.field("has_more") != true || rest.field("has_more") != false || len(rest.field("deliveries").([]any)) != 1 {
		t.Errorf("pages: %s and %s", page.Body, rest.Body)
	}
	for body, field := range map[string]string{`{}`: "from", `{"event":"evt_00000000000000000000000000"}`: "event", `{"from":"2026-11-22T00:00:00Z","to":"2026-11-21T00:00:00Z"}`: "from", `{"from":"today"}`: "from"} {
		if a := h.api("POST", "/v1/webhook_endpoints/"+endpoint+"/replay", body); a.Status != 400 || a.text("field") != field {
			t.Errorf("%s: %d %s", body, a.Status, a.Body)
		}
	}
	if a := h.api("PATCH", "/v1/webhook_endpoints/"+endpoint, `{"enabled":false}`); a.Status != 200 || a.field("enabled") != false {
		t.Errorf("switched off: %d %s", a.Status, a.Body)
	}
	if a := h.api("POST", "/v1/webhook_endpoints/"+endpoint+"/replay", span); a.Status != http.StatusConflict {
		t.Errorf("replay to one that is off: %d %s", a.Status, a.Body)
	}
	if a := h.api("DELETE", "/v1/webhook_endpoints/"+endpoint, ""); a.Status != http.StatusNoContent {
		t.Errorf("deleted: %d %s", a.Status, a.Body)
	}
	if a := h.api("GET", "/v1/webhook_endpoints/"+endpoint+"/deliveries", ""); a.Status != http.StatusNotFound {
		t.Errorf("after that: %d %s", a.Status, a.Body)
	}
}

// A fresh secret signs beside the old one.
func TestAWebhookSecretIsRotated(t *testing.T) {
	t.Parallel()
	h := open(t)
	old := h.receive(0, `["payment.authorized"]`)
	a := h.api("GET", "/v1/webhook_endpoints", "")
	endpoint := a.field("endpoints").([]any)[0].(map[string]any)["id"].(string)
	if strings.Contains(a.Body, "whsec_") {
		t.Errorf("a secret is listed: %s", a.Body)
	}
	rotated := h.api("POST", "/v1/webhook_endpoints/"+endpoint+"/rotate", "")
	if rotated.Status != 200 || !strings.HasPrefix(rotated.text("secret"), "whsec_") {
		t.Fatalf("%d %s", rotated.Status, rotated.Body)
	}
	h.pay(h.session(), "4111111111111111")
	h.next(old, 5*time.Second) // it verifies with the old one
	if a := h.api("POST", "/v1/webhook_endpoints/"+endpoint+"/rotate", `{"overlap":604801}`); a.Status != 400 || a.text("field") != "overlap" {
		t.Errorf("a long overlap: %d %s", a.Status, a.Body)
	}
}
