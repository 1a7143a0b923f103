package app_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/merchant"
	"github.com/paywicket/paywicket/internal/money"
)

// holds fails the test for each field of an answer that is not as wanted, given in pairs.
func (f *flutter) holds(name string, a answer, status int, pairs ...any) {
	f.t.Helper()
	if a.Status != status {
		f.t.Errorf("%s: %d %s, want %d", name, a.Status, a.Body, status)
	}
	for i := 0; i < len(pairs); i += 2 {
		if got := a.field(pairs[i].(string)); got != pairs[i+1] {
			f.t.Errorf("%s: %s is %v, want %v", name, pairs[i], got, pairs[i+1])
		}
	}
}

// number is the id of an answer's transaction, as it stands in a path.
func number(a answer) string {
	n, _ := a.field("data.id").(float64)
	return fmt.Sprintf("%.0f", n)
}

// charged charges a token, which must be approved.
func (f *flutter) charged(o object) answer {
	f.t.Helper()
	a := f.charge(o)
	if a.Status != http.StatusOK || a.text("data.status") != "successful" {
		f.t.Fatalf("%d %s", a.Status, a.Body)
	}
	return a
}

func TestFlutterwavePreauthorizes(t *testing.T) {
	t.Parallel()
	f := speaksFlutterwave(open(t))
	token := f.token("4111111111111111")
	a := f.charged(tokenized(token).with("preauthorize", true))
	f.holds("preauthorized", a, 200, "data.charge_type", "preauth", "data.amount_settled", 0.0, "data.charged_amount", 300.0)
	at := "/v3/charges/" + a.text("data.flw_ref")
	f.refused("too much", f.ask("POST", at+"/capture", `{"amount":"300.01"}`), 400, "amount")
	f.refused("a refund of what was not captured", f.ask("POST", at+"/refund", `{"amount":"1"}`), 400, "captured")
	f.holds("captured in part", f.ask("POST", at+"/capture", `{"amount":"200.50"}`), 200, "status", "success", "message", "Charge captured", "data.status", "successful", "data.charged_amount", 200.5, "data.amount_settled", 200.5)
	bare := f.ask("POST", at+"/refund", `{"amount":"100"}`)
	f.holds("refunded, without the envelope", bare, 200, "status", "successful", "flw_ref", a.text("data.flw_ref"), "data", nil, "amount_settled", 200.5)

	voided := f.charged(tokenized(token).with("preauthorize", true))
	f.holds("voided", f.ask("POST", "/v3/charges/"+voided.text("data.flw_ref")+"/void", ""), 200, "message", "Charge voided", "data.status", "voided")
	f.refused("voided twice", f.ask("POST", "/v3/charges/"+voided.text("data.flw_ref")+"/void", ""), 400, "voided")

	f.refused("with 3-D Secure", f.charge(tokenized(token).with("preauthorize", true, "do_3ds", true, "redirect_url", "https://shop.example/")), 400, "Invalid Auth model. Preauth can only be used with NOAUTH/BVN")
	plain := f.charged(tokenized(token))
	f.refused("a charge that was not preauthorized", f.ask("POST", "/v3/charges/"+plain.text("data.flw_ref")+"/capture", ""), 400, "Invalid Auth model")
	for _, unknown := range []string{"FLW", "FLW" + strings.Repeat("0", 26), strings.ToLower(plain.text("data.flw_ref")), id.New(id.Payment)} {
		f.refused(unknown, f.ask("POST", "/v3/charges/"+unknown+"/capture", ""), 404, "No transaction was found for this id")
	}
}

