package app_test

import (
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/merchant"
)

// All that is missing is told at once, in the words and the order of the documentation.
func TestFlexChargeEvaluateMissingFields(t *testing.T) {
	t.Parallel()
	c := speaksFlexCharge(open(t))
	const all = `{…,"OrderId":["Merchant's orderId is required"],"Transaction.Id":["The Id field is required."],"Transaction.ResponseCode":["The ResponseCode field is required."],` +
		`"Transaction.AvsResultCode":["The AvsResultCode field is required."],"Transaction.CvvResultCode":["The CvvResultCode field is required."],` +
		`"Transaction.CavvResultCode":["The CavvResultCode field is required."],"Transaction.ResponseCodeSource":["The ResponseCodeSource field is required."],` +
		`"IsDeclined":["The IsDeclined field is required."],"IdempotencyKey":["The IdempotencyKey field is required."],"PaymentMethod.CardNumber":["The CardNumber field is required."],` +
		`"Transaction.Amount":["The Amount field is required."],"Transaction.Currency":["The Currency field is required."]}`
	for _, body := range []string{`{}`, `{"transaction":{},"orderId":null,"isDeclined":null}`, `{"transaction":{"id":"","responseCodeSource":" ","amount":null},"paymentMethod":{"cardNumber":""}}`} {
		if a := c.ask("POST", "/v1/evaluate", body); a.Status != 400 || traced(t, a) != all {
			t.Errorf("%s: %d %s", body, a.Status, a.Body)
		}
	}
	token := c.token("4111111111111111", withCVV)
	past := `{…,"ExpiryDateUtc":["The field ExpiryDateUtc is invalid."]}`
	number := sale("4111111111111111").with("paymentMethod.Token", false)
	for _, bad := range []struct {
		sale object
		want string
	}{
		{sale(token).with("orderId", nil), `{…,"OrderId":["Merchant's orderId is required"]}`},
		{sale(token).with("transaction.responseCodeSource", ""), `{…,"Transaction.ResponseCodeSource":["The ResponseCodeSource field is required."]}`},
		{sale(token).with("expiryDateUtc", "soon"), past},
		{sale(token).with("expiryDateUtc", "2020-01-01T00:00:00Z"), past},
		{sale(token).with("isDeclined", false), `{…,"IsDeclined":["Only declined transactions are evaluated. Send approved ones to /transmit."]}`},
		{sale(token).with("mid", "mer_other"), `{…,"Mid":["The field Mid is invalid."]}`},
		{sale(token).with("siteId", "site_other"), `{…,"SiteId":["This merchant has no such site."]}`},
		{sale(token).with("transaction.amount", 0), `{…,"Transaction.Amount":["The field Amount is invalid."]}`},
		{sale(token).with("transaction.amount", "a lot"), `{…,"Transaction.Amount":["This field must be a whole number."]}`},
		{sale(token).with("transaction.amount", 15.5), `{…,"Transaction.Amount":["This field must be a whole number."]}`},
		{sale(token).with("transaction.currency", "XXY"), `{…,"Transaction.Currency":["\"XXY\" is not a currency in use. Give its ISO 4217 code in upper case, such as USD."]}`},
		{sale(token).with("payer.email", "nobody"), `{…,"Payer.Email":["An address looks like name@example.com, with 200 bytes at most. This field has no long numbers in it. Check that each field holds what it asks for."]}`},
		{sale(token).with("billingInformation.city", strings.Repeat("x", 200)), `{…,"BillingInformation.City":["An address is at most 100 bytes of text without control characters, and has no number of more than 11 digits."]}`},
		{sale(token).with("orderId", "4111111111111111"), `{…,"OrderId":["This field holds what may be a card number. Check that each field holds what it asks for."]}`},
		{sale(token).with("orderId", "a\nb"), `{…,"OrderId":["The field OrderId is invalid."]}`},
		{sale(token).with("transaction.id", strings.Repeat("x", 201)), `{…,"Transaction.Id":["The field Id is invalid."]}`},
		{sale(token).with("idempotencyKey", "with space"), `{…,"IdempotencyKey":["Give from 1 to 255 printable ASCII characters without spaces, such as a UUID."]}`},
		{sale(token).with("paymentMethod.verificationValue", "12"), `{…,"PaymentMethod.VerificationValue":["The security code of this card has 3 digits. Check it and type it again."]}`},
		{number.with("paymentMethod.cardNumber", "4111111111111112"), `{…,"PaymentMethod.CardNumber":["The card number has a mistyped digit. Check it and type it again."]}`},
		{number.with("paymentMethod.expirationYear", nil), `{…,"PaymentMethod.ExpirationYear":["The ExpirationYear field is required."]}`},
		{number.with("paymentMethod.expirationYear", 2020), `{…,"PaymentMethod.ExpirationYear":["This card has expired. Use another card."]}`},
		{number.with("paymentMethod.expirationMonth", 13), `{…,"PaymentMethod.ExpirationMonth":["The month must be from 01 to 12."]}`},
	} {
		a := c.evaluate(bad.sale)
		if a.Status != 400 || traced(t, a) != bad.want {
			t.Errorf("%s: %d %s", bad.want, a.Status, a.Body)
		}
	}
	c.expectNoTrace("4111111111111111", "4111111111111112")
}

