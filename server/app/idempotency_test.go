package app_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/merchant"
	"github.com/paywicket/paywicket/internal/store/storetest"
)

// once calls with a key.
func (h *house) once(key, path, body string) answer {
	h.t.Helper()
	return h.call("POST", path, body, "Authorization", "Bearer "+h.secret(), "Idempotency-Key", key)
}

// Every POST of the native API that makes something makes it once for a key.
func TestAKeyIsForOneRequest(t *testing.T) {
	t.Parallel()
	h := open(t)
	paid := h.charge(`{"amount":4900,"currency":"USD"}`, "4111111111111111")
	token := h.api("GET", "/v1/payments/"+paid, "").text("token")
	for path, bodies := range map[string][2]string{
		"/v1/checkout_sessions":             {`{"amount":1,"currency":"USD"}`, `{"amount":2,"currency":"USD"}`},
		"/v1/payments":                      {`{"token":"` + token + `","amount":1,"currency":"USD"}`, `{"token":"` + token + `","amount":2,"currency":"USD"}`},
		"/v1/payments/" + paid + "/capture": {`{"amount":1000}`, `{"amount":1001}`},
		"/v1/payments/" + paid + "/refunds": {`{"amount":100}`, `{"amount":101}`},
		"/v1/tokens":                        {`{"number":"4111111111111111","exp_month":1,"exp_year":2031}`, `{"number":"5555555555554444","exp_month":1,"exp_year":2031}`},
		"/v1/webhook_endpoints":             {`{"url":"http://127.0.0.1:1/hook"}`, `{"url":"http://127.0.0.1:1/other"}`},
		"/v1/sites":                         {`{"name":"A","descriptor":"SHOP A","origins":["https://a.example"]}`, `{"name":"B","descriptor":"SHOP B","origins":["https://b.example"]}`},
	} {
		if strings.HasSuffix(path, "/refunds") {
			h.once("before-the-refund", "/v1/payments/"+paid+"/capture", `{"amount":500}`)
		}
		key := id.Random()
		first := h.once(key, path, bodies[0])
		if first.Status > 201 || first.Header.Get("Idempotency-Replayed") != "" {
			t.Fatalf("%s: %d %s", path, first.Status, first.Body)
		}
		again := h.once(key, path, " "+strings.ReplaceAll(bodies[0], ",", " ,\n"))
		if again.Status != first.Status || again.Body != first.Body || again.Header.Get("Idempotency-Replayed") != "true" {
			t.Errorf("%s, again: %d %s, it was %s", path, again.Status, again.Body, first.Body)
		}
		if other := h.once(key, path, bodies[1]); other.Status != http.StatusConflict {
			t.Errorf("%s, another body: %d %s", path, other.Status, other.Body)
		}
		if elsewhere := h.once(key, "/v1/checkout_sessions", `{"amount":3,"currency":"USD"}`); elsewhere.Status != http.StatusConflict {
			t.Errorf("%s, then another path: %d", path, elsewhere.Status)
		}
		if fresh := h.once(id.Random(), path, bodies[1]); fresh.Status > 201 || fresh.Body == first.Body {
			t.Errorf("%s, another key: %d %s", path, fresh.Status, fresh.Body)
		}
	}
	// The same key of another merchant is another key.
	key := id.Random()
	first := h.once(key, "/v1/checkout_sessions", `{"amount":1,"currency":"USD"}`)
	other := h.merchant("Other").Keys[merchant.Secret].Text()
	if a := h.call("POST", "/v1/checkout_sessions", `{"amount":1,"currency":"USD"}`, "Authorization", "Bearer "+other, "Idempotency-Key", key); a.Status != 201 || a.text("id") == first.text("id") {
		t.Errorf("another merchant: %d %s", a.Status, a.Body)
	}
}

