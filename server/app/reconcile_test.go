package app_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/checkout"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/pan/pantest"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/processor"
)

// payMany pays so many sessions: a tenth is declined, some are captured.
func (w *town) payMany(many int) []payment.Payment {
	w.Helper()
	ctx, s := w.Context(), w.serve(&mortal{})
	paid := make([]payment.Payment, many)
	var paying sync.WaitGroup
	slots := make(chan struct{}, 16)
	for i := range many {
		slots <- struct{}{}
		paying.Go(func() {
			defer func() { <-slots }()
			v, err := s.checkout.Create(ctx, w.account.Merchant.ID, checkout.Order{Amount: money.Amount{Minor: 4900, Currency: "USD"}}, "key 1")
			w.must(err)
			number := "4111111111111111"
			if i%10 == 9 {
				number = "4000000000009995" // declined
			}
			c := pantest.Card(w, number)
			defer c.Wipe()
			v, err = s.checkout.Submit(ctx, v.Session.ID, checkout.Submission{Card: c}, checkout.Client{})
			w.must(err)
			paid[i] = *v.Latest
			if i%5 == 1 && v.Latest.State.Paid() {
				_, err = s.payments.Modify(ctx, w.account.Merchant.ID, v.Latest.ID, processor.Capture, 0, false, "key 1")
				w.must(err)
			}
		})
	}
	paying.Wait()
	return paid
}

// One difference of each class among many payments: all are found, nothing else is, each
// is told once, and an approval that was thought a decline is given back.
func TestReconciliation(t *testing.T) {
	t.Parallel()
	w := openTown(t)
	ctx := t.Context()
	s := w.serve(&mortal{})
	paid := w.payMany(200)

	// At the processor, behind our back.
	number := pantest.Card(w, "4111111111111111")
	defer number.Wipe()
	alien := id.Reference()
	_, err := w.gateway.Authorize(ctx, processor.Request{Reference: alien, Amount: money.Amount{Minor: 100, Currency: "USD"}}, number)
	w.must(err)
	modify := func(p payment.Payment, kind processor.ModificationKind, minor int64) {
		o, err := w.gateway.Modify(ctx, processor.Modification{Kind: kind, Reference: id.Reference(), Amount: money.Amount{Minor: minor, Currency: "USD"}, Original: p.Original()})
		if err != nil || o.State != processor.Approved {
			t.Fatalf("%s: %+v, %v", kind, o, err)
		}
	}
	modify(paid[0], processor.Void, 4900)
	modify(paid[1], processor.Refund, 100)
	// Here, behind the processor's.
	vanished, forgotten := id.Reference(), paid[2].ProcessorReference
	w.intruder.MustExec(w.intruder.Rebind(`UPDATE payments SET processor_reference = ? WHERE id = ?`), vanished, paid[2].ID)
	w.intruder.MustExec(w.intruder.Rebind(`UPDATE payments SET state = 'declined', capturable = 0 WHERE id = ?`), paid[3].ID)
	w.intruder.MustExec(w.intruder.Rebind(`UPDATE payments SET amount = 5000 WHERE id = ?`), paid[4].ID)

	if found, err := s.payments.Reconcile(ctx, w.db); err != nil || len(found) != 0 {
		t.Errorf("what is an hour old was compared already: %v, %v", found, err)
	}
	w.clock.Add((25 * time.Hour).Milliseconds())
	found, err := s.payments.Reconcile(ctx, w.db)
	w.must(err)
	var got []string
	for _, f := range found {
		got = append(got, fmt.Sprint(f.Class, " ", f.Reference))
	}
	want := []string{
		"missing_here " + alien, "missing_here " + forgotten, "missing_there " + vanished, "state_differs " + paid[0].ProcessorReference,
		"amount_differs " + paid[1].ProcessorReference, "state_differs " + paid[3].ProcessorReference, "amount_differs " + paid[4].ProcessorReference,
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("found\n%v, want\n%v", got, want)
	}
	w.recover(ctx)
	if p, err := w.db.FindPayment(ctx, w.account.Merchant.ID, paid[3].ID); err != nil || p.State != payment.Reversed {
		t.Errorf("what was approved and thought declined is %s, %v", p.State, err)
	}
	if again, err := s.payments.Reconcile(ctx, w.db); err != nil || len(again) != 0 {
		t.Errorf("twice in a day: %v, %v", again, err)
	}
	w.clock.Add((24 * time.Hour).Milliseconds())
	if again, err := s.payments.Reconcile(ctx, w.db); err != nil || len(again) != 0 {
		t.Errorf("told again: %v, %v", again, err)
	}
	// A list that breaks off proves nothing, and is asked for again.
	w.clock.Add((24 * time.Hour).Milliseconds())
	s.payments.Gateways["sandbox"] = brokenList{w.gateway}
	if found, err := s.payments.Reconcile(ctx, w.db); err == nil || len(found) != 0 {
		t.Errorf("half a list: %v, %v", found, err)
	}
}

// brokenList breaks off after one row.
type brokenList struct{ processor.Gateway }

func (b brokenList) List(ctx context.Context, from, to time.Time, each func(processor.Listed) error) error {
	n := 0
	return b.Gateway.List(ctx, from, to, func(l processor.Listed) error {
		if n++; n > 1 {
			return fmt.Errorf("the connection broke off")
		}
		return each(l)
	})
}
