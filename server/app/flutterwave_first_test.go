package app_test

import (
	"bytes"
	"crypto/des"
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"strings"
	"testing"

	"github.com/paywicket/paywicket/internal/id"
)

// encrypt makes a client's payload of a text as Flutterwave's own libraries do.
func encrypt(t testing.TB, secret, plain string) string {
	t.Helper()
	sum := md5.Sum([]byte(secret))
	digest := hex.EncodeToString(sum[:])
	cipher, err := des.NewTripleDESCipher([]byte(strings.Replace(secret, "FLWSECK-", "", 1)[:12] + digest[len(digest)-12:]))
	if err != nil {
		t.Fatal(err)
	}
	pad := 8 - len(plain)%8
	text := append([]byte(plain), bytes.Repeat([]byte{byte(pad)}, pad)...)
	for at := 0; at < len(text); at += 8 {
		cipher.Encrypt(text[at:at+8], text[at:at+8])
	}
	return base64.StdEncoding.EncodeToString(text)
}

// typed is a first charge of a card, as the documentation has it.
func typed(number, cvv string) object {
	return object{
		"card_number": number, "cvv": cvv, "expiry_month": "09", "expiry_year": "32", "currency": "NGN", "amount": "100.50",
		"email": "user@example.com", "fullname": "Yolande Aglaé", "tx_ref": "MC-" + id.Random(), "meta": object{"order": "17"}, "client_ip": "154.123.220.1", "phone_number": "+2348012345678",
	}
}

// first charges a card for the first time.
func (f *flutter) first(o object) answer {
	f.t.Helper()
	return f.ask("POST", "/v3/charges?type=card", object{"client": encrypt(f.t, f.key, o.String())}.String())
}

// hasAll tells that an answer has fields with values.
func (f *flutter) hasAll(a answer, wants map[string]any) {
	f.t.Helper()
	for path, want := range wants {
		if got := a.field(path); got != want {
			f.t.Errorf("%s is %v, want %v in %d %s", path, got, want, a.Status, a.Body)
		}
	}
}

// A card that wants nothing is charged at once, and its token is charged after.
func TestFlutterwaveFirstCharge(t *testing.T) {
	t.Parallel()
	f := speaksFlutterwave(open(t))
	sale := typed("4751763236699647", "470")
	a := f.first(sale)
	f.hasAll(a, map[string]any{
		"status": "success", "message": "Charge successful", "data.status": "successful", "data.tx_ref": sale["tx_ref"], "data.amount": 100.5, "data.charged_amount": 100.5,
		"data.auth_model": "noauth", "data.currency": "NGN", "data.ip": "154.123.220.1", "data.customer.email": "user@example.com", "data.customer.name": "Yolande Aglaé",
		"data.customer.phone_number": "+2348012345678", "data.card.first_6digits": "475176", "data.card.last_4digits": "9647", "data.card.expiry": "09/32", "meta": nil, "data.meta.order": "17",
	})
	token := a.text("data.card.token")
	if !strings.HasPrefix(token, "flw-t1nf-") || !strings.HasSuffix(token, "-m03k") {
		t.Fatalf("no token: %s", a.Body)
	}
	if again := f.first(sale); again.Body != a.Body || len(f.ledger.List()) != 1 {
		t.Errorf("the same again: %d %s", again.Status, again.Body)
	}
	f.refused("another amount", f.first(sale.with("amount", 7)), 400, "Duplicate tx_ref")
	f.refused("another card", f.first(sale.with("card_number", "4111111111111111")), 400, "Duplicate tx_ref")
	later := tokenized(token).with("email", "user@example.com")
	f.hasAll(f.charge(later), map[string]any{"status": "success", "data.status": "successful", "data.card.token": token, "data.customer.email": "user@example.com"})
	f.refused("another's token", f.charge(later.with("tx_ref", "r-2", "email", "eve@example.com")), 400, "Wrong token or email passed")
	f.expectNoTrace("4751763236699647")
}

