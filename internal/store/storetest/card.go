package storetest

import (
	"testing"

	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
)

func cards(t *testing.T, h *house) {
	o := h.open("Kestrel Kettles")
	p := h.inflight(o)
	if p.Vaulted {
		t.Error("a payment has a token before its card is kept")
	}
	h.must(h.keep(o.Merchant.ID, p.Token))
	r, err := h.db.FindCard(t.Context(), o.Merchant.ID, p.Token)
	h.must(err)
	if r.Token != p.Token || r.Merchant != o.Merchant.ID || string(r.Sealed) != "sealed" || r.Summary != p.Card || !r.CreatedAt.Equal(h.now()) {
		t.Errorf("%+v", r)
	}
	kept, err := h.db.FindPayment(t.Context(), o.Merchant.ID, p.ID)
	h.must(err)
	if !kept.Vaulted {
		t.Error("the payment's card is kept and it does not know")
	}

	rows := func() int {
		return h.count(`SELECT (SELECT count(*) FROM cards) + (SELECT count(*) FROM events) + (SELECT count(*) FROM audit_entries)`)
	}
	before := rows()
	if err := h.keep(o.Merchant.ID, p.Token); err == nil {
		t.Error("a token was given to a second card")
	}
	if err := h.keep("mer_unknown", id.NewToken()); err == nil {
		t.Error("a card was kept for nobody")
	}
	if after := rows(); after != before {
		t.Errorf("%d rows of refused cards are left", after-before)
	}
	h.must(h.db.RecordUse(t.Context(), o.Merchant.ID, p.Token, "key 1", "authorize pay_1"))
	if n := h.count(`SELECT count(*) FROM audit_entries WHERE action = 'card.borrow' AND object = ? AND detail = 'authorize pay_1'`, p.Token.String()); n != 1 {
		t.Errorf("the use of a card is on record %d times", n)
	}
}

// Nothing of one merchant's can be had with another's name.
func everythingIsTheMerchantsOwn(t *testing.T, h *house) {
	mine, theirs := h.open("Mine"), h.open("Theirs")
	p := h.inflight(theirs)
	h.must(h.keep(theirs.Merchant.ID, p.Token))
	e := h.endpoint(theirs)
	all, err := h.db.ListEvents(t.Context(), theirs.Merchant.ID, "", 10)
	h.must(err)
	if len(all) == 0 {
		t.Fatal("there is no event to be found")
	}
	me := mine.Merchant.ID
	for name, try := range map[string]func() error{
		"session":  func() error { _, err := h.db.FindSession(t.Context(), me, p.Session); return err },
		"payment":  func() error { _, err := h.db.FindPayment(t.Context(), me, p.ID); return err },
		"card":     func() error { _, err := h.db.FindCard(t.Context(), me, p.Token); return err },
		"site":     func() error { _, err := h.db.FindSite(t.Context(), me, theirs.Site.ID); return err },
		"endpoint": func() error { _, err := h.db.FindEndpoint(t.Context(), me, e.ID); return err },
		"event":    func() error { _, err := h.db.FindEvent(t.Context(), me, all[0].ID); return err },
		"step": func() error {
			_, err := h.db.Advance(t.Context(), me, p.ID, "test", h.become("authorized"))
			return err
		},
	} {
		h.refused(name, try(), fault.NotFound)
	}
	_, err = h.db.ListEvents(t.Context(), me, all[0].ID, 10)
	h.refused("a cursor", err, fault.Invalid)
	if list, err := h.db.ListEvents(t.Context(), me, "", 10); err != nil || len(list) != 0 {
		t.Errorf("events: %v, %v", list, err)
	}
	h.must(h.db.DisableEndpoint(t.Context(), me, e.ID, "test"))
	if still, err := h.db.FindEndpoint(t.Context(), theirs.Merchant.ID, e.ID); err != nil || !still.DisabledAt.IsZero() {
		t.Errorf("another merchant switched the endpoint off: %+v, %v", still, err)
	}
	h.same("payment", first(h.db.FindPayment(t.Context(), theirs.Merchant.ID, p.ID)).State, p.State)
}

func first[T any](value T, _ error) T { return value }