// FlexCharge's rules of the sandbox. Each is tried by a merchant of its own: the schemes'
// limits on tries of one card hold here too.
func TestFlexChargeSandbox(t *testing.T) {
	t.Parallel()
	h := open(t)
	const approved, declined = "4000002760003184", "4000300011112220"
	for _, try := range []struct {
		name, number, more string
		changes            []any
		want               string
	}{
		{"approved", approved, withCVV, nil, "APPROVED"},
		{"authorized", approved, withCVV, []any{"transactionType", "AUTHORIZATION"}, "CAPTUREREQUIRED"},
		{"no type is a purchase", approved, withCVV, []any{"transactionType", nil}, "APPROVED"},
		{"declined", declined, withCVV, nil, "DECLINED"},
		{"challenge a", approved, withCVV, []any{"payer.phone", "+99.2001a"}, "CHALLENGE"},
		{"challenge b without CVV", approved, "", []any{"payer.phone", "+99.2001b"}, "CHALLENGE"},
		{"no challenge", approved, withCVV, []any{"payer.phone", "998888"}, "APPROVED"},
		{"neither CVV nor phone", approved, "", nil, "DECLINED"},
		{"a phone alone", approved, "", []any{"payer.phone", "+1 555 123 4567"}, "APPROVED"},
		{"the bill's phone alone", approved, "", []any{"billingInformation.phone", "+1 555 123 4567"}, "APPROVED"},
		{"what is no phone", approved, "", []any{"payer.phone", "none"}, "DECLINED"},
		{"a CVV that is given now", approved, "", []any{"paymentMethod.verificationValue", "739"}, "APPROVED"},
		{"a number and its CVV", approved, "", []any{"paymentMethod.Token", false, "paymentMethod.cardNumber", approved, "paymentMethod.verificationValue", 739}, "APPROVED"},
		{"a number alone", approved, "", []any{"paymentMethod.Token", false, "paymentMethod.cardNumber", approved}, "DECLINED"},
		{"nobody waits", approved, withCVV, []any{"isMIT", true}, "SUBMITTED"},
		{"a hard decline", approved, withCVV, []any{"transaction.responseCode", "43"}, "DECLINED"},
	} {
		c := clientOf(h, h.merchant(try.name))
		a := c.evaluate(sale(c.token(try.number, try.more)).with(try.changes...))
		if a.Status != 200 || a.text("status") != try.want || a.text("orderSessionKey") == "" || a.text("orderSessionKey") != a.text("orderId") || a.field("success") != true || a.text("customProperties.reason") == "" {
			t.Errorf("%s: %d %s, want %s", try.name, a.Status, a.Body, try.want)
		}
		if asks := a.text("customProperties.challengeUrl") != ""; asks != (try.want == "CHALLENGE") {
			t.Errorf("%s: %s", try.name, a.Body)
		}
	}
	c := speaksFlexCharge(h)
	if a := c.evaluate(sale(c.token(approved, withCVV))); !regexp.MustCompile(`^\{"orderSessionKey":"([0-9a-f-]{36})","senseKey":null,"orderId":"[0-9a-f-]{36}","success":true,"result":"Success","status":"APPROVED","statusCode":null,"errors":\[\],"customProperties":\{"reason":"[a-z-]+"\}\}$`).MatchString(a.Body) {
		t.Errorf("%s", a.Body)
	}
	h.expectNoTrace(approved, declined, "+99.2001a", `"739"`)
}

