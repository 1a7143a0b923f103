package app_test

import (
	"bufio"
	"context"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/store/storetest"
)

// stream follows a stream of events: each is its name and data.
func (h *house) stream(base, path string, header ...string) <-chan [3]string {
	h.t.Helper()
	ctx, cancel := context.WithCancel(h.t.Context())
	h.t.Cleanup(cancel)
	request, err := http.NewRequestWithContext(ctx, "GET", base+path, nil)
	if err != nil {
		h.t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil || response.StatusCode != http.StatusOK || response.Header.Get("Content-Type") != "text/event-stream" {
		h.t.Fatalf("%v %v", response, err)
	}
	came := make(chan [3]string, 100)
	go func() {
		defer close(came)
		defer response.Body.Close()
		var message [3]string
		for lines := bufio.NewScanner(response.Body); lines.Scan(); {
			name, value, _ := strings.Cut(lines.Text(), ": ")
			switch name {
			case "id":
				message[0] = value
			case "event":
				message[1] = value
			case "data":
				message[2] = value
			case "":
				if message[1] != "" {
					came <- message
				}
				message = [3]string{}
			}
		}
	}()
	return came
}

// soon waits for the next message of a stream.
func (h *house) soon(came <-chan [3]string) [3]string {
	h.t.Helper()
	select {
	case message := <-came:
		return message
	case <-time.After(10 * time.Second):
		h.t.Fatal("nothing came")
		return [3]string{}
	}
}

// A browser is told the outcome of a payment when it is known, and the stream ends.
func TestAPaymentIsFollowed(t *testing.T) {
	t.Parallel()
	h := open(t)
	session := h.session()
	if a := h.call("GET", "/checkout/"+session+"/events", ""); a.Status != http.StatusNotFound {
		t.Errorf("before anything was paid: %d %s", a.Status, a.Body)
	}
	if a := h.pay(session, "5135020000005871"); a.text("status") != "processing" {
		t.Fatalf("%s", a.Body)
	}
	came := h.stream(h.url, "/checkout/"+session+"/events")
	if m := h.soon(came); m[1] != "result" || !strings.Contains(m[2], `"status":"processing"`) {
		t.Errorf("first %v", m)
	}
	if m := h.soon(came); m[1] != "result" || !strings.Contains(m[2], `"status":"authorized"`) {
		t.Errorf("then %v", m)
	}
	if m, more := <-came; more {
		t.Errorf("after the end %v", m)
	}
}

// A merchant's server is told what happens, and what it missed.
func TestAMerchantsEventsAreFollowed(t *testing.T) {
	t.Parallel()
	h := open(t)
	key := []string{"Authorization", "Bearer " + h.secret()}
	h.pay(h.session(), "4111111111111111")
	came := h.stream(h.url, "/v1/events/stream", key...)
	h.pay(h.session(), "4000000000009995")
	seen := map[string]bool{}
	last := ""
	for range 2 {
		m := h.soon(came)
		seen[m[1]], last = true, m[0]
		if !strings.Contains(m[2], `"id":"`+m[0]+`"`) {
			t.Errorf("%v", m)
		}
	}
	if !seen["payment.declined"] || !seen["token.created"] {
		t.Errorf("told %v", seen)
	}
	h.pay(h.session(), "5555555555554444")
	after := h.stream(h.url, "/v1/events/stream", append(key, "Last-Event-ID", last)...)
	if one, two := h.soon(after), h.soon(after); one[0] == last || two[0] == last || one[0] == two[0] {
		t.Errorf("after %s came %v and %v", last, one, two)
	}
	if a := h.call("GET", "/v1/events/stream", "", append(key, "Last-Event-ID", "evt_00000000000000000000000000")...); a.Status != 400 {
		t.Errorf("after an event that is not there: %d %s", a.Status, a.Body)
	}
	// A server that ends does not wait for those who listen.
	began := time.Now()
	h.stop()
	if took := time.Since(began); took > 8*time.Second {
		t.Errorf("it took %s to stop", took)
	}
}

// What happens at one server is told at another on the same database, and either delivers,
// finds out, and answers for the other: nothing is in one server's memory alone.
func TestTwoServersOnOneDatabase(t *testing.T) {
	t.Parallel()
	if storetest.Server() == "" {
		t.Skip("needs PAYWICKET_TEST_POSTGRES: several servers are for PostgreSQL")
	}
	h := open(t)
	first := *h
	h.serve(slog.New(slog.DiscardHandler)) // h is the second from here on
	key := []string{"Authorization", "Bearer " + h.secret()}
	came := h.stream(h.url, "/v1/events/stream", key...)
	receiver := h.receive(0, `["payment.authorized"]`)
	time.Sleep(300 * time.Millisecond) // until it listens
	for range 20 {
		session := first.session()
		if a := h.pay(session, "4111111111111111"); a.text("status") != "authorized" {
			t.Fatalf("opened at one server, paid at the other: %s", a.Body)
		}
		if a := first.pay(session, "4111111111111111"); a.Status != http.StatusConflict {
			t.Errorf("paid again at the first: %d %s", a.Status, a.Body)
		}
		h.next(receiver, 5*time.Second)
	}
	if a := first.pay(first.session(), "4000000000009995"); a.text("status") != "declined" {
		t.Fatalf("%s", a.Body)
	}
	for {
		if m := h.soon(came); m[1] == "payment.declined" {
			break
		}
	}
	// Found out by whichever claims it, and once.
	session := first.session()
	first.pay(session, "5135020000005871")
	h.eventually(func() bool { return h.call("GET", "/checkout/"+session+"/result", "").text("status") == "authorized" })
	k := "key-at-both"
	one, two := first.once(k, "/v1/checkout_sessions", `{"amount":1,"currency":"USD"}`), h.once(k, "/v1/checkout_sessions", `{"amount":1,"currency":"USD"}`)
	if one.Body != two.Body {
		t.Errorf("one key at two servers: %s and %s", one.Body, two.Body)
	}
	select {
	case m := <-receiver.got:
		if m["type"] != "payment.authorized" {
			t.Errorf("%v", m)
		}
	case <-time.After(5 * time.Second):
		t.Error("the webhook of what was found out did not come")
	}
	select {
	case m := <-receiver.got:
		t.Errorf("delivered twice: %v", m)
	case <-time.After(time.Second):
	}
}
