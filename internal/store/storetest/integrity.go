package storetest

import (
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/internal/integrity"
)

// pageBuilds are those that are served: what is served again stays, what is not goes.
func pageBuilds(t *testing.T, h *house) {
	one := integrity.Build{Inventory: integrity.Inventory{Page: "/one"}, Page: integrity.Page{Status: 200, Headers: map[string]string{"a": "b"}}}
	two := integrity.Build{Inventory: integrity.Inventory{Page: "/two"}}
	keep := func(b integrity.Build) {
		h.must(h.db.KeepBuild(t.Context(), b, h.now(), h.now().Add(-time.Hour)))
		h.pass(time.Minute)
	}
	list := func(since time.Duration) (pages []string) {
		found, err := h.db.ListBuilds(t.Context(), h.now().Add(-since))
		h.must(err)
		for _, b := range found {
			pages = append(pages, b.Inventory.Page)
		}
		return pages
	}
	keep(one)
	keep(two)
	h.same("newest first", list(time.Hour), []string{"/two", "/one"})
	keep(one)
	h.same("served again", list(time.Hour), []string{"/one", "/two"})
	h.same("since two minutes ago", list(90*time.Second), []string{"/one"})
	found, err := h.db.ListBuilds(t.Context(), h.now().Add(-time.Hour))
	h.must(err)
	h.same("build", found[0], one)
	h.pass(time.Hour)
	keep(two)
	h.same("one is forgotten", list(24*time.Hour), []string{"/two"})
}

// A change of the page is told to every merchant in the transaction that keeps it, and once,
// whoever else has seen it.
func pageState(t *testing.T, h *house) {
	first, second := h.open("First"), h.open("Second")
	h.endpoint(first, event.PageChanged)
	h.endpoint(second, event.PaymentCaptured)
	known, err := h.db.PageState(t.Context())
	h.must(err)
	h.same("at first", known, integrity.State{})
	s := integrity.State{
		Differences: []integrity.Difference{{Subject: "file /x.js", Change: "changed", Expected: "a", Found: "b"}}, Transport: "max-age=9",
		Sequence: 1, Since: h.now(), LookedAt: h.now(), NextAt: h.now().Add(time.Hour),
	}
	tell := func(m string) event.Event {
		return event.New(event.PageChanged, m, m, s.Sequence, s.Since, event.Page{})
	}
	for i, want := range []bool{true, false} { // the second had read it before the first kept it
		kept, err := h.db.KeepPageState(t.Context(), 0, s, tell)
		h.must(err)
		if kept != want {
			t.Errorf("try %d was kept: %v", i, kept)
		}
	}
	known, err = h.db.PageState(t.Context())
	h.must(err)
	h.same("kept", known, s)
	s.LookedAt = h.now().Add(time.Hour)
	kept, err := h.db.KeepPageState(t.Context(), 1, s, tell)
	h.must(err)
	known, err = h.db.PageState(t.Context())
	h.must(err)
	if !kept || !known.LookedAt.Equal(s.LookedAt) {
		t.Errorf("looked again: %v, %+v", kept, known)
	}
	for _, m := range []string{first.Merchant.ID, second.Merchant.ID} {
		told, err := h.db.ListEvents(t.Context(), m, "", 10)
		h.must(err)
		if len(told) != 1 || told[0].Type != event.PageChanged || told[0].Object != m {
			t.Errorf("%s was told %+v", m, told)
		}
	}
	if n := h.count(`SELECT count(*) FROM webhook_deliveries`); n != 1 {
		t.Errorf("%d deliveries, want one: to who asked for it", n)
	}
}
