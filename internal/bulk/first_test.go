package bulk_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/bulk"
	"github.com/paywicket/paywicket/internal/checkout"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/payment"
)

// A first charge is kept before its card goes out: whoever dies in between finds it, and
// charges once.
func TestAFirstChargeAfterACrash(t *testing.T) {
	t.Parallel()
	s, charges, c := shop(t)
	first := bulk.Transaction{Merchant: c.Merchant, Payment: c.Payment, Reference: "ref-1", Amount: c.Asked.Amount, Email: c.Asked.Email}
	charge := func(ctx context.Context) (payment.Payment, error) {
		return charges.Charge(ctx, c.Merchant, c.Asked.Token, checkout.Order{Payment: c.Payment, Amount: c.Asked.Amount, Reference: "ref-1"}, "test")
	}
	charges.dies = true
	func() {
		defer func() { _ = recover() }()
		_, _ = s.First(t.Context(), first, charge)
	}()
	before, err := s.FindByReference(t.Context(), c.Merchant, "ref-1")
	if err != nil || before.Paid != nil || before.Status() != bulk.Pending {
		t.Fatalf("before it was charged: %+v, %v", before, err)
	}
	charges.dies = false
	for range 2 {
		v, err := s.First(t.Context(), first, charge)
		if err != nil || v.Number != before.Number || v.Paid == nil || v.Paid.ID != c.Payment || len(charges.asked) != 1 {
			t.Errorf("again: %+v, %v; charged %d times", v, err, len(charges.asked))
		}
	}
}

// What was refused before anything was sent is no transaction.
func TestARefusedFirstChargeIsForgotten(t *testing.T) {
	t.Parallel()
	s, _, c := shop(t)
	refused := fault.Field("exp_year", "This card has expired.")
	_, err := s.First(t.Context(), bulk.Transaction{Merchant: c.Merchant, Payment: c.Payment, Reference: "ref-1", Amount: c.Asked.Amount, CreatedAt: time.Now()}, func(context.Context) (payment.Payment, error) {
		return payment.Payment{}, refused
	})
	if !errors.Is(err, refused) {
		t.Errorf("%v", err)
	}
	if _, total, err := s.List(t.Context(), c.Merchant, bulk.Filter{Page: 1, Size: 10}); err != nil || total != 0 {
		t.Errorf("%d transactions, %v", total, err)
	}
}
