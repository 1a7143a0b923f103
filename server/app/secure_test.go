package app_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// asIs follows no redirect.
var asIs = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

// atTheBank presses a button of the issuer's page and gives where it sends the shopper.
func (h *house) atTheBank(page, decision string) string {
	h.t.Helper()
	response, err := asIs.PostForm(page, url.Values{"decision": {decision}})
	if err != nil {
		h.t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusSeeOther {
		h.t.Fatalf("the issuer answers %d", response.StatusCode)
	}
	return response.Header.Get("Location")
}

// follow opens a page of ours by its whole address.
func (h *house) follow(address string) *http.Response {
	h.t.Helper()
	response, err := asIs.Get(address)
	if err != nil {
		h.t.Fatal(err)
	}
	response.Body.Close()
	return response
}

// The ways in which 3-D Secure can end, in a checkout.
func TestTheOutcomesOfThreeDSecure(t *testing.T) {
	t.Parallel()
	h := open(t)
	for name, c := range map[string]struct{ number, decision, status, code, flow, eci string }{
		"nothing to ask":        {"4000000000003055", "", "authorized", "", "frictionless", "05"},
		"of Mastercard":         {"5200828282828210", "", "authorized", "", "frictionless", "02"},
		"asked, and passed":     {"4000002760003184", "confirm", "authorized", "", "challenged", "05"},
		"asked, and refused":    {"4000002760003184", "refuse", "declined", "authentication_failed", "", ""},
		"passed, no money":      {"4000008260003178", "confirm", "declined", "insufficient_funds", "", ""},
		"failed without asking": {"4000008400001280", "", "declined", "authentication_failed", "", ""},
		"not taken part in":     {"4111111111111111", "", "authorized", "", "", ""},
	} {
		session := h.session()
		paid := h.pay(session, c.number)
		if c.decision != "" {
			if paid.text("status") != "requires_action" {
				t.Fatalf("%s: %s", name, paid.Body)
			}
			back := h.atTheBank(paid.text("action.url"), c.decision)
			if r := h.follow(back); r.StatusCode != http.StatusSeeOther || r.Header.Get("Location") != "/checkout/"+session {
				t.Errorf("%s: the way back answers %d and leads to %q", name, r.StatusCode, r.Header.Get("Location"))
			}
			if r := h.follow(back); r.StatusCode != http.StatusGone {
				t.Errorf("%s: the way back is good twice: %d", name, r.StatusCode)
			}
			other := h.session()
			if r := h.follow(strings.Replace(back, session, other, 1)); r.StatusCode != http.StatusGone {
				t.Errorf("%s: it is good for another session: %d", name, r.StatusCode)
			}
		}
		a := h.api("GET", "/v1/payments/"+paid.text("payment"), "")
		flow, eci := a.text("authentication.flow"), a.text("authentication.eci")
		if a.text("status") != c.status || a.text("decline.code") != c.code || flow != c.flow || eci != c.eci || a.field("action") != nil {
			t.Errorf("%s: %s", name, a.Body)
		}
	}
}

// A payment by API, with the shopper there: they are sent to the issuer's page, back to
// us, and on to the merchant.
func TestThreeDSecureByAPI(t *testing.T) {
	t.Parallel()
	h := open(t)
	token := h.api("POST", "/v1/tokens", `{"number":"4000002760003184","exp_month":1,"exp_year":2031}`).text("id")
	order := `"token":"` + token + `","amount":4900,"currency":"USD","initiator":"customer"`
	for bad := range map[string]bool{"https://elsewhere.example/": true, "http://shop.example/": true, "javascript:alert(1)": true, "https://shop.example@elsewhere.example/": true, "//shop.example/": true} {
		if a := h.api("POST", "/v1/payments", `{`+order+`,"return_url":"`+bad+`"}`); a.Status != 400 || a.text("field") != "return_url" {
			t.Errorf("%s: %d %s", bad, a.Status, a.Body)
		}
	}
	a := h.api("POST", "/v1/payments", `{`+order+`,"return_url":"https://shop.example/done?order=7"}`)
	if a.Status != http.StatusCreated || a.text("status") != "requires_action" || a.text("action.type") != "redirect" {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	back := h.atTheBank(a.text("action.url"), "confirm")
	r := h.follow(back)
	if r.StatusCode != http.StatusSeeOther || r.Header.Get("Location") != "https://shop.example/done?order=7&payment="+a.text("id") {
		t.Errorf("sent on with %d to %q", r.StatusCode, r.Header.Get("Location"))
	}
	if r := h.follow(back); r.StatusCode != http.StatusGone {
		t.Errorf("the way back is good twice: %d", r.StatusCode)
	}
	if a := h.api("GET", "/v1/payments/"+a.text("id"), ""); a.text("status") != "authorized" || a.text("authentication.flow") != "challenged" {
		t.Errorf("%s", a.Body)
	}
	// Without the shopper, the issuer cannot ask.
	if a := h.api("POST", "/v1/payments", `{"token":"`+token+`","amount":4900,"currency":"USD"}`); a.text("status") != "authorized" || a.field("authentication") != nil {
		t.Errorf("%s", a.Body)
	}
}
