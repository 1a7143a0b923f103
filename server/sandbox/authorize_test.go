package sandbox_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/paywicket/paywicket/internal/processor"
	"github.com/paywicket/paywicket/server/sandbox"
)

func TestTheSameKeyGetsTheSameAnswer(t *testing.T) {
	t.Parallel()
	b := start(t)
	body := ask("4111111111111111")
	reference := body["reference"].(string)
	_, first := b.post(body)
	for name, again := range map[string]map[string]any{
		"the same":    body,
		"another CVV": with(body, "cvv", "111"),
		"no CVV":      with(body, "cvv", nil),
	} {
		if status, row := b.post(again); status != http.StatusOK || !reflect.DeepEqual(row, first) {
			t.Errorf("%s: %d %+v, want %+v", name, status, row, first)
		}
	}
	for field, value := range map[string]any{
		"amount": 4901, "currency": "EUR", "descriptor": "OTHER SHOP", "return_url": "https://elsewhere.example/",
		"number": "4242424242424242", "exp_month": 11, "exp_year": 2031, "name": "Charles Babbage",
		"authenticate": true, "exempt": true, "billing_line1": "1 Elsewhere", "billing_city": "Elsewhere", "billing_state": "XX", "billing_postal_code": "10001", "billing_country": "US", "network": "visa",
	} {
		if status, _ := b.post(with(body, field, value)); status != http.StatusConflict {
			t.Errorf("another %s: %d, want a conflict", field, status)
		}
	}
	// A card that differs only where the ledger does not look is another card.
	if status, _ := b.post(with(body, "number", "4111110000091111")); status != http.StatusConflict {
		t.Errorf("a card of the same BIN and last four: %d, want a conflict", status)
	}
	if b.rows(reference) != 1 || b.ledger.Asked(reference) != 21 {
		t.Errorf("%d rows of what was asked %d times", b.rows(reference), b.ledger.Asked(reference))
	}
	if row, ok := b.ledger.Find(reference); !ok || !reflect.DeepEqual(row, first) {
		t.Errorf("the row became %+v", row)
	}
}

func TestOneKeyAtOnce(t *testing.T) {
	t.Parallel()
	b := start(t)
	text, err := json.Marshal(ask("4111111111111111"))
	if err != nil {
		t.Fatal(err)
	}
	var body struct{ Reference string }
	if err := json.Unmarshal(text, &body); err != nil {
		t.Fatal(err)
	}
	var asking sync.WaitGroup
	answers := make([]string, 16)
	for i := range answers {
		asking.Go(func() {
			_, answer := b.send(body.Reference, text)
			answers[i] = string(answer)
		})
	}
	asking.Wait()
	for _, answer := range answers {
		if answer != answers[0] {
			t.Errorf("two answers under one key: %s and %s", answer, answers[0])
		}
	}
	if b.rows(body.Reference) != 1 {
		t.Errorf("%d rows", b.rows(body.Reference))
	}
}

func TestLookUp(t *testing.T) {
	t.Parallel()
	b := start(t)
	_, first := b.post(ask("4111111111111111"))
	_, second := b.post(ask("5555555555554444"))
	status, text := b.get("/authorizations/" + first.Reference)
	var row sandbox.Authorization
	if err := json.Unmarshal(text, &row); err != nil || status != http.StatusOK || !reflect.DeepEqual(row, first) {
		t.Errorf("looked up: %d %s", status, text)
	}
	if status, text := b.get("/authorizations/never-heard-of"); status != http.StatusNotFound || !strings.Contains(string(text), `"error"`) {
		t.Errorf("unknown: %d %s", status, text)
	}
	var all []sandbox.Authorization
	if _, text = b.get("/authorizations"); json.Unmarshal(text, &all) != nil || len(all) != 2 || !reflect.DeepEqual(all[0], first) || !reflect.DeepEqual(all[1], second) {
		t.Errorf("the ledger: %s", text)
	}
	if status, _ := b.get("/healthz"); status != http.StatusOK {
		t.Errorf("healthz: %d", status)
	}
}

