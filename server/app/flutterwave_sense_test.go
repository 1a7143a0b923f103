package app_test

import (
	"net/http"
	"testing"
)

// A device_fingerprint that is the sense key of the shop's page says what is thought of the
// visit and which device it was; an ip that is an address is thought about, and no other text.
func TestFlutterwaveKnowsTheVisit(t *testing.T) {
	t.Parallel()
	f := speaksFlutterwave(open(t))
	page := f.call("POST", "/sense/open", `{"merchant":"`+f.account.Merchant.ID+`","site":"`+f.account.Site.ID+`","sense_key":""}`, "Origin", "https://shop.example")
	key := page.text("sense_key")
	if a := f.see(key, page.text("nonce"), signals(5)); a.Status != http.StatusNoContent {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	token := f.token("4111111111111111")
	for name, c := range map[string]struct {
		sale          object
		thought, seen bool
	}{
		"a page of the shop's": {tokenized(token).with("device_fingerprint", key), true, true},
		"an address":           {tokenized(token).with("ip", "192.0.2.1"), true, false},
		"no address":           {tokenized(token).with("device_fingerprint", "fp-1"), false, false},
	} {
		paid := f.paymentOf(f.charged(c.sale))
		if thought, seen := paid.field("risk") != nil, paid.text("risk.device") != ""; thought != c.thought || seen != c.seen {
			t.Errorf("%s: %s", name, paid.Body)
		}
	}
}

// The same is known of a first charge.
func TestFlutterwaveKnowsTheVisitOfAFirstCharge(t *testing.T) {
	t.Parallel()
	f := speaksFlutterwave(open(t))
	page := f.call("POST", "/sense/open", `{"merchant":"`+f.account.Merchant.ID+`","site":"`+f.account.Site.ID+`","sense_key":""}`, "Origin", "https://shop.example")
	key := page.text("sense_key")
	if a := f.see(key, page.text("nonce"), signals(5)); a.Status != http.StatusNoContent {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	bare := typed("4111111111111111", "123").with("client_ip", nil)
	for name, c := range map[string]struct {
		sale          object
		thought, seen bool
	}{
		"a page of the shop's": {bare.with("device_fingerprint", key, "tx_ref", "r-1"), true, true},
		"an address":           {bare.with("client_ip", "192.0.2.1", "tx_ref", "r-2"), true, false},
		"no address":           {bare.with("client_ip", "pstmn", "tx_ref", "r-3"), false, false},
	} {
		paid := f.paymentOf(f.first(c.sale))
		if thought, seen := paid.field("risk") != nil, paid.text("risk.device") != ""; thought != c.thought || seen != c.seen {
			t.Errorf("%s: %s", name, paid.Body)
		}
	}
}