// The documented cards of the sandbox behave as documented.
func TestFlutterwaveTestCards(t *testing.T) {
	t.Parallel()
	f := speaksFlutterwave(open(t))
	for _, c := range []struct{ number, cvv, status, message string }{
		{"5061460410120223210", "780", "success", "Charge successful"},
		{"5258585922666506", "883", "error", "Insufficient Funds"},
		{"5590131743294314", "887", "error", "Fraudulent"},
		{"5143010522339965", "276", "error", "Do Not Honour"},
		{"5551658157653822", "276", "error", "Invalid Transaction"},
	} {
		a := f.first(typed(c.number, c.cvv))
		if a.text("status") != c.status || a.text("message") != c.message || (a.Status == http.StatusOK) != (c.status == "success") {
			t.Errorf("%s: %d %s", c.number, a.Status, a.Body)
		}
	}
	for number, cvv := range map[string]string{"4187427415564246": "828", "5438898014560229": "564"} {
		a := f.first(typed(number, cvv))
		f.hasAll(a, map[string]any{"status": "success", "message": "Charge initiated", "data.status": "pending", "data.auth_model": "VBVSECURECODE", "meta.authorization.mode": "redirect"})
		if !strings.Contains(a.text("meta.authorization.redirect"), "/challenge/") {
			t.Errorf("%s: %s", number, a.Body)
		}
	}
}

