package storetest

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/internal/fault"
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
	for wait, want := range map[time.Duration][]string{
		9 * time.Second: nil, 10 * time.Second: {sooner.ID}, 30 * time.Second: {sooner.ID, later.ID},
	} {
		due, err := h.db.DuePayments(t.Context(), h.now().Add(wait), 10)
		h.must(err)
		var got []string
		for _, p := range due {
			got = append(got, p.ID)
		}
		h.same("due after "+wait.String(), got, want)
	}
	due, err := h.db.DuePayments(t.Context(), h.now().Add(time.Hour), 1)
	h.must(err)
	if len(due) != 1 {
		t.Errorf("%d payments though one was asked for", len(due))
	}
}
