package flexcharge_test

import (
	"bufio"
	"crypto/hmac"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/egress"
	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/internal/keyring"
	"github.com/paywicket/paywicket/internal/merchant"
	"github.com/paywicket/paywicket/internal/store/storetest"
	"github.com/paywicket/paywicket/internal/webhook"
	"github.com/paywicket/paywicket/server/dialect/flexcharge"
)

// delivery is what a receiver is given.
type delivery struct {
	host   string
	header http.Header
	body   string
}

// believes is a receiver's check, after FlexCharge's documentation: the body has the hash
// that is told, and both signatures are made with the subscriber key.
func (d delivery) believes(key string) error {
	raw, err := base64.StdEncoding.DecodeString(key)
	if err != nil {
		return err
	}
	sum := sha512.Sum512([]byte(d.body))
	if hash := base64.StdEncoding.EncodeToString(sum[:]); d.header.Get("x-fc-content-sha512") != hash {
		return fmt.Errorf("the hash is %s", hash)
	}
	means, signature, ok := strings.Cut(d.header.Get("x-fc-authorization"), "&Signature=")
	names, hasNames := strings.CutPrefix(means, "HMAC-SHA512 SignedHeaders=")
	if !ok || !hasNames {
		return fmt.Errorf("authorized by %q", d.header.Get("x-fc-authorization"))
	}
	var values []string
	for name := range strings.SplitSeq(names, ";") {
		if name == "host" {
			values = append(values, d.host)
		} else {
			values = append(values, d.header.Get(name))
		}
	}
	for what, one := range map[string][2]string{
		"POST\n" + strings.Join(values, ";"): {"x-fc-authorization", signature},
		d.body:                               {"x-fc-signature", d.header.Get("x-fc-signature")},
	} {
		mac := hmac.New(sha512.New, raw)
		_, _ = io.WriteString(mac, what)
		if want := base64.StdEncoding.EncodeToString(mac.Sum(nil)); one[1] != want {
			return fmt.Errorf("%s does not verify", one[0])
		}
	}
	return nil
}

// example is the delivery that FlexCharge publishes in its sample of a receiver, with its
// key. openssl makes the same of it, with the body in the file body and the key in $KEY:
//
//	hex=$(printf %s "$KEY" | base64 -d | xxd -p -c 256)
//	hash=$(openssl dgst -sha512 -binary body | base64 -w0)
//	printf 'POST\n%s;%s;%s;%s' "$nonce" "$date" "$host" "$hash" |
//	  openssl dgst -sha512 -mac HMAC -macopt hexkey:$hex -binary | base64 -w0
//	openssl dgst -sha512 -mac HMAC -macopt hexkey:$hex -binary body | base64 -w0
var example = delivery{
	host: "fctestwebhook.free.beeceptor.com",
	header: http.Header{
		"X-Fc-Nonce":          {"5f1c2de28a76457c9cb79d1740f2260a"},
		"X-Fc-Date":           {"Mon, 20 Mar 2023 17:16:40 GMT"},
		"X-Fc-Content-Sha512": {"pLs0Op5VWqQM3ZIumqC2NP6MDqcnwFN1znp/oCuw9LcYd8PtvLC8ProyPg8ZDadsRc36NskT3QGKn/PkNqwWfg=="},
		"X-Fc-Authorization":  {"HMAC-SHA512 SignedHeaders=x-fc-nonce;x-fc-date;host;x-fc-content-sha512&Signature=+HXN8ZewgINLk+uC/UI92HSWmLK7gZOECPxOGEM91ATyfyzScMF/+osEK5B0UjO7OFqahDvesSo8jmUWMZtQnA=="},
		"X-Fc-Signature":      {"SbzcEwAKsViWqrB8+suZMjOdadswbUjLHtIKjDQJYle31xbB8Vr0pVTDaNP28/y+NDynpyFyKKnXmWZy8uJVig=="},
	},
	body: `{"Event":"order.completed","TimeStamp":"2023-03-20T17:16:40.898703Z","EventData":null,"ExternalOrderId":"a9735210-1349-49bf-bfde-b737dd07872a","OrderId":"ac9674ed-cbfe-49aa-bc8b-eb1d2b74c429","ConfirmationId":"22ACD1D9","IsTestMode":true,"IsResent":false}`,
}

