package app_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/merchant"
)

// flutter is a merchant's server that was written for Flutterwave.
type flutter struct {
	*house
	key string
}

// speaksFlutterwave gives the house's merchant such a server.
func speaksFlutterwave(h *house) *flutter { return &flutter{h, h.secret()} }

// ask calls with the secret key.
func (f *flutter) ask(method, path, body string) answer {
	f.t.Helper()
	return f.call(method, path, body, "Authorization", "Bearer "+f.key)
}

// token keeps a card and gives its token in Flutterwave's spelling.
func (f *flutter) token(number string) string {
	f.t.Helper()
	a := f.ask("POST", "/v1/tokens", `{"number":"`+number+`","exp_month":12,"exp_year":2030}`)
	token, err := id.ParseToken(a.text("id"))
	if err != nil {
		f.t.Fatalf("%d %s", a.Status, a.Body)
	}
	return token.Flutterwave()
}

// tokenized is a charge of a token.
func tokenized(token string) object {
	return object{
		"token": token, "email": "ada@shop.example", "currency": "NGN", "country": "NG", "amount": 300, "tx_ref": "ref-" + id.Random(),
		"first_name": "Ada", "last_name": "Lovelace", "narration": "kettle", "ip": "pstmn",
	}
}

// charge charges a token.
func (f *flutter) charge(o object) answer {
	f.t.Helper()
	return f.ask("POST", "/v3/tokenized-charges", o.String())
}

// refused tells that an answer is an error in this dialect's envelope.
func (f *flutter) refused(name string, a answer, status int, message string) {
	f.t.Helper()
	if a.Status != status || a.text("status") != "error" || a.field("data") != nil || !strings.Contains(a.text("message"), message) {
		f.t.Errorf("%s: %d %s, want %d %s", name, a.Status, a.Body, status, message)
	}
}

func TestFlutterwaveChargesAToken(t *testing.T) {
	t.Parallel()
	f := speaksFlutterwave(open(t))
	sale := tokenized(f.token("4111111111111111"))
	a := f.charge(sale)
	for path, want := range map[string]any{
		"status": "success", "message": "Charge successful", "data.status": "successful", "data.tx_ref": sale["tx_ref"], "data.amount": 300.0, "data.charged_amount": 300.0,
		"data.merchant_fee": 0.0, "data.processor_response": "APPROVED", "data.auth_model": "noauth", "data.currency": "NGN", "data.ip": "pstmn", "data.narration": "kettle",
		"data.payment_type": "card", "data.device_fingerprint": "N/A", "data.customer.name": "Ada Lovelace", "data.customer.email": "ada@shop.example", "data.customer.phone_number": nil,
		"data.card.first_6digits": "411111", "data.card.last_4digits": "1111", "data.card.type": "VISA", "data.card.expiry": "12/30", "data.card.token": sale["token"],
	} {
		if got := a.field(path); got != want {
			t.Errorf("%s is %v, want %v", path, got, want)
		}
	}
	if n, ok := a.field("data.id").(float64); a.Status != http.StatusOK || !ok || n < 1 || !strings.HasPrefix(a.text("data.flw_ref"), "FLW") {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	if again := f.charge(sale); again.Body != a.Body || again.Status != a.Status {
		t.Errorf("the same again: %d %s", again.Status, again.Body)
	}
	f.refused("another amount", f.charge(sale.with("amount", 301)), 400, "tx_ref")
	if n := len(f.ledger.List()); n != 1 {
		t.Errorf("the processor was asked %d times", n)
	}
	f.refused("another address", f.charge(sale.with("tx_ref", "r-2", "email", "bob@shop.example")), 400, "Wrong token or email passed")
	f.refused("no token of ours", f.charge(sale.with("tx_ref", "r-3", "token", id.NewToken().Flutterwave())), 400, "Token not found")
	declined := tokenized(f.token("4000000000000002"))
	first := f.charge(declined)
	f.refused("a declined card", first, 400, "Declined")
	if again := f.charge(declined); again.Body != first.Body || again.Status != first.Status || len(f.ledger.List()) != 2 {
		t.Errorf("a declined card again: %d %s", again.Status, again.Body)
	}
}

func TestFlutterwaveAsksForASecretKey(t *testing.T) {
	t.Parallel()
	h := open(t)
	for name, header := range map[string][]string{
		"no key": nil, "no scheme": {"Authorization", h.secret()}, "another scheme": {"Authorization", "Basic " + h.secret()}, "a wrong secret": {"Authorization", "Bearer " + h.secret() + "0"},
		"a page's key": {"Authorization", "Bearer " + h.account.Keys[merchant.Publishable].Text()}, "another's role": {"Authorization", "Bearer " + h.account.Keys[merchant.Application].Text()},
	} {
		a := h.call("POST", "/v3/tokenized-charges", `{}`, header...)
		if a.Status != http.StatusUnauthorized || a.Body != `{"status":"error","message":"Authorization required","data":null}` {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
	}
}
