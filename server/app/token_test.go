package app_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/paywicket/paywicket/internal/card"
	"github.com/paywicket/paywicket/internal/lookup"
	"github.com/paywicket/paywicket/internal/merchant"
)

func TestACardIsKeptWithoutBeingCharged(t *testing.T) {
	t.Parallel()
	h := open(t)
	const card = `{"number":"4111 1111 1111 1111","exp_month":12,"exp_year":2030,"cvv":"739","name":"Ada"}`
	first := h.api("POST", "/v1/tokens", card)
	if first.Status != http.StatusCreated || first.text("card.last4") != "1111" || first.field("same_card_as") != nil {
		t.Fatalf("%d %s", first.Status, first.Body)
	}
	if found := h.api("GET", "/v1/tokens/"+first.text("id"), ""); found.text("fingerprint") != first.text("fingerprint") || found.Status != http.StatusOK {
		t.Errorf("%d %s", found.Status, found.Body)
	}
	// The CVV may be left out, and the same card is known again.
	second := h.api("POST", "/v1/tokens", `{"number":"4111111111111111","exp_month":1,"exp_year":2031}`)
	if second.Status != http.StatusCreated || second.text("same_card_as") != first.text("id") || second.text("id") == first.text("id") {
		t.Errorf("%d %s", second.Status, second.Body)
	}
	if other := h.api("POST", "/v1/tokens", `{"number":"5555555555554444","exp_month":1,"exp_year":2031}`); other.field("same_card_as") != nil {
		t.Errorf("another card: %s", other.Body)
	}
	// Another merchant's card is nobody's business.
	theirs := h.merchant("Other").Keys[merchant.Secret].Text()
	if a := h.call("POST", "/v1/tokens", card, "Authorization", "Bearer "+theirs); a.Status != http.StatusCreated || a.field("same_card_as") != nil || a.text("fingerprint") == first.text("fingerprint") {
		t.Errorf("another merchant: %d %s", a.Status, a.Body)
	}
	if n := len(h.ledger.List()); n != 0 {
		t.Errorf("the processor was asked %d times", n)
	}
	h.expectNoTrace("4111111111111111", "4111 1111 1111 1111", "5555555555554444", `"739"`)
}