// What is refused leaves its key free for a request that is mended, and a key that
// cannot be one is refused.
func TestARefusedRequestFreesItsKey(t *testing.T) {
	t.Parallel()
	h := open(t)
	key := id.Random()
	if a := h.once(key, "/v1/checkout_sessions", `{"amount":-1,"currency":"USD"}`); a.Status != 400 {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	if a := h.once(key, "/v1/checkout_sessions", `{"amount":1,"currency":"USD"}`); a.Status != 201 {
		t.Errorf("mended: %d %s", a.Status, a.Body)
	}
	for _, bad := range []string{strings.Repeat("k", 256), "with space", "über"} {
		if a := h.once(bad, "/v1/checkout_sessions", `{"amount":1,"currency":"USD"}`); a.Status != 400 || a.text("field") != "Idempotency-Key" {
			t.Errorf("%q: %d %s", bad, a.Status, a.Body)
		}
	}
	if a := h.once(id.Random(), "/v1/checkout_sessions", `[]`); a.Status != 400 || a.text("code") != "malformed" {
		t.Errorf("no object: %d %s", a.Status, a.Body)
	}
}

// The CVV is no part of what is compared, in no form.
func TestTheCVVIsNotCompared(t *testing.T) {
	t.Parallel()
	h := open(t)
	key := id.Random()
	first := h.once(key, "/v1/tokens", `{"number":"4111111111111111","exp_month":1,"exp_year":2031,"cvv":"739"}`)
	again := h.once(key, "/v1/tokens", `{"cvv":"740","number":"4111111111111111","exp_month":1,"exp_year":2031}`)
	none := h.once(key, "/v1/tokens", `{"number":"4111111111111111","exp_month":1,"exp_year":2031}`)
	if first.Status != 201 || again.Body != first.Body || none.Body != first.Body {
		t.Errorf("%s\n%s\n%s", first.Body, again.Body, none.Body)
	}
	if other := h.once(key, "/v1/tokens", `{"number":"4111111111111111","exp_month":2,"exp_year":2031,"cvv":"739"}`); other.Status != http.StatusConflict {
		t.Errorf("another expiry: %d %s", other.Status, other.Body)
	}
	h.expectNoTrace("4111111111111111", `"739"`, `"740"`)
}

// A hundred of the same request at once, for each of many keys: the processor is asked
// once, and everybody is told the same.
func TestAStormOfTheSameRequest(t *testing.T) {
	t.Parallel()
	h := open(t)
	kept := h.api("POST", "/v1/tokens", `{"number":"4111111111111111","exp_month":1,"exp_year":2031}`)
	const callers = 100
	keys := 200
	if storetest.Server() != "" {
		keys = 40 // and its own on top: what is tried is the same
	}
	for i := range keys {
		body := fmt.Sprintf(`{"token":%q,"amount":%d,"currency":"USD"}`, kept.text("id"), i+1)
		key := id.Random()
		answers := make(chan string, callers)
		var storm sync.WaitGroup
		for range callers {
			storm.Go(func() {
				request, _ := http.NewRequest("POST", h.url+"/v1/payments", strings.NewReader(body))
				request.Header.Set("Authorization", "Bearer "+h.secret())
				request.Header.Set("Content-Type", "application/json")
				request.Header.Set("Idempotency-Key", key)
				response, err := stormy.Do(request)
				if err != nil {
					t.Error(err)
					return
				}
				defer response.Body.Close()
				var said struct{ ID, Status string }
				if err := json.NewDecoder(response.Body).Decode(&said); err != nil || response.StatusCode != http.StatusCreated {
					t.Errorf("%d %v", response.StatusCode, err)
				}
				answers <- said.ID + said.Status
			})
		}
		storm.Wait()
		close(answers)
		distinct := map[string]bool{}
		for a := range answers {
			distinct[a] = true
		}
		if len(distinct) != 1 {
			t.Fatalf("key %d: %d different answers", i, len(distinct))
		}
	}
	rows := h.ledger.List()
	if len(rows) != keys {
		t.Errorf("the processor has %d authorizations for %d keys", len(rows), keys)
	}
	for _, row := range rows {
		if n := h.ledger.Asked(row.Reference); n != 1 {
			t.Errorf("asked %d times for %s", n, row.Reference)
		}
	}
}

// stormy keeps as many connections as there are callers.
var stormy = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 100}}