const exampleKey = "XRmKBxG5uvt1qWzqvp+T6CAbTo0MB89GTxXZD5cHA56RP7Mj4NbnHQOR1Y8uorUU9YQz8ujaVRUdm9vTSkPZSw=="

// exampleOrder is what the example tells of.
func exampleOrder() event.Event {
	confirmation := "22ACD1D9"
	return event.New(event.OrderCompleted, "mer_1", "ac9674ed-cbfe-49aa-bc8b-eb1d2b74c429", 3, time.Date(2023, 3, 20, 17, 16, 40, 898703000, time.UTC), event.Order{
		ID: "ac9674ed-cbfe-49aa-bc8b-eb1d2b74c429", Reference: "a9735210-1349-49bf-bfde-b737dd07872a", Status: "completed", Kind: "cit", Source: "website",
		Amount: 4900, Currency: "USD", Confirmation: &confirmation, Test: true, Sequence: 3,
	})
}

// The check that is used here takes FlexCharge's own example, and the body that is
// written of the same event is that of the example to the byte.
func TestThePublishedExample(t *testing.T) {
	t.Parallel()
	if err := example.believes(exampleKey); err != nil {
		t.Error(err)
	}
	body, header, err := flexcharge.Form{}.Write(t.Context(), webhook.Message{
		Event: exampleOrder(), Host: example.host, Secrets: [][]byte{[]byte("whsec_" + exampleKey)}, At: time.Date(2023, 3, 20, 18, 16, 40, 0, time.FixedZone("CET", 3600)),
	})
	if err != nil || string(body) != example.body {
		t.Fatalf("%s, %v", body, err)
	}
	// Of a known body and key these two are known; the nonce is another each time.
	for name, want := range map[string]string{"x-fc-content-sha512": "X-Fc-Content-Sha512", "x-fc-signature": "X-Fc-Signature", "x-fc-date": "X-Fc-Date"} {
		if got := header[name]; len(got) != 1 || got[0] != example.header[want][0] {
			t.Errorf("%s is %v, want %v", name, got, example.header[want])
		}
	}
	for _, secret := range []string{exampleKey, "whsec_", "whsec_!", ""} {
		if _, header, err := (flexcharge.Form{}).Write(t.Context(), webhook.Message{Event: exampleOrder(), Secrets: [][]byte{[]byte(secret)}}); err == nil {
			t.Errorf("signed with %q: %v", secret, header)
		}
	}
	if _, _, err := (flexcharge.Form{}).Write(t.Context(), webhook.Message{Event: exampleOrder()}); err == nil {
		t.Error("signed with nothing")
	}
}

// house is the service with an endpoint that is spoken to as FlexCharge does.
type house struct {
	*webhook.Service
	t        *testing.T
	merchant string
	endpoint string
	key      string // what the receiver's owner was given
	clock    time.Time
}

func serve(t *testing.T, url string) *house {
	t.Helper()
	h := &house{t: t, clock: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)}
	now := func() time.Time { return h.clock }
	db, _ := storetest.Open(t, now)
	master, err := keyring.MasterFile(filepath.Join(t.TempDir(), "master.key"))
	if err != nil {
		t.Fatal(err)
	}
	ring, err := keyring.Open(t.Context(), db, master)
	if err != nil {
		t.Fatal(err)
	}
	account, err := (&merchant.Service{Store: db, Now: now}).Open(t.Context(), "Kestrel Kettles", merchant.Test, "KESTREL", []string{"https://kettles.example"})
	if err != nil {
		t.Fatal(err)
	}
	h.Service = &webhook.Service{
		Store: db, Keys: ring, Client: egress.Policy{Loopback: true}.Client(2 * time.Second), Now: now, Loopback: true,
		Forms: map[string]webhook.Form{"flexcharge": flexcharge.Form{}},
	}
	e, secret, err := h.Register(t.Context(), webhook.Endpoint{Merchant: account.Merchant.ID, URL: url, Form: "flexcharge"}, "test")
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(e.Types, flexcharge.Form{}.Types()) || e.Wants(event.OrderSubmitted) || e.Wants(event.PaymentCaptured) || !e.Wants(event.OrderDeclined) {
		t.Errorf("it is told of %v", e.Types)
	}
	h.merchant, h.endpoint, h.key = account.Merchant.ID, e.ID, strings.TrimPrefix(secret, "whsec_")
	return h
}