func TestFlutterwaveRefunds(t *testing.T) {
	t.Parallel()
	f := speaksFlutterwave(open(t))
	a := f.charged(tokenized(f.token("4111111111111111")))
	at := "/v3/transactions/" + number(a) + "/refund"
	f.holds("some of it", f.ask("POST", at, `{"amount":"100.25"}`), 200, "message", "Transaction refund initiated", "data.amount_refunded", 100.25, "data.status", "completed",
		"data.tx_id", a.field("data.id"), "data.flw_ref", a.text("data.flw_ref"), "data.account_id", a.field("data.account_id"), "data.destination", "payment_source")
	for _, wrong := range []string{`{"amount":{"value":"5"}}`, `{"amount":[5]}`, `{"amount":""}`} {
		f.refused("no amount that is one: "+wrong, f.ask("POST", at, wrong), 400, "amount")
	}
	f.holds("the rest", f.ask("POST", at, ""), 200, "data.amount_refunded", 199.75)
	f.refused("more", f.ask("POST", at, ""), 400, "refunded")
	f.refused("half a kobo", f.ask("POST", at, `{"amount":0.005}`), 400, "amount")
	list := f.ask("GET", "/v3/refunds?page_size=1&currency=NGN", "")
	f.holds("the list", list, 200, "message", "Refunds fetched", "meta.page_info.total", 2.0, "meta.page_info.total_pages", 2.0)
	if all, _ := list.field("data").([]any); len(all) != 1 || all[0].(map[string]any)["amount_refunded"] != 199.75 || all[0].(map[string]any)["meta"].(map[string]any)["source"] != "availablebalance" || all[0].(map[string]any)["wallet_id"] != a.field("data.account_id") {
		t.Errorf("the newest refund: %s", list.Body)
	}
	theirs := &flutter{f.house, f.merchant("Other").Keys[merchant.Secret].Text()}
	f.holds("somebody else's", theirs.ask("GET", "/v3/refunds", ""), 200, "meta.page_info.total", 0.0)
	for _, unknown := range []string{"1", "0", "-1", "x", "9223372036854775808"} {
		f.refused(unknown, f.ask("POST", "/v3/transactions/"+unknown+"/refund", ""), 404, "No transaction was found for this id")
	}
}

func TestFlutterwaveThreeDSecure(t *testing.T) {
	t.Parallel()
	f := speaksFlutterwave(open(t))
	token := f.token("4000002760003184")
	for decision, want := range map[string]string{"confirm": "successful", "refuse": "failed"} {
		sale := tokenized(token).with("do_3ds", true, "redirect_url", "https://shop.example/back?shop=1")
		a := f.charge(sale)
		f.holds(decision, a, 200, "message", "Charge initiated", "data.status", "pending", "data.auth_model", "VBVSECURECODE", "data.redirect_url", "https://shop.example/back?shop=1", "data.meta.authorization.mode", "redirect")
		f.holds("meanwhile", f.ask("GET", "/v3/transactions/"+number(a)+"/verify", ""), 200, "data.status", "pending")
		way := f.follow(f.atTheBank(a.text("data.meta.authorization.redirect"), decision))
		back, err := url.Parse(way.Header.Get("Location"))
		if err != nil {
			t.Fatal(err)
		}
		q := back.Query()
		if back.Host != "shop.example" || q.Get("status") != want || q.Get("tx_ref") != sale["tx_ref"] || q.Get("transaction_id") != number(a) || q.Get("shop") != "1" {
			t.Errorf("%s leads to %s", decision, back)
		}
		f.holds("afterwards", f.ask("GET", "/v3/transactions/"+number(a)+"/verify", ""), 200, "data.status", want, "data.auth_model", "VBVSECURECODE", "data.meta", nil)
	}
	f.refused("elsewhere", f.charge(tokenized(token).with("do_3ds", true, "redirect_url", "https://elsewhere.example/")), 400, "redirect_url")
	f.refused("nowhere", f.charge(tokenized(token).with("do_3ds", true)), 400, "redirect_url")
	// A payment that is no transaction of this dialect's says nothing of one.
	tok, err := id.ParseFlutterwave(token)
	if err != nil {
		t.Fatal(err)
	}
	native := f.api("POST", "/v1/payments", `{"token":"`+tok.String()+`","amount":4900,"currency":"USD","initiator":"customer","return_url":"https://shop.example/"}`)
	way := f.follow(f.atTheBank(native.text("action.url"), "confirm"))
	if to := way.Header.Get("Location"); to != "https://shop.example/?payment="+native.text("id") {
		t.Errorf("a payment of the native API leads to %s", to)
	}
}

