package storetest

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/checkout"
	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/processor"
)

func steps(t *testing.T, h *house) {
	p := h.inflight(h.open("Kestrel Kettles"))
	h.pass(time.Second)
	after, err := h.db.Advance(t.Context(), p.Merchant, p.ID, "test", func(before payment.Payment) (payment.Payment, []event.Event, error) {
		h.same("what the step is given", before, p)
		before.State, before.Sequence, before.UpdatedAt, before.CheckAt = payment.Unknown, 2, h.now(), h.now().Add(time.Minute)
		before.ProcessorID, before.DeclineCode, before.NetworkCode, before.ApprovalCode = "auth_1", processor.DoNotHonor, "05", "A1B2C3"
		before.SchemeReference, before.Capturable, before.Captured, before.Refunded = "NET1", 1, 2, 3
		before.Processor, before.ProcessorReference = "second", id.Random()
		before.Attempts = []payment.Attempt{{Processor: "first", Reference: "r", State: payment.Declined, DeclineCode: processor.DoNotHonor, At: h.now()}}
		before.AVS, before.CVVResult, before.ChallengeURL, before.Checks, before.NotFoundAt = "Y", "M", "https://bank.example", 3, h.now()
		return before, []event.Event{event.New(event.PaymentProcessing, p.Merchant, p.ID, 2, h.now(), before.Payload())}, nil
	})
	h.must(err)
	kept, err := h.db.FindPayment(t.Context(), p.Merchant, p.ID)
	h.must(err)
	h.same("what is kept", kept, after)
	if n := h.count(`SELECT count(*) FROM events WHERE object = ?`, p.ID); n != 1 {
		t.Errorf("%d events", n)
	}
	if n := h.count(`SELECT count(*) FROM audit_entries WHERE object = ? AND detail = 'inflight → unknown'`, p.ID); n != 1 {
		t.Errorf("%d audit entries", n)
	}
	_, err = h.db.Advance(t.Context(), p.Merchant, "pay_unknown", "test", h.become(payment.Failed))
	h.refused("an unknown payment", err, fault.NotFound)
}

// A step from what a payment was is taken from what it is by now, and only once.
func stepsFromWhatWas(t *testing.T, h *house) {
	was := h.inflight(h.open("Kestrel Kettles"))
	_, err := h.db.AdvanceFrom(t.Context(), was, "test", h.become(payment.Unknown))
	h.must(err)
	var given []payment.State
	after, err := h.db.AdvanceFrom(t.Context(), was, "test", func(p payment.Payment) (payment.Payment, []event.Event, error) {
		given = append(given, p.State)
		return h.become(payment.Authorized)(p)
	})
	h.must(err)
	kept, err := h.db.FindPayment(t.Context(), was.Merchant, was.ID)
	h.must(err)
	h.same("what is kept", kept, after)
	if kept.State != payment.Authorized || kept.Sequence != was.Sequence+2 || given[len(given)-1] != payment.Unknown {
		t.Errorf("it is %s in step %d, from %v", kept.State, kept.Sequence, given)
	}
	if n := h.count(`SELECT count(*) FROM events WHERE object = ?`, was.ID); n != 2 {
		t.Errorf("%d events of two steps", n)
	}
}

// A step that fails anywhere leaves everything as it was.
func stepsThatFail(t *testing.T, h *house) {
	p := h.inflight(h.open("Kestrel Kettles"))
	rows := func() int {
		return h.count(`SELECT (SELECT count(*) FROM events) + (SELECT count(*) FROM audit_entries)`)
	}
	before := rows()
	no := errors.New("no")
	if _, err := h.db.Advance(t.Context(), p.Merchant, p.ID, "test", func(p payment.Payment) (payment.Payment, []event.Event, error) {
		p.State = payment.Authorized
		return p, nil, no
	}); !errors.Is(err, no) {
		t.Errorf("the step's refusal became %v", err)
	}
	// The same event twice: the second cannot be written.
	if _, err := h.db.Advance(t.Context(), p.Merchant, p.ID, "test", func(p payment.Payment) (payment.Payment, []event.Event, error) {
		p, events, _ := h.become(payment.Authorized)(p)
		return p, append(events, events...), nil
	}); err == nil {
		t.Error("an event was announced twice")
	}
	kept, err := h.db.FindPayment(t.Context(), p.Merchant, p.ID)
	h.must(err)
	h.same("payment", kept, p)
	if after := rows(); after != before {
		t.Errorf("%d rows of failed steps are left", after-before)
	}
}

