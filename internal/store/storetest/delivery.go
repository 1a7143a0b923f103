package storetest

import (
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/webhook"
)

// switchOff is the change that switches an endpoint off.
func switchOff(now time.Time) func(webhook.Endpoint) (webhook.Endpoint, error) {
	return func(e webhook.Endpoint) (webhook.Endpoint, error) {
		e.DisabledAt = now
		return e, nil
	}
}

// claim claims what is due now, as many as width to each endpoint.
func (h *house) claim(width int) []webhook.Claimed {
	h.Helper()
	claimed, err := h.db.ClaimDeliveries(h.Context(), h.now(), h.now().Add(30*time.Second), func(string) int { return width })
	h.must(err)
	return claimed
}

// finish ends a delivery in a state; pending means in a minute again.
func (h *house) finish(c webhook.Claimed, state webhook.DeliveryState) {
	h.Helper()
	d := c.Delivery
	d.Attempts++
	d.State, d.DueAt, d.UpdatedAt = state, time.Time{}, h.now()
	d.Log = append(d.Log, webhook.Attempt{At: h.now(), Status: 500, Body: "no"})
	if state == webhook.Pending {
		d.DueAt = h.now().Add(time.Minute)
	}
	h.must(h.db.FinishDelivery(h.Context(), d))
}

// announce takes a payment one step further, which announces it.
func (h *house) announce(p payment.Payment) {
	h.Helper()
	_, err := h.db.Advance(h.Context(), p.Merchant, p.ID, "test", h.become(payment.Authorized))
	h.must(err)
}

// A delivery is kept with its event, once for each receiver that wants it.
func deliveries(t *testing.T, h *house) {
	o, other := h.open("Kestrel Kettles"), h.open("Other")
	all := h.endpoint(o)
	some := h.endpoint(o, event.PaymentAuthorized)
	h.endpoint(o, event.TokenCreated)
	off := h.endpoint(o)
	h.endpoint(other)
	_, err := h.db.ChangeEndpoint(t.Context(), o.Merchant.ID, off.ID, "test", "endpoint.change", switchOff(h.now()))
	h.must(err)
	for _, e := range []webhook.Endpoint{all, some} {
		found, err := h.db.FindEndpoint(t.Context(), o.Merchant.ID, e.ID)
		h.must(err)
		h.same("endpoint", found.Types, append([]event.Type{}, e.Types...))
	}
	// Its form is kept with it, and is not changed with the rest.
	formed := webhook.Endpoint{ID: id.New(id.Endpoint), Merchant: other.Merchant.ID, URL: "https://shop.example/webhooks", Form: "flexcharge", Types: []event.Type{event.OrderExpired}, Sealed: []byte("sealed"), CreatedAt: h.now()}
	h.must(h.db.CreateEndpoint(t.Context(), formed, "key 1"))
	_, err = h.db.ChangeEndpoint(t.Context(), other.Merchant.ID, formed.ID, "test", "endpoint.change", func(e webhook.Endpoint) (webhook.Endpoint, error) {
		e.URL, e.Form = "https://shop.example/other", ""
		return e, nil
	})
	h.must(err)
	found, err := h.db.FindEndpoint(t.Context(), other.Merchant.ID, formed.ID)
	h.must(err)
	h.same("its URL and form", []string{found.URL, found.Form}, []string{"https://shop.example/other", "flexcharge"})
	h.announce(h.inflight(o))
	claimed := h.claim(10)
	if len(claimed) != 2 || claimed[0].Replayed || claimed[0].What.Type != event.PaymentAuthorized || claimed[0].To.URL != all.URL || claimed[0].Endpoint == claimed[1].Endpoint {
		t.Fatalf("claimed %+v", claimed)
	}
	if again := h.claim(10); len(again) != 0 {
		t.Errorf("claimed twice: %+v", again)
	}
	h.finish(claimed[0], webhook.Delivered)
	h.pass(31 * time.Second) // whoever had the other died
	again := h.claim(10)
	if len(again) != 1 || again[0].Endpoint != claimed[1].Endpoint || again[0].Event != claimed[1].Event {
		t.Fatalf("claimed again: %+v", again)
	}
	h.finish(again[0], webhook.Pending)
	list, err := h.db.ListDeliveries(t.Context(), o.Merchant.ID, again[0].Endpoint, 0, 10)
	h.must(err)
	if len(list) != 1 || list[0].State != webhook.Pending || list[0].Attempts != 1 || len(list[0].Log) != 1 || list[0].Log[0].Body != "no" {
		t.Errorf("the log says %+v", list)
	}
	// What was on its way is cancelled with the endpoint, and an attempt that ends
	// after that does not bring it back.
	_, err = h.db.ChangeEndpoint(t.Context(), o.Merchant.ID, again[0].Endpoint, "test", "endpoint.change", switchOff(h.now()))
	h.must(err)
	h.finish(again[0], webhook.Pending)
	h.pass(time.Hour)
	if left := h.claim(10); len(left) != 0 {
		t.Errorf("sent to an endpoint that is off: %+v", left)
	}
	h.must(h.db.DeleteEndpoint(t.Context(), o.Merchant.ID, all.ID, "test"))
	_, err = h.db.FindEndpoint(t.Context(), o.Merchant.ID, all.ID)
	h.refused("a deleted endpoint", err, fault.NotFound)
}

