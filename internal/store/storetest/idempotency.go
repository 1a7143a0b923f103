package storetest

import (
	"bytes"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/internal/idempotency"
	"github.com/paywicket/paywicket/internal/payment"
)

// keyOf is a record as a request claims it.
func (h *house) keyOf(m, key, fingerprint string) idempotency.Record {
	return idempotency.Record{
		Name:        idempotency.Name{Merchant: m, Scope: "native", Key: key},
		Fingerprint: fingerprint, Seed: []byte(key + " seed"), LeasedUntil: h.now().Add(time.Minute), CreatedAt: h.now(),
	}
}

func idempotencyKeys(t *testing.T, h *house) {
	m := h.open("Kestrel Kettles").Merchant.ID
	claim := func(r idempotency.Record) (idempotency.Record, bool) {
		t.Helper()
		got, mine, err := h.db.ClaimKey(t.Context(), r, h.now())
		h.must(err)
		return got, mine
	}
	r := h.keyOf(m, "k1", "f1")
	if _, mine := claim(r); !mine {
		t.Fatal("a new key is not the caller's")
	}
	if _, mine := claim(r); mine {
		t.Error("a key was claimed twice")
	}
	h.pass(2 * time.Minute) // whoever had it died
	other := h.keyOf(m, "k1", "f2")
	if got, mine := claim(other); mine || got.Fingerprint != "f1" {
		t.Errorf("another request took the key over: %+v", got)
	}
	late := h.keyOf(m, "k1", "f1")
	late.Seed = []byte("another seed")
	got, mine := claim(late)
	if !mine || !bytes.Equal(got.Seed, r.Seed) {
		t.Errorf("taken over with the seed %q: %t", got.Seed, mine)
	}
	h.must(h.db.ReleaseKey(t.Context(), r.Name, false))
	if _, mine := claim(h.keyOf(m, "k1", "f1")); !mine {
		t.Error("a released key is not to be had")
	}
	got.Status, got.Sealed = 201, []byte("sealed")
	h.must(h.db.AnswerKey(t.Context(), got))
	h.must(h.db.ReleaseKey(t.Context(), r.Name, true)) // too late: it is answered
	h.pass(time.Hour)
	if kept, mine := claim(h.keyOf(m, "k1", "f1")); mine || kept.Status != 201 || string(kept.Sealed) != "sealed" {
		t.Errorf("the answer is %+v", kept)
	}
	gone := h.keyOf(m, "k2", "f")
	claim(gone)
	h.must(h.db.ReleaseKey(t.Context(), gone.Name, true))
	if _, mine := claim(h.keyOf(m, "k2", "another request")); !mine {
		t.Error("a forgotten key is not free")
	}

	var claiming sync.WaitGroup
	var claimed atomic.Int32
	for range 16 {
		claiming.Go(func() {
			if _, mine, err := h.db.ClaimKey(t.Context(), h.keyOf(m, "k3", "f"), h.now()); err != nil {
				t.Error(err)
			} else if mine {
				claimed.Add(1)
			}
		})
	}
	claiming.Wait()
	if claimed.Load() != 1 {
		t.Errorf("%d callers have the key", claimed.Load())
	}
}

// An answer is forgotten when it is old, unless what it made is not settled yet.
func idempotencyKeysThatAreOld(t *testing.T, h *house) {
	o := h.open("Kestrel Kettles")
	p := h.inflight(o)
	for key, about := range map[string]string{"open": p.ID, "none": ""} {
		r := h.keyOf(o.Merchant.ID, key, "f")
		_, _, err := h.db.ClaimKey(t.Context(), r, h.now())
		h.must(err)
		r.Status, r.Payment, r.Sealed = 201, about, []byte("sealed")
		h.must(h.db.AnswerKey(t.Context(), r))
	}
	forget := func(want int) {
		t.Helper()
		n, err := h.db.ForgetKeys(t.Context(), h.now().Add(-30*24*time.Hour), 10)
		h.must(err)
		if n != want {
			t.Errorf("%d keys were forgotten, want %d", n, want)
		}
	}
	h.pass(30*24*time.Hour - time.Minute)
	forget(0)
	h.pass(3 * time.Minute)
	forget(1)
	_, err := h.db.Advance(t.Context(), p.Merchant, p.ID, "test", func(p payment.Payment) (payment.Payment, []event.Event, error) {
		p.Sequence, p.State, p.CheckAt = p.Sequence+1, payment.Declined, time.Time{}
		return p, nil, nil
	})
	h.must(err)
	forget(1)
}
