package storetest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/bulk"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/merchant"
	"github.com/paywicket/paywicket/internal/money"
)

// batch is one of an account's as it comes in.
func (h *house) batch(o merchant.Opening, digest string) bulk.Batch {
	return bulk.Batch{
		Merchant: o.Merchant.ID, Title: "May", Strategy: bulk.Strategy{Interval: 5, FullRetries: 1, Percent: 50, MostRetries: 3},
		Digest: []byte(digest), Actor: "key 1", CreatedAt: h.now(),
	}
}

// items are charges of a batch.
func (h *house) items(b bulk.Batch, n int) []bulk.Item {
	list := make([]bulk.Item, n)
	for i := range list {
		list[i] = bulk.Item{
			Merchant: b.Merchant, Batch: b.Number, Position: i, State: bulk.Waiting, DueAt: h.now(),
			Asked: bulk.Asked{Token: id.NewToken(), Amount: money.Amount{Minor: 100, Currency: "NGN"}, Reference: fmt.Sprint(string(b.Digest), "-", i), Email: "ada@shop.example"},
		}
	}
	return list
}

// openBatch opens one with so many items.
func (h *house) openBatch(o merchant.Opening, digest string, n int) bulk.Batch {
	h.Helper()
	b, fresh, err := h.db.BeginBatch(h.Context(), h.batch(o, digest))
	h.must(err)
	h.same("fresh", fresh, true)
	h.must(h.db.AddItems(h.Context(), h.items(b, n)))
	b.Total = n
	h.must(h.db.OpenBatch(h.Context(), b))
	return b
}

// takeItems takes up to limit items, each with a transaction.
func (h *house) takeItems(b bulk.Batch, limit int) []bulk.Item {
	h.Helper()
	taken, err := h.db.TakeItems(h.Context(), b.Merchant, b.Number, h.now(), h.now().Add(time.Minute), limit, func(i bulk.Item) bulk.Transaction {
		return bulk.Transaction{
			Merchant: b.Merchant, Payment: fmt.Sprintf("pay_%d_%d_%d", b.Number, i.Position, i.Attempt), Reference: i.Asked.Reference, Batch: b.Number, Item: i.Position, Attempt: i.Attempt,
			Amount: i.Asked.Amount, Email: i.Asked.Email, CreatedAt: h.now(), Detail: []byte(`{}`),
		}
	})
	h.must(err)
	return taken
}

// pending gives how many items of a batch are open.
func (h *house) pending(b bulk.Batch) int {
	h.Helper()
	p, err := h.db.FindBatch(h.Context(), b.Merchant, b.Number)
	h.must(err)
	return p.Pending
}

