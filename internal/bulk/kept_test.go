package bulk_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/paywicket/paywicket/internal/bulk"
	"github.com/paywicket/paywicket/internal/checkout"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/vault"
)

// kept is one batch in memory, with the payments that were made of it. It answers for the
// store, the vault, the payments and the checkout.
type kept struct {
	bulk.Store // of which nothing is asked
	mu         sync.Mutex
	now        time.Time
	batch      bulk.Batch
	items      []bulk.Item
	opened     map[string]bulk.Transaction // by payment
	payments   map[string]payment.Payment
	charges    map[int][]charged // by position
	tries      []time.Time
	// answer says how the processor answers the next charge of an item; nil for approved.
	answer func(position, attempt int) payment.Payment
	lose   func() bool // tells whether what came of some items is lost, as when a server is killed
}

// charged is a charge that the processor was asked for.
type charged struct {
	amount int64
	at     time.Time
}

var errLost = errors.New("the server was killed")

func (k *kept) BeginBatch(_ context.Context, b bulk.Batch) (bulk.Batch, bool, error) {
	b.Number = 1
	k.batch = b
	return b, true, nil
}

func (k *kept) AddItems(_ context.Context, items []bulk.Item) error {
	k.items = append(k.items, items...)
	return nil
}

func (k *kept) OpenBatch(_ context.Context, b bulk.Batch) error { k.batch = b; return nil }

func (k *kept) DropBatch(context.Context, string, int64) error { k.items = nil; return nil }

func (k *kept) DropStale(context.Context, time.Time) error { return nil }

func (k *kept) FindBatch(context.Context, string, int64) (bulk.Progress, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	p := bulk.Progress{Batch: k.batch}
	for _, i := range k.items {
		if !i.DueAt.IsZero() {
			p.Pending++
		}
	}
	return p, nil
}

func (k *kept) CancelBatch(_ context.Context, _ string, _ int64, at time.Time, _ string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.batch.CancelledAt = at
	for n, i := range k.items {
		if i.State == bulk.Waiting {
			k.items[n].State, k.items[n].DueAt = bulk.Cancelled, time.Time{}
		}
	}
	return nil
}

func (k *kept) ResumeItems(_ context.Context, _ string, _ int64, now time.Time) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	for n, i := range k.items {
		if i.State == bulk.Charging {
			k.items[n].DueAt = now
		}
	}
	return nil
}

func (k *kept) TakeItems(_ context.Context, _ string, _ int64, now, until time.Time, limit int, open func(bulk.Item) bulk.Transaction) (taken []bulk.Item, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for n, i := range k.items {
		if i.DueAt.IsZero() || i.DueAt.After(now) || len(taken) == limit {
			continue
		}
		if i.State == bulk.Waiting {
			t := open(i)
			k.opened[t.Payment] = t
		}
		k.items[n].State, k.items[n].DueAt = bulk.Charging, until
		taken = append(taken, k.items[n])
	}
	return taken, nil
}

func (k *kept) SettleItems(_ context.Context, items []bulk.Settled) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.lose != nil && k.lose() {
		return errLost
	}
	for _, i := range items {
		if known := k.items[i.Position]; known.State != bulk.Charging || known.Attempt != i.Took {
			continue
		}
		if i.State == bulk.Waiting && !k.batch.CancelledAt.IsZero() {
			i.State, i.DueAt = bulk.Cancelled, time.Time{}
		}
		k.items[i.Position] = i.Item
	}
	return nil
}

func (k *kept) NextDue(context.Context, string, int64) (next time.Time, _ error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, i := range k.items {
		if !i.DueAt.IsZero() && (next.IsZero() || i.DueAt.Before(next)) {
			next = i.DueAt
		}
	}
	return next, nil
}

func (k *kept) CountTry(_ context.Context, _, _, _ string, at time.Time, allow func([]time.Time) bool) (bool, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !allow(slices.Clone(k.tries)) {
		return false, nil
	}
	k.tries = append(k.tries, at)
	return true, nil
}

// tally is the kept one as cards that share no limits have it.
type tally struct{ *kept }

func (t tally) CountTry(_ context.Context, _, _, _ string, _ time.Time, allow func([]time.Time) bool) (bool, error) {
	return allow(nil), nil
}

func (k *kept) Find(_ context.Context, _, name string) (payment.Payment, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if p, ok := k.payments[name]; ok {
		return p, nil
	}
	return payment.Payment{}, fault.New(fault.NotFound, "There is no such payment.")
}

// Charge asks the processor, unless the payment is there.
func (k *kept) Charge(_ context.Context, _ string, _ id.Token, order checkout.Order, _ string) (payment.Payment, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if p, ok := k.payments[order.Payment]; ok {
		return p, nil
	}
	t, ok := k.opened[order.Payment]
	if !ok {
		panic("a charge without its transaction")
	}
	p := payment.Payment{State: payment.Captured}
	if k.answer != nil {
		p = k.answer(t.Item, t.Attempt)
	}
	p.ID, p.Amount = order.Payment, order.Amount
	k.payments[p.ID] = p
	k.charges[t.Item] = append(k.charges[t.Item], charged{order.Amount.Minor, k.now})
	return p, nil
}

// cards are all of one shopper.
type cards struct{}

func (cards) Find(context.Context, string, id.Token) (vault.Record, error) {
	return vault.Record{Customer: vault.Customer{Email: "ada@shop.example"}, Fingerprint: "f"}, nil
}

func (c cards) FirstEmail(ctx context.Context, m string, token id.Token, _, _ string) (vault.Record, error) {
	return c.Find(ctx, m, token)
}