// send makes an attempt at telling of an event, after so many, or because it was asked for.
func (h *house) send(what event.Event, before int, replayed bool) webhook.Delivery {
	h.t.Helper()
	to, err := h.Store.FindEndpoint(h.t.Context(), h.merchant, h.endpoint)
	if err != nil {
		h.t.Fatal(err)
	}
	d, err := h.Send(h.t.Context(), webhook.Claimed{
		Delivery: webhook.Delivery{Merchant: h.merchant, Endpoint: h.endpoint, Event: what.ID, State: webhook.Pending, Attempts: before, Replayed: replayed, CreatedAt: h.clock},
		To:       to, What: what,
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return d
}

// receive is a receiver on this machine, and what came to it.
func receive(t *testing.T) (url string, got func() delivery) {
	t.Helper()
	came := make(chan delivery, 100)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || r.Method != http.MethodPost {
			t.Errorf("%s: %v", r.Method, err)
		}
		came <- delivery{host: r.Host, header: r.Header, body: string(body)}
	}))
	t.Cleanup(server.Close)
	return server.URL + "/flexcharge/webhook", func() delivery {
		select {
		case d := <-came:
			return d
		default:
			t.Fatal("nothing came")
			return delivery{}
		}
	}
}

// What is sent is believed by whoever has the key, and by nobody when any of it is
// different.
func TestAReceiverBelievesWhatIsSent(t *testing.T) {
	t.Parallel()
	url, got := receive(t)
	h := serve(t, url)
	if d := h.send(exampleOrder(), 0, false); d.State != webhook.Delivered {
		t.Errorf("%+v", d)
	}
	d := got()
	if err := d.believes(h.key); err != nil {
		t.Error(err)
	}
	if !regexp.MustCompile(`^[0-9a-f]{32}$`).MatchString(d.header.Get("x-fc-nonce")) || d.header.Get("x-fc-date") != "Sat, 21 Nov 2026 12:00:00 GMT" || d.header.Get("Content-Type") != "text/plain; charset=utf-8" {
		t.Errorf("%v", d.header)
	}
	if d.believes(exampleKey) == nil {
		t.Error("it is believed with another key")
	}
	for what, change := range map[string]func(d *delivery){
		"body": func(d *delivery) { d.body = strings.Replace(d.body, "completed", "cancelled", 1) },
		"hash and body": func(d *delivery) {
			d.body = strings.Replace(d.body, "completed", "cancelled", 1)
			sum := sha512.Sum512([]byte(d.body))
			d.header.Set("x-fc-content-sha512", base64.StdEncoding.EncodeToString(sum[:]))
		},
		"nonce": func(d *delivery) { d.header.Set("x-fc-nonce", strings.Repeat("0", 32)) },
		"date":  func(d *delivery) { d.header.Set("x-fc-date", "Sat, 21 Nov 2026 12:00:01 GMT") },
		"host":  func(d *delivery) { d.host = "other.example" },
	} {
		other := delivery{d.host, d.header.Clone(), d.body}
		if change(&other); other.believes(h.key) == nil {
			t.Errorf("with another %s it is believed", what)
		}
	}
}