func TestFlutterwaveFindsTransactions(t *testing.T) {
	t.Parallel()
	f := speaksFlutterwave(open(t))
	token, other := f.token("4111111111111111"), f.token("5555555555554444")
	first := f.charged(tokenized(token).with("tx_ref", "ref 1/ä", "meta", object{"colour": "black", "cups": 2}))
	f.charged(tokenized(other).with("tx_ref", "ref-2", "email", "Bob@shop.example", "currency", "USD"))
	f.charge(tokenized(f.token("4000000000009995")).with("tx_ref", "ref-3"))
	for query, want := range map[string][]string{
		"":                                 {"ref-3", "ref-2", "ref 1/ä"},
		"?page=2&page_size=2":              {"ref 1/ä"},
		"?customer_email=bob@shop.example": {"ref-2"},
		"?status=failed":                   {"ref-3"},
		"?status=successful&currency=ngn":  {"ref 1/ä"},
		"?tx_ref=ref+1%2F%C3%A4":           {"ref 1/ä"},
		"?from=2020-01-01&to=" + time.Now().UTC().Format(time.DateOnly): {"ref-3", "ref-2", "ref 1/ä"},
		"?to=2020-01-01": {},
		"?from=" + url.QueryEscape(time.Now().UTC().Add(time.Hour).Format(time.RFC3339)): {},
	} {
		a := f.ask("GET", "/v3/transactions"+query, "")
		f.holds(query, a, 200, "message", "Transactions fetched")
		list, _ := a.field("data").([]any)
		got := []string{}
		for _, one := range list {
			got = append(got, one.(map[string]any)["tx_ref"].(string))
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s gives %q, want %q", query, got, want)
		}
	}
	f.holds("numbers", f.ask("GET", "/v3/transactions?page=2&page_size=2", ""), 200, "meta.page_info.total", 3.0, "meta.page_info.current_page", 2.0, "meta.page_info.total_pages", 2.0, "meta.page_info.page_size", 2.0)
	for _, bad := range []string{"?page=0", "?page=x", "?page_size=101", "?from=today", "?to=1"} {
		f.refused(bad, f.ask("GET", "/v3/transactions"+bad, ""), 400, bad[1:strings.Index(bad, "=")])
	}
	verified := f.ask("GET", "/v3/transactions/verify_by_reference?tx_ref="+url.QueryEscape("ref 1/ä"), "")
	f.holds("by reference", verified, 200, "message", "Transaction fetched successfully", "data.id", first.field("data.id"), "data.meta.colour", "black", "data.meta.cups", "2", "data.amount_settled", 300.0)
	f.holds("by id", f.ask("GET", "/v3/transactions/"+number(first)+"/verify", ""), 200, "data.tx_ref", "ref 1/ä")
	f.refused("no reference", f.ask("GET", "/v3/transactions/verify_by_reference", ""), 400, "tx_ref")
	f.refused("an unknown reference", f.ask("GET", "/v3/transactions/verify_by_reference?tx_ref=x", ""), 404, "No transaction was found for this id")

	// Nobody else finds them: the answer is the same as to what is not there.
	theirs := &flutter{f.house, f.merchant("Other").Keys[merchant.Secret].Text()}
	unknown := f.ask("GET", "/v3/transactions/1/verify", "")
	if a := theirs.ask("GET", "/v3/transactions/"+number(first)+"/verify", ""); a.Body != unknown.Body || a.Status != unknown.Status || a.Status != http.StatusNotFound {
		t.Errorf("somebody else's: %d %s", a.Status, a.Body)
	}
	if a := theirs.ask("GET", "/v3/transactions", ""); !strings.Contains(a.Body, `"data":[]`) {
		t.Errorf("somebody else's list: %s", a.Body)
	}
	f.refused("their charge's capture", theirs.ask("POST", "/v3/charges/"+first.text("data.flw_ref")+"/capture", ""), 404, "No transaction")
	f.refused("their token", theirs.charge(tokenized(token)), 400, "Token not found")
}

func TestFlutterwaveTellsEventsAndFees(t *testing.T) {
	t.Parallel()
	f := speaksFlutterwave(open(t))
	if err := f.app.Merchants.Store.SetTerms(context.Background(), withFees(f.account.Merchant, map[string]money.Fee{"NGN": {BasisPoints: 140}})); err != nil {
		t.Fatal(err)
	}
	f.holds("a fee", f.ask("GET", "/v3/transactions/fee?amount=300&currency=NGN", ""), 200, "message", "Charged fee", "data.charge_amount", 300.0, "data.fee", 4.2, "data.fee_type", "value", "data.currency", "NGN", "data.merchant_fee", 0.0, "data.flutterwave_fee", 4.2, "data.stamp_duty_fee", 0.0)
	f.refused("of nothing", f.ask("GET", "/v3/transactions/fee?currency=NGN", ""), 400, "amount")
	f.refused("in no currency", f.ask("GET", "/v3/transactions/fee?amount=1&currency=XXQ", ""), 400, "currency")
	a := f.charged(tokenized(f.token("4111111111111111")))
	f.holds("a charge with a fee", a, 200, "data.app_fee", 4.2, "data.amount_settled", 295.8)
	f.ask("POST", "/v3/transactions/"+number(a)+"/refund", `{"amount":"100"}`)
	told := f.ask("GET", "/v3/transactions/"+number(a)+"/events", "")
	f.holds("events", told, 200, "message", "Transaction events fetched")
	list, _ := told.field("data").([]any)
	var notes []string
	for _, one := range list {
		notes = append(notes, one.(map[string]any)["action"].(string)+": "+one.(map[string]any)["note"].(string))
	}
	want := []string{"initiate: Charge initiated", "charge: APPROVED", "capture: Capture of 300.00 NGN: completed", "refund: Refund of 100.00 NGN: completed"}
	if strings.Join(notes, "|") != strings.Join(want, "|") && strings.Join(notes, "|") != strings.Join(append(want[:2:2], want[3]), "|") {
		t.Errorf("%q", notes)
	}
	f.refused("of what is not there", f.ask("GET", "/v3/transactions/1/events", ""), 404, "No transaction")
}