func batches(t *testing.T, h *house) {
	o, other := h.open("Kestrel Kettles"), h.open("Other")
	b := h.openBatch(o, "one", 3)
	p, err := h.db.FindBatch(t.Context(), o.Merchant.ID, b.Number)
	h.must(err)
	h.alike("a batch", p, bulk.Progress{Batch: b, Pending: 3})
	h.same("jobs of it", h.count(`SELECT count(*) FROM river_job WHERE kind = 'batch'`), 1)
	_, err = h.db.FindBatch(t.Context(), other.Merchant.ID, b.Number)
	h.refused("somebody else's batch", err, fault.NotFound)
	h.refused("somebody else's batch to cancel", h.db.CancelBatch(t.Context(), other.Merchant.ID, b.Number, h.now(), "key 2"), fault.NotFound)
	again, fresh, err := h.db.BeginBatch(t.Context(), h.batch(o, "one"))
	h.must(err)
	h.same("the same again", []any{again.Number, fresh}, []any{b.Number, false})
	h.same("another's of the same", h.openBatch(other, "one", 1).Number, int64(1))
	h.refused("what is open already", h.db.OpenBatch(t.Context(), b), fault.Conflict)
	single := h.transaction(o, h.items(b, 1)[0].Asked.Reference)
	_, err = h.db.KeepTransaction(t.Context(), single, func(try int) int64 { return bulk.NumberOf(single.Payment, try) })
	h.refused("a single charge with the reference of an item that waits", err, fault.Conflict)

	// What was not opened is not seen, and is forgotten with its items.
	begun, _, err := h.db.BeginBatch(t.Context(), h.batch(o, "two"))
	h.must(err)
	h.must(h.db.AddItems(t.Context(), h.items(begun, 2)))
	_, err = h.db.FindBatch(t.Context(), o.Merchant.ID, begun.Number)
	h.refused("a batch that comes in", err, fault.NotFound)
	if taken, ok := errors.AsType[*bulk.TakenError](h.db.AddItems(t.Context(), h.items(begun, 2)[1:])); !ok || taken.Position != 1 {
		t.Errorf("a reference twice: %v", taken)
	}
	h.must(h.db.DropStale(t.Context(), h.now()))
	h.same("items of one that is still coming in", h.count(`SELECT count(*) FROM bulk_items WHERE batch = ?`, begun.Number), 2)
	h.must(h.db.DropStale(t.Context(), h.now().Add(time.Second)))
	h.same("items of a stale one", h.count(`SELECT count(*) FROM bulk_items WHERE batch = ?`, begun.Number), 0)
	h.must(h.db.DropBatch(t.Context(), o.Merchant.ID, b.Number))
	h.same("items of one that was opened", h.pending(b), 3)
}

func itemsOfABatch(t *testing.T, h *house) {
	o := h.open("Kestrel Kettles")
	b := h.openBatch(o, "one", 3)
	first := h.takeItems(b, 2)
	h.same("taken", []int{first[0].Position, first[1].Position}, []int{0, 1})
	h.same("transactions", h.count(`SELECT count(*) FROM bulk_transactions WHERE batch = 1`), 2)
	h.same("the rest", len(h.takeItems(b, 10)), 1)
	h.same("what is held", len(h.takeItems(b, 10)), 0)
	h.must(h.db.ResumeItems(t.Context(), b.Merchant, b.Number, h.now()))
	h.same("what was resumed", len(h.takeItems(b, 10)), 3)
	h.same("transactions after", h.count(`SELECT count(*) FROM bulk_transactions WHERE batch = 1`), 3)

	paid, retried := first[0].After(b.Strategy, bulk.Paid, h.now()), first[1].After(b.Strategy, bulk.Declined, h.now())
	h.must(h.db.SettleItems(t.Context(), []bulk.Settled{{Item: paid, Took: first[0]}, {Item: retried, Took: first[1]}}))
	h.same("pending", h.pending(b), 2)
	h.same("what was asked of a final one", h.count(`SELECT count(*) FROM bulk_items WHERE asked = ''`), 1)
	next, err := h.db.NextDue(t.Context(), b.Merchant, b.Number)
	h.must(err)
	h.same("next", next, h.now().Add(time.Minute))
	h.pass(5 * time.Minute)
	h.same("due", len(h.takeItems(b, 10)), 2)
	// What an earlier attempt came to is late now.
	h.must(h.db.SettleItems(t.Context(), []bulk.Settled{{Item: first[1].After(b.Strategy, bulk.Paid, h.now()), Took: first[1]}}))
	h.same("pending after", h.pending(b), 2)

	again := retried
	retried.Attempt = 2
	retried.State = bulk.Waiting
	h.must(h.db.CancelBatch(t.Context(), b.Merchant, b.Number, h.now(), "key 1"))
	h.same("what is being charged when it is cancelled", h.pending(b), 2)
	h.must(h.db.SettleItems(t.Context(), []bulk.Settled{{Item: retried, Took: again}}))
	h.same("one that would wait", h.pending(b), 1)
	h.same("cancelled", h.count(`SELECT count(*) FROM bulk_items WHERE state = 'cancelled'`), 1)
}
