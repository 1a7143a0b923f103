package storetest

import (
	"testing"

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
