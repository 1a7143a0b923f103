package app_test

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/lookup"
	"github.com/paywicket/paywicket/internal/merchant"
)

// Every field of the documented answer is there, and the token is good in our own API.
func TestFlexChargeTokenize(t *testing.T) {
	t.Parallel()
	h := open(t)
	c := speaksFlexCharge(h)
	body := strings.Replace(cardJSON("4111111111111111", withCVV), `"payment_method":{`, `"payment_method":{"sense_key":"none of ours","email":"joe@shop.example",`, 1)
	a := c.ask("POST", "/v1/tokenize"+c.place(), body)
	if a.Status != http.StatusOK {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	whole := fields(t, a.Body)
	said := fields(t, string(whole["transaction"]))
	method := fields(t, string(said["payment_method"]))
	for _, name := range []string{"transaction", "cardBinInfo", "success", "result", "status", "statusCode", "errors", "customProperties"} {
		if _, ok := whole[name]; !ok {
			t.Errorf("there is no %s: %s", name, a.Body)
		}
	}
	for _, name := range []string{"on_test_gateway", "created_at", "updated_at", "succeeded", "state", "token", "payment_method_added", "payment_method"} {
		if _, ok := said[name]; !ok {
			t.Errorf("there is no transaction.%s: %s", name, a.Body)
		}
	}
	token := a.text("transaction.payment_method.token")
	want := map[string]string{
		"first_six_digits": `"411111"`, "last_four_digits": `"1111"`, "first_name": `"Joe"`, "last_name": `"Jones"`, "full_name": `"Joe Jones"`, "month": "3", "year": "2030",
		"email": `"joe@shop.example"`, "card_type": `"visa"`, "number": "null", "verification_value": "null", "data": "null", "storage_state": "null", "metadata": "null",
		"address1": "null", "payment_method_type": "null", "errors": "null", "test": "false", "token": `"` + token + `"`,
	}
	for name, value := range want {
		if got := string(method[name]); got != value {
			t.Errorf("%s is %s, want %s", name, got, value)
		}
	}
	if string(said["on_test_gateway"]) != "true" || string(said["succeeded"]) != "true" || string(whole["cardBinInfo"]) != "null" || string(whole["success"]) != "true" {
		t.Errorf("%s", a.Body)
	}
	kept, err := id.ParseUUID(token)
	if err != nil {
		t.Fatal(err)
	}
	shown := h.api("GET", "/v1/tokens/"+kept.String(), "")
	if shown.text("customer.email") != "joe@shop.example" || shown.text("fingerprint") != a.text("transaction.payment_method.fingerprint") || shown.text("customer.name") != "Joe Jones" {
		t.Errorf("%s", shown.Body)
	}
	if paid := h.api("POST", "/v1/payments", `{"token":"`+kept.String()+`","amount":1900,"currency":"USD"}`); paid.text("status") != "authorized" {
		t.Errorf("%s", paid.Body)
	}
	h.expectNoTrace("4111111111111111", `"999"`)
}

// Clients write months and years as numbers or texts, send fields that nobody knows, and
// leave out the month.
func TestFlexChargeTokenizeTakesWhatClientsSend(t *testing.T) {
	t.Parallel()
	c := speaksFlexCharge(open(t))
	card := func(members string) string {
		return `{"Payment_Method":{"credit_card":{"first_name":"Joe","last_name":"Jones",` + members + `},"extra":[1,{"a":null}]},"retained":true}`
	}
	for members, month := range map[string]float64{
		`"number":"4111 1111 1111 1111","month":3,"year":2030`:                                     3,
		`"number":4111111111111111,"month":"3","year":"2030"`:                                      3,
		`"number":"4111111111111111","year":"2030"`:                                                12,
		`"number":"4111111111111111","month":"","year":2030,"verification_value":""`:               12,
		`"number":"4111111111111111","month":null,"year":2030,"verification_value":null`:           12,
		`"number":"x","number":"4111111111111111","MONTH":"07","year":2030,"zip":"K1C2N6"`:         7,
		`"number":"378282246310005","month":"01","year":2031,"verification_value":1234`:            1,
		`"number":"4111-1111-1111-1111","month":"12","year":"2030","verification_value":"1\u0030"`: 0,
	} {
		a := c.ask("POST", "/v1/tokenize", card(members))
		if got, _ := a.field("transaction.payment_method.month").(float64); got != month || (a.Status == 200) != (month > 0) {
			t.Errorf("%s: %d %s", members, a.Status, a.Body)
		}
	}
}

func TestFlexChargeTokenizeRefuses(t *testing.T) {
	t.Parallel()
	h := open(t)
	c := speaksFlexCharge(h)
	const good = `"first_name":"Joe","last_name":"Jones","number":"4111111111111111","month":"03","year":"2030"`
	for members, want := range map[string]string{
		``: `"PaymentMethod.CreditCard.FirstName":["The FirstName field is required."],"PaymentMethod.CreditCard.LastName":["The LastName field is required."],` +
			`"PaymentMethod.CreditCard.Number":["The Number field is required."],"PaymentMethod.CreditCard.Year":["The Year field is required."]`,
		good + `,"number":"4111111111111112"`:       `"PaymentMethod.CreditCard.Number":["The card number has a mistyped digit. Check it and type it again."]`,
		good + `,"number":"411111111111"`:           `"PaymentMethod.CreditCard.Number":["The card number has the wrong number of digits. Check it and type it again."]`,
		good + `,"verification_value":"12"`:         `"PaymentMethod.CreditCard.VerificationValue":["The security code of this card has 3 digits. Check it and type it again."]`,
		good + `,"verification_value":"1234"`:       `"PaymentMethod.CreditCard.VerificationValue":["The security code of this card has 3 digits. Check it and type it again."]`,
		good + `,"month":"13"`:                      `"PaymentMethod.CreditCard.Month":["The month must be from 01 to 12."]`,
		good + `,"year":"30"`:                       `"PaymentMethod.CreditCard.Year":["The year must have four digits, such as 2030."]`,
		good + `,"year":"2019"`:                     `"PaymentMethod.CreditCard.Year":["This card has expired. Use another card."]`,
		good + `,"last_name":"4111 1111 1111 1111"`: `"PaymentMethod.CreditCard.LastName":["This field holds what may be a card number. Check that each field holds what it asks for."]`,
		good + `,"first_name":"Joe 123456789012"`:   `"PaymentMethod.CreditCard.FirstName":["A name has 200 bytes at most. This field has no long numbers in it. Check that each field holds what it asks for."]`,
	} {
		a := c.ask("POST", "/v1/tokenize", `{"payment_method":{"credit_card":{`+members+`}}}`)
		if a.Status != 400 || traced(t, a) != "{…,"+want+"}" {
			t.Errorf("%s: %d %s", members, a.Status, a.Body)
		}
	}
	for body, status := range map[string]int{"": 400, "[]": 400, `{"a":` + strings.Repeat(" ", 20<<10) + `1}`: 413, `{"payment_method":`: 400} {
		if a := c.ask("POST", "/v1/tokenize", body); a.Status != status || !strings.HasPrefix(a.Body, `{"TraceId"`) {
			t.Errorf("%.20s: %d %s", body, a.Status, a.Body)
		}
	}
	if a := c.call("POST", "/v1/tokenize", cardJSON("4111111111111111"), "Authorization", c.access, "Content-Encoding", "gzip"); a.Status != 415 {
		t.Errorf("packed: %d %s", a.Status, a.Body)
	}
	h.expectNoTrace("4111111111111111", "4111111111111112")
}

// Pages tokenize with a merchant's id and its tokenization key, from any origin; any other
// key, and another merchant's, opens nothing.
func TestFlexChargeTokenizeByPages(t *testing.T) {
	t.Parallel()
	h := open(t)
	c := speaksFlexCharge(h)
	a := h.call("POST", "/v1/tokenize"+c.place(), cardJSON("4111111111111111"), "Origin", "https://shop.example", "Sec-Fetch-Site", "cross-site")
	if a.Status != 200 || a.Header.Get("Access-Control-Allow-Origin") != "*" || a.Header.Get("Cross-Origin-Resource-Policy") != "cross-origin" {
		t.Errorf("%d %s %v", a.Status, a.Body, a.Header)
	}
	before := h.call("OPTIONS", "/v1/tokenize", "", "Origin", "https://shop.example", "Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "content-type")
	if before.Status != 204 || before.Header.Get("Access-Control-Allow-Origin") != "*" || before.Header.Get("Access-Control-Allow-Methods") != "POST" || before.Header.Get("Access-Control-Allow-Headers") != "Content-Type" {
		t.Errorf("%d %v", before.Status, before.Header)
	}
	if a := c.ask("POST", "/v1/tokenize", cardJSON("4111111111111111")); a.Status != 200 || a.Header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("by an access token: %d %v", a.Status, a.Header)
	}
	upper := strings.NewReplacer("mid=", "MID=", "environment=", "Environment=").Replace(c.place())
	if a := h.call("POST", "/v1//tokenize"+upper, cardJSON("4111111111111111")); a.Status != 200 {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	other := h.merchant("Other")
	mid, key := "?mid="+h.account.Merchant.ID, "&environment="+h.account.Keys[merchant.Tokenization].Text()
	for _, place := range []string{
		"", mid, "?" + key[1:], mid + "&environment=x", "?mid=" + other.Merchant.ID + key, mid + "&environment=" + other.Keys[merchant.Tokenization].Text(),
		mid + "&environment=" + h.account.Keys[merchant.Publishable].Text(), mid + "&environment=" + h.secret(),
	} {
		if a := h.call("POST", "/v1/tokenize"+place, cardJSON("4111111111111111")); a.Status != 401 || a.Body != "{}" {
			t.Errorf("%s: %d %s", place, a.Status, a.Body)
		}
	}
	if a := c.ask("POST", "/v1/tokenize?mid="+other.Merchant.ID, cardJSON("4111111111111111")); a.Status != 400 || traced(t, a) != `{…,"Mid":["The field Mid is invalid."]}` {
		t.Errorf("another's mid: %d %s", a.Status, a.Body)
	}
	if a := h.call("POST", "/v1/tokenize"+c.place(), cardJSON("4111111111111111"), "Authorization", "Bearer x"); a.Status != 401 {
		t.Errorf("a bad access token beside a good key: %d", a.Status)
	}
	if strings.Contains(h.log.String(), h.account.Keys[merchant.Tokenization].Text()) {
		t.Error("the log holds the query")
	}
}

// cardBinInfo has what merchants pass back to evaluate.
func TestFlexChargeTokenizeKnowsTheCard(t *testing.T) {
	t.Parallel()
	h := open(t)
	c := speaksFlexCharge(h)
	if _, err := h.operator().ImportBINs(t.Context(), strings.NewReader("BIN,Brand,Type,Category,Issuer,CountryName,alpha_2\n411111,VISA,DEBIT,PREPAID,Kestrel Bank,FRANCE,FR\n"), func(lookup.Skipped) {}); err != nil {
		t.Fatal(err)
	}
	var a answer
	h.eventually(func() bool {
		a = c.ask("POST", "/v1/tokenize", cardJSON("4111111111111111"))
		return a.field("cardBinInfo") != nil
	})
	info, _ := a.field("cardBinInfo").(map[string]any)
	if !maps.Equal(info, map[string]any{"cardType": "Prepaid", "cardBrand": "VISA", "cardCountry": "FR", "issuer": "Kestrel Bank"}) {
		t.Errorf("%v of %v", info, slices.Sorted(maps.Keys(info)))
	}
}