func TestBadRequestsNameTheField(t *testing.T) {
	t.Parallel()
	b := start(t)
	good := ask("4111111111111111")
	for _, c := range []struct {
		field string
		value any
	}{
		{"reference", nil}, {"reference", "short"}, {"reference", "white space in it"}, {"reference", 12345678}, {"reference", strings.Repeat("x", 65)},
		{"amount", nil}, {"amount", -1}, {"amount", 1.5}, {"amount", "4900"}, {"amount", 1e12}, {"amount", 1e30},
		{"currency", nil}, {"currency", "usd"}, {"currency", "XXZ"}, {"currency", 840},
		{"descriptor", strings.Repeat("x", 101)}, {"descriptor", 1},
		{"return_url", "/relative"}, {"return_url", "javascript:alert(1)"}, {"return_url", "https://a;script-src*/"}, {"return_url", "https://u:p@a/"},
		{"number", nil}, {"number", "4111111111111112"}, {"number", 4111111111111111}, {"number", `4111111111111111\`}, {"number", ""},
		{"exp_month", nil}, {"exp_month", 0}, {"exp_month", 13}, {"exp_month", "12"}, {"exp_year", nil}, {"exp_year", 30}, {"exp_year", "2030"},
		{"cvv", "12"}, {"cvv", "1234"}, {"cvv", 739}, {"cvv", ""}, {"name", strings.Repeat("x", 201)}, {"name", 5}, {"capture", 1}, {"initiator", "shop"}, {"recurring", "yes"}, {"scheme_reference", 5}, {"installments", 49}, {"installments", 1.5}, {"authenticate", "yes"}, {"exempt", "yes"},
		{"billing_line1", strings.Repeat("x", 101)}, {"billing_city", 5}, {"billing_state", true}, {"billing_postal_code", 99999}, {"billing_country", "gb"}, {"billing_country", "GBR"}, {"network", "VISA"}, {"network", 5}, {"network", strings.Repeat("x", 33)},
	} {
		body := with(good, c.field, c.value)
		text, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		status, answer := b.send(fmt.Sprint(body["reference"]), text)
		if status != http.StatusBadRequest || !strings.HasPrefix(string(answer), `{"error":"`+c.field+":") || strings.Contains(string(answer), "41111111") {
			t.Errorf("%s = %v: %d %s", c.field, c.value, status, answer)
		}
	}
	if all := b.ledger.List(); len(all) != 0 {
		t.Errorf("the ledger has %+v", all)
	}
}

func TestBadBodies(t *testing.T) {
	t.Parallel()
	b := start(t)
	good, err := json.Marshal(ask("4111111111111111"))
	if err != nil {
		t.Fatal(err)
	}
	for name, body := range map[string]string{
		"nothing": "", "space": "  ", "a list": "[]", "a text": `"x"`, "a number": "1", "null": "null", "cut short": string(good[:len(good)-1]),
		"two objects": string(good) + string(good), "an unknown field": `{"pin":"1234"}`, "another case": `{"Number":"4111111111111111"}`,
		"a field twice": `{"number":"4111111111111111","number":"4111111111111111"}`, "nested": `{"card":{"number":"4111111111111111"}}`,
		"a known field nested": `{"number":["4111111111111111"]}`, "an empty object": "{}", "no UTF-8": "{\"name\":\"\xff\"}",
	} {
		if status, answer := b.send("some-reference", []byte(body)); status != http.StatusBadRequest || !strings.HasPrefix(string(answer), `{"error":"`) {
			t.Errorf("%s: %d %s", name, status, answer)
		}
	}
	if status, answer := b.send("another-reference", good); status != http.StatusBadRequest || !strings.Contains(string(answer), "Idempotency-Key") {
		t.Errorf("another key: %d %s", status, answer)
	}
	if status, _ := b.send("some-reference", bytes.Repeat([]byte(" "), 16<<10+1)); status != http.StatusRequestEntityTooLarge {
		t.Errorf("too large: %d", status)
	}
	if status, _ := b.get("/nowhere"); status != http.StatusNotFound {
		t.Errorf("nowhere: %d", status)
	}
	if all := b.ledger.List(); len(all) != 0 {
		t.Errorf("the ledger has %+v", all)
	}
}

func TestALedgerThatCannotBeWrittenApprovesNothing(t *testing.T) {
	t.Parallel()
	b := start(t)
	_, pending := b.post(ask("4000002760003184"))
	if err := b.ledger.Close(); err != nil {
		t.Fatal(err)
	}
	body := ask("4111111111111111")
	if status, _ := b.post(body); status != http.StatusInternalServerError {
		t.Errorf("answered %d", status)
	}
	if _, known := b.ledger.Find(body["reference"].(string)); known {
		t.Error("what is not durable is known")
	}
	if response := b.decide(pending.ChallengeURL, "confirm"); response.StatusCode != http.StatusInternalServerError {
		t.Errorf("the issuer's page answered %s", response.Status)
	}
	if row, _ := b.ledger.Find(pending.Reference); row.Status != processor.Challenge {
		t.Errorf("the challenge became %+v", row)
	}
}

func FuzzAuthorize(f *testing.F) {
	good, err := json.Marshal(ask("4111111111111111"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(good))
	f.Add(`{"number":"4111111111111111","name":"\""}`)
	f.Add(`{"a" : -1.5e3 , "b":null}`)
	b := start(f)
	routes := b.server.Handler()
	f.Fuzz(func(t *testing.T, body string) {
		request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/authorizations", strings.NewReader(body))
		answer := httptest.NewRecorder()
		routes.ServeHTTP(answer, request)
		if answer.Code != http.StatusBadRequest && answer.Code != http.StatusRequestEntityTooLarge {
			t.Errorf("without a key %q is answered with %d", body, answer.Code)
		}
	})
}