// The card with a PIN asks for it, then for a code; nothing is charged before.
func TestFlutterwavePINAndCode(t *testing.T) {
	t.Parallel()
	f := speaksFlutterwave(open(t))
	sale := typed("5531886652142950", "564")
	a := f.first(sale)
	if a.Status != http.StatusOK || a.Body != `{"status":"success","message":"Charge authorization data required","meta":{"authorization":{"mode":"pin","fields":["pin"]}}}` || len(f.ledger.List()) != 0 {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	f.refused("a wrong PIN", f.first(sale.with("authorization", object{"mode": "pin", "pin": "1111"})), 400, "pin")
	a = f.first(sale.with("authorization", object{"mode": "pin", "pin": "3310"}))
	f.hasAll(a, map[string]any{
		"status": "success", "message": "Charge initiated", "data.status": "pending", "data.auth_model": "PIN",
		"meta.authorization.mode": "otp", "meta.authorization.endpoint": "/v3/validate-charge", "data.meta.authorization": nil, "data.meta.order": "17",
	})
	validate := func(code, reference string) answer {
		return f.ask("POST", "/v3/validate-charge", object{"otp": code, "flw_ref": reference, "type": "card"}.String())
	}
	own := a.text("data.flw_ref")
	f.refused("a wrong code", validate("54321", own), 400, "otp")
	f.refused("no code", validate("", own), 400, "otp")
	f.refused("another charge", validate("12345", "FLW"+strings.ToUpper(id.Random())), 404, "No transaction was found")
	for range 2 { // the second time it is charged already
		f.hasAll(validate("12345", own), map[string]any{
			"status": "success", "message": "Charge validated", "data.status": "successful", "data.tx_ref": sale["tx_ref"], "data.processor_response": "APPROVED", "data.id": a.field("data.id"),
		})
	}
	if list := f.ledger.List(); len(list) != 1 || list[0].Captured != 10050 {
		t.Errorf("%+v", list)
	}
	f.hasAll(f.ask("GET", "/v3/transactions/verify_by_reference?tx_ref="+sale["tx_ref"].(string), ""), map[string]any{"data.status": "successful", "data.auth_model": "PIN"})
}

// What the issuer's page decides is what verify tells, and the shopper comes back with the
// charge's names.
func TestFlutterwaveFirstChargeAtTheIssuer(t *testing.T) {
	t.Parallel()
	f := speaksFlutterwave(open(t))
	back := f.account.Site.Origins[0] + "/done?basket=5"
	a := f.first(typed("5438898014560229", "564").with("redirect_url", back))
	page := a.text("meta.authorization.redirect")
	stays := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := stays.PostForm(page, map[string][]string{"decision": {"confirm"}})
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if response, err = stays.Get(response.Header.Get("Location")); err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	at, err := response.Location()
	if err != nil {
		t.Fatalf("%d: %v", response.StatusCode, err)
	}
	query := at.Query()
	if !strings.HasPrefix(at.String(), f.account.Site.Origins[0]+"/done?") || query.Get("basket") != "5" || query.Get("status") != "successful" || query.Get("tx_ref") != a.text("data.tx_ref") {
		t.Errorf("sent back to %s", at)
	}
	verified := f.ask("GET", "/v3/transactions/"+query.Get("transaction_id")+"/verify", "")
	f.hasAll(verified, map[string]any{"status": "success", "data.status": "successful", "data.auth_model": "VBVSECURECODE", "data.id": a.field("data.id")})
	if !strings.HasPrefix(verified.text("data.card.token"), "flw-t1nf-") {
		t.Errorf("no token: %s", verified.Body)
	}
}

// Who has another merchant's flw_ref learns nothing, and changes nothing.
func TestFlutterwaveValidatesItsOwnCharges(t *testing.T) {
	t.Parallel()
	h := open(t)
	f := speaksFlutterwave(h)
	a := f.first(typed("5531886652142950", "564").with("authorization", object{"mode": "pin", "pin": "3310"}))
	other := h.merchant("Other")
	stranger := &flutter{h, other.Keys["secret"].Text()}
	stranger.refused("somebody else's", stranger.ask("POST", "/v3/validate-charge", object{"otp": "12345", "flw_ref": a.text("data.flw_ref")}.String()), 404, "No transaction was found")
	if list := f.ledger.List(); len(list) != 1 || list[0].Captured != 0 {
		t.Errorf("%+v", list)
	}
}

func TestFlutterwaveAsksForAnAddress(t *testing.T) {
	t.Parallel()
	f := speaksFlutterwave(open(t))
	sale := typed("4556052704172643", "899")
	a := f.first(sale)
	if a.text("meta.authorization.mode") != "avs_noauth" || !strings.Contains(a.Body, `"fields":["city","address","state","country","zipcode"]`) || len(f.ledger.List()) != 0 {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	a = f.first(sale.with("authorization", object{"mode": "avs_noauth", "city": "San Francisco", "address": "333 Fremont Street", "state": "California", "country": "US", "zipcode": "94105"}))
	f.hasAll(a, map[string]any{"status": "success", "data.status": "successful", "data.auth_model": "AVS_NOAUTH"})
	if list := f.ledger.List(); len(list) != 1 || list[0].Billing.PostalCode != "94105" {
		t.Errorf("%+v", list)
	}
}

// A preauthorized card is held and not captured.
func TestFlutterwavePreauthorizesAFirstCharge(t *testing.T) {
	t.Parallel()
	f := speaksFlutterwave(open(t))
	f.hasAll(f.first(typed("5377283645077450", "789").with("preauthorize", true)), map[string]any{"status": "success", "data.status": "successful"})
	if list := f.ledger.List(); len(list) != 1 || list[0].Captured != 0 || list[0].Capture {
		t.Errorf("%+v", list)
	}
}

func TestFlutterwaveRefusesAFirstCharge(t *testing.T) {
	t.Parallel()
	f := speaksFlutterwave(open(t))
	sale := typed("4111111111111111", "123")
	for name, c := range map[string]struct {
		sale    object
		message string
	}{
		"no number": {sale.with("card_number", nil), "card_number"}, "a mistyped number": {sale.with("card_number", "4111111111111112"), "card_number"},
		"no CVV": {sale.with("cvv", nil), "cvv"}, "a long CVV": {sale.with("cvv", "12345"), "cvv"}, "month 13": {sale.with("expiry_month", "13"), "expiry_month"},
		"year of three digits": {sale.with("expiry_year", "203"), "expiry_year"}, "expired": {sale.with("expiry_year", "21"), "expiry_year"}, "no address": {sale.with("email", nil), "email"},
		"no amount": {sale.with("amount", nil), "amount"}, "nothing": {sale.with("amount", 0), "amount"}, "no tx_ref": {sale.with("tx_ref", nil), "tx_ref"},
		"a long tx_ref": {sale.with("tx_ref", strings.Repeat("a", 101)), "tx_ref"}, "no currency in use": {sale.with("currency", "XXY"), "currency"},
		"a way back to somebody else": {sale.with("redirect_url", "https://elsewhere.example/"), "redirect_url"},
	} {
		a := f.first(c.sale)
		f.refused(name, a, 400, c.message)
		if strings.Contains(a.Body, "41111111") {
			t.Errorf("%s: the answer repeats the number: %s", name, a.Body)
		}
	}
	f.refused("no client", f.ask("POST", "/v3/charges?type=card", `{}`), 400, "client")
	f.refused("under another key", f.ask("POST", "/v3/charges?type=card", object{"client": encrypt(t, "sk_test_0123456789abcdef", sale.String())}.String()), 400, "client")
	f.refused("no JSON", f.ask("POST", "/v3/charges?type=card", object{"client": encrypt(t, f.key, "hello")}.String()), 400, "client")
	f.refused("no card", f.ask("POST", "/v3/charges?type=mobilemoney", `{}`), 400, "type")
	if n := len(f.ledger.List()); n != 0 {
		t.Errorf("the processor was asked %d times", n)
	}
	// A tx_ref whose charge was refused is free again.
	f.hasAll(f.first(sale), map[string]any{"status": "success", "data.status": "successful"})
}

// What clients send beside the card is kept and answered, under each of its names.
func TestFlutterwaveTakesNamesOfAFirstCharge(t *testing.T) {
	t.Parallel()
	f := speaksFlutterwave(open(t))
	bare := typed("4111111111111111", "123").with("fullname", nil, "client_ip", nil, "expiry_year", "2032", "expiry_month", "9")
	a := f.first(bare.with(
		"full_name", "Grace Hopper", "country", "NG", "narration", "a kettle", "payment_plan", "3341", "ip", "10.0.0.1 or so", "device_fingerprint", "69e6b7f0b72037aa8428b70fbe03986c",
		"subaccounts", []object{{"id": "RS_1", "transaction_charge_type": "flat_subaccount", "transaction_charge": 40}}, "currency", nil,
	))
	f.hasAll(a, map[string]any{
		"data.customer.name": "Grace Hopper", "data.narration": "a kettle", "data.payment_plan": "3341", "data.ip": "10.0.0.1 or so",
		"data.device_fingerprint": "69e6b7f0b72037aa8428b70fbe03986c", "data.currency": "NGN", "data.card.expiry": "09/32",
	})
	if row := f.ledger.List()[0]; !row.Recurring || row.Currency != "NGN" {
		t.Errorf("the processor was asked %+v", row)
	}
	paid := f.api("GET", "/v1/payments/pay_"+strings.ToLower(strings.TrimPrefix(a.text("data.flw_ref"), "FLW")), "")
	if splits, _ := paid.field("terms.splits").([]any); len(splits) != 2 {
		t.Errorf("divided as %s", paid.Body)
	}
	a = f.first(bare.with("tx_ref", "MC-2", "first_name", "Ada", "last_name", "Lovelace"))
	f.hasAll(a, map[string]any{"data.customer.name": "Ada Lovelace"})
	f.refused("shares that do not fit", f.first(bare.with("tx_ref", "MC-3", "subaccounts", []object{{"id": "RS_1", "transaction_charge_type": "flat_subaccount", "transaction_charge": 400}})), 400, "subaccounts")
}
