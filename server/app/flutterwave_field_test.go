package app_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/paywicket/paywicket/internal/id"
)

func TestFlutterwaveRefusesFields(t *testing.T) {
	t.Parallel()
	f := speaksFlutterwave(open(t))
	token := f.token("4111111111111111")
	for name, c := range map[string]struct {
		changes []any
		message string
	}{
		"no token":               {[]any{"token", nil}, "token: "},
		"no token of any form":   {[]any{"token", "flw-t1nf-0-m03k"}, "Token not found"},
		"no address":             {[]any{"email", nil}, "email: "},
		"no e-mail address":      {[]any{"email", "ada"}, "email: "},
		"no currency":            {[]any{"currency", ""}, "currency: "},
		"no currency in use":     {[]any{"currency", "XXQ"}, "currency: "},
		"no amount":              {[]any{"amount", nil}, "amount: "},
		"nothing":                {[]any{"amount", 0}, "amount: "},
		"less than nothing":      {[]any{"amount", -1}, "amount: "},
		"half a kobo":            {[]any{"amount", json.Number("1.005")}, "amount: "},
		"half a yen":             {[]any{"amount", json.Number("1.5"), "currency", "JPY"}, "amount: "},
		"too much":               {[]any{"amount", 1e12}, "amount: "},
		"words":                  {[]any{"amount", "many"}, "amount: "},
		"no tx_ref":              {[]any{"tx_ref", nil}, "tx_ref: "},
		"a long tx_ref":          {[]any{"tx_ref", strings.Repeat("x", 101)}, "tx_ref: "},
		"a card for a tx_ref":    {[]any{"tx_ref", "4111111111111111"}, "tx_ref: "},
		"a card for a token":     {[]any{"token", "4111111111111111"}, "Token not found"},
		"a card in the meta":     {[]any{"meta", object{"a": "4111 1111 1111 1111"}}, "meta: "},
		"much meta":              {[]any{"meta", object{"a": strings.Repeat("x", 501)}}, "meta: "},
		"no subaccount's id":     {[]any{"subaccounts", []any{object{"transaction_split_ratio": 1}}}, "subaccounts: "},
		"a ratio of nothing":     {[]any{"subaccounts", []any{object{"id": "RS_1", "transaction_split_ratio": 0}}}, "subaccounts: "},
		"an unknown charge":      {[]any{"subaccounts", []any{object{"id": "RS_1", "transaction_charge_type": "odd", "transaction_charge": 1}}}, "subaccounts: "},
		"more than all":          {[]any{"subaccounts", []any{object{"id": "RS_1", "transaction_charge_type": "flat_subaccount", "transaction_charge": 301}}}, "subaccounts: "},
		"all stays":              {[]any{"subaccounts", []any{object{"id": "RS_1", "transaction_charge_type": "percentage", "transaction_charge": 1}}}, "subaccounts: "},
		"an account named twice": {[]any{"subaccounts", []any{object{"id": "RS_1"}, object{"id": "RS_1"}}}, "subaccounts: "},
	} {
		f.refused(name, f.charge(tokenized(token).with(c.changes...)), 400, c.message)
	}
	f.refused("no JSON", f.ask("POST", "/v3/tokenized-charges", `{`), 400, "")
	f.refused("a large body", f.ask("POST", "/v3/tokenized-charges", `{"narration":"`+strings.Repeat("x", 17_000)+`"}`), 413, "bytes")
	if n := len(f.ledger.List()); n != 0 {
		t.Errorf("the processor was asked %d times", n)
	}
	if a := f.ask("GET", "/v3/transactions", ""); !strings.Contains(a.Body, `"data":[]`) {
		t.Errorf("what was refused is a transaction: %s", a.Body)
	}
	f.expectNoTrace("4111111111111111", "4111 1111 1111 1111")
}

// Amounts go in and out exactly, and names match without case, as clients send them.
func TestFlutterwaveTakesWhatClientsSend(t *testing.T) {
	t.Parallel()
	f := speaksFlutterwave(open(t))
	token := f.token("4111111111111111")
	for _, c := range []struct{ amount, currency, answered string }{
		{"4.35", "USD", "4.35"}, {`"4.35"`, "usd", "4.35"}, {"43.5e-1", "USD", "4.35"}, {"300.00", "NGN", "300"}, {"1234", "JPY", "1234"}, {"1.234", "KWD", "1.234"}, {"0.1", "USD", "0.1"},
	} {
		a := f.ask("POST", "/v3/tokenized-charges", fmt.Sprintf(`{"TOKEN":%q,"Email":"ada@shop.example","currency":%q,"amount":%s,"tx_ref":"r-%s","unknown":{"a":[1]},"preauthorize":"false","country":null}`, token, c.currency, c.amount, id.Random()))
		if !strings.Contains(a.Body, `"amount":`+c.answered+`,"charged_amount":`+c.answered+`,`) || a.text("data.status") != "successful" {
			t.Errorf("%s %s: %d %s", c.amount, c.currency, a.Status, a.Body)
		}
	}
	a := f.charged(tokenized(token).with("full_name", "Countess of Lovelace", "ip", "no address", "device_fingerprint", "fp-1", "payment_plan", 42, "meta", object{"colour": "black", "deep": object{"a": 1}}))
	f.holds("echoes", a, 200, "data.customer.name", "Countess of Lovelace", "data.ip", "no address", "data.device_fingerprint", "fp-1", "data.payment_plan", "42", "data.meta.colour", "black", "data.meta.deep", nil)
	paid := f.paymentOf(a)
	f.holds("its payment", paid, 200, "terms.recurring", true, "terms.initiator", "merchant", "terms.capture", "automatic", "metadata.colour", "black", "reference", a.text("data.tx_ref"))
}

