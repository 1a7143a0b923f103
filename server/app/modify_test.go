package app_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/paywicket/paywicket/internal/merchant"
	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/processor"
	"github.com/paywicket/paywicket/server/sandbox"
)

// charge pays a session that was opened with more than an amount, and gives its payment.
func (h *house) charge(order, number string) string {
	h.t.Helper()
	a := h.api("POST", "/v1/checkout_sessions", order)
	if a.Status != http.StatusCreated {
		h.t.Fatalf("session: %d %s", a.Status, a.Body)
	}
	paid := h.pay(a.text("id"), number)
	if paid.text("status") != "authorized" {
		h.t.Fatalf("pay: %d %s", paid.Status, paid.Body)
	}
	return paid.text("payment")
}

// standing is how a payment stands, in one line.
func (a answer) standing() string {
	number := func(name string) string { return fmt.Sprintf("%.0f", a.field(name)) }
	return a.text("status") + " " + number("capturable") + "/" + number("captured") + "/" + number("refunded")
}

// What is done with a payment, and how it stands after each: capturable, captured, refunded.
func TestCaptureVoidAndRefund(t *testing.T) {
	t.Parallel()
	h := open(t)
	const order = `{"amount":4900,"currency":"USD"}`
	for name, c := range map[string]struct {
		order string
		steps []string // path, body, status or the standing after it
	}{
		"captured whole": {order, []string{
			"capture", "", "captured 0/4900/0",
			"capture", "", "409",
			"void", "", "409",
			"refunds", "", "refunded 0/4900/4900",
			"refunds", "", "409",
		}},
		"captured in parts": {order, []string{
			"capture", `{"amount":1000}`, "partially_captured 3900/1000/0",
			"capture", `{"amount":3901}`, "400",
			"refunds", `{"amount":300}`, "partially_refunded 3900/1000/300",
			"capture", `{"amount":900,"final":true}`, "partially_refunded 0/1900/300",
			"refunds", `{"amount":1601}`, "400",
			"refunds", "", "refunded 0/1900/1900",
		}},
		"the rest is released": {order, []string{
			"capture", `{"amount":1000}`, "partially_captured 3900/1000/0",
			"void", "", "captured 0/1000/0",
			"capture", "", "409",
		}},
		"voided": {order, []string{
			"refunds", "", "409",
			"void", "", "voided 0/0/0",
			"void", "", "409",
			"capture", "", "409",
		}},
		"captured at once": {`{"amount":500,"currency":"JPY","capture":"automatic"}`, []string{
			"capture", "", "409",
			"refunds", `{"amount":200}`, "partially_refunded 0/500/200",
		}},
		"three decimals": {`{"amount":1234567,"currency":"KWD"}`, []string{"capture", `{"amount":1}`, "partially_captured 1234566/1/0"}},
		"four decimals":  {`{"amount":10000,"currency":"CLF","capture":"automatic"}`, []string{"refunds", "", "refunded 0/10000/10000"}},
		"bad amounts": {order, []string{
			"capture", `{"amount":-1}`, "400", "capture", `{"amount":1.5}`, "400", "capture", `{"amounts":1}`, "400", "capture", `{"amount":1000000000000}`, "400",
			"void", "", "voided 0/0/0",
		}},
	} {
		payment := h.charge(c.order, "4111111111111111")
		for i := 0; i < len(c.steps); i += 3 {
			a := h.api("POST", "/v1/payments/"+payment+"/"+c.steps[i], c.steps[i+1])
			if got := a.standing(); fmt.Sprint(a.Status) != c.steps[i+2] && got != c.steps[i+2] {
				t.Errorf("%s, %s %s: %d %s, want %s", name, c.steps[i], c.steps[i+1], a.Status, a.Body, c.steps[i+2])
			}
		}
		// The processor's own ledger says the same.
		a := h.api("GET", "/v1/payments/"+payment, "")
		row, ok := h.rowOf(a.text("processor.id"))
		if !ok || float64(row.Captured) != a.field("captured") || float64(row.Refunded) != a.field("refunded") {
			t.Errorf("%s: here %s, at the processor %d and %d", name, a.standing(), row.Captured, row.Refunded)
		}
	}
}

