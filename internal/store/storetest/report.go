package storetest

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/processor"
	"github.com/paywicket/paywicket/internal/report"
	"github.com/paywicket/paywicket/internal/rescue"
)

// evaluated keeps an order of an account, and gives its id.
func (h *house) evaluated(m, site, reference string, trial bool) string {
	h.Helper()
	o := rescue.Order{
		ID: id.NewToken().UUID(), Merchant: m, Site: site, State: rescue.Charging, Kind: rescue.MIT, Source: rescue.CallCenter, Reference: reference,
		Amount: money.Amount{Minor: 700, Currency: "JPY"}, Key: id.Random(), CreatedAt: h.now(), UpdatedAt: h.now(), Rest: rescue.Rest{Trial: trial},
	}
	told := &rescue.Told{Site: site, Kind: o.Kind, Source: o.Source, Amount: o.Amount, Declined: true}
	_, fresh, err := h.db.OpenOrder(h.Context(), o, h.decided(o), told, nil, "test", func(rescue.Order) bool { return false })
	if !fresh || err != nil {
		h.Errorf("the order is not kept anew: %v", err)
	}
	return o.ID
}

func (h *house) decided(o rescue.Order) rescue.Decision {
	return rescue.Decision{Merchant: o.Merchant, ID: id.Random(), Site: o.Site, Order: o.ID, Amount: o.Amount, Rule: "later", Action: rescue.Schedule, At: h.now()}
}

// reported gives what a report of a merchant is made of, in a span of time.
func (h *house) reported(m string, from, to time.Time) (sales []report.Sale, orders []report.Order, payments []report.Payment) {
	h.Helper()
	h.must(h.db.ReportSales(h.Context(), m, from, to, func(s report.Sale) { sales = append(sales, s) }))
	h.must(h.db.ReportOrders(h.Context(), m, from, to, func(o report.Order) { orders = append(orders, o) }))
	h.must(h.db.ReportPayments(h.Context(), m, from, to, func(p report.Payment) { payments = append(payments, p) }))
	return sales, orders, payments
}

// What a report is made of is the merchant's own, in its span of time, each thing once.
func reports(t *testing.T, h *house) {
	mine, theirs := h.open("Mine"), h.open("Theirs")
	began := h.now()
	for i, one := range []string{mine.Merchant.ID, theirs.Merchant.ID} {
		site := []string{mine.Site.ID, theirs.Site.ID}[i]
		sale := rescue.Transmission{Merchant: one, ID: id.NewToken().UUID(), At: h.now(), Sale: &rescue.Told{
			Site: site, Kind: rescue.CIT, Source: rescue.Website, Amount: money.Amount{Minor: 4900, Currency: "USD"},
		}}
		h.must(h.db.QueueSale(t.Context(), sale))
		h.must(h.db.QueueSale(t.Context(), sale)) // is kept once
	}
	order := h.evaluated(mine.Merchant.ID, mine.Site.ID, "one", false)
	h.evaluated(theirs.Merchant.ID, theirs.Site.ID, "one", true)
	h.pass(time.Second)
	middle := h.now()
	h.evaluated(mine.Merchant.ID, mine.Site.ID, "two", true)
	own := h.inflight(mine)
	h.inflight(theirs)
	_, err := h.db.Advance(t.Context(), own.Merchant, own.ID, "test", func(p payment.Payment) (payment.Payment, []event.Event, error) {
		p.State, p.Sequence, p.Capturable, p.Captured, p.Refunded = payment.PartiallyCaptured, 2, 3000, 1900, 100
		p.Attempts = []payment.Attempt{
			{Processor: "a", Reference: id.Random(), State: payment.Declined, DeclineCode: processor.DoNotHonor}, {Processor: "b", Reference: id.Random(), State: payment.Failed},
		}
		return p, nil, nil
	})
	h.must(err)
	paid := own
	paid.ID, paid.Session, paid.ProcessorReference, paid.Amount = id.New(id.Payment), "", id.Random(), money.Amount{Minor: 700, Currency: "JPY"}
	paid.Terms = payment.Terms{Order: order, Descriptor: "FALCON FORKS"}
	_, err = h.db.AdvanceOrder(t.Context(), mine.Merchant.ID, order, "test", func(o rescue.Order, _ rescue.Tried) (rescue.Order, []event.Event, error) {
		o.State, o.Payment, o.Sequence = rescue.Charging, paid.ID, o.Sequence+1
		return o, nil, nil
	})
	h.must(err)
	h.must(h.db.KeepPayment(t.Context(), paid, "test"))

	sales, orders, payments := h.reported(mine.Merchant.ID, began, middle)
	h.same("sales", sales, []report.Sale{{Site: mine.Site.ID, Kind: rescue.CIT, Source: rescue.Website, Amount: money.Amount{Minor: 4900, Currency: "USD"}}})
	h.same("orders", orders, []report.Order{{Site: mine.Site.ID, Kind: rescue.MIT, Source: rescue.CallCenter, Amount: money.Amount{Minor: 700, Currency: "JPY"}}})
	if len(payments) != 0 {
		t.Errorf("payments of before: %+v", payments)
	}
	sales, orders, payments = h.reported(mine.Merchant.ID, middle, middle.Add(time.Millisecond))
	if len(sales) != 0 || len(orders) != 1 || !orders[0].Trial || len(payments) != 2 {
		t.Errorf("%+v, %+v, %+v", sales, orders, payments)
	}
	for _, p := range payments {
		want := report.Payment{Site: mine.Site.ID, State: payment.PartiallyCaptured, Amount: own.Amount, Capturable: 3000, Captured: 1900, Refunded: 100, Declines: 1}
		if p.Order {
			want = report.Payment{Site: mine.Site.ID, Descriptor: "FALCON FORKS", Order: true, Kind: rescue.MIT, Source: rescue.CallCenter, State: payment.Inflight, Amount: paid.Amount}
		}
		h.same("payment", p, want)
	}
	sales, orders, payments = h.reported(mine.Merchant.ID, middle.Add(time.Millisecond), middle.Add(time.Hour))
	if len(sales)+len(orders)+len(payments) != 0 {
		t.Errorf("of later: %+v, %+v, %+v", sales, orders, payments)
	}
}

