package webhook_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/webhook"
)

// plain is a form that tells everything it is given, in a text of lines.
type plain struct{}

func (plain) Types() []event.Type { return []event.Type{event.OrderCompleted, event.OrderExpired} }

func (plain) Write(_ context.Context, m webhook.Message) ([]byte, http.Header, error) {
	lines := []string{string(m.Event.Type), m.Host, m.At.UTC().Format(time.RFC3339)}
	for _, secret := range m.Secrets {
		lines = append(lines, string(secret))
	}
	if m.Resent {
		lines = append(lines, "again")
	}
	return []byte(strings.Join(lines, "\n")), http.Header{"x-plain": {"yes"}}, nil
}

// spoken registers an endpoint of the plain form at a receiver.
func spoken(t *testing.T, to *receiver) *house {
	t.Helper()
	h := serve(t, to)
	h.Forms = map[string]webhook.Form{"plain": plain{}}
	e, secret, err := h.Register(t.Context(), webhook.Endpoint{Merchant: "mer_1", URL: to.URL, Form: "plain"}, "key 1")
	if err != nil {
		t.Fatal(err)
	}
	h.endpoint, h.secret = e.ID, secret
	return h
}

// completed is an event that the plain form has words for.
var completed = event.New(event.OrderCompleted, "mer_1", "ord_1", 2, time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC), event.Order{ID: "ord_1"})

// A form is given what it takes to write an attempt: the host as the receiver sees it,
// the secrets that count with the present one first, the time, and whether it is the first.
func TestAFormIsGivenWhatItWrites(t *testing.T) {
	t.Parallel()
	to := receive(t, 500)
	h := spoken(t, to)
	h.clock = time.Date(2026, 11, 21, 12, 30, 0, 0, time.UTC)
	_, fresh, err := h.RotateSecret(t.Context(), "mer_1", h.endpoint, time.Hour, "key 1")
	if err != nil {
		t.Fatal(err)
	}
	c := h.claimed()
	c.What = completed
	lines := []string{"order.completed", strings.TrimPrefix(to.URL, "http://"), "2026-11-21T12:30:00Z", fresh, h.secret}
	c.Delivery = h.send(c)
	h.send(c)
	c.Attempts, c.Replayed = 0, true
	h.send(c)
	for i, want := range []string{strings.Join(lines, "\n"), strings.Join(lines, "\n") + "\nagain", strings.Join(lines, "\n") + "\nagain"} {
		if got := string(to.bodies[i]); got != want || to.headers[i].Get("x-plain") != "yes" || to.headers[i].Get("webhook-id") != "" {
			t.Errorf("attempt %d:\n%s\nwant\n%s\nwith %v", i, got, want, to.headers[i])
		}
	}
}

// The host that is signed is the one that the receiver sees, also of a name in letters
// that are written in others on the wire.
func TestTheHostIsTheReceivers(t *testing.T) {
	t.Parallel()
	saw := make(chan string, 1)
	to := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		saw <- r.Host + " " + strings.Split(string(body), "\n")[1]
	}))
	t.Cleanup(to.Close)
	h := spoken(t, receive(t, 204))
	h.Client = &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, to.Listener.Addr().String())
	}}}
	for url, want := range map[string]string{
		"http://bücher.example:8443/": "xn--bcher-kva.example:8443", "http://Shop.example/w": "Shop.example", "http://shop.example:443": "shop.example:443", "http://[::1]:8443/": "[::1]:8443",
	} {
		c := h.claimed()
		c.What, c.To.URL = completed, url
		h.send(c)
		if got := <-saw; got != want+" "+want {
			t.Errorf("%s: the receiver and the form saw %q", url, got)
		}
	}
}

// What a form has no words for is neither asked for nor sent.
func TestAFormTellsOnlyWhatItCan(t *testing.T) {
	t.Parallel()
	to := receive(t, 204)
	h := spoken(t, to)
	if e := h.endpoints[h.endpoint]; e.FormName() != "plain" || !slices.Equal(e.Types, plain{}.Types()) || e.Wants(event.PaymentCaptured) {
		t.Errorf("%+v", e)
	}
	if d := h.send(h.claimed()); d.State != webhook.Cancelled || len(to.bodies) != 0 {
		t.Errorf("%s of a payment that it has no words for, sent %d times", d.State, len(to.bodies))
	}
	for _, types := range [][]event.Type{{event.PaymentCaptured}, {event.OrderExpired, event.OrderSubmitted}} {
		_, _, err := h.Register(t.Context(), webhook.Endpoint{Merchant: "mer_1", URL: to.URL, Form: "plain", Types: types}, "key 1")
		if err == nil || fault.Of(err).Field != "events" {
			t.Errorf("asked for %v: %v", types, err)
		}
		_, err = h.Change(t.Context(), "mer_1", h.endpoint, webhook.EndpointChange{Types: &types}, "key 1")
		if err == nil || fault.Of(err).Field != "events" {
			t.Errorf("changed to %v: %v", types, err)
		}
	}
	one, all := []event.Type{event.OrderExpired}, []event.Type{}
	for _, c := range []struct{ asked, want []event.Type }{{one, one}, {all, plain{}.Types()}} {
		e, err := h.Change(t.Context(), "mer_1", h.endpoint, webhook.EndpointChange{Types: &c.asked}, "key 1")
		if err != nil || !slices.Equal(e.Types, c.want) || e.Form != "plain" {
			t.Errorf("asked for %v: %+v, %v", c.asked, e, err)
		}
	}
}

func TestOnlyKnownForms(t *testing.T) {
	t.Parallel()
	to := receive(t, 204)
	h := spoken(t, to)
	for form, kept := range map[string]string{"": "", "standard": "", "plain": "plain"} {
		if e, _, err := h.Register(t.Context(), webhook.Endpoint{Merchant: "mer_1", URL: to.URL, Form: form}, "key 1"); err != nil || e.Form != kept || e.FormName() == "" {
			t.Errorf("%q: %q, %v", form, e.Form, err)
		}
	}
	if _, _, err := h.Register(t.Context(), webhook.Endpoint{Merchant: "mer_1", URL: to.URL, Form: "Plain"}, "key 1"); err == nil || fault.Of(err).Field != "form" || !strings.Contains(err.Error(), "standard, plain") {
		t.Errorf("an unknown form: %v", err)
	}
	// The database knows of a form that this version does not have: nothing goes out in another.
	h.Forms = nil
	c := h.claimed()
	c.What = completed
	if _, err := h.Send(t.Context(), c); err == nil || len(to.bodies) != 0 {
		t.Errorf("%v, sent %d times", err, len(to.bodies))
	}
}

// FindEvent gives the one event that there is.
func (s *shelf) FindEvent(_ context.Context, _, name string) (event.Event, error) {
	if name == told.ID {
		return told, nil
	}
	return event.Event{}, fault.New(fault.NotFound, "none")
}

// A merchant that asks for an event again hears when it cannot be told of it.
func TestAReplayThatCannotBeToldIsRefused(t *testing.T) {
	t.Parallel()
	h := spoken(t, receive(t, 204))
	if _, err := h.Replay(t.Context(), "mer_1", h.endpoint, webhook.Choice{Event: told.ID}, "key 1"); err == nil || fault.Of(err).Field != "event" || !strings.Contains(err.Error(), "plain") {
		t.Errorf("%v", err)
	}
}
