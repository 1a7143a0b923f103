package storetest

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/bulk"
	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/merchant"
	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/processor"
)

// transaction is one of an account's, of a payment that is not opened.
func (h *house) transaction(o merchant.Opening, reference string) bulk.Transaction {
	return bulk.Transaction{
		Merchant: o.Merchant.ID, Payment: id.New(id.Payment), Reference: reference, Amount: money.Amount{Minor: 30000, Currency: "NGN"},
		Email: "ada@shop.example", Detail: json.RawMessage(`{"narration":"kettle"}`), CreatedAt: h.now(),
	}
}

// keepTransaction keeps one, and gives what is kept.
func (h *house) keepTransaction(t bulk.Transaction) bulk.Transaction {
	h.Helper()
	kept, err := h.db.KeepTransaction(h.Context(), t, func(try int) int64 { return bulk.NumberOf(t.Payment, try) })
	h.must(err)
	return kept
}

func transactions(t *testing.T, h *house) {
	o, other := h.open("Kestrel Kettles"), h.open("Other")
	first := h.keepTransaction(h.transaction(o, "ref-1"))
	if first.Number < 1 || first.Number > bulk.MaxNumber {
		t.Errorf("a number of %d", first.Number)
	}
	found, err := h.db.FindTransaction(t.Context(), o.Merchant.ID, first.Number)
	h.must(err)
	h.alike("a transaction", found, first)
	found, err = h.db.FindTransactionOf(t.Context(), o.Merchant.ID, first.Payment)
	h.must(err)
	h.alike("a transaction of a payment", found, first)
	again := first
	again.Reference = "another"
	h.alike("one that is kept again", h.keepTransaction(again), first)

	// A number that is taken is left to who has it.
	taken := h.transaction(o, "ref-2")
	second, err := h.db.KeepTransaction(t.Context(), taken, func(try int) int64 { return first.Number + int64(try) })
	h.must(err)
	if second.Number != first.Number+1 {
		t.Errorf("the number after %d that is taken is %d", first.Number, second.Number)
	}
	theirs, err := h.db.KeepTransaction(t.Context(), h.transaction(other, "ref-1"), func(int) int64 { return first.Number })
	h.must(err)
	if theirs.Number != first.Number {
		t.Errorf("another merchant's number is %d, want %d", theirs.Number, first.Number)
	}
	_, err = h.db.FindTransaction(t.Context(), other.Merchant.ID, second.Number)
	h.refused("somebody else's", err, fault.NotFound)
	_, err = h.db.FindTransactionOf(t.Context(), other.Merchant.ID, first.Payment)
	h.refused("somebody else's payment", err, fault.NotFound)
	_, err = h.db.FindTransactionBy(t.Context(), other.Merchant.ID, "ref-2")
	h.refused("somebody else's reference", err, fault.NotFound)

	single := h.transaction(o, "ref-1")
	_, err = h.db.KeepTransaction(t.Context(), single, func(try int) int64 { return bulk.NumberOf(single.Payment, try) })
	h.refused("another single charge of the reference", err, fault.Conflict)
	retry := h.transaction(o, "ref-1")
	retry.Batch, retry.Attempt = 7, 1
	retry = h.keepTransaction(retry)
	found, err = h.db.FindTransactionBy(t.Context(), o.Merchant.ID, "ref-1")
	h.must(err)
	h.alike("the newest attempt", found, retry)
}

func transactionsThatAreForgotten(t *testing.T, h *house) {
	o, other := h.open("Kestrel Kettles"), h.open("Other")
	opened := h.transaction(o, "ref-1")
	opened.Payment = h.inflight(o).ID
	opened = h.keepTransaction(opened)
	never := h.keepTransaction(h.transaction(o, "ref-2"))
	h.must(h.db.DropTransaction(t.Context(), other.Merchant.ID, never.Number))
	_, err := h.db.FindTransaction(t.Context(), o.Merchant.ID, never.Number)
	h.must(err)
	h.must(h.db.DropTransaction(t.Context(), o.Merchant.ID, never.Number))
	_, err = h.db.FindTransaction(t.Context(), o.Merchant.ID, never.Number)
	h.refused("one that was forgotten", err, fault.NotFound)
	h.must(h.db.DropTransaction(t.Context(), o.Merchant.ID, opened.Number))
	_, err = h.db.FindTransaction(t.Context(), o.Merchant.ID, opened.Number)
	h.must(err)
}