// More than a page, most of it of the same millisecond, is given once.
func reportsOfManyPages(t *testing.T, h *house) {
	o := h.open("Kestrel Kettles")
	const many = 1203
	keep := func(i int) {
		p := payment.Payment{
			ID: id.New(id.Payment), Merchant: o.Merchant.ID, Site: o.Site.ID, State: payment.Authorized, Sequence: 1, Amount: money.Amount{Minor: int64(1 + i), Currency: "USD"},
			Token: id.NewToken(), Processor: "sandbox", ProcessorReference: id.Random(), CreatedAt: h.now(), UpdatedAt: h.now(),
		}
		err := h.db.KeepPayment(t.Context(), p, "test")
		if i%2 == 0 && err == nil {
			h.evaluated(o.Merchant.ID, o.Site.ID, fmt.Sprint(i), false)
			err = h.db.QueueSale(t.Context(), rescue.Transmission{Merchant: o.Merchant.ID, ID: id.NewToken().UUID(), At: h.now(), Sale: &rescue.Told{Site: o.Site.ID}})
		}
		if err != nil {
			t.Error(err)
		}
	}
	for first := 0; first < many; first += 401 {
		h.pass(time.Second)
		var keeping sync.WaitGroup
		for worker := range 16 { // together, so that they share commits
			keeping.Go(func() {
				for i := first + worker; i < first+401; i += 16 {
					keep(i)
				}
			})
		}
		keeping.Wait()
	}
	sales, orders, payments := h.reported(o.Merchant.ID, h.now().Add(-time.Hour), h.now().Add(time.Hour))
	sum := int64(0)
	for _, p := range payments {
		sum += p.Amount.Minor
	}
	if len(payments) != many || sum != many*(many+1)/2 || len(orders) != (many+1)/2 || len(sales) != (many+1)/2 {
		t.Errorf("%d payments of %d, %d orders, %d sales", len(payments), sum, len(orders), len(sales))
	}
}

// Decisions are listed from after one of them, each once, and nobody else's.
func decisionsInPages(t *testing.T, h *house) {
	o, other := h.open("Kestrel Kettles"), h.open("Other")
	want := map[string]bool{}
	for i := range 25 {
		if i%10 == 0 {
			h.pass(time.Second)
		}
		d := h.decided(rescue.Order{Merchant: o.Merchant.ID, Site: o.Site.ID})
		h.must(h.db.KeepDecision(t.Context(), d))
		h.must(h.db.KeepDecision(t.Context(), h.decided(rescue.Order{Merchant: other.Merchant.ID, Site: other.Site.ID})))
		want[d.ID] = true
	}
	from, to := h.now().Add(-time.Hour), h.now().Add(time.Hour)
	cursor, last := "", time.Time{}
	for {
		page, err := h.db.ListDecisions(t.Context(), o.Merchant.ID, from, to, cursor, 7)
		h.must(err)
		if len(page) == 0 {
			break
		}
		for _, d := range page {
			if !want[d.ID] || d.At.Before(last) || d.Merchant != o.Merchant.ID {
				t.Errorf("%+v is given twice, too late, or to the wrong one", d)
			}
			delete(want, d.ID)
			last = d.At
		}
		cursor = page[len(page)-1].ID
	}
	if len(want) != 0 {
		t.Errorf("%d are not given", len(want))
	}
	if page, err := h.db.ListDecisions(t.Context(), o.Merchant.ID, h.now(), to, "", 100); err != nil || len(page) != 5 {
		t.Errorf("%d since now, %v", len(page), err)
	}
	_, err := h.db.ListDecisions(t.Context(), other.Merchant.ID, from, to, cursor, 7)
	h.refused("another merchant's cursor", err, fault.Invalid)
}
