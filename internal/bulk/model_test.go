package bulk_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/paywicket/paywicket/internal/bulk"
	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/processor"
)

var epoch = time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC)

// newService is a service on what is kept in memory.
func newService(k *kept, batches bulk.Batches) *bulk.Service {
	k.now, k.opened, k.payments, k.charges = epoch, map[string]bulk.Transaction{}, map[string]payment.Payment{}, map[int][]charged{}
	return &bulk.Service{Batches: batches, Charges: k, Payments: k, Cards: cards{}, Now: func() time.Time { return k.now }, Log: slog.New(slog.DiscardHandler)}
}

// take opens a batch of amounts.
func take(t interface {
	Context() context.Context
	Fatal(...any)
}, s *bulk.Service, strategy bulk.Strategy, amounts []int64) {
	_, err := s.Open(t.Context(), bulk.Batch{Merchant: "mer_1", Strategy: strategy, Actor: "key 1"}, func(yield func(bulk.Asked, error) bool) {
		for i, amount := range amounts {
			if !yield(bulk.Asked{Amount: money.Amount{Minor: amount, Currency: "NGN"}, Email: "ada@shop.example", Reference: fmt.Sprint(i)}, nil) {
				return
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
}

// The answers of a processor, as one draws them.
const (
	approve  = "approve"
	soft     = "soft"
	hard     = "hard"
	nothing  = "nothing"  // provably nothing reached it
	lateYes  = "late yes" // unknown at first
	lateSoft = "late soft"
)

// definition is what a strategy means, written down once more from its words: the first
// retries ask for all of it, later ones for a percentage, rounded half up and never nothing,
// at most so many retries, and none after a hard decline.
func definition(s bulk.Strategy, amount int64, answers []string) (asked []int64, paid bool) {
	for retry := int64(0); ; retry++ {
		ask := amount
		if retry > s.FullRetries {
			ask = (2*amount*s.Percent + 100) / 200
			if ask == 0 {
				ask = 1
			}
		}
		asked = append(asked, ask)
		switch answers[min(int(retry), len(answers)-1)] {
		case approve, lateYes:
			return asked, true
		case hard:
			return asked, false
		}
		if retry == s.MostRetries {
			return asked, false
		}
	}
}

// paymentOf is what becomes of a payment at once, and later.
func paymentOf(answer string) (first payment.Payment, later *payment.Payment) {
	yes := payment.Payment{State: payment.Captured}
	no := payment.Payment{State: payment.Declined, DeclineCode: processor.InsufficientFunds}
	switch answer {
	case approve:
		return yes, nil
	case soft:
		return no, nil
	case hard:
		return payment.Payment{State: payment.Declined, DeclineCode: processor.StolenCard}, nil
	case nothing:
		return payment.Payment{State: payment.Failed}, nil
	case lateYes:
		return payment.Payment{State: payment.Unknown}, &yes
	}
	return payment.Payment{State: payment.Unknown}, &no
}

// TestABatchDoesWhatItsStrategySays tries any batch with any answers, and servers that are
// killed before what came of a charge is kept: charges, their amounts, the time between
// them and the counters are what the definition says.
func TestABatchDoesWhatItsStrategySays(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		strategy := bulk.Strategy{
			Interval: rapid.Int64Range(1, 600).Draw(t, "interval"), Percent: rapid.Int64Range(1, 100).Draw(t, "percent"),
			FullRetries: rapid.Int64Range(0, 4).Draw(t, "full retries"), MostRetries: rapid.Int64Range(0, 6).Draw(t, "most retries"),
		}
		amounts := rapid.SliceOfN(rapid.OneOf(rapid.Int64Range(1, 99), rapid.Int64Range(1, 1_000_000_000_000)), 1, 12).Draw(t, "amounts")
		answers := make([][]string, len(amounts))
		for i := range answers {
			answers[i] = rapid.SliceOfN(rapid.SampledFrom([]string{approve, soft, soft, soft, hard, nothing, lateYes, lateSoft}), 1, 8).Draw(t, "answers")
		}
		killed := rapid.SliceOfN(rapid.Bool(), 0, 20).Draw(t, "killed")
		k := &kept{}
		s := newService(k, tally{k})
		later := map[string]payment.Payment{}
		k.answer = func(position, attempt int) payment.Payment {
			of := answers[position]
			first, then := paymentOf(of[min(attempt, len(of)-1)])
			if then != nil {
				later[fmt.Sprint(position, " ", attempt)] = *then
			}
			return first
		}
		k.lose = func() bool {
			if len(killed) == 0 {
				return false
			}
			lost := killed[0]
			killed = killed[1:]
			return lost
		}
		take(t, s, strategy, amounts)
		for turns := 0; ; turns++ {
			next, err := s.Turn(t.Context(), "mer_1", 1)
			if err != nil && !errors.Is(err, errLost) || turns > 400 {
				t.Fatalf("turn %d: %v", turns, err)
			}
			agree(t, k, s)
			if err != nil {
				continue
			}
			if next.IsZero() {
				break
			}
			k.now = maxTime(k.now.Add(time.Second), next)
			for name, p := range k.payments { // the resolver finds out
				of := k.opened[name]
				if then, ok := later[fmt.Sprint(of.Item, " ", of.Attempt)]; ok && p.State == payment.Unknown {
					then.ID, then.Amount = p.ID, p.Amount
					k.payments[name] = then
				}
			}
		}
		for i, amount := range amounts {
			want, paid := definition(strategy, amount, answers[i])
			got := k.charges[i]
			if len(got) != len(want) {
				t.Fatalf("item %d was charged %v, want %v", i, got, want)
			}
			for n, c := range got {
				if c.amount != want[n] {
					t.Fatalf("item %d was charged %v, want %v", i, got, want)
				}
				if n > 0 && c.at.Sub(got[n-1].at) < time.Duration(strategy.Interval)*time.Minute {
					t.Fatalf("item %d was charged at %v and %v, less than %d minutes apart", i, got[n-1].at, c.at, strategy.Interval)
				}
			}
			if state := k.items[i].State; (state == bulk.Succeeded) != paid || !paid && state != bulk.Exhausted {
				t.Fatalf("item %d is %s, want paid %v", i, state, paid)
			}
		}
	})
}

// agree holds the counters to the items.
func agree(t *rapid.T, k *kept, s *bulk.Service) {
	p, err := s.FindBatch(t.Context(), "mer_1", 1)
	final := 0
	for _, i := range k.items {
		if i.State == bulk.Succeeded || i.State == bulk.Exhausted || i.State == bulk.Cancelled {
			final++
		}
	}
	if err != nil || p.Processed() != final || p.Processed()+p.Pending != p.Total || p.Total != len(k.items) {
		t.Fatalf("%d processed, %d pending of %d, and %d of %d are final; %v", p.Processed(), p.Pending, p.Total, final, len(k.items), err)
	}
}

func maxTime(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func TestACancelledBatchSendsNothingMore(t *testing.T) {
	t.Parallel()
	k := &kept{answer: func(int, int) payment.Payment {
		return payment.Payment{State: payment.Declined, DeclineCode: processor.InsufficientFunds}
	}}
	s := newService(k, tally{k})
	take(t, s, bulk.Strategy{Interval: 5, Percent: 50, MostRetries: 3}, []int64{100, 200})
	if _, err := s.Turn(t.Context(), "mer_1", 1); err != nil {
		t.Fatal(err)
	}
	// One was taken for its retry by a server that stopped before it was sent.
	k.now = k.now.Add(5 * time.Minute)
	if taken, err := k.TakeItems(t.Context(), "mer_1", 1, k.now, k.now.Add(time.Hour), 1, func(i bulk.Item) bulk.Transaction {
		return bulk.Transaction{Item: i.Position}
	}); err != nil || len(taken) != 1 {
		t.Fatal(taken, err)
	}
	p, err := s.CancelBatch(t.Context(), "mer_1", 1, "key 1")
	if err != nil || p.Pending != 1 {
		t.Fatalf("%+v, %v", p, err)
	}
	k.now = k.now.Add(24 * time.Hour)
	if next, err := s.Turn(t.Context(), "mer_1", 1); err != nil || !next.IsZero() {
		t.Errorf("%v, %v", next, err)
	}
	for i, item := range k.items {
		if item.State != bulk.Cancelled || len(k.charges[i]) != 1 {
			t.Errorf("item %d is %s after %d charges", i, item.State, len(k.charges[i]))
		}
	}
}

// TestTheSchemesLimitsHoldRetriesBack declines one card in one batch again and again.
func TestTheSchemesLimitsHoldRetriesBack(t *testing.T) {
	t.Parallel()
	k := &kept{answer: func(int, int) payment.Payment {
		return payment.Payment{State: payment.Declined, DeclineCode: processor.InsufficientFunds}
	}}
	s := newService(k, k)
	take(t, s, bulk.Strategy{Interval: 10, Percent: 100, MostRetries: 30}, []int64{100})
	for range 100 {
		next, err := s.Turn(t.Context(), "mer_1", 1)
		if err != nil {
			t.Fatal(err)
		}
		if next.IsZero() {
			break
		}
		k.now = next
	}
	all := k.charges[0]
	if len(all) != 31 {
		t.Fatalf("%d charges", len(all))
	}
	for n, c := range all {
		if n >= 9 && c.at.Sub(all[n-9].at) < 24*time.Hour {
			t.Errorf("charges %d to %d are within a day", n-9, n)
		}
		if n >= 15 && c.at.Sub(all[n-15].at) < 30*24*time.Hour {
			t.Errorf("charges %d to %d are within thirty days", n-15, n)
		}
	}
}
