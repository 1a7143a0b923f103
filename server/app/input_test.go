package app_test

import (
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// Bad input gets a 4xx that names the field and says what to do, and leaves
// nothing behind.
func TestBadSessions(t *testing.T) {
	t.Parallel()
	h := open(t)
	for name, c := range map[string]struct {
		body, code, field string
		status            int
	}{
		"no JSON":              {`amount=1`, "malformed", "", 400},
		"truncated":            {`{"amount":1`, "malformed", "", 400},
		"duplicate key":        {`{"amount":1,"amount":2,"currency":"USD"}`, "invalid", "amount", 400},
		"another case":         {`{"Amount":1,"currency":"USD"}`, "invalid", "Amount", 400},
		"unknown field":        {`{"amount":1,"currency":"USD","card":"x"}`, "invalid", "card", 400},
		"no such capture":      {`{"amount":1,"currency":"USD","capture":"later"}`, "invalid", "capture", 400},
		"no such policy":       {`{"amount":1,"currency":"USD","late_approval":"keep"}`, "invalid", "late_approval", 400},
		"one installment":      {`{"amount":100,"currency":"USD","installments":1}`, "invalid", "installments", 400},
		"indivisible":          {`{"amount":2,"currency":"USD","installments":3}`, "invalid", "installments", 400},
		"item of nothing":      {`{"amount":1,"currency":"USD","items":[{"name":"Kettle","quantity":0,"amount":1}]}`, "invalid", "items", 400},
		"splits that are less": {`{"amount":100,"currency":"USD","splits":[{"account":"a","amount":60},{"account":"b","amount":39}]}`, "invalid", "splits", 400},
		"splits that are more": {`{"amount":100,"currency":"USD","splits":[{"account":"a","amount":60},{"account":"b","amount":41}]}`, "invalid", "splits", 400},
		"split to one twice":   {`{"amount":100,"currency":"USD","splits":[{"account":"a","amount":60},{"account":"a","amount":40}]}`, "invalid", "splits", 400},
		"address too long":     {`{"amount":1,"currency":"USD","billing":{"line1":"` + strings.Repeat("a", 101) + `"}}`, "invalid", "billing.line1", 400},
		"card as an address":   {`{"amount":1,"currency":"USD","billing":{"line1":"4111 1111 1111 1111"}}`, "invalid", "billing.line1", 400},
		"country in full":      {`{"amount":1,"currency":"USD","billing":{"country":"Germany"}}`, "invalid", "billing.country", 400},
		"zip as in the US":     {`{"amount":1,"currency":"USD","billing":{"zip":"10001"}}`, "invalid", "billing.zip", 400},
		"no amount":            {`{"currency":"USD"}`, "invalid", "amount", 400},
		"negative amount":      {`{"amount":-1,"currency":"USD"}`, "invalid", "amount", 400},
		"over the maximum":     {`{"amount":1000000000000,"currency":"USD"}`, "invalid", "amount", 400},
		"overflow":             {`{"amount":9223372036854775808,"currency":"USD"}`, "invalid", "amount", 400},
		"fraction":             {`{"amount":4.35,"currency":"USD"}`, "invalid", "amount", 400},
		"amount as text":       {`{"amount":"100","currency":"USD"}`, "invalid", "amount", 400},
		"unknown currency":     {`{"amount":1,"currency":"XYZ"}`, "invalid", "currency", 400},
		"currency in lower":    {`{"amount":1,"currency":"usd"}`, "invalid", "currency", 400},
		"no currency":          {`{"amount":1}`, "invalid", "currency", 400},
		"foreign site":         {`{"amount":1,"currency":"USD","site":"site_x"}`, "invalid", "site", 400},
		"life too short":       {`{"amount":1,"currency":"USD","expires_in":59}`, "invalid", "expires_in", 400},
		"life too long":        {`{"amount":1,"currency":"USD","expires_in":86401}`, "invalid", "expires_in", 400},
		"life that overflows":  {`{"amount":1,"currency":"USD","expires_in":9223372036854775807}`, "invalid", "expires_in", 400},
		"long reference":       {`{"amount":1,"currency":"USD","reference":"` + strings.Repeat("a", 201) + `"}`, "invalid", "reference", 400},
		"long description":     {`{"amount":1,"currency":"USD","description":"` + strings.Repeat("a", 201) + `"}`, "invalid", "description", 400},
		"metadata of numbers":  {`{"amount":1,"currency":"USD","metadata":{"a":1}}`, "invalid", "metadata.a", 400},
		"long metadata":        {`{"amount":1,"currency":"USD","metadata":{"a":"` + strings.Repeat("a", 501) + `"}}`, "invalid", "metadata", 400},
		"oversized":            {`{"amount":1,"currency":"USD","reference":"` + strings.Repeat("a", 17<<10) + `"}`, "too_large", "", 413},
		"far oversized":        {`{"amount":1,"currency":"USD","reference":"` + strings.Repeat("a", 70<<10) + `"}`, "too_large", "", 413},
		"an object as amount":  {`{"amount":{},"currency":"USD"}`, "invalid", "amount", 400},
		"card as description?": {`{"amount":1,"currency":"USD","4111111111111111":1}`, "invalid", "****************", 400},
	} {
		a := h.api("POST", "/v1/checkout_sessions", c.body)
		if a.Status != c.status || a.text("code") != c.code || a.text("field") != c.field || len(a.text("message")) < 20 {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
	}
	for _, header := range [][]string{
		{"Content-Type", "text/plain"}, {"Content-Type", ""}, {"Content-Encoding", "gzip"},
	} {
		header = append(header, "Authorization", "Bearer "+h.secret())
		if a := h.call("POST", "/v1/checkout_sessions", `{"amount":1,"currency":"USD"}`, header...); a.Status != http.StatusUnsupportedMediaType {
			t.Errorf("%v: %d %s", header[:2], a.Status, a.Body)
		}
	}
}

// A card that cannot be right is refused before anything is stored or sent.
func TestBadCards(t *testing.T) {
	t.Parallel()
	h := open(t)
	session := h.session()
	path := "/checkout/" + session + "/pay"
	for name, c := range map[string]struct{ body, field string }{
		"luhn":         {`{"number":"4111111111111112","exp_month":12,"exp_year":2030,"cvv":"123"}`, "number"},
		"expired":      {`{"number":"4111111111111111","exp_month":12,"exp_year":2020,"cvv":"123"}`, "exp_year"},
		"month 13":     {`{"number":"4111111111111111","exp_month":13,"exp_year":2030,"cvv":"123"}`, "exp_month"},
		"short cvv":    {`{"number":"4111111111111111","exp_month":12,"exp_year":2030,"cvv":"12"}`, "cvv"},
		"no cvv":       {`{"number":"4111111111111111","exp_month":12,"exp_year":2030}`, "cvv"},
		"an amount":    {`{"number":"4111111111111111","exp_month":12,"exp_year":2030,"cvv":"123","amount":1}`, "amount"},
		"number twice": {`{"number":"4111111111111111","number":"4111111111111111","exp_month":12,"exp_year":2030,"cvv":"123"}`, "number"},
	} {
		a := h.call("POST", path, c.body)
		if a.Status != 400 || a.text("field") != c.field || a.text("message") == "" {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
		if strings.Contains(a.Body, "41111111") {
			t.Errorf("%s: the answer repeats the card: %s", name, a.Body)
		}
	}
	if a := h.call("POST", path, `{"number":"`+strings.Repeat("4", 17<<10)+`"}`); a.Status != 413 {
		t.Errorf("oversized: %d %s", a.Status, a.Body)
	}
	if a := h.call("POST", path, `{}`, "Origin", "https://evil.example"); a.Status != 403 {
		t.Errorf("from another origin: %d %s", a.Status, a.Body)
	}
	if a := h.call("POST", path, `{}`, "Sec-Fetch-Site", "cross-site"); a.Status != 403 {
		t.Errorf("across sites: %d %s", a.Status, a.Body)
	}
	for _, unknown := range []string{"cs_00000000000000000000000000", "cs_x", "..%2f", "cs_" + strings.Repeat("0", 300)} {
		if a := h.pay(unknown, "4111111111111111"); a.Status != 404 {
			t.Errorf("session %s: %d %s", unknown, a.Status, a.Body)
		}
	}
	if n := len(h.ledger.List()); n != 0 {
		t.Errorf("the processor was asked %d times", n)
	}
	if a := h.api("GET", "/v1/checkout_sessions/"+session, ""); a.field("payment") != nil || a.field("attempts_left") != 3.0 {
		t.Errorf("the session was touched: %s", a.Body)
	}
	if a := h.api("GET", "/v1/events", ""); a.Body != `{"events":[],"has_more":false}` {
		t.Errorf("something was announced: %s", a.Body)
	}
	h.expectNoTrace("4111111111111111", "4111111111111112")
}

func TestBadEndpointsAndSites(t *testing.T) {
	t.Parallel()
	h := open(t)
	for body, field := range map[string]string{
		`{}`:                                  "url",
		`{"url":"not a url"}`:                 "url",
		`{"url":"http://shop.example/"}`:      "url",
		`{"url":"ftp://shop.example/"}`:       "url",
		`{"url":"https://a:b@shop.example/"}`: "url",
		`{"url":"https://shop.example:22/"}`:  "url",
		`{"url":"https://shop.example/","events":["payment.nope"]}`:                         "events",
		`{"url":"https://shop.example/","events":"payment.failed"}`:                         "events",
		`{"url":"https://shop.example/","form":"FlexCharge"}`:                               "form",
		`{"url":"https://shop.example/","form":"flexcharge","events":["payment.captured"]}`: "events",
	} {
		if a := h.api("POST", "/v1/webhook_endpoints", body); a.Status != 400 || a.text("field") != field {
			t.Errorf("%s: %d %s", body, a.Status, a.Body)
		}
	}
	for body, field := range map[string]string{
		`{"name":"A","descriptor":"SHOP","origins":["https://a.example"]}`:                   "descriptor",
		`{"name":"A","descriptor":"SHOP ONE","origins":[]}`:                                  "origins",
		`{"name":"A","descriptor":"SHOP ONE","origins":["http://a.example"]}`:                "origins",
		`{"name":"A","descriptor":"SHOP ONE","origins":["https://a.example/path"]}`:          "origins",
		`{"name":"A","descriptor":"SHOP ONE","origins":["https://*.example"]}`:               "origins",
		`{"name":"A","descriptor":"SHOP ONE","origins":["https://a.example; script-src *"]}`: "origins",
		`{"name":"A","descriptor":"SHOP ONE","origins":["https://a.example\r\nX-Evil: 1"]}`:  "origins",
		`{"name":"A","descriptor":"SHOP ONE","origins":["null"]}`:                            "origins",
		`{"name":"","descriptor":"SHOP ONE","origins":["https://a.example"]}`:                "name",
	} {
		if a := h.api("POST", "/v1/sites", body); a.Status != 400 || a.text("field") != field {
			t.Errorf("%s: %d %s", body, a.Status, a.Body)
		}
	}
	made := h.api("POST", "/v1/sites", `{"name":"Second","descriptor":"SHOP TWO","origins":["https://two.example:443"]}`)
	session := h.api("POST", "/v1/checkout_sessions", `{"amount":1,"currency":"JPY","site":"`+made.text("id")+`"}`)
	page := h.call("GET", "/checkout/"+session.text("id"), "")
	if policy := page.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "frame-ancestors 'self' https://two.example;") {
		t.Errorf("the second site's session may be framed by: %s", policy)
	}
}

// A connection that drips its request is cut, and unknown addresses and methods
// are answered like everything else.
func TestSlowAndStrangeRequests(t *testing.T) {
	t.Parallel()
	h := open(t)
	connection, err := net.Dial("tcp", strings.TrimPrefix(h.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	if _, err := connection.Write([]byte("POST /v1/checkout_sessions HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{")); err != nil {
		t.Fatal(err)
	}
	for path, status := range map[string]int{"/nope": 404, "/v1/nope": 404, "/v1/../healthz": 404, "/checkout/": 404, "//v1/events": 404} {
		if a := h.api("GET", path, ""); a.Status != status || a.text("code") == "" {
			t.Errorf("%s: %d %s", path, a.Status, a.Body)
		}
	}
	if a := h.api("DELETE", "/v1/events", ""); a.Status != 405 || a.text("code") != "bad_method" {
		t.Errorf("DELETE: %d %s", a.Status, a.Body)
	}
	if err := connection.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	text := make([]byte, 4096)
	for {
		if _, err := connection.Read(text); err != nil {
			if timeout, ok := err.(net.Error); ok && timeout.Timeout() {
				t.Error("the dripping connection was not cut")
			}
			break
		}
	}
}