// paymentOf gives the payment of a charge by the native API.
func (f *flutter) paymentOf(a answer) answer {
	f.t.Helper()
	return f.api("GET", "/v1/payments/pay_"+strings.ToLower(strings.TrimPrefix(a.text("data.flw_ref"), "FLW")), "")
}

func TestFlutterwaveDividesACharge(t *testing.T) {
	t.Parallel()
	f := speaksFlutterwave(open(t))
	own := f.account.Merchant.ID
	token := f.token("4111111111111111")
	for name, c := range map[string]struct {
		accounts []any
		want     string
	}{
		"by ratio":      {[]any{object{"id": "RS_1", "transaction_split_ratio": 2}, object{"id": "RS_2", "transaction_split_ratio": "1"}}, "RS_1 20000, RS_2 10000"},
		"with rounding": {[]any{object{"id": "RS_1", "transaction_split_ratio": 3}, object{"id": "RS_2", "transaction_split_ratio": 4}}, "RS_1 12857, RS_2 17142, " + own + " 1"},
		"a percentage":  {[]any{object{"id": "RS_1", "transaction_charge_type": "percentage", "transaction_charge": 0.09}}, "RS_1 27300, " + own + " 2700"},
		"a flat sum":    {[]any{object{"id": "RS_1", "transaction_charge_type": "flat", "transaction_charge": 100}}, "RS_1 20000, " + own + " 10000"},
		"an exact sum":  {[]any{object{"id": "RS_1", "transaction_charge_type": "flat_subaccount", "transaction_charge": "42.50"}}, "RS_1 4250, " + own + " 25750"},
		"none":          {[]any{}, ""},
	} {
		paid := f.paymentOf(f.charged(tokenized(token).with("subaccounts", c.accounts)))
		list, _ := paid.field("terms.splits").([]any)
		var got []string
		for _, one := range list {
			s := one.(map[string]any)
			got = append(got, fmt.Sprintf("%v %.0f", s["account"], s["amount"]))
		}
		if strings.Join(got, ", ") != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// The first address that a token is charged with is its own, also of many at once.
func TestFlutterwaveTiesATokenToAnAddress(t *testing.T) {
	t.Parallel()
	f := speaksFlutterwave(open(t))
	token := f.token("4111111111111111")
	var all sync.WaitGroup
	answers := make([]answer, 6)
	for i := range answers {
		all.Go(func() {
			answers[i] = f.charge(tokenized(token).with("email", fmt.Sprintf("shopper-%d@shop.example", i)))
		})
	}
	all.Wait()
	charged := 0
	for i, a := range answers {
		if a.Status == 200 {
			charged++
			continue
		}
		f.refused(fmt.Sprint(i), a, 400, "Wrong token or email passed")
	}
	if charged != 1 || len(f.ledger.List()) != 1 {
		t.Errorf("%d addresses were taken, and %d charged", charged, len(f.ledger.List()))
	}
}

// The same tx_ref many times at once is charged once, and every client is told the same.
func TestFlutterwaveChargesATxRefOnce(t *testing.T) {
	t.Parallel()
	f := speaksFlutterwave(open(t))
	sale := tokenized(f.token("4111111111111111"))
	var all sync.WaitGroup
	answers := make([]answer, 6)
	for i := range answers {
		all.Go(func() { answers[i] = f.charge(sale) })
	}
	all.Wait()
	for _, a := range answers {
		if a.Body != answers[0].Body || a.Status != 200 {
			t.Errorf("%d %s", a.Status, a.Body)
		}
	}
	if n := len(f.ledger.List()); n != 1 {
		t.Errorf("it was charged %d times", n)
	}
	// One that was refused is free for a charge that is mended.
	mended := tokenized(sale["token"].(string)).with("email", "bob@shop.example")
	f.refused("another address", f.charge(mended), 400, "Wrong token")
	f.charged(mended.with("email", "ada@shop.example"))
}