// A second attempt and a replay say that they are, and have a nonce and a date of their own.
func TestWhatIsSentAgainSaysSo(t *testing.T) {
	t.Parallel()
	url, got := receive(t)
	h := serve(t, url)
	nonces := map[string]bool{}
	for _, c := range []struct {
		before   int
		replayed bool
		want     string
	}{{0, false, `"IsResent":false}`}, {1, false, `"IsResent":true}`}, {0, true, `"IsResent":true}`}} {
		h.clock = h.clock.Add(time.Minute)
		h.send(exampleOrder(), c.before, c.replayed)
		d := got()
		if err := d.believes(h.key); err != nil || !strings.HasSuffix(d.body, c.want) || d.header.Get("x-fc-date") != h.clock.Format(http.TimeFormat) {
			t.Errorf("after %d, replayed %t: %s, %v, %v", c.before, c.replayed, d.body, d.header, err)
		}
		nonces[d.header.Get("x-fc-nonce")] = true
	}
	if len(nonces) != 3 {
		t.Errorf("three deliveries have the nonces %v", nonces)
	}
}

// There is room for one signature: from a rotation on it is the new key's.
func TestTheNewKeySignsAtOnce(t *testing.T) {
	t.Parallel()
	url, got := receive(t)
	h := serve(t, url)
	_, fresh, err := h.RotateSecret(t.Context(), h.merchant, h.endpoint, time.Hour, "test")
	if err != nil {
		t.Fatal(err)
	}
	h.send(exampleOrder(), 0, false)
	d := got()
	if err := d.believes(strings.TrimPrefix(fresh, "whsec_")); err != nil || d.believes(h.key) == nil {
		t.Errorf("believed with the new key: %v, with the old one: %v", err, d.believes(h.key))
	}
}

func TestEveryEventHasFlexChargesName(t *testing.T) {
	t.Parallel()
	names := map[event.Type]string{
		event.OrderCaptureRequired: "order.capturerequired", event.OrderCompleted: "order.completed", event.OrderCancelled: "order.cancelled",
		event.OrderDeclined: "order.cancelled", event.OrderExpired: "order.expired", event.OrderRefunded: "order.refunded",
		event.ChallengePresented: "challenge.presented", event.ChallengeAttempted: "challenge.attempted", event.ChallengePassed: "challenge.passed", event.ChallengeFailed: "challenge.failed",
	}
	url, got := receive(t)
	h := serve(t, url)
	for _, kind := range event.Types {
		what := exampleOrder()
		what.Type, what.Data = kind, json.RawMessage(`{"id":"ac9674ed-cbfe-49aa-bc8b-eb1d2b74c429","reference":"a \"b\"","confirmation":null,"test":false}`)
		d := h.send(what, 0, false)
		if names[kind] == "" {
			if d.State != webhook.Cancelled || d.Attempts != 0 {
				t.Errorf("%s: %+v", kind, d)
			}
			continue
		}
		want := `{"Event":"` + names[kind] + `","TimeStamp":"2023-03-20T17:16:40.898703Z","EventData":null,"ExternalOrderId":"a \"b\"","OrderId":"ac9674ed-cbfe-49aa-bc8b-eb1d2b74c429","ConfirmationId":null,"IsTestMode":false,"IsResent":false}`
		if body := got().body; body != want {
			t.Errorf("%s is told as %s", kind, body)
		}
	}
}

// The headers' names have FlexCharge's letters on the wire.
func TestTheLettersOfTheHeaders(t *testing.T) {
	t.Parallel()
	wire, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { wire.Close() })
	heads := make(chan string, 1)
	go func() {
		connection, err := wire.Accept()
		if err != nil {
			heads <- err.Error()
			return
		}
		defer connection.Close()
		reader, head := bufio.NewReader(connection), ""
		for !strings.HasSuffix(head, "\r\n\r\n") {
			line, err := reader.ReadString('\n')
			if head += line; err != nil {
				break
			}
		}
		heads <- head
		_, _ = io.WriteString(connection, "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
	}()
	h := serve(t, "http://"+wire.Addr().String()+"/")
	h.send(exampleOrder(), 0, false)
	head := <-heads
	for _, name := range []string{"x-fc-nonce", "x-fc-date", "x-fc-content-sha512", "x-fc-authorization", "x-fc-signature"} {
		if strings.Count(head, "\r\n"+name+": ") != 1 {
			t.Errorf("there is no %s in\n%s", name, head)
		}
	}
}
