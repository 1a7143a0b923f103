package storetest

import (
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/merchant"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/webhook"
)

// endpoint registers a receiver of some events, or of all.
func (h *house) endpoint(o merchant.Opening, types ...event.Type) webhook.Endpoint {
	h.Helper()
	e := webhook.Endpoint{
		ID: id.New(id.Endpoint), Merchant: o.Merchant.ID, URL: "https://shop.example/webhooks", Types: types, Sealed: []byte("sealed"), CreatedAt: h.now(),
	}
	h.must(h.db.CreateEndpoint(h.Context(), e, "key 1"))
	return e
}

func events(t *testing.T, h *house) {
	o := h.open("Kestrel Kettles")
	var ids []string
	for range 5 {
		p := h.inflight(o)
		_, err := h.db.Advance(t.Context(), o.Merchant.ID, p.ID, "test", h.become(payment.Authorized))
		h.must(err)
		newest, err := h.db.ListEvents(t.Context(), o.Merchant.ID, "", 1)
		h.must(err)
		if newest[0].Object != p.ID || newest[0].Sequence != 2 {
			t.Fatalf("the newest event is %+v", newest[0])
		}
		found, err := h.db.FindEvent(t.Context(), o.Merchant.ID, newest[0].ID)
		h.must(err)
		h.same("event", found, newest[0])
		ids = append([]string{newest[0].ID}, ids...)
	}
	// Newest first, page by page, none twice and none left out.
	var seen []string
	for cursor := ""; ; cursor = seen[len(seen)-1] {
		page, err := h.db.ListEvents(t.Context(), o.Merchant.ID, cursor, 2)
		h.must(err)
		if len(page) == 0 {
			break
		}
		for _, e := range page {
			seen = append(seen, e.ID)
		}
	}
	h.same("pages", seen, ids)
	_, err := h.db.ListEvents(t.Context(), o.Merchant.ID, "evt_unknown", 2)
	h.refused("an unknown cursor", err, fault.Invalid)
}

func observations(t *testing.T, h *house) {
	s := h.session(h.open("Kestrel Kettles"))
	observe := func(signals, events string) error {
		h.pass(time.Second)
		return h.db.KeepObservation(t.Context(), s.SenseKey, []byte(signals), []byte(events), h.now())
	}
	h.must(observe("", `[{"type":"load","at":1}]`))
	h.must(observe(`{"cores":{"value":8}}`, ""))
	h.must(observe(`{"cores":{"value":64}}`, `[{"type":"paste","at":2}]`))
	if n := h.count(`SELECT count(*) FROM sense_visits WHERE merchant = ? AND session = ? AND signals LIKE '%:8}%'`, s.Merchant, s.ID); n != 1 {
		t.Error("the signals that came first were not kept")
	}
	if n := h.count(`SELECT count(*) FROM sense_events WHERE sense_key = ?`, s.SenseKey); n != 2 {
		t.Errorf("%d batches of events", n)
	}
	h.refused("a key that was not issued", h.db.KeepObservation(t.Context(), id.New(id.SenseKey), nil, []byte(`[]`), h.now()), fault.NotFound)
	var err error
	for range 100 {
		if err = observe("", `[{"type":"focus","at":3}]`); err != nil {
			break
		}
	}
	h.refused("a visit without end", err, fault.TooMany)
	if n := h.count(`SELECT count(*) FROM sense_events WHERE sense_key = ?`, s.SenseKey); n > 100 {
		t.Errorf("%d batches are kept", n)
	}
}
