package app_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/paywicket/paywicket/internal/card/cardtest"
	"github.com/paywicket/paywicket/internal/leakscan"
	"github.com/paywicket/paywicket/internal/store/storetest"
)

// said is everything that left a server, as it stood on the wire.
type said struct {
	mu   sync.Mutex
	text bytes.Buffer
	used map[string]bool // the canaries there are, as leakscan shows them
}

// canary gives a number that is looked for from then on. Others are chance: of some
// hundred thousand random ids one has thirteen digits on end.
func (s *said) canary() string {
	number := cardtest.Any()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.used == nil {
		s.used = map[string]bool{}
	}
	s.used[number[:6]+strings.Repeat("*", len(number)-10)+number[len(number)-4:]] = true
	return number
}

func (s *said) add(raw []byte, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		fmt.Fprintln(&s.text, "FAILED", err)
	}
	s.text.Write(raw)
	s.text.WriteString("\r\n\r\n")
}

// Thousands of cards go through every door, rightly and wrongly: kept, paid with,
// declined, put into the wrong fields, cut short. Nothing that leaves the server and
// nothing that it leaves behind holds one: no answer, header, webhook, log line, nor
// any file, while it runs and after. (What a merchant calls an order is the merchant's:
// a reference of sixteen digits passes the check digit one time in ten.)
func TestNoCanaryGetsOut(t *testing.T) {
	t.Parallel()
	h := open(t)
	var answers, webhooks said
	front := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { webhooks.add(httputil.DumpRequest(r, true)) }))
	t.Cleanup(front.Close)
	h.api("POST", "/v1/webhook_endpoints", `{"url":"`+front.URL+`/"}`)
	h.api("POST", "/v1/webhook_endpoints", `{"url":"`+front.URL+`/flutterwave","form":"flutterwave"}`)

	v := &visitor{house: h, client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16}}, answers: &answers}
	v.access = speaksFlexCharge(h).access
	doors := slices.Concat(v.doors(), v.flexChargeDoors(), v.flutterwaveDoors())
	var going sync.WaitGroup
	for range 16 {
		going.Go(func() {
			for i := range 200 {
				doors[i%len(doors)](answers.canary())
			}
		})
	}
	going.Wait()
	h.expectNoCanary("while it runs", &answers, &webhooks)
	h.stop()
	h.expectNoCanary("afterwards", &answers, &webhooks)
	if n := bytes.Count(answers.text.Bytes(), []byte("HTTP/1.1 ")); n < 3200 {
		t.Errorf("only %d answers were looked at", n)
	}
	if n := bytes.Count(webhooks.text.Bytes(), []byte("charge.completed")); n == 0 {
		t.Error("no webhook of Flutterwave's was looked at")
	}
	if n := bytes.Count(webhooks.text.Bytes(), []byte("webhook-id")) + bytes.Count(webhooks.text.Bytes(), []byte("Webhook-Id")); n == 0 {
		t.Error("no webhook was looked at")
	}

	// The scan sees what there is: one number among all that.
	planted := answers.canary()
	answers.add([]byte(`{"number":"`+planted+`"}`), nil)
	found := 0
	if err := leakscan.Scan(bytes.NewReader(answers.text.Bytes()), func(hit leakscan.Hit) {
		if answers.used[hit.Masked] {
			found++
		}
	}); err != nil || found != 1 {
		t.Errorf("of one planted number %d were found, %v", found, err)
	}
}

// visitor goes in at every door.
type visitor struct {
	*house
	client  *http.Client
	answers *said
	access  string // to FlexCharge's calls
}

