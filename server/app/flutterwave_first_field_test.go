package app_test

import (
	"fmt"
	"testing"
)

// The fields of a first charge that are kept and answered, in all their spellings.
func TestFlutterwaveFieldsOfAFirstCharge(t *testing.T) {
	t.Parallel()
	f := speaksFlutterwave(open(t))
	sale := typed("4111111111111111", "123").with("fullname", nil, "client_ip", nil)
	a := f.first(sale.with("full_name", "Ada", "ip", "no address", "narration", "kettle", "country", "NG", "payment_plan", 42, "device_fingerprint", "fp-1",
		"subaccounts", []any{object{"id": "RS_1", "transaction_charge_type": "percentage", "transaction_charge": "0.5"}}))
	f.holds("echoes", a, 200, "data.customer.name", "Ada", "data.ip", "no address", "data.narration", "kettle", "data.payment_plan", "42", "data.device_fingerprint", "fp-1")
	paid := f.paymentOf(a)
	splits, _ := paid.field("terms.splits").([]any)
	if len(splits) != 2 || splits[0].(map[string]any)["amount"] != 5025.0 {
		t.Errorf("its shares: %s", paid.Body)
	}
	f.holds("its payment", paid, 200, "terms.recurring", true, "terms.initiator", "customer", "metadata.order", "17")
	b := f.first(typed("4111111111111111", "123").with("fullname", nil, "first_name", "Ada", "last_name", "Lovelace", "expiry_month", "9", "expiry_year", "2032", "currency", nil))
	f.holds("other spellings", b, 200, "data.customer.name", "Ada Lovelace", "data.card.expiry", "09/32", "data.currency", "NGN")
}

// The attempts of a batch come in pages.
func TestFlutterwavePagesOfABatch(t *testing.T) {
	t.Parallel()
	f := speaksFlutterwave(open(t))
	token := f.token("4111111111111111")
	charges := make([]object, 101)
	for i := range charges {
		charges[i] = tokenized(token)
	}
	path := f.batch(batchOf(standard, charges...))
	f.progress(path, 0)
	if n := len(f.listed(path)); n != 100 {
		t.Errorf("the first page has %d attempts", n)
	}
	second := f.ask("GET", path+"/transactions?page=2", "")
	list, _ := second.field("data").([]any)
	if len(list) != 1 || list[0].(map[string]any)["tx_ref"] != fmt.Sprint(charges[100]["tx_ref"]) {
		t.Errorf("the second page: %d %s", second.Status, second.Body)
	}
	f.refused("no page", f.ask("GET", path+"/transactions?page=0", ""), 400, "page")
}
