package app_test

import (
	"net/http"
	"strings"
	"testing"
)

const wholeForm = `"customer":{"id":"cus_1","email":"ada@shop.example"},"locale":"de-AT","appearance":{"theme":"dark","accent":"#0f766e","radius":4},
	"collect":{"email":"required","phone":"optional","billing_address":"full"},"save_card":"ask","saved_cards":"show","saved_card_cvv":"skip",
	"installment_plans":[{"count":3,"total":5000},{"count":6,"total":5200}],"return_url":"https://shop.example/paid","cancel_url":"https://shop.example/basket"`

// A session says of its form what it was told, and the checkout's own where it was not.
func TestASessionsForm(t *testing.T) {
	t.Parallel()
	h := open(t)
	made := h.api("POST", "/v1/checkout_sessions", `{"amount":4900,"currency":"USD",`+wholeForm+`}`)
	found := h.api("GET", "/v1/checkout_sessions/"+made.text("id"), "")
	for _, a := range []answer{made, found} {
		for field, want := range map[string]string{
			"locale": "de-AT", "appearance.theme": "dark", "appearance.accent": "#0f766e", "collect.email": "required", "collect.phone": "optional", "collect.billing_address": "full",
			"save_card": "ask", "saved_cards": "show", "saved_card_cvv": "skip", "return_url": "https://shop.example/paid", "cancel_url": "https://shop.example/basket",
		} {
			if got := a.text(field); got != want {
				t.Errorf("%s: %q, want %q in %d %s", field, got, want, a.Status, a.Body)
			}
		}
		if !strings.Contains(a.Body, `"installment_plans":[{"count":3,"total":5000},{"count":6,"total":5200}]`) || strings.Contains(a.Body, "cus_1") {
			t.Errorf("%s", a.Body)
		}
	}
	if plain := h.api("GET", "/v1/checkout_sessions/"+h.session(), ""); plain.text("saved_cards") != "show" || plain.text("saved_card_cvv") != "ask" || plain.text("locale") != "" || !strings.Contains(plain.Body, `"installment_plans":[]`) {
		t.Errorf("%s", plain.Body)
	}
}

func TestABadFormNamesTheField(t *testing.T) {
	t.Parallel()
	h := open(t)
	for field, bad := range map[string]string{
		"locale": `"locale":"german!"`, "appearance.accent": `"appearance":{"accent":"red; }"}`, "collect.email": `"collect":{"email":"yes"}`,
		"collect.billing_address": `"collect":{"billing_address":"line1"}`, "save_card": `"save_card":"ask"`, "saved_cards": `"saved_cards":"maybe"`,
		"saved_card_cvv": `"saved_card_cvv":"never"`, "return_url": `"return_url":"https://evil.example/"`, "cancel_url": `"cancel_url":"/basket"`,
		"installment_plans": `"installment_plans":[{"count":3,"total":1}]`, "customer.id": `"customer":{"id":"4111 1111 1111 1111"}`,
	} {
		a := h.api("POST", "/v1/checkout_sessions", `{"amount":4900,"currency":"USD",`+bad+`}`)
		if a.Status != http.StatusBadRequest || a.text("field") != field || strings.Contains(a.Body, "4111") {
			t.Errorf("%s: %d %s", field, a.Status, a.Body)
		}
	}
	for _, unknown := range []string{`"collect":{"name":"required"}`, `"installment_plans":[{"count":3,"total":4900,"fee":1}]`, `"appearance":{"css":"x"}`} {
		if a := h.api("POST", "/v1/checkout_sessions", `{"amount":4900,"currency":"USD",`+unknown+`}`); a.Status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", unknown, a.Status, a.Body)
		}
	}
}

// A card that is kept under a session with a customer's id is that customer's, who can be
// changed and erased by it.
func TestACustomersIDStaysWithTheCard(t *testing.T) {
	t.Parallel()
	h := open(t)
	token := func(customer string) string {
		session := h.api("POST", "/v1/checkout_sessions", `{"amount":4900,"currency":"USD","customer":{"id":"`+customer+`"}}`).text("id")
		return h.pay(session, "4111111111111111").text("token")
	}
	ada, eve := token("cus_1"), token("cus_2")
	a := h.api("GET", "/v1/tokens/"+ada, "")
	if a.text("customer.id") != "cus_1" || a.field("saved_at") != nil || !strings.Contains(a.Body, `"saved_at":null`) {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	if a := h.api("PATCH", "/v1/tokens/"+eve, `{"customer":{"id":"cus_3"}}`); a.text("customer.id") != "cus_3" {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	if a := h.api("PATCH", "/v1/tokens/"+eve, `{"customer":{"id":"4111111111111111"}}`); a.Status != http.StatusBadRequest || a.text("field") != "customer.id" {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	for body, want := range map[string]int{`{}`: 400, `{"id":"cus_1","email":"ada@shop.example"}`: 400, `{"id":"cus_2"}`: 200} {
		if a := h.api("POST", "/v1/customers/erase", body); a.Status != want || want == 200 && !strings.Contains(a.Body, `"tokens":0`) {
			t.Errorf("%s: %d %s", body, a.Status, a.Body)
		}
	}
	if a := h.api("POST", "/v1/customers/erase", `{"id":"cus_1"}`); !strings.Contains(a.Body, `"tokens":1`) {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	for name, want := range map[string]int{ada: http.StatusNotFound, eve: http.StatusOK} {
		if a := h.api("GET", "/v1/tokens/"+name, ""); a.Status != want {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
	}
}