// The CVV that comes with a sale reaches the processor; the token that a number is given is
// not the order's name.
func TestFlexChargeTheCVVReachesTheProcessor(t *testing.T) {
	t.Parallel()
	c := speaksFlexCharge(open(t))
	for name, s := range map[string]object{
		"by token":  sale(c.token("4111111111111111")).with("paymentMethod.verificationValue", "739"),
		"by number": sale("4111111111111111").with("paymentMethod.Token", false, "paymentMethod.verificationValue", "739"),
	} {
		a := c.evaluate(s)
		p := c.api("GET", "/v1/payments/"+c.outcome(a).text("confirmationId"), "")
		if p.text("processor.cvv") != "M" || p.text("token") == "" {
			t.Errorf("%s: %s of %s", name, p.Body, a.Body)
		}
		if token, err := id.ParseUUID(a.text("orderSessionKey")); err != nil || token.String() == p.text("token") {
			t.Errorf("%s: the order has the card's name: %s, %v", name, a.Body, err)
		}
	}
}

// outcome asks what became of an order.
func (c *client) outcome(of answer) answer {
	c.t.Helper()
	return c.ask("POST", "/v1/outcome", `{"orderSessionKey":"`+of.text("orderSessionKey")+`"}`)
}

var anyName = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f-]{27}`)

// A token that is unknown, another merchant's, revoked, erased or none gets one answer.
func TestFlexChargeTokensThatAreNone(t *testing.T) {
	t.Parallel()
	h := open(t)
	c := speaksFlexCharge(h)
	other := clientOf(h, h.merchant("Other"))
	native := func(token string) string {
		parsed, err := id.ParseUUID(token)
		if err != nil {
			t.Fatal(err)
		}
		return parsed.String()
	}
	revoked, erased := c.token("4111111111111111", withCVV), c.token("4111111111111111", withCVV)
	h.api("POST", "/v1/tokens/"+native(revoked)+"/revoke", "")
	h.api("DELETE", "/v1/tokens/"+native(erased), "")
	want := ""
	for name, token := range map[string]string{
		"unknown": id.NewToken().UUID(), "foreign": other.token("4111111111111111", withCVV), "revoked": revoked, "erased": erased, "no UUID": "tok_1", "a number": "4111111111111111",
	} {
		a := c.evaluate(sale(token))
		got := anyName.ReplaceAllString(a.Body, "…")
		if want == "" {
			want = got
		}
		if a.Status != 200 || a.text("status") != "DECLINED" || got != want {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
	}
	if own := c.evaluate(sale(strings.ToUpper(c.token("4111111111111111", withCVV)))); own.text("status") != "APPROVED" {
		t.Errorf("in capitals: %s", own.Body)
	}
	c.expectNoTrace("4111111111111111")
}

// The same request again gets the same bytes, and is done once; the key for something else
// is refused; what was refused leaves its key free.
func TestFlexChargeIdempotency(t *testing.T) {
	t.Parallel()
	h := open(t)
	c := speaksFlexCharge(h)
	const used = `{…,"IdempotencyKey":["This idempotencyKey was used for another request. Use a new one for each; repeat it only with the same body."]}`
	token := c.token("4111111111111111", withCVV)
	first := sale(token).with("transactionType", "Authorization")
	a := c.evaluate(first)
	for name, again := range map[string]object{"same": first, "other CVV": first.with("paymentMethod.verificationValue", "739"), "other words": first.with("payer.id", "x")} {
		if b := c.evaluate(again); b.Status != 200 || b.Body != a.Body {
			t.Errorf("%s: %d %s, it was %s", name, b.Status, b.Body, a.Body)
		}
	}
	for name, other := range map[string]object{
		"amount": first.with("transaction.amount", 1501), "currency": first.with("transaction.currency", "EUR"), "order": first.with("orderId", "another"),
		"card": first.with("paymentMethod.cardNumber", c.token("5555555555554444")),
	} {
		if b := c.evaluate(other); b.Status != 400 || traced(t, b) != used {
			t.Errorf("%s: %d %s", name, b.Status, b.Body)
		}
	}
	if b := c.ask("POST", "/v1/transmit", first.String()); b.Status != 400 || traced(t, b) != used {
		t.Errorf("another call: %d %s", b.Status, b.Body)
	}
	mended := sale("4111111111111112").with("paymentMethod.Token", false)
	if b := c.evaluate(mended); b.Status != 400 {
		t.Fatalf("%d %s", b.Status, b.Body)
	}
	if b := c.evaluate(mended.with("paymentMethod.cardNumber", "4111111111111111")); b.Status != 200 {
		t.Errorf("mended: %d %s", b.Status, b.Body)
	}
	other := clientOf(h, h.merchant("Other"))
	if b := other.evaluate(first); b.Status != 200 || b.text("orderSessionKey") == a.text("orderSessionKey") {
		t.Errorf("another merchant: %d %s", b.Status, b.Body)
	}
	// Many at once: one order, one answer.
	before := len(h.ledger.List())
	storm := sale("4111111111111111").with("paymentMethod.Token", false, "paymentMethod.verificationValue", "739")
	answers := make([]answer, 20)
	var asking sync.WaitGroup
	for i := range answers {
		asking.Go(func() { answers[i] = c.evaluate(storm) })
	}
	asking.Wait()
	for _, b := range answers {
		if b.Status != http.StatusOK || b.Body != answers[0].Body {
			t.Errorf("%d %s, another %s", b.Status, b.Body, answers[0].Body)
		}
	}
	if n := len(h.ledger.List()) - before; n != 1 {
		t.Errorf("the processor was asked for %d", n)
	}
}

// Switches turn kinds and sources off one by one, and an order's site is found by what came.
func TestFlexChargeSourcesAndSites(t *testing.T) {
	t.Parallel()
	h := open(t)
	c := speaksFlexCharge(h)
	mine := h.account.Merchant.ID
	second, err := h.app.Merchants.AddSite(t.Context(), mine, "Second", "SECOND SHOP", []string{"https://second.example"}, "test")
	if err != nil {
		t.Fatal(err)
	}
	if err := h.app.Merchants.SetRescue(t.Context(), mine, "", []merchant.Switch{"cit.call_center.sandbox"}, "test"); err != nil {
		t.Fatal(err)
	}
	if err := h.app.Merchants.SetRescue(t.Context(), mine, second.ID, []merchant.Switch{"cit.website.sandbox"}, "test"); err != nil {
		t.Fatal(err)
	}
	token := c.token("4111111111111111", withCVV)
	off := func(changes ...any) bool {
		a := c.evaluate(sale(token).with(changes...))
		return a.text("customProperties.reason") == "switched_off" && a.text("status") == "DECLINED"
	}
	for _, source := range []string{"call center", "CallCenter", "MOTO", "Phone", "call_center", "Call-Center"} {
		if !off("orderSource", source) {
			t.Errorf("%s is not a call center", source)
		}
	}
	for _, source := range []any{"website", "ecommerce", "", nil, 7} {
		if off("orderSource", source) {
			t.Errorf("%v is no website", source)
		}
	}
	for name, changes := range map[string][]any{
		"id": {"siteId", second.ID}, "url": {"siteUrl", "https://www.second.example/cart"}, "host": {"siteUrl", "second.example"}, "descriptor": {"transaction.dynamicDescriptor", "Second Shop"},
	} {
		if !off(changes...) {
			t.Errorf("the site is not found by its %s", name)
		}
	}
	if off("siteId", h.account.Site.ID, "siteUrl", "https://second.example") {
		t.Error("the address counts for more than the id")
	}
}

// An order whose token was none is tried when it comes again with one that is, also for the
// same declined transaction.
func TestFlexChargeAMendedToken(t *testing.T) {
	t.Parallel()
	c := speaksFlexCharge(open(t))
	for _, mit := range []bool{false, true} {
		order := sale(id.NewToken().UUID()).with("isMIT", mit)
		if a := c.evaluate(order); a.text("status") != "DECLINED" {
			t.Fatalf("%s", a.Body)
		}
		order["idempotencyKey"] = id.Random()
		order["paymentMethod"].(object)["cardNumber"] = c.token("4111111111111111", withCVV)
		if a := c.evaluate(order); a.text("status") != map[bool]string{false: "APPROVED", true: "SUBMITTED"}[mit] {
			t.Errorf("MIT %t: %s", mit, a.Body)
		}
	}
}