// Events of one payment come in order, and wait for one that is tried again; those of
// others do not wait. One endpoint's crowd does not fill another's lane.
func deliveriesInOrder(t *testing.T, h *house) {
	o := h.open("Kestrel Kettles")
	h.endpoint(o)
	first, second := h.inflight(o), h.inflight(o)
	for range 3 {
		h.announce(first)
		h.announce(second)
		h.pass(time.Millisecond)
	}
	for round := range 3 {
		claimed := h.claim(10)
		if len(claimed) != 2 || claimed[0].Object == claimed[1].Object || claimed[0].What.Sequence != round+2 || claimed[1].What.Sequence != round+2 {
			t.Fatalf("round %d: %+v", round, claimed)
		}
		if more := h.claim(10); len(more) != 0 {
			t.Fatalf("round %d: overtaken by %+v", round, more)
		}
		if round == 1 {
			h.finish(claimed[0], webhook.Pending)
			h.finish(claimed[1], webhook.Delivered)
			other := h.claim(10)
			if len(other) != 1 || other[0].Object != claimed[1].Object || other[0].What.Sequence != 4 {
				t.Fatalf("while one is tried again: %+v", other)
			}
			h.finish(other[0], webhook.Delivered)
			h.pass(time.Minute)
			again := h.claim(10)
			if len(again) != 1 || again[0].What.Sequence != 3 {
				t.Fatalf("tried again: %+v", again)
			}
			h.finish(again[0], webhook.Exhausted)
			last := h.claim(10)
			if len(last) != 1 || last[0].What.Sequence != 4 {
				t.Fatalf("after one was given up: %+v", last)
			}
			break
		}
		for _, c := range claimed {
			h.finish(c, webhook.Delivered)
		}
	}
	other := h.open("Other")
	h.endpoint(other)
	for range 5 {
		h.announce(h.inflight(o))
	}
	h.announce(h.inflight(other))
	if claimed := h.claim(1); len(claimed) != 2 {
		t.Errorf("one to each of two endpoints: %d", len(claimed))
	}
}

// A payment's events wait until the merchant knows the order, or for so long.
func deliveriesThatWait(t *testing.T, h *house) {
	o := h.open("Kestrel Kettles")
	waiting := h.endpoint(o)
	h.endpoint(o)
	_, err := h.db.ChangeEndpoint(t.Context(), o.Merchant.ID, waiting.ID, "test", "endpoint.change", func(e webhook.Endpoint) (webhook.Endpoint, error) {
		e.Wait = time.Minute
		return e, nil
	})
	h.must(err)
	expect := func(what string, n int) {
		t.Helper()
		claimed := h.claim(10)
		if len(claimed) != n {
			t.Fatalf("%s: %d deliveries, want %d", what, len(claimed), n)
		}
		for _, c := range claimed {
			h.finish(c, webhook.Delivered)
		}
	}
	p := h.inflight(o)
	h.announce(p)
	expect("before the order is known", 1)
	h.must(h.db.ReadyPayment(t.Context(), p.Merchant, p.ID, "key 1"))
	expect("when it is", 1)
	h.announce(p)
	expect("after that", 2)
	h.must(h.db.ReadyPayment(t.Context(), p.Merchant, p.ID, "key 1"))
	expect("when it is said again", 0)
	late := h.inflight(o)
	h.announce(late)
	expect("another payment", 1)
	h.pass(time.Minute)
	expect("when its time is over", 1)
	h.announce(late)
	expect("after that", 2)
	h.refused("an unknown payment", h.db.ReadyPayment(t.Context(), p.Merchant, "pay_unknown", "key 1"), fault.NotFound)
}