// withFees is a merchant with a schedule of fees.
func withFees(m merchant.Merchant, fees map[string]money.Fee) merchant.Merchant {
	m.Fees = fees
	return m
}

func TestFlutterwaveChangesATokensCustomer(t *testing.T) {
	t.Parallel()
	f := speaksFlutterwave(open(t))
	token := f.token("4111111111111111")
	f.charged(tokenized(token))
	f.holds("all of it", f.ask("PUT", "/v3/tokens/"+token, `{"email":"bob@shop.example","full_name":"Bob Boole","phone_number":"+2348012345678"}`), 200,
		"message", "Token details updated", "data.customer_email", "bob@shop.example", "data.customer_full_name", "Bob Boole", "data.customer_phone_number", "+2348012345678")
	f.refused("its old address", f.charge(tokenized(token)), 400, "Wrong token or email passed")
	a := f.charged(tokenized(token).with("email", "BOB@shop.example", "first_name", nil, "last_name", nil))
	f.holds("its new one", a, 200, "data.customer.name", "Bob Boole", "data.customer.phone_number", "+2348012345678")
	f.holds("a part of it", f.ask("PUT", "/v3/tokens/"+token, `{"full_name":"Bob"}`), 200, "data.customer_email", "bob@shop.example", "data.customer_full_name", "Bob")
	for _, unknown := range []string{id.NewToken().Flutterwave(), "flw-t1nf-x-m03k", "x"} {
		f.refused(unknown, f.ask("PUT", "/v3/tokens/"+unknown, `{"full_name":"Bob"}`), 404, "Token not found")
	}
	for field, body := range map[string]string{"email": `{"email":"bob"}`, "phone_number": `{"phone_number":"x"}`, "full_name": `{"full_name":"4111111111111111"}`} {
		f.refused(field, f.ask("PUT", "/v3/tokens/"+token, body), 400, field)
	}
	f.refused("no address", f.ask("PUT", "/v3/tokens/"+token, `{"email":""}`), 400, "email")
}

// One token, whichever API made it, is charged by every other.
func TestATokenIsChargedByEveryAPI(t *testing.T) {
	t.Parallel()
	h := open(t)
	f, c := speaksFlutterwave(h), speaksFlexCharge(h)
	paid := h.pay(h.session(), "4111111111111111")
	iframe, err := id.ParseToken(h.api("GET", "/v1/payments/"+paid.text("payment"), "").text("token"))
	if err != nil {
		t.Fatal(err)
	}
	flex, err := id.ParseUUID(c.token("5555555555554444"))
	if err != nil {
		t.Fatal(err)
	}
	for name, token := range map[string]id.Token{"made in the checkout": iframe, "made by FlexCharge's": flex} {
		a := f.charged(tokenized(token.Flutterwave()))
		f.holds(name, a, 200, "data.card.token", token.Flutterwave())
		for _, spelled := range []string{token.String(), token.UUID()} {
			f.charged(tokenized(spelled))
		}
		if a := h.api("POST", "/v1/payments", `{"token":"`+token.String()+`","amount":4900,"currency":"USD"}`); a.text("status") != "authorized" {
			t.Errorf("%s, by the native API: %s", name, a.Body)
		}
		if a := c.evaluate(sale(token.UUID()).with("payer.email", "ada@shop.example")); a.Status != http.StatusOK || a.text("orderSessionKey") == "" {
			t.Errorf("%s, by FlexCharge's: %d %s", name, a.Status, a.Body)
		}
	}
}
