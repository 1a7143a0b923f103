package app_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/paywicket/paywicket/internal/config"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/merchant"
)

// authorized is an order of 15 dollars that waits to be captured.
func (c *client) authorized() answer {
	c.t.Helper()
	a := c.evaluate(sale(c.token("4111111111111111", withCVV)).with("transactionType", "Authorization"))
	if a.text("status") != "CAPTUREREQUIRED" {
		c.t.Fatalf("%d %s", a.Status, a.Body)
	}
	return a
}

// standing is where an order stands, as it is listed.
func (c *client) standing(order string) string {
	c.t.Helper()
	a := c.ask("GET", "/v1/orders/"+order, "")
	return a.text("statusName")
}

func TestFlexChargeCaptureAndRefund(t *testing.T) {
	t.Parallel()
	h := open(t)
	c := speaksFlexCharge(h)
	order := c.authorized().text("orderSessionKey")
	capture := object{"idempotencyKey": "c-1", "orderId": order, "amount": 1000, "currency": "usd"}
	for _, bad := range []struct {
		body object
		want string
	}{
		{object{}, `{…,"IdempotencyKey":["The IdempotencyKey field is required."],"OrderId":["The OrderId field is required."],"Amount":["The Amount field is required."],"Currency":["The Currency field is required."]}`},
		{capture.with("amount", 0), `{…,"Amount":["The field Amount is invalid."]}`},
		{capture.with("currency", "EUR"), `{…,"Currency":["The order is in USD."]}`},
	} {
		if a := c.ask("POST", "/v1/capture", bad.body.String()); a.Status != 400 || traced(t, a) != bad.want {
			t.Errorf("%d %s, want %s", a.Status, a.Body, bad.want)
		}
	}
	if a := c.ask("POST", "/v1/capture", capture.with("amount", 1501, "idempotencyKey", "c-0").String()); a.Status != 200 || a.field("success") != false || a.text("status") != "FAILED" || a.text("responseCode") != "2001" {
		t.Errorf("too much: %d %s", a.Status, a.Body)
	}
	first := c.ask("POST", "/v1/capture", capture.String())
	if first.Status != 200 || first.text("status") != "SUCCESS" || first.field("success") != true || c.standing(order) != "COMPLETED" {
		t.Fatalf("%d %s", first.Status, first.Body)
	}
	if again := c.ask("POST", "/v1/capture", capture.String()); again.Status != 200 || again.Body != first.Body {
		t.Errorf("again: %d %s", again.Status, again.Body)
	}
	if other := c.ask("POST", "/v1/capture", capture.with("amount", 500).String()); other.Status != 400 || !strings.Contains(other.Body, `"IdempotencyKey"`) {
		t.Errorf("the key for another amount: %d %s", other.Status, other.Body)
	}
	if more := c.ask("POST", "/v1/capture", capture.with("idempotencyKey", "c-2").String()); more.field("success") != false {
		t.Errorf("captured twice: %s", more.Body)
	}

	refund := func(amount string) answer {
		return c.ask("POST", "/v1/orders/"+order+"/refund", `{"amountToRefund":`+amount+`,"refundMessage":"sorry"}`)
	}
	for _, amount := range []string{"0", "-1.00", "1.001", `"a lot"`, "1e30", "[]", "null", `""`} {
		if a := refund(amount); a.Status != 400 || !strings.HasPrefix(traced(t, a), `{…,"AmountToRefund":["The `) {
			t.Errorf("%s: %d %s", amount, a.Status, a.Body)
		}
	}
	if a := refund("10.01"); a.Status != 200 || a.field("success") != false || a.text("status") != "FAILED" || a.text("responseCode") != "2001" || a.text("responseMessage") == "" ||
		!strings.Contains(a.Body, `"errors":[{"item1":"`+a.text("responseMessage")+`","item2":"2001","item3":"2001","item4":true}]`) {
		t.Errorf("too much: %d %s", a.Status, a.Body)
	}
	for i, amount := range []string{"4.35", `"0.65"`} {
		if a := refund(amount); a.Status != 200 || a.text("status") != "SUCCESS" || a.field("responseCode") != nil {
			t.Errorf("%s: %d %s", amount, a.Status, a.Body)
		}
		paid := h.api("GET", "/v1/payments/"+c.outcome(answer{Body: `{"orderSessionKey":"` + order + `"}`}).text("confirmationId"), "")
		if back, _ := paid.field("refunded").(float64); back != []float64{435, 500}[i] {
			t.Errorf("%s: %v of %s", amount, back, paid.Body)
		}
	}
	if a := refund("5.00"); a.text("status") != "SUCCESS" || c.standing(order) != "RETURNED" {
		t.Errorf("the rest: %s, %s", a.Body, c.standing(order))
	}
}