func transactionsInPages(t *testing.T, h *house) {
	o, other := h.open("Kestrel Kettles"), h.open("Other")
	var kept []bulk.Transaction
	for i := range 5 {
		one := h.transaction(o, fmt.Sprintf("ref-%d", i))
		if i%2 == 1 {
			one.Email, one.Batch, one.Item = "Bob@Shop.Example", 7, 10-i
		}
		if i == 4 {
			one.Amount.Currency = "USD"
			one.Payment = h.inflight(o).ID
			_, err := h.db.Advance(t.Context(), o.Merchant.ID, one.Payment, "test", h.become("captured"))
			h.must(err)
		}
		kept = append(kept, h.keepTransaction(one))
		h.pass(time.Minute)
	}
	h.keepTransaction(h.transaction(other, "ref-0"))
	for name, c := range map[string]struct {
		filter bulk.Filter
		total  int
		want   []int // positions in kept
	}{
		"all":              {bulk.Filter{Page: 1, Size: 10}, 5, []int{4, 3, 2, 1, 0}},
		"a second page":    {bulk.Filter{Page: 2, Size: 2}, 5, []int{2, 1}},
		"from a time":      {bulk.Filter{From: kept[3].CreatedAt, Page: 1, Size: 10}, 2, []int{4, 3}},
		"until a time":     {bulk.Filter{Until: kept[1].CreatedAt, Page: 1, Size: 10}, 1, []int{0}},
		"of an address":    {bulk.Filter{Email: "bob@shop.example", Page: 1, Size: 10}, 2, []int{3, 1}},
		"of a reference":   {bulk.Filter{Reference: "ref-2", Page: 1, Size: 10}, 1, []int{2}},
		"of a currency":    {bulk.Filter{Currency: "USD", Page: 1, Size: 10}, 1, []int{4}},
		"that were paid":   {bulk.Filter{Status: bulk.Successful, Page: 1, Size: 10}, 1, []int{4}},
		"that are pending": {bulk.Filter{Status: bulk.Pending, Page: 1, Size: 10}, 4, []int{3, 2, 1, 0}},
		"that failed":      {bulk.Filter{Status: bulk.Failed, Page: 1, Size: 10}, 0, nil},
		"of a batch":       {bulk.Filter{Batch: 7, Page: 1, Size: 10}, 2, []int{3, 1}},
		"of no status":     {bulk.Filter{Status: "odd", Page: 1, Size: 10}, 0, nil},
	} {
		found, total, err := h.db.ListTransactions(t.Context(), o.Merchant.ID, c.filter)
		h.must(err)
		var got, want []string
		for _, one := range found {
			got = append(got, one.Reference)
		}
		for _, i := range c.want {
			want = append(want, kept[i].Reference)
		}
		h.same(name, got, want)
		h.same(name+", how many", total, c.total)
	}
}

func refundsOfTransactions(t *testing.T, h *house) {
	o, other := h.open("Kestrel Kettles"), h.open("Other")
	var kept []bulk.Transaction
	for i := range 2 {
		one := h.transaction(o, fmt.Sprintf("ref-%d", i))
		p := h.inflight(o)
		one.Payment, one.Amount.Currency = p.ID, []string{"NGN", "USD"}[i]
		kept = append(kept, h.keepTransaction(one))
		for range 2 {
			h.pass(time.Minute)
			_, err := h.db.Advance(t.Context(), o.Merchant.ID, p.ID, "test", func(p payment.Payment) (payment.Payment, []event.Event, error) {
				p.Sequence++
				for _, kind := range []processor.ModificationKind{processor.Capture, processor.Refund} {
					p.Modifications = append(p.Modifications, payment.Modification{ID: id.New(id.Modification), Kind: kind, Amount: 1, State: payment.Succeeded, Reference: id.Reference(), CreatedAt: h.now(), UpdatedAt: h.now()})
				}
				return p, nil, nil
			})
			h.must(err)
		}
	}
	for name, c := range map[string]struct {
		filter bulk.RefundFilter
		total  int
		want   []int // positions in kept
	}{
		"all":           {bulk.RefundFilter{Page: 1, Size: 10}, 4, []int{1, 1, 0, 0}},
		"a second page": {bulk.RefundFilter{Page: 2, Size: 3}, 4, []int{0}},
		"of a currency": {bulk.RefundFilter{Currency: "USD", Page: 1, Size: 10}, 2, []int{1, 1}},
		"from now":      {bulk.RefundFilter{From: h.now(), Page: 1, Size: 10}, 1, []int{1}},
		"before now":    {bulk.RefundFilter{Until: h.now(), Page: 1, Size: 10}, 3, []int{1, 0, 0}},
	} {
		found, total, err := h.db.ListRefunds(t.Context(), o.Merchant.ID, c.filter)
		h.must(err)
		var got, want []string
		seen := map[string]bool{}
		for _, one := range found {
			got = append(got, one.Transaction.Reference)
			if seen[one.Modification] || one.Modification == "" {
				t.Errorf("%s: a refund is there twice: %q", name, one.Modification)
			}
			seen[one.Modification] = true
		}
		for _, i := range c.want {
			want = append(want, kept[i].Reference)
		}
		h.same(name, got, want)
		h.same(name+", how many", total, c.total)
	}
	if found, total, err := h.db.ListRefunds(t.Context(), other.Merchant.ID, bulk.RefundFilter{Page: 1, Size: 10}); err != nil || total != 0 || len(found) != 0 {
		t.Errorf("somebody else's: %d, %v", total, err)
	}
}