// ask makes a request and gives its answer as it stood on the wire.
func (v *visitor) ask(method, path, body string) string {
	request, err := http.NewRequest(method, v.url+path, strings.NewReader(body))
	if err != nil {
		v.t.Error(err)
		return ""
	}
	request.Header.Set("Content-Type", "application/json")
	if !strings.HasPrefix(body, "{") {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if strings.HasPrefix(path, "/v3/") {
		request.Header.Set("Authorization", "Bearer "+v.secret())
	} else if dialectRoutes()[request.URL.Path] || strings.HasPrefix(path, "/v1/orders/") {
		request.Header.Set("Authorization", "Bearer "+v.access)
	} else if strings.HasPrefix(path, "/v1/") {
		request.Header.Set("Authorization", "Bearer "+v.secret())
	}
	response, err := v.client.Do(request)
	if err != nil {
		v.t.Error(err)
		return ""
	}
	defer response.Body.Close()
	raw, err := httputil.DumpResponse(response, true)
	v.answers.add(raw, err)
	return string(raw)
}

// fill sends a checkout's form as a browser without script does.
func (v *visitor) fill(form string) {
	session := idIn(v.ask("POST", "/v1/checkout_sessions", `{"amount":4900,"currency":"USD","collect":{"email":"required","phone":"optional","billing_address":"full"}}`))
	v.ask("POST", "/checkout/"+session, form)
	v.ask("GET", "/checkout/"+session, "")
}

// idIn gives the id in an answer.
func idIn(answer string) string {
	_, rest, _ := strings.Cut(answer, `"id":"`)
	found, _, _ := strings.Cut(rest, `"`)
	return found
}

// doors are the ways in for a number, right and wrong.
func (v *visitor) doors() []func(number string) {
	return []func(number string){
		func(n string) { v.ask("POST", "/v1/tokens", cardBody(n)) },
		func(n string) {
			token := idIn(v.ask("POST", "/v1/tokens", cardBody(n)))
			v.ask("PATCH", "/v1/tokens/"+token, `{"customer":{"name":"`+n+`"}}`)
			v.ask("PATCH", "/v1/tokens/"+token, `{"customer":{"email":"a@b.example","phone":"`+n+`"}}`)
			v.ask("DELETE", "/v1/tokens/"+token, "")
		},
		func(n string) {
			session := idIn(v.ask("POST", "/v1/checkout_sessions", `{"amount":4900,"currency":"USD"}`))
			v.ask("POST", "/checkout/"+session+"/pay", strings.TrimSuffix(cardBody(n), "}")+`,"cvv":"739","name":"Ada"}`)
			v.ask("GET", "/v1/checkout_sessions/"+session, "")
		},
		func(n string) { v.ask("POST", "/v1/tokens", `{"name":"`+n+`",`+cardBody(n)[1:]) },
		func(n string) { v.ask("POST", "/v1/tokens", `{"`+n+`":1,`+cardBody(n)[1:]) },
		func(n string) { v.ask("POST", "/v1/tokens", `{"card":{"`+n+`":"`+n+`"}}`) },
		func(n string) { v.ask("POST", "/v1/tokens", cardBody(n)[:20+len(n)]) },
		func(n string) { v.ask("POST", "/v1/tokens", strings.Replace(cardBody(n), "2030", "2019", 1)) },
		func(n string) { v.ask("POST", "/v1/tokens", strings.Replace(cardBody(n), `"`+n+`"`, n, 1)) },
		func(n string) { v.ask("POST", "/v1/tokens", cardBody(n[:len(n)-1]+string('0'+(n[len(n)-1]-'0'+1)%10))) },
		func(n string) { v.ask("GET", "/v1/tokens/"+n, "") },
		func(n string) { v.ask("GET", "/v1/tokens?number="+n, "") },
		func(n string) { v.ask("GET", "/"+n, "") },
		func(n string) { v.ask("POST", "/checkout/"+n+"/pay", cardBody(n)) },
		func(n string) { v.fill("number=" + n + "&expiry=12/30&cvv=739&name=Ada") },
		func(n string) { v.fill("number=" + n + "&expiry=13/30&cvv=73&name=Ada") },
		func(n string) {
			v.fill("number=" + n[:len(n)-1] + "&expiry=" + n + "&cvv=" + n + "&name=" + n + "&email=" + n + "@a.example&phone=" + n + "&country=" + n + "&line1=" + n + "&city=" + n + "&state=" + n + "&postal_code=" + n)
		},
		func(n string) { v.fill("saved=" + n + "&network=" + n + "&locale=" + n + "&appearance=" + n) },
		func(n string) { v.fill("action=forget:" + n) },
		func(n string) { v.fill(n + "=" + n + "&number=" + n) },
		func(n string) {
			session := idIn(v.ask("POST", "/v1/checkout_sessions", `{"amount":4900,"currency":"USD"}`))
			v.ask("POST", "/checkout/"+session+"/networks", `{"bin":"`+n+`"}`)
			v.ask("DELETE", "/checkout/"+session+"/cards/"+n, "")
			v.ask("GET", "/checkout/"+session+"/style?appearance="+n, "")
			v.ask("GET", "/checkout/"+session+"?locale="+n+"&appearance="+n, "")
			v.ask("POST", "/checkout/"+session+"/pay", `{"saved":"`+n+`","email":"`+n+`","network":"`+n+`","billing":{"line1":"`+n+`"}}`)
		},
		func(n string) { v.ask("POST", "/sense/seen", cardBody(n)) },
		func(n string) { v.ask("POST", "/v1/checkout_sessions", `{"amount":`+n+`,"currency":"`+n+`"}`) },
		func(n string) { v.ask("POST", "/v1/webhook_endpoints", `{"url":"ftp://example.com/`+n+`"}`) },
		func(n string) {
			v.ask("POST", "/v1/sites", `{"name":"`+n+`","descriptor":"`+n+`","origins":["`+n+`"]}`)
		},
		func(n string) { v.ask("GET", "/v1/events?before="+n, "") },
	}
}

// flexChargeDoors are the ways in through FlexCharge's calls: where a number belongs, and in
// every field where none does.
func (v *visitor) flexChargeDoors() []func(number string) {
	post := func(path string, body func(n string) string) func(string) {
		return func(n string) { v.ask("POST", path, body(n)) }
	}
	misplaced := []string{
		"orderId", "idempotencyKey", "mid", "siteId", "siteUrl", "senseKey", "orderSource", "expiryDateUtc", "transaction.id", "transaction.amount", "transaction.currency",
		"transaction.responseCode", "transaction.responseDescription", "transaction.avsResultCode", "transaction.dynamicDescriptor", "transaction.processorName",
		"payer.email", "payer.phone", "billingInformation.firstName", "billingInformation.addressLine1", "billingInformation.zipcode", "billingInformation.phone",
		"paymentMethod.holderName", "paymentMethod.cardBinNumber", "paymentMethod.cardLast4Digits", "paymentMethod.expirationYear", "paymentMethod.verificationValue", "unknown",
	}
	doors := []func(string){
		post("/v1/tokenize", func(n string) string { return cardJSON(n, withCVV) }),
		post("/v1/tokenize", func(n string) string { return cardJSON(n, `,"first_name":"`+n+`"`) }),
		post("/v1/tokenize", func(n string) string { return cardJSON(n)[:len(n)+70] }),
		post("/v1/tokenize?mid=x&environment=y", func(n string) string { return cardJSON(n) }),
		post("/v1/tokenize", func(n string) string { return cardJSON("41", `,"`+n+`":"`+n+`"`) }),
		post("/v1/evaluate", func(n string) string {
			return sale(n).with("paymentMethod.Token", false, "paymentMethod.verificationValue", "739").String()
		}),
		post("/v1/evaluate", func(n string) string { return sale(n).String() }),
		post("/v1/transmit", func(n string) string { return sale(n).with("paymentMethod.Token", false).String() }),
		post("/v1/outcome", func(n string) string { return `{"orderSessionKey":"` + n + `"}` }),
		post("/v1/oauth2/token", func(n string) string { return `{"AppKey":"` + n + `","AppSecret":"` + n + `"}` }),
		post("/v1/capture", func(n string) string {
			return `{"idempotencyKey":"` + n + `","orderId":"` + n + `","amount":` + n + `,"currency":"` + n + `"}`
		}),
		func(n string) { v.ask("GET", "/v1/orders?query="+n+"&from="+n+"&pageSize="+n, "") },
		func(n string) { v.ask("POST", "/v1/orders/"+n+"/refund", `{"amountToRefund":`+n+`}`) },
	}
	for _, call := range []string{"/v1/evaluate", "/v1/transmit"} {
		var turn atomic.Int64
		doors = append(doors, post(call, func(n string) string {
			return sale("0b6f9e9c-0000-4000-8000-000000000000").with(misplaced[int(turn.Add(1))%len(misplaced)], n).String()
		}))
	}
	return doors
}

func cardBody(number string) string {
	return `{"number":"` + number + `","exp_month":12,"exp_year":2030}`
}

// expectNoCanary looks through everything that left the server and that it left.
func (h *house) expectNoCanary(when string, answers, webhooks *said) {
	h.t.Helper()
	scan := func(what string, content io.Reader) {
		if err := leakscan.Scan(content, func(hit leakscan.Hit) {
			if answers.used[hit.Masked] {
				h.t.Errorf("%s, %s: %s", when, what, hit)
			}
		}); err != nil {
			h.t.Error(err)
		}
	}
	scan("answers", bytes.NewReader(answers.text.Bytes()))
	webhooks.mu.Lock()
	scan("webhooks", bytes.NewReader(webhooks.text.Bytes()))
	webhooks.mu.Unlock()
	scan("log", strings.NewReader(h.log.String()))
	files, err := filepath.Glob(filepath.Join(h.data, "*"))
	if err != nil || len(files) < 2 {
		h.t.Fatalf("%d files, %v", len(files), err)
	}
	for _, path := range files {
		file, err := os.Open(path)
		if err != nil {
			h.t.Fatal(err)
		}
		scan(filepath.Base(path), file)
		file.Close()
	}
	if h.database != "" {
		intruder := sqlx.MustOpen("pgx", h.database)
		defer intruder.Close()
		scan("the database", bytes.NewReader(storetest.Dump(h.t, intruder)))
	}
}