func stepsAtOnce(t *testing.T, h *house) {
	p := h.inflight(h.open("Kestrel Kettles"))
	const many = 40
	var stepping sync.WaitGroup
	for range many {
		stepping.Go(func() {
			if _, err := h.db.Advance(t.Context(), p.Merchant, p.ID, "test", h.become(payment.Unknown)); err != nil {
				t.Error(err)
			}
		})
	}
	stepping.Wait()
	kept, err := h.db.FindPayment(t.Context(), p.Merchant, p.ID)
	h.must(err)
	if kept.Sequence != 1+many {
		t.Errorf("after %d steps the sequence is %d", many, kept.Sequence)
	}
	if n := h.count(`SELECT count(DISTINCT sequence) FROM events WHERE object = ?`, p.ID); n != many {
		t.Errorf("%d events", n)
	}
}

func duePayments(t *testing.T, h *house) {
	o := h.open("Kestrel Kettles")
	later, sooner, settled := h.inflight(o), h.inflight(h.open("Other")), h.inflight(o)
	_, err := h.db.Advance(t.Context(), o.Merchant.ID, settled.ID, "test", h.become(payment.Authorized))
	h.must(err)
	_, err = h.db.Advance(t.Context(), sooner.Merchant, sooner.ID, "test", func(p payment.Payment) (payment.Payment, []event.Event, error) {
		p.Sequence, p.CheckAt = 2, h.now().Add(10*time.Second)
		return p, nil, nil
	})
	h.must(err)
	claim := func(after time.Duration, limit int) []string {
		now := h.now().Add(after)
		due, err := h.db.ClaimDue(t.Context(), now, now.Add(time.Minute), limit)
		h.must(err)
		var got []string
		for _, p := range due {
			got = append(got, p.ID)
		}
		return got
	}
	h.same("due after 9 s", claim(9*time.Second, 10), []string(nil))
	h.same("due after 10 s", claim(10*time.Second, 10), []string{sooner.ID})
	h.same("claimed once", claim(10*time.Second, 10), []string(nil))
	h.same("due after 30 s", claim(30*time.Second, 10), []string{later.ID})
	h.same("due again when nobody went on with it", claim(90*time.Second, 1), []string{sooner.ID})
	var claiming sync.WaitGroup
	var claimed atomic.Int32
	for range 8 {
		claiming.Go(func() { claimed.Add(int32(len(claim(time.Hour, 10)))) })
	}
	claiming.Wait()
	if n := claimed.Load(); n != 2 {
		t.Errorf("two payments were claimed %d times", n)
	}
}

// Captures, voids and refunds are kept with their payment, in order, and change with it.
func modifications(t *testing.T, h *house) {
	p := h.inflight(h.open("Kestrel Kettles"))
	one := payment.Modification{
		ID: id.New(id.Modification), Kind: processor.Capture, Amount: 100, Final: true, State: payment.Asked, Reference: id.Random(),
		CheckAt: h.now().Add(time.Minute), CreatedAt: h.now(), UpdatedAt: h.now(),
	}
	two := one
	two.ID, two.Kind, two.Final, two.Reference = id.New(id.Modification), processor.Refund, false, id.Random()
	for i, change := range []func(*payment.Payment){
		func(p *payment.Payment) { p.Modifications = []payment.Modification{one} },
		func(p *payment.Payment) { p.Modifications = append(p.Modifications, two) },
		func(p *payment.Payment) {
			m := &p.Modifications[0]
			m.State, m.ProcessorID, m.DeclineCode, m.CheckAt, m.Checks, m.NotFoundAt = payment.Refused, "mod_1", processor.NotPermitted, time.Time{}, 2, h.now()
		},
	} {
		after, err := h.db.Advance(t.Context(), p.Merchant, p.ID, "test", func(p payment.Payment) (payment.Payment, []event.Event, error) {
			p.Modifications = slices.Clone(p.Modifications)
			change(&p)
			p.Sequence++
			return p, nil, nil
		})
		h.must(err)
		kept, err := h.db.FindPayment(t.Context(), p.Merchant, p.ID)
		h.must(err)
		h.same(fmt.Sprint("after change ", i), kept, after)
	}
	if n := h.count(`SELECT count(*) FROM audit_entries WHERE object = ? AND detail LIKE '%capture % inflight → failed'`, p.ID); n != 1 {
		t.Errorf("%d audit entries", n)
	}
}

// A payment need not have a session, and more than one may be without.
func paymentsWithoutASession(t *testing.T, h *house) {
	o := h.open("Kestrel Kettles")
	for range 2 {
		p := h.intent(checkout.View{Session: checkout.Session{Merchant: o.Merchant.ID, Site: o.Site.ID, Amount: money.Amount{Minor: 1, Currency: "KWD"}}})
		p.Terms = payment.Terms{Capture: payment.Automatic, Initiator: processor.Merchant, Items: []event.Item{{Name: "Kettle", Quantity: 2, Amount: 5}}, Fee: money.Fee{Fixed: 3}}
		p.WaitUntil = h.now()
		h.must(h.db.KeepPayment(t.Context(), p, "key 1"))
		kept, err := h.db.FindPayment(t.Context(), p.Merchant, p.ID)
		h.must(err)
		p.Metadata = map[string]string{}
		h.same("payment", kept, p)
	}
}
