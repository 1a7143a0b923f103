package storetest

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/checkout"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/payment"
)

func sessions(t *testing.T, h *house) {
	o := h.open("Kestrel Kettles")
	s := h.session(o)
	v, err := h.db.FindSession(t.Context(), o.Merchant.ID, s.ID)
	h.must(err)
	h.same("session", v.Session, s)
	h.same("site", v.Site.Origins, o.Site.Origins)
	if v.Merchant.Name != o.Merchant.Name || v.Latest != nil || v.Attempts != 0 {
		t.Errorf("%+v", v)
	}
	shown, err := h.db.ShowSession(t.Context(), s.ID)
	h.must(err)
	h.same("what the shopper is shown", shown, v)
	_, err = h.db.ShowSession(t.Context(), "cs_unknown")
	h.refused("an unknown session", err, fault.NotFound)
}

func intents(t *testing.T, h *house) {
	s := h.session(h.open("Kestrel Kettles"))
	p, err := h.pay(s.ID)
	h.must(err)
	kept, err := h.db.FindPayment(t.Context(), p.Merchant, p.ID)
	h.must(err)
	h.same("intent", kept, p)
	v, err := h.db.ShowSession(t.Context(), s.ID)
	h.must(err)
	if v.Latest == nil || v.Latest.ID != p.ID || v.Attempts != 1 {
		t.Errorf("the session does not show its attempt: %+v", v.Latest)
	}
	_, err = h.pay(s.ID)
	h.refused("a second attempt while one is running", err, fault.Conflict)

	// A refusal leaves nothing behind.
	before := h.count(`SELECT (SELECT count(*) FROM payments) + (SELECT count(*) FROM audit_entries)`)
	no := errors.New("no")
	if _, err := h.db.OpenPayment(t.Context(), h.view(s.ID), func(v checkout.View) (payment.Payment, error) { return h.intent(v), no }); !errors.Is(err, no) {
		t.Errorf("the refusal became %v", err)
	}
	if after := h.count(`SELECT (SELECT count(*) FROM payments) + (SELECT count(*) FROM audit_entries)`); after != before {
		t.Errorf("%d rows of a refused intent are left", after-before)
	}
	// What failed before it was sent does not count as an attempt; what was declined does.
	_, err = h.db.Advance(t.Context(), p.Merchant, p.ID, "test", h.become(payment.Failed))
	h.must(err)
	h.pass(time.Second)
	second, err := h.pay(s.ID)
	h.must(err)
	_, err = h.db.Advance(t.Context(), p.Merchant, second.ID, "test", h.become(payment.Declined))
	h.must(err)
	v, err = h.db.ShowSession(t.Context(), s.ID)
	h.must(err)
	if v.Latest.ID != second.ID || v.Attempts != 1 {
		t.Errorf("latest %s, %d attempts", v.Latest.ID, v.Attempts)
	}
}

// Many shoppers, or one with many windows, press at the same moment.
func oneOfManyIntents(t *testing.T, h *house) {
	s := h.session(h.open("Kestrel Kettles"))
	var opened, busy atomic.Int32
	var pressing sync.WaitGroup
	for range 20 {
		pressing.Go(func() {
			switch _, err := h.pay(s.ID); {
			case err == nil:
				opened.Add(1)
			case fault.CodeOf(err) == fault.Conflict:
				busy.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	pressing.Wait()
	if opened.Load() != 1 || busy.Load() != 19 {
		t.Errorf("%d opened, %d were told to wait", opened.Load(), busy.Load())
	}
}

// Even when the code above it errs, the database holds that nobody pays twice.
func oneLivePayment(t *testing.T, h *house) {
	o := h.open("Kestrel Kettles")
	careless := func(v checkout.View) (payment.Payment, error) { return h.intent(v), nil }
	for _, state := range []payment.State{payment.Inflight, payment.Unknown, payment.RequiresAction, payment.Authorized} {
		s := h.session(o)
		p, err := h.db.OpenPayment(t.Context(), h.view(s.ID), careless)
		h.must(err)
		if state != payment.Inflight {
			_, err = h.db.Advance(t.Context(), p.Merchant, p.ID, "test", h.become(state))
			h.must(err)
		}
		if _, err := h.db.OpenPayment(t.Context(), h.view(s.ID), careless); err == nil {
			t.Errorf("a second payment was opened beside one that is %s", state)
		}
	}
}