func TestBadCardsAreNotKept(t *testing.T) {
	t.Parallel()
	h := open(t)
	for name, c := range map[string]struct{ body, field string }{
		"luhn":            {`{"number":"4111111111111112","exp_month":12,"exp_year":2030}`, "number"},
		"expired":         {`{"number":"4111111111111111","exp_month":12,"exp_year":2020}`, "exp_year"},
		"no number":       {`{"exp_month":12,"exp_year":2030}`, "number"},
		"short cvv":       {`{"number":"4111111111111111","exp_month":12,"exp_year":2030,"cvv":"12"}`, "cvv"},
		"empty cvv":       {`{"number":"4111111111111111","exp_month":12,"exp_year":2030,"cvv":""}`, "cvv"},
		"an empty object": {`{"number":"4111111111111111","exp_month":12,"exp_year":2030,"more":{}}`, "more"},
		"a session":       {`{"number":"4111111111111111","exp_month":12,"exp_year":2030,"session":"cs_1"}`, "session"},
	} {
		if a := h.api("POST", "/v1/tokens", c.body); a.Status != http.StatusBadRequest || a.text("field") != c.field {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
	}
	if a := h.api("POST", "/v1/tokens", `{"name":"`+strings.Repeat("x", 17_000)+`"}`); a.Status != http.StatusRequestEntityTooLarge {
		t.Errorf("a large body: %d", a.Status)
	}
	publishable := h.account.Keys[merchant.Publishable].Text()
	if a := h.call("POST", "/v1/tokens", `{"number":"4111111111111111","exp_month":12,"exp_year":2030}`, "Authorization", "Bearer "+publishable); a.Status != http.StatusForbidden {
		t.Errorf("with a page's key: %d %s", a.Status, a.Body)
	}
	if list := h.api("GET", "/v1/events", ""); !strings.Contains(list.Body, `"events":[]`) {
		t.Errorf("something was kept: %s", list.Body)
	}
	h.expectNoTrace("4111111111111111", "4111111111111112")
}

func TestTheLifeOfAToken(t *testing.T) {
	t.Parallel()
	h := open(t)
	token := h.api("POST", "/v1/tokens", `{"number":"4111111111111111","exp_month":12,"exp_year":2030}`).text("id")
	at := "/v1/tokens/" + token
	if a := h.api("PATCH", at, `{"customer":{"name":"Ada","email":"ada@example.com"}}`); a.Status != http.StatusOK || a.text("customer.email") != "ada@example.com" || a.text("customer.phone") != "" {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	for _, bad := range []string{`{"customer":{"phone":"x"}}`, `{"customer":{"colour":"red"}}`, `{"number":"4111111111111111"}`, `[]`} {
		if a := h.api("PATCH", at, bad); a.Status != http.StatusBadRequest || strings.Contains(a.Body, "4111111111111111") {
			t.Errorf("%s: %d %s", bad, a.Status, a.Body)
		}
	}
	if a := h.api("POST", at+"/revoke", ""); a.Status != http.StatusOK || a.text("revoked_at") == "" {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	if a := h.api("DELETE", at, ""); a.Status != http.StatusNoContent || a.Body != "" {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	for _, method := range []string{"GET", "DELETE"} {
		if a := h.api(method, at, ""); a.Status != http.StatusNotFound {
			t.Errorf("%s of what is gone: %d %s", method, a.Status, a.Body)
		}
	}
	if list := h.api("GET", "/v1/events", ""); !strings.Contains(list.Body, `"type":"token.erased"`) || strings.Contains(list.Body, "ada@example.com") {
		t.Errorf("%s", list.Body)
	}
	h.expectNoTrace("4111111111111111")
}

func TestATemporaryToken(t *testing.T) {
	t.Parallel()
	h := open(t)
	a := h.api("POST", "/v1/tokens", `{"number":"4111111111111111","exp_month":12,"exp_year":2030,"temporary":true}`)
	if a.Status != http.StatusCreated || a.text("expires_at") == "" {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	for _, body := range []string{`"temporary":"true"`, `"temporary":1`, `"temporary":null`, `"temporary":{}`} {
		a := h.api("POST", "/v1/tokens", `{"number":"4111111111111111","exp_month":12,"exp_year":2030,`+body+`}`)
		if a.Status != http.StatusBadRequest || a.text("field") != "temporary" {
			t.Errorf("%s: %d %s", body, a.Status, a.Body)
		}
	}
	permanent := h.api("POST", "/v1/tokens", `{"number":"4111111111111111","exp_month":12,"exp_year":2030,"temporary":false}`)
	if permanent.Status != http.StatusCreated || permanent.field("expires_at") != nil || permanent.field("same_card_as") != nil {
		t.Errorf("%d %s", permanent.Status, permanent.Body)
	}
}

// A table that is imported beside a running server is shown on its tokens.
func TestTheBINTableIsShown(t *testing.T) {
	t.Parallel()
	h := open(t)
	token := h.keepMany(1)[0]
	if a := h.api("GET", "/v1/tokens/"+token, ""); a.field("issuance") != nil {
		t.Errorf("before a table is imported: %s", a.Body)
	}
	o := h.operator()
	skipped := 0
	n, err := o.ImportBINs(t.Context(), strings.NewReader("BIN,Brand,Type,Category,Issuer,CountryName,alpha_2\n411111,VISA,CREDIT,PLATINUM,Kestrel Bank,FRANCE,FR\nx\n"), func(lookup.Skipped) { skipped++ })
	if n != 1 || skipped != 1 || err != nil {
		t.Fatalf("%d BINs, %d skipped, %v", n, skipped, err)
	}
	h.eventually(func() bool { return h.api("GET", "/v1/tokens/"+token, "").text("issuance.issuer") == "Kestrel Bank" })
	a := h.api("POST", "/v1/tokens", `{"number":"4111111111111111","exp_month":12,"exp_year":2030}`)
	if a.text("issuance.type") != "credit" || a.text("issuance.country") != "FR" || a.text("issuance.category") != "PLATINUM" {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	if a := h.api("GET", "/v1/events", ""); !strings.Contains(a.Body, "Kestrel Bank") {
		t.Errorf("an event does not tell of it: %s", a.Body)
	}
	if found, err := o.FindBIN(t.Context(), "411111"); err != nil || found.Issuer != "Kestrel Bank" {
		t.Errorf("%+v, %v", found, err)
	}
	if found, err := o.FindBIN(t.Context(), "370000"); err != nil || found.Brand != card.Amex || found.Issuer != "" {
		t.Errorf("%+v, %v", found, err)
	}
}
