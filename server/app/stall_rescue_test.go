package app_test

import (
	"context"
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/checkout"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/rescue"
)

// stalled is the database of a server that stands still before it makes an intent durable.
type stalled struct {
	checkout.Store
	meanwhile func()
}

func (s stalled) KeepPayment(ctx context.Context, p payment.Payment, actor string) error {
	s.meanwhile()
	return s.Store.KeepPayment(ctx, p, actor)
}

// TestAServerThatStandsStill lets another server find an order unattended while the first
// is between naming its payment and opening it: the order and the processor agree after.
func TestAServerThatStandsStill(t *testing.T) {
	t.Parallel()
	for _, kind := range []rescue.Kind{rescue.CIT, rescue.MIT} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			w := openTown(t)
			slow, other := w.serve(&mortal{}), w.serve(&mortal{})
			slow.checkout.Store = stalled{slow.checkout.Store, func() {
				w.clock.Add((2 * time.Minute).Milliseconds())
				w.must(other.goOn(t.Context()))
			}}
			v, err := slow.rescues.Evaluate(t.Context(), w.sale(kind, w.keep("4111111111111111"), id.Random()), nil, "key 1")
			w.must(err)
			if kind == rescue.MIT {
				w.restOrders(t.Context())
				w.must(slow.goOn(t.Context()))
			}
			for range 5 {
				w.clock.Add((2 * time.Hour).Milliseconds())
				w.must(other.goOn(t.Context()))
			}
			v, err = other.rescues.Find(t.Context(), w.account.Merchant.ID, v.ID)
			w.must(err)
			charges := 0
			for _, row := range w.sandbox.Ledger.List() {
				if row.Captured > 0 {
					charges++
				}
			}
			if charges > 1 || (charges == 1) != (v.Status() == rescue.StatusApproved) {
				t.Errorf("the shopper was charged %d times, and the order is %s (%s)", charges, v.Status(), v.Reason)
			}
		})
	}
}
