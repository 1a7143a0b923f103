package bulk_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/paywicket/paywicket/internal/bulk"
	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/payment"
)

// Every state of a payment is one of three statuses, and only money that was approved and
// let stand counts as success.
func TestTheStatusOfATransaction(t *testing.T) {
	t.Parallel()
	want := map[payment.State]bulk.Status{
		payment.Inflight: bulk.Pending, payment.RequiresAction: bulk.Pending, payment.Unknown: bulk.Pending, payment.ManualReview: bulk.Pending, payment.Reversing: bulk.Pending,
		payment.Authorized: bulk.Successful, payment.PartiallyCaptured: bulk.Successful, payment.Captured: bulk.Successful, payment.PartiallyRefunded: bulk.Successful,
		payment.Refunded: bulk.Successful, payment.Voided: bulk.Successful, payment.Declined: bulk.Failed, payment.Failed: bulk.Failed, payment.Reversed: bulk.Failed,
	}
	for _, state := range payment.States {
		if got := (bulk.View{Paid: &payment.Payment{State: state}}).Status(); got != want[state] {
			t.Errorf("%s is %s, want %s", state, got, want[state])
		}
	}
	if got := (bulk.View{Transaction: bulk.Transaction{Refused: "why"}}).Status(); got != bulk.Failed {
		t.Errorf("a transaction that was never sent is %s", got)
	}
	if got := (bulk.View{}).Status(); got != bulk.Pending {
		t.Errorf("a transaction whose payment was never opened is %s", got)
	}
}

func TestNumbers(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		name, try := rapid.String().Draw(t, "name"), rapid.IntRange(0, 1000).Draw(t, "try")
		n := bulk.NumberOf(name, try)
		if n < 1 || n > bulk.MaxNumber || n != bulk.NumberOf(name, try) || int64(float64(n)) != n || n == bulk.NumberOf(name, try+1) {
			t.Fatalf("%q at %d is %d", name, try, n)
		}
	})
}

// A processor that is away for up to half an hour costs an item none of its attempts.
func TestAProcessorIsAway(t *testing.T) {
	t.Parallel()
	began := time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)
	now, item := began, bulk.Item{State: bulk.Charging, Asked: bulk.Asked{Amount: money.Amount{Minor: 300, Currency: "NGN"}}}
	for now.Sub(began) < 28*time.Minute {
		before := now
		item = item.After(bulk.Strategy{}, bulk.Unsent, now)
		if item.State != bulk.Waiting || item.Attempt != 0 || !item.DueAt.After(before) {
			t.Fatalf("after %s: %+v", now.Sub(began), item)
		}
		now, item.State = item.DueAt, bulk.Charging
	}
	if item = item.After(bulk.Strategy{}, bulk.Unsent, now); item.State != bulk.Exhausted {
		t.Errorf("after %s: %+v", now.Sub(began), item)
	}
}