// rowOf finds an authorization in the processor's ledger.
func (h *house) rowOf(id string) (sandbox.Authorization, bool) {
	for _, row := range h.ledger.List() {
		if row.ID == id {
			return row, true
		}
	}
	return sandbox.Authorization{}, false
}

// A card is kept with one payment and charged for the next ones, without the shopper.
func TestATokenIsCharged(t *testing.T) {
	t.Parallel()
	h := open(t)
	first := h.api("GET", "/v1/payments/"+h.charge(`{"amount":4900,"currency":"USD","recurring":true,"billing":{"postal_code":"10001"}}`, "4111111111111111"), "")
	if kept, _ := h.rowOf(first.text("processor.id")); kept.Billing != (processor.Address{PostalCode: "10001"}) || first.text("processor.avs") != "Z" || strings.Contains(string(first.Body), "10001") {
		t.Errorf("the session's address: %+v, %s", kept.Billing, first.Body)
	}
	token, scheme := first.text("token"), first.text("processor.scheme_reference")
	if token == "" || scheme == "" {
		t.Fatalf("first: %s", first.Body)
	}
	order := `"token":"` + token + `","amount":1200,"currency":"USD"`
	next := h.api("POST", "/v1/payments", `{`+order+`,"capture":"automatic","recurring":true,"scheme_reference":"`+scheme+`","items":[{"name":"May","quantity":1,"amount":1200}],
		"billing":{"line1":"12 St James's Square","city":"London","state":"England","postal_code":"SW1Y 4JH","country":"GB"}}`)
	if next.Status != http.StatusCreated || next.standing() != "captured 0/1200/0" || next.text("terms.initiator") != "merchant" || next.field("session") != nil {
		t.Fatalf("next: %d %s", next.Status, next.Body)
	}
	row, _ := h.rowOf(next.text("processor.id"))
	if row.Agreement != scheme || row.Initiator != "merchant" || !row.Recurring || row.CVVResult != "P" || row.Descriptor != "DESCRIPTOR" {
		t.Errorf("the processor was asked %+v", row)
	}
	if home := (processor.Address{Line1: "12 St James's Square", City: "London", State: "England", PostalCode: "SW1Y 4JH", Country: "GB"}); row.Billing != home || next.text("processor.avs") != "Y" {
		t.Errorf("the payment's address: %+v, %s", row.Billing, next.Body)
	}
	declined := h.api("POST", "/v1/payments", `{"token":"`+token+`","amount":19051,"currency":"USD"}`)
	if declined.Status != http.StatusCreated || declined.text("status") != "declined" || declined.text("decline.code") != "insufficient_funds" {
		t.Errorf("declined: %d %s", declined.Status, declined.Body)
	}
	long := h.api("GET", "/v1/tokens/"+token, "")
	if long.Status != http.StatusOK {
		t.Errorf("token: %d", long.Status)
	}
	for name, c := range map[string]struct {
		body, field string
		status      int
	}{
		"no token":        {`{"amount":1,"currency":"USD"}`, "token", 400},
		"unknown token":   {`{"token":"tok_00000000000000000000000000","amount":1,"currency":"USD"}`, "token", 400},
		"no amount":       {`{"token":"` + token + `","currency":"USD"}`, "amount", 400},
		"who asked":       {`{` + order + `,"initiator":"bank"}`, "initiator", 400},
		"splits":          {`{` + order + `,"splits":[{"account":"a","amount":1}]}`, "splits", 400},
		"unknown site":    {`{` + order + `,"site":"site_x"}`, "site", 400},
		"no such country": {`{` + order + `,"billing":{"country":"usa"}}`, "billing.country", 400},
		"unknown setting": {`{` + order + `,"cvv":"123"}`, "cvv", 400},
	} {
		if a := h.api("POST", "/v1/payments", c.body); a.Status != c.status || a.text("field") != c.field {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
	}
	asked := len(h.ledger.List())
	if a := h.api("POST", "/v1/tokens/"+token+"/revoke", ""); a.Status != http.StatusOK {
		t.Fatalf("revoke: %d %s", a.Status, a.Body)
	}
	if a := h.api("POST", "/v1/payments", `{`+order+`}`); a.Status != http.StatusGone {
		t.Errorf("revoked: %d %s", a.Status, a.Body)
	}
	other := h.merchant("Other").Keys[merchant.Secret].Text()
	if a := h.call("POST", "/v1/payments", `{`+order+`}`, "Authorization", "Bearer "+other); a.Status != http.StatusBadRequest || a.text("field") != "token" {
		t.Errorf("another merchant's token: %d %s", a.Status, a.Body)
	}
	if n := len(h.ledger.List()); n != asked {
		t.Errorf("the processor was asked %d times more", n-asked)
	}
}

// A card is checked without being charged.
func TestACardIsValidated(t *testing.T) {
	t.Parallel()
	h := open(t)
	a := h.api("GET", "/v1/payments/"+h.charge(`{"amount":0,"currency":"USD"}`, "4000000000000101"), "")
	if a.standing() != "authorized 0/0/0" || a.text("processor.cvv") != "N" || a.text("processor.avs") != "U" || a.text("token") == "" {
		t.Errorf("%s", a.Body)
	}
	for _, path := range []string{"capture", "void", "refunds"} {
		if m := h.api("POST", "/v1/payments/"+a.text("id")+"/"+path, ""); m.Status != http.StatusConflict {
			t.Errorf("%s of nothing: %d %s", path, m.Status, m.Body)
		}
	}
	if a := h.api("POST", "/v1/payments", `{"token":"`+a.text("token")+`","amount":0,"currency":"EUR","initiator":"customer"}`); a.standing() != "authorized 0/0/0" {
		t.Errorf("a kept card: %d %s", a.Status, a.Body)
	}
}

// What the merchant pays is its fee schedule's, on what was captured.
func TestFees(t *testing.T) {
	t.Parallel()
	h := open(t)
	id := h.account.Merchant.ID
	for currency, fee := range map[string]money.Fee{"*": {BasisPoints: 290, Fixed: 30}, "NGN": {BasisPoints: 140, Cap: 200_000}} {
		if err := h.app.Merchants.SetFee(t.Context(), id, currency, fee); err != nil {
			t.Fatal(err)
		}
	}
	for name, c := range map[string]struct {
		order, captured string
		fee, settled    float64
	}{
		"whole":          {`{"amount":4900,"currency":"USD"}`, ``, 172, 4728},
		"in part":        {`{"amount":4900,"currency":"USD"}`, `{"amount":1000,"final":true}`, 59, 941},
		"capped":         {`{"amount":50000000,"currency":"NGN"}`, ``, 200_000, 49_800_000},
		"less than that": {`{"amount":20,"currency":"USD"}`, ``, 20, 0},
	} {
		a := h.api("POST", "/v1/payments/"+h.charge(c.order, "4111111111111111")+"/capture", c.captured)
		if a.field("app_fee") != c.fee || a.field("settled") != c.settled {
			t.Errorf("%s: fee %v, settled %v, want %v and %v", name, a.field("app_fee"), a.field("settled"), c.fee, c.settled)
		}
	}
	payment := h.charge(`{"amount":4900,"currency":"USD","capture":"automatic"}`, "4111111111111111")
	if err := h.app.Merchants.SetFee(t.Context(), id, "USD", money.Fee{}); err != nil {
		t.Fatal(err)
	}
	a := h.api("POST", "/v1/payments/"+payment+"/refunds", `{"amount":1000}`)
	if a.field("app_fee") != 172.0 || a.field("settled") != 3728.0 {
		t.Errorf("a payment keeps the fee it began with: %s", a.Body)
	}
	if err := h.app.Merchants.SetFee(t.Context(), id, "usd", money.Fee{}); err == nil || !strings.Contains(err.Error(), "currency") {
		t.Errorf("a currency in lower case: %v", err)
	}
	if err := h.app.Merchants.SetFee(t.Context(), id, "USD", money.Fee{BasisPoints: 10_001}); err == nil {
		t.Error("a fee of more than all of it")
	}
}
