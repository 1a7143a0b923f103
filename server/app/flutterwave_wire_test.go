package app_test

import (
	"strings"
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/lookup"
)

// The small things of the wire, which no other test looks at.
func TestFlutterwaveOnTheWire(t *testing.T) {
	t.Parallel()
	f := speaksFlutterwave(open(t))
	if _, err := f.operator().ImportBINs(t.Context(), strings.NewReader("BIN,Brand,Type,Category,Issuer,CountryName,alpha_2\n411111,VISA,CREDIT,PLATINUM,Kestrel Bank,NIGERIA,NG\n"), func(lookup.Skipped) {}); err != nil {
		t.Fatal(err)
	}
	token := f.token("4111111111111111")
	f.eventually(func() bool {
		return f.api("GET", "/v1/tokens/"+f.api("POST", "/v1/tokens", `{"number":"4111111111111111","exp_month":12,"exp_year":2030}`).text("id"), "").text("issuance.country") == "NG"
	})
	a, b := f.charged(tokenized(token)), f.charged(tokenized(token))
	f.holds("a card that a BIN table has", a, 200, "data.card.issuer", "VISA KESTREL BANK", "data.card.country", "NG")
	c := f.charged(tokenized(f.token("5555555555554444")).with("email", "bob@shop.example"))
	f.holds("a card that none has", c, 200, "data.card.issuer", "MASTERCARD", "data.card.country", "")
	if a.field("data.customer.id") != b.field("data.customer.id") || a.field("data.customer.id") == c.field("data.customer.id") || a.field("data.id") == b.field("data.id") {
		t.Errorf("ids: %s %s %s", a.Body, b.Body, c.Body)
	}
	told := f.ask("GET", "/v3/transactions/"+number(a)+"/events", "")
	list, _ := told.field("data").([]any)
	if len(list) == 0 {
		t.Fatalf("no events: %s", told.Body)
	}
	first := list[0].(map[string]any)
	if first["actor"] != "N/A" || first["object"] != "card" || first["context"] != "" {
		t.Errorf("an event is %v", first)
	}
	times := map[string]string{
		"data.created_at": a.text("data.created_at"), "data.customer.created_at": a.text("data.customer.created_at"), "an event's": first["created_at"].(string),
		"a refund's": f.ask("POST", "/v3/transactions/"+number(a)+"/refund", `{"amount":1}`).text("data.created_at"),
		"a token's":  f.ask("PUT", "/v3/tokens/"+token, `{"full_name":"Ada"}`).text("data.created_at"),
	}
	for name, text := range times {
		at, err := time.Parse("2006-01-02T15:04:05.000Z", text)
		if err != nil || time.Since(at).Abs() > time.Minute {
			t.Errorf("%s is %q, %v", name, text, err)
		}
	}
	plain := f.call("POST", "/v3/tokenized-charges", tokenized(token).with("full_name", "Ada").String(), "Authorization", "bearer  "+f.key, "Content-Type", "text/plain")
	f.holds("another type", plain, 200, "data.status", "successful")
	f.refused("packed", f.call("POST", "/v3/tokenized-charges", "x", "Authorization", "Bearer "+f.key, "Content-Encoding", "gzip"), 400, "Content-Encoding")
	f.refused("from a browser", f.call("GET", "/v3/transactions", "", "Authorization", "Bearer "+f.key, "Sec-Fetch-Site", "same-origin"), 403, "browser")
}