func TestFlexChargeCancel(t *testing.T) {
	t.Parallel()
	h := open(t)
	c := speaksFlexCharge(h)
	order := c.authorized()
	for range 2 { // the second changes nothing
		if a := c.ask("POST", "/v1/orders/"+order.text("orderSessionKey")+"//cancel", `{}`); a.Status != 200 || a.Body != "{}" {
			t.Errorf("%d %s", a.Status, a.Body)
		}
	}
	if a := c.outcome(order); a.text("status") != "CANCELLED" || c.standing(order.text("orderSessionKey")) != "CANCELLED" {
		t.Errorf("%s", a.Body)
	}
	later := c.evaluate(sale(c.token("5555555555554444", withCVV)).with("isMIT", true))
	if a := c.ask("POST", "/v1/orders/"+later.text("orderSessionKey")+"/cancel", ""); a.Status != 200 || c.outcome(later).text("status") != "CANCELLED" {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	paid := c.evaluate(sale(c.token("4111111111111111", withCVV)))
	if a := c.ask("POST", "/v1/orders/"+paid.text("orderSessionKey")+"/cancel", `{}`); a.Status != 400 || a.field("success") != false || a.text("status") != "FAILED" || c.outcome(paid).text("status") != "APPROVED" {
		t.Errorf("captured: %d %s", a.Status, a.Body)
	}
}

// An order that is unknown, another merchant's or of another form is the same to everybody
// who asks for it.
func TestFlexChargeOrdersOfOthers(t *testing.T) {
	t.Parallel()
	h := open(t)
	c := speaksFlexCharge(h)
	other := clientOf(h, h.merchant("Other"))
	foreign := other.authorized().text("orderSessionKey")
	const none = `{…,"Request":["There is nothing of that id here."]}`
	for _, order := range []string{foreign, id.NewToken().UUID(), "x", "4111111111111111"} {
		for path, body := range map[string]string{"GET /v1/orders/" + order: "", "POST /v1/orders/" + order + "/cancel": "{}", "POST /v1/orders/" + order + "/refund": `{"amountToRefund":1}`,
			"POST /v1/capture": `{"idempotencyKey":"` + id.Random() + `","orderId":"` + order[:min(len(order), 36)] + `","amount":1500,"currency":"USD"}`} {
			method, path, _ := strings.Cut(path, " ")
			a := c.ask(method, path, body)
			if path == "/v1/capture" && order == "4111111111111111" {
				continue // refused as a card number
			}
			if a.Status != 404 || traced(t, a) != none {
				t.Errorf("%s: %d %s", path, a.Status, a.Body)
			}
		}
	}
	for _, order := range []string{foreign, id.NewToken().UUID(), "x"} {
		a := c.ask("POST", "/v1/outcome", `{"orderSessionKey":"`+order+`"}`)
		if a.Status != 200 || a.Body != `{"orderSessionKey":null,"senseKey":null,"orderId":null,"confirmationId":null,"success":true,"result":null,"status":"NOTFOUND","statusCode":null,"errors":[],"customProperties":{}}` {
			t.Errorf("%s: %d %s", order, a.Status, a.Body)
		}
	}
	if a := c.ask("POST", "/v1/outcome", `{}`); a.Status != 400 || traced(t, a) != `{…,"OrderSessionKey":["The OrderSessionKey field is required."]}` {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	if other.standing(foreign) != "CAPTUREREQUIRED" {
		t.Error("another merchant changed it")
	}
}

func TestFlexChargeOrders(t *testing.T) {
	t.Parallel()
	h := open(t)
	c := speaksFlexCharge(h)
	var made []object
	for i, number := range []string{"4111111111111111", "5555555555554444", "4000300011112220"} {
		s := sale(c.token(number, withCVV)).with("transaction.amount", 1500+i, "payer.phone", "+1 555 123 4567")
		made = append(made, s)
		if a := c.evaluate(s); a.Status != 200 {
			t.Fatalf("%d %s", a.Status, a.Body)
		}
	}
	list := func(query string) string {
		a := c.ask("GET", "/v1/orders"+query, "")
		orders, _ := a.field("orders").([]any)
		if a.Status != 200 {
			t.Fatalf("%s: %d %s", query, a.Status, a.Body)
		}
		names := ""
		for _, one := range orders {
			for i, s := range made {
				if one.(map[string]any)["referenceNumber"] == s["orderId"] {
					names += string(rune('0' + i))
				}
			}
		}
		return names
	}
	for query, want := range map[string]string{
		"": "210", "?pageSize=2": "21", "?pageSize=2&pageNumber=2": "0", "?pagenumber=3&PageSize=2": "", "?sort=asc": "012", "?orderBy=amount&sort=asc": "012",
		"?status=2": "2", "?status=7&status=2": "210", "?status=0,5": "", "?query=" + made[1]["orderId"].(string): "1", "?query=JOE@shop": "210", "?from=2100-01-01": "", "?to=2100-01-01T00:00:00Z": "210",
		"?mid=" + h.account.Merchant.ID: "210", "?mid=mer_other": "", "?stray=1&orderBy=createdOn": "210",
	} {
		if got := list(query); got != want {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
	}
	for _, query := range []string{"?pageSize=0", "?pageSize=101", "?pageNumber=x", "?status=9", "?from=yesterday"} {
		if a := c.ask("GET", "/v1/orders"+query, ""); a.Status != 400 {
			t.Errorf("%s: %d %s", query, a.Status, a.Body)
		}
	}
	page := c.ask("GET", "/v1//orders?pageSize=2", "")
	for name, want := range map[string]any{
		"totalCount": 3.0, "totalItemCount": 3.0, "pageCount": 2.0, "pageNumber": 1.0, "pageSize": 2.0, "firstItemOnPage": 1.0, "lastItemOnPage": 2.0,
		"hasNextPage": true, "hasPreviousPage": false, "isFirstPage": true, "isLastPage": false, "success": true, "statuses.5": "Capturerequired",
	} {
		if got := page.field(name); got != want {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	orders, _ := page.field("orders").([]any)
	one := c.ask("GET", "/v1/orders/"+orders[1].(map[string]any)["id"].(string), "")
	for name, want := range map[string]any{
		"correlationId": made[1]["transaction"].(object)["id"], "referenceNumber": made[1]["orderId"], "status": 7.0, "statusName": "COMPLETED", "expiryDate": nil, "shippingAddress": nil,
		"firstName": "Joe", "lastName": "Jones", "email": "joe@shop.example", "phone": "+1 555 123 4567", "secondaryEmail": nil, "currencyCode": "USD", "currencySymbol": "$",
		"billingAddress.zipCode": "K1C2N6", "billingAddress.countryCode": "US", "billingAddress.city": "Ottawa", "billingAddress.addressLine1": "1 Main St", "billingAddress.state": nil,
	} {
		if got := one.field(name); got != want {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	if one.text("orderPlacedDate") == "" {
		t.Errorf("%s", one.Body)
	}
}

// A copy of a sale is taken in at once; less is needed than for a rescue.
func TestFlexChargeTransmit(t *testing.T) {
	t.Parallel()
	h := open(t)
	c := speaksFlexCharge(h)
	least := object{"isDeclined": false, "transaction": object{"amount": "1500", "currency": "usd"}}
	seen := map[string]bool{}
	for name, s := range map[string]object{
		"least": least, "no order": least.with("orderId", object(nil)), "whole": sale(c.token("4111111111111111")), "a number": sale("4111111111111111").with("paymentMethod.Token", false),
		"a bad number": sale("4111111111111112").with("paymentMethod.Token", false), "no token": sale("4111111111111111"), "no address": least.with("payer", object{"email": "nobody"}),
	} {
		a := c.ask("POST", "/v1/transmit", s.String())
		if _, err := id.ParseUUID(a.text("transmitId")); a.Status != 200 || err != nil || a.text("result") != "Success" || a.field("success") != true || seen[a.text("transmitId")] {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
		seen[a.text("transmitId")] = true
		if again := c.ask("POST", "/v1/transmit", s.String()); (again.Body == a.Body) != (s["idempotencyKey"] != nil) {
			t.Errorf("%s again: %s, it was %s", name, again.Body, a.Body)
		}
	}
	if a := c.ask("POST", "/v1/transmit", `{}`); a.Status != 400 || traced(t, a) != `{…,"Transaction.Amount":["The Amount field is required."],"Transaction.Currency":["The Currency field is required."],"IsDeclined":["The IsDeclined field is required."]}` {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	if a := c.ask("POST", "/v1/transmit", least.with("transaction.currency", "XXY").String()); a.Status != 400 || !strings.HasPrefix(traced(t, a), `{…,"Transaction.Currency":[`) {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	h.expectNoTrace("4111111111111111", "4111111111111112")
}

// What real clients send beside the documentation, and what else may come.
func TestFlexChargeOnTheWire(t *testing.T) {
	t.Parallel()
	h := open(t)
	c := speaksFlexCharge(h)
	token := c.token("4111111111111111", withCVV)
	odd := sale(token).with("senseKey", object(nil), "expiryDateUtc", object(nil), "Source", "crm", "ExtraData", object{"a": []int{1}}, "isRecurring", true, "siteUrl", "",
		"transaction.timestampUtc", nil, "transaction.timestamp", "2025-11-21T10:00:00", "transaction.timezoneUtcOffset", "-05:00", "transaction.amount", "1500", "transaction.responseCode", 5,
		"billingInformation.zipCode", "K1C 2N6", "orderItems", []object{{"sku": 1, "name": "Shoes 4111111111111111"}}, "additionalFields", []object{{"key": "a", "value": "b"}},
		"customerIp", "203.0.113.7", "transaction.responseStatus", "DECLINED", "transaction.responseSubStatus", 3, "transaction.transactionType", "CAPTURE", "transaction.cardNotPresent", true,
		"payer.birthdate", "1990-01-01", "shippingInformation", object{"firstName": "Joe", "zipcode": 94111}, "merchant", object{"id": "m", "name": "Acme", "country": "US", "mcc": 1234})
	if a := c.evaluate(odd); a.Status != 200 || a.text("status") != "APPROVED" {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	if a := c.call("POST", "/v1/evaluate", sale(token).String(), "Authorization", c.access, "Content-Type", "application/*+json"); a.Status != 200 {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	for path, status := range map[string]int{"/v1//orders": 200, "//v1/orders": 200, "/v1/orders/": 200, "/v1//payments/x": 404, "/v1//nothing": 404, "//": 404} {
		if a := c.call("GET", path, "", "Authorization", c.access, "Content-Type", "application/json"); a.Status != status || !strings.HasPrefix(a.Body, "{") {
			t.Errorf("%s: %d %s", path, a.Status, a.Body)
		}
	}
	for path, status := range map[string]int{"GET /v1/evaluate": 405, "DELETE /v1/orders/x": 405, "POST /v1/evaluates": 404, "PUT /v1/tokenize": 405} {
		method, path, _ := strings.Cut(path, " ")
		if a := c.ask(method, path, ""); a.Status != status || a.field("status") == nil {
			t.Errorf("%s %s: %d %s", method, path, a.Status, a.Body)
		}
	}
	for body, status := range map[string]int{"": 400, "{": 400, "[]": 400, `{"a":"` + strings.Repeat("x", 70<<10) + `"}`: 413} {
		if a := c.ask("POST", "/v1/evaluate", body); a.Status != status || !strings.HasPrefix(a.Body, "{") {
			t.Errorf("%.10s: %d %s", body, a.Status, a.Body)
		}
	}
	h.expectNoTrace("4111111111111111")
}

// Our own gateway to FlexCharge speaks to this dialect: what one house's shopper cannot pay
// is rescued by another house.
func TestFlexChargeOfOneHouseForAnother(t *testing.T) {
	t.Parallel()
	there, here := open(t), open(t)
	app := there.account.Keys[merchant.Application]
	here.with(config.Server{FlexCharge: config.FlexCharge{
		AppKey: app.Public, AppSecret: app.Secret, MID: there.account.Merchant.ID, SiteID: there.account.Site.ID, TokenizationKey: there.account.Keys[merchant.Tokenization].Text(), URL: there.url,
	}})
	paid := here.pay(here.session(), "4000000000000002") // declined by the sandbox, here and there
	if a := here.api("GET", "/v1/payments/"+paid.text("payment"), ""); a.text("processor.name") != "flexcharge" || paid.text("status") != "declined" {
		t.Errorf("%s of %s", a.Body, paid.Body)
	}
	orders := speaksFlexCharge(there).ask("GET", "/v1/orders", "")
	if n, _ := orders.field("totalCount").(float64); orders.Status != http.StatusOK || n < 1 {
		t.Errorf("%s", orders.Body)
	}
	here.expectNoTrace("4000000000000002")
	there.expectNoTrace("4000000000000002")
}