// Events are sent again when asked for: one, or those of a span that the endpoint wants.
func deliveriesAgain(t *testing.T, h *house) {
	o := h.open("Kestrel Kettles")
	began := h.now()
	for range 4 {
		h.announce(h.inflight(o))
		h.pass(time.Minute)
	}
	h.must(h.keep(o.Merchant.ID, h.inflight(o).Token))
	to := h.endpoint(o, event.PaymentAuthorized)
	newest, err := h.db.ListEvents(t.Context(), o.Merchant.ID, "", 2)
	h.must(err)
	if _, err := h.db.Replay(t.Context(), h.endpoint(o, event.PaymentAuthorized), webhook.Choice{Event: newest[1].ID}, 1, "key 1"); err != nil || len(h.claim(100)) != 1 {
		t.Fatalf("one that hangs: %v", err)
	}
	for i, c := range []struct {
		choice webhook.Choice
		limit  int
		want   int
	}{
		{webhook.Choice{Event: newest[1].ID}, 100, 1},
		{webhook.Choice{From: began, To: began.Add(2 * time.Minute)}, 100, 2}, // to is excluded
		{webhook.Choice{From: began, To: began.Add(time.Hour)}, 100, 4},       // and not the token's
		{webhook.Choice{From: began, To: began.Add(time.Hour)}, 3, 3},
		{webhook.Choice{Event: "evt_unknown"}, 100, 0},
		{webhook.Choice{Object: newest[1].Object, From: began, To: newest[1].At.Add(time.Millisecond)}, 100, 1},
		{webhook.Choice{Object: newest[1].Object, From: began, To: newest[1].At}, 100, 0}, // to is excluded here too
		{webhook.Choice{Object: newest[1].Object, From: newest[1].At.Add(time.Millisecond), To: began.Add(time.Hour)}, 100, 0},
	} {
		n, err := h.db.Replay(t.Context(), to, c.choice, c.limit, "key 1")
		h.must(err)
		claimed := h.claim(100)
		if n != c.want || len(claimed) != c.want {
			t.Errorf("replay %d: %d, of which %d are due, want %d", i, n, len(claimed), c.want)
		}
		for _, one := range claimed {
			if !one.Replayed {
				t.Errorf("replay %d: nothing tells that %s was asked for again", i, one.Event)
			}
			h.finish(one, webhook.Delivered)
		}
	}
	n, err := h.db.ForgetDeliveries(t.Context(), h.now(), 100)
	h.must(err)
	if n != 0 {
		t.Errorf("%d deliveries of today were forgotten", n)
	}
	h.pass(time.Hour)
	h.pass(time.Hour)
	for _, want := range []int{4, 4, 3, 0} { // the one that is not over stays, and holds up nothing
		if n, err = h.db.ForgetDeliveries(t.Context(), h.now(), 4); err != nil || n != want {
			t.Errorf("%d were forgotten, want %d, %v", n, want, err)
		}
	}
	if left := len(h.claim(100)); left != 1 {
		t.Errorf("%d are left, want 1", left)
	}
}

// Whoever watches a payment or a merchant is told that something changed, and only then.
func watching(t *testing.T, h *house) {
	o, other := h.open("Kestrel Kettles"), h.open("Other")
	p := h.inflight(o)
	payments, stop := h.db.Watch(p.ID)
	merchants, _ := h.db.Watch(o.Merchant.ID)
	others, _ := h.db.Watch(other.Merchant.ID)
	select {
	case <-payments: // a connection to listen on may have been made meanwhile
	case <-time.After(100 * time.Millisecond):
	}
	cursor := ""
	read := func() int {
		list, next, err := h.db.EventsAfter(t.Context(), o.Merchant.ID, cursor, 10)
		h.must(err)
		cursor = next
		return len(list)
	}
	read()
	h.announce(p)
	for name, told := range map[string]<-chan struct{}{"payment": payments, "merchant": merchants} {
		select {
		case <-told:
		case <-time.After(5 * time.Second):
			t.Errorf("whoever watches the %s was not told", name)
		}
	}
	if n := read(); n != 1 {
		t.Errorf("%d events after the cursor", n)
	}
	if n := read(); n != 0 {
		t.Errorf("%d events after the newest", n)
	}
	_, _, err := h.db.EventsAfter(t.Context(), o.Merchant.ID, "x", 10)
	h.refused("a bad cursor", err, fault.Invalid)
	stop()
	stop()
	for len(others) > 0 {
		<-others
	}
	h.announce(h.inflight(o))
	time.Sleep(50 * time.Millisecond)
	if len(others) > 0 {
		t.Error("another merchant was told")
	}
}
