package storetest

import (
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/vault"
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
	h.must(h.db.UseCard(t.Context(), r, r, "key 1", "authorize pay_1"))
	if n := h.count(`SELECT count(*) FROM audit_entries WHERE action = 'card.borrow' AND object = ? AND detail = 'authorize pay_1'`, p.Token.String()); n != 1 {
		t.Errorf("the use of a card is on record %d times", n)
	}
}

// A change is made to the record that was looked at and to no other, and its tag is put
// down beside it.
func cardsThatChange(t *testing.T, h *house) {
	o := h.open("Kestrel Kettles")
	token := id.NewToken()
	h.must(h.keep(o.Merchant.ID, token))
	before := first(h.db.FindCard(t.Context(), o.Merchant.ID, token))
	if before.ChangedTag != nil {
		t.Errorf("a card that was never changed: %q", before.ChangedTag)
	}
	after := before
	after.UsedAt, after.Revision, after.Tag = h.now(), 2, []byte("tag 2")
	h.must(h.db.UseCard(t.Context(), before, after, "key 1", "authorize pay_1"))
	h.refused("a second use of what it was before", h.db.UseCard(t.Context(), before, after, "key 1", "authorize pay_2"), fault.Conflict)
	found := first(h.db.FindCard(t.Context(), o.Merchant.ID, token))
	if !found.UsedAt.Equal(h.now()) || found.Revision != 2 || string(found.Tag) != "tag 2" || string(found.ChangedTag) != "tag 2" {
		t.Errorf("%+v", found)
	}
	if n := h.count(`SELECT count(*) FROM audit_entries WHERE object = ? AND (action = 'card.borrow' OR action = 'card.spend' AND detail = 'revision 2')`, token.String()); n != 2 {
		t.Errorf("a use is on record %d times", n)
	}
	// What changed meanwhile is not sealed anew from what it was.
	stale, fresh := before, found
	stale.Sealed, stale.Tag = []byte("anew"), []byte("tag 3")
	h.must(h.db.ReplaceSealed(t.Context(), []vault.Resealed{{Before: before, After: stale}}, "operator"))
	h.same("after a late one", first(h.db.FindCard(t.Context(), o.Merchant.ID, token)), found)
	fresh.Sealed, fresh.Tag = []byte("anew"), []byte("tag 3")
	h.must(h.db.ReplaceSealed(t.Context(), []vault.Resealed{{Before: found, After: fresh}}, "operator"))
	if found = first(h.db.FindCard(t.Context(), o.Merchant.ID, token)); string(found.Sealed) != "anew" || string(found.ChangedTag) != "tag 3" {
		t.Errorf("%+v", found)
	}
}

func cardsThatExpire(t *testing.T, h *house) {
	o := h.open("Kestrel Kettles")
	var last id.Token
	for range 3 {
		last = id.NewToken()
		h.must(h.keepUntil(o.Merchant.ID, last, h.now().Add(time.Minute)))
	}
	h.must(h.keep(o.Merchant.ID, id.NewToken()))
	for _, c := range []struct {
		by    time.Duration
		limit int
		want  int
	}{{59 * time.Second, 10, 0}, {time.Minute, 10, 3}, {time.Minute, 2, 2}, {100 * time.Hour, 10, 3}} {
		if list, err := h.db.ExpiredCards(t.Context(), h.now().Add(c.by), c.limit); err != nil || len(list) != c.want {
			t.Errorf("%d cards had expired after %v, want %d: %v", len(list), c.by, c.want, err)
		}
	}
	h.must(h.db.EraseCard(t.Context(), o.Merchant.ID, last, "vault", func(r vault.Record) event.Event {
		return event.New(event.TokenErased, r.Merchant, r.Token.String(), 2, h.now(), event.ErasedToken{ID: r.Token.String()})
	}))
	if list := first(h.db.ExpiredCards(t.Context(), h.now().Add(time.Hour), 10)); len(list) != 2 {
		t.Errorf("%d are left", len(list))
	}
	// A row that is put back fits nothing that was put down.
	h.must(h.keepUntil(o.Merchant.ID, last, h.now()))
	if back := first(h.db.FindCard(t.Context(), o.Merchant.ID, last)); back.ChangedTag == nil || string(back.ChangedTag) == string(back.Tag) {
		t.Errorf("%q fits %q", back.Tag, back.ChangedTag)
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
	_, err = h.db.ChangeEndpoint(t.Context(), me, e.ID, "test", "test", switchOff(h.now()))
	h.refused("a change of an endpoint", err, fault.NotFound)
	h.refused("an end of an endpoint", h.db.DeleteEndpoint(t.Context(), me, e.ID, "test"), fault.NotFound)
	h.refused("an order that is ready", h.db.ReadyPayment(t.Context(), me, p.ID, "test"), fault.NotFound)
	if list, err := h.db.ListDeliveries(t.Context(), me, e.ID, 0, 10); err != nil || len(list) != 0 {
		t.Errorf("deliveries: %v, %v", list, err)
	}
	if list, _, err := h.db.EventsAfter(t.Context(), me, "0", 10); err != nil || len(list) != 0 {
		t.Errorf("events after: %v, %v", list, err)
	}
	if still, err := h.db.FindEndpoint(t.Context(), theirs.Merchant.ID, e.ID); err != nil || !still.DisabledAt.IsZero() {
		t.Errorf("another merchant switched the endpoint off: %+v, %v", still, err)
	}
	h.same("payment", first(h.db.FindPayment(t.Context(), theirs.Merchant.ID, p.ID)).State, p.State)
}

func first[T any](value T, _ error) T { return value }
