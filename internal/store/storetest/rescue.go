package storetest

import (
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/card"
	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/merchant"
	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/processor"
	"github.com/paywicket/paywicket/internal/rescue"
	"github.com/paywicket/paywicket/internal/vault"
)

// order is a declined order of an account, with all that can be kept of one.
func (h *house) order(o merchant.Opening, reference string) rescue.Order {
	return rescue.Order{
		ID: id.NewToken().UUID(), Merchant: o.Merchant.ID, Site: o.Site.ID, Sequence: 1, State: rescue.Scheduled, Kind: rescue.MIT, Source: rescue.CallCenter,
		Reference: reference, Amount: money.Amount{Minor: 4900, Currency: "USD"}, Mark: "f", Key: id.Random(), NextAt: h.now().Add(time.Hour), CreatedAt: h.now(), UpdatedAt: h.now(),
		Rest: rescue.Rest{
			Test: true, Sale: "t1", Capture: true, Descriptor: "KESTREL", Answer: rescue.Answer{Code: "51", Source: "iso8583"}, Token: id.NewToken(),
			Card: card.Summary{Brand: card.Visa, BIN: "411111", Last4: "1111", ExpMonth: 12, ExpYear: 2030}, Customer: vault.Customer{Name: "Ada"},
			Billing: processor.Address{PostalCode: "10001"}, SenseKey: id.New(id.SenseKey), Facts: rescue.Facts{Class: rescue.Soft, Score: -1, Possible: []rescue.Action{rescue.Schedule}},
			Reason: "later", Challenge: "https://pay.example/confirm/x", Consent: &rescue.Consent{Agreed: true, Text: "Yes?", At: h.now()}, Tries: 2, ExpiresAt: h.now().Add(24 * time.Hour),
		},
	}
}

// alike compares what holds pointers, by how it is written down.
func (h *house) alike(what string, got, want any) {
	h.Helper()
	g, err := json.Marshal(got)
	h.must(err)
	w, err := json.Marshal(want)
	h.must(err)
	h.same(what, string(g), string(w))
}

func decided(o rescue.Order) rescue.Decision {
	return rescue.Decision{Merchant: o.Merchant, ID: id.Random(), Site: o.Site, Order: o.ID, Amount: o.Amount, Facts: o.Facts, Rule: "later", Why: "why", Action: rescue.Schedule, Version: 3, At: o.CreatedAt}
}

// openOrder keeps an order, and gives what is kept.
func (h *house) openOrder(o rescue.Order, answers bool) (rescue.Order, bool) {
	h.Helper()
	kept, fresh, err := h.db.OpenOrder(h.Context(), o, decided(o), &rescue.Told{Reference: o.Reference, Declined: true}, []event.Event{event.New(event.OrderSubmitted, o.Merchant, o.ID, 1, h.now(), rescue.View{Order: o}.Payload())},
		"key 1", func(rescue.Order) bool { return answers })
	h.must(err)
	return kept, fresh
}

func orders(t *testing.T, h *house) {
	o, other := h.open("Kestrel Kettles"), h.open("Other")
	first := h.order(o, "order-1")
	kept, fresh := h.openOrder(first, false)
	if !fresh {
		t.Error("a first order is an old one")
	}
	found, err := h.db.FindOrder(t.Context(), o.Merchant.ID, first.ID)
	h.must(err)
	h.alike("an order", found, kept)
	shown, err := h.db.ShowOrder(t.Context(), first.Key)
	h.must(err)
	h.alike("an order by its key", shown, kept)
	_, err = h.db.FindOrder(t.Context(), other.Merchant.ID, first.ID)
	h.refused("somebody else's", err, fault.NotFound)
	_, err = h.db.ShowOrder(t.Context(), id.Random())
	h.refused("no key", err, fault.NotFound)

	if again, fresh := h.openOrder(h.order(o, "order-1"), true); fresh || again.ID != first.ID {
		t.Errorf("an order that is the answer was opened again")
	}
	second, fresh := h.openOrder(h.order(o, "order-1"), false)
	if !fresh || second.ID == first.ID {
		t.Errorf("an order that is no answer any more is given")
	}
	if n := h.count(`SELECT count(*) FROM rescue_decisions WHERE merchant = ?`, o.Merchant.ID); n != 2 {
		t.Errorf("%d decisions of two orders", n)
	}
	if n := h.count(`SELECT count(*) FROM rescue_tries WHERE merchant = ?`, o.Merchant.ID); n != 1 {
		t.Errorf("one sale counts as %d tries", n)
	}
	h.openOrder(h.order(other, "order-1"), true)
	list, total, err := h.db.ListOrders(t.Context(), o.Merchant.ID, "", 1)
	h.must(err)
	if total != 2 || len(list) != 1 || list[0].ID != second.ID {
		t.Errorf("the newest of %d is %+v", total, list)
	}
	list, _, err = h.db.ListOrders(t.Context(), o.Merchant.ID, second.ID, 5)
	h.must(err)
	if len(list) != 1 || list[0].ID != first.ID {
		t.Errorf("before it there is %+v", list)
	}
	_, _, err = h.db.ListOrders(t.Context(), other.Merchant.ID, second.ID, 5)
	h.refused("somebody else's cursor", err, fault.Invalid)
}

func ordersThatAreDue(t *testing.T, h *house) {
	o := h.open("Kestrel Kettles")
	due, later := h.order(o, "order-1"), h.order(o, "order-2")
	later.NextAt = h.now().Add(2 * time.Hour)
	h.openOrder(due, false)
	h.openOrder(later, false)
	h.pass(time.Hour)
	claimed := make(chan rescue.Order, 10)
	var claiming sync.WaitGroup
	for range 4 {
		claiming.Go(func() {
			all, err := h.db.ClaimOrders(t.Context(), h.now(), h.now().Add(time.Minute), 10)
			if err != nil {
				t.Error(err)
			}
			for _, one := range all {
				claimed <- one
			}
		})
	}
	claiming.Wait()
	if len(claimed) != 1 || (<-claimed).ID != due.ID {
		t.Errorf("what was due was given %d times", len(claimed)+1)
	}
}

func ordersThatGoOn(t *testing.T, h *house) {
	o := h.open("Kestrel Kettles")
	one, _ := h.openOrder(h.order(o, "order-1"), false)
	after, err := h.db.AdvanceOrder(t.Context(), o.Merchant.ID, one.ID, "rescue", func(before rescue.Order, card rescue.Tried) (rescue.Order, []event.Event, error) {
		h.alike("before", before, one)
		if len(card.At) != 1 || card.Dead {
			t.Errorf("tried %+v", card)
		}
		before.Payment, before.State, before.Sequence = "pay_1", rescue.Charging, before.Sequence+1
		return before, nil, nil
	})
	h.must(err)
	found, err := h.db.FindOrder(t.Context(), o.Merchant.ID, one.ID)
	h.must(err)
	h.alike("after", found, after)
	h.must(h.db.Bury(t.Context(), o.Merchant.ID, "f", h.now()))
	broken := errors.New("no")
	_, err = h.db.AdvanceOrder(t.Context(), o.Merchant.ID, one.ID, "rescue", func(before rescue.Order, card rescue.Tried) (rescue.Order, []event.Event, error) {
		if len(card.At) != 2 || !card.Dead {
			t.Errorf("a payment that was named is no try, or the card is not dead: %+v", card)
		}
		before.State = rescue.Declined
		return before, nil, broken
	})
	if !errors.Is(err, broken) {
		t.Errorf("a step's error is %v", err)
	}
	var steps sync.WaitGroup
	for range 8 {
		steps.Go(func() {
			_, err := h.db.AdvanceOrder(t.Context(), o.Merchant.ID, one.ID, "rescue", func(before rescue.Order, _ rescue.Tried) (rescue.Order, []event.Event, error) {
				before.Sequence++
				before.Tries++
				return before, nil, nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	steps.Wait()
	if found, err = h.db.FindOrder(t.Context(), o.Merchant.ID, one.ID); err != nil || found.Tries != after.Tries+8 || found.State != rescue.Charging {
		t.Errorf("eight steps at once: %+v %v", found, err)
	}
}

// A card's tries are counted so that of many at once no more than are allowed are.
func triesOfACard(t *testing.T, h *house) {
	o := h.open("Kestrel Kettles")
	var counted atomic.Int64
	var trying sync.WaitGroup
	for i := range 20 {
		trying.Go(func() {
			ok, err := h.db.CountTry(t.Context(), o.Merchant.ID, "f", fmt.Sprint(i), h.now(), func(tried []time.Time) bool { return len(tried) < 9 })
			if err != nil {
				t.Error(err)
			}
			if ok {
				counted.Add(1)
			}
		})
	}
	trying.Wait()
	if counted.Load() != 9 || h.count(`SELECT count(*) FROM rescue_tries WHERE merchant = ?`, o.Merchant.ID) != 9 {
		t.Errorf("%d tries of 9", counted.Load())
	}
	if ok, err := h.db.CountTry(t.Context(), o.Merchant.ID, "", "x", h.now(), func([]time.Time) bool { return false }); err != nil || !ok {
		t.Errorf("a card that is not known: %t %v", ok, err)
	}
	for i := range 300 { // of another card, which are more than anybody needs to see
		_, err := h.db.CountTry(t.Context(), o.Merchant.ID, "busy", fmt.Sprint(i), h.now().Add(time.Duration(i-300)*time.Minute), func([]time.Time) bool { return true })
		h.must(err)
	}
	_, err := h.db.CountTry(t.Context(), o.Merchant.ID, "busy", "last", h.now(), func(tried []time.Time) bool {
		if len(tried) != 100 || !tried[99].Equal(h.now().Add(-time.Minute)) || !tried[0].Equal(h.now().Add(-100*time.Minute)) {
			t.Errorf("%d tries, from %s to %s", len(tried), tried[0], tried[len(tried)-1])
		}
		return false
	})
	h.must(err)
	h.pass(31 * 24 * time.Hour)
	if ok, err := h.db.CountTry(t.Context(), o.Merchant.ID, "f", "later", h.now(), func(tried []time.Time) bool { return len(tried) == 0 }); err != nil || !ok {
		t.Errorf("tries of long ago count: %t %v", ok, err)
	}
}

func lessons(t *testing.T, h *house) {
	o := h.open("Kestrel Kettles")
	m := o.Merchant.ID
	p := h.inflight(o)
	_, err := h.db.Advance(t.Context(), m, p.ID, "test", h.become(payment.Authorized))
	h.must(err)
	h.must(h.db.QueueSale(t.Context(), rescue.Transmission{Merchant: m, ID: "u-1", At: h.now(), Sale: &rescue.Told{Reference: "r", Declined: true, Subjects: []string{"card:f"}}}))
	h.must(h.db.QueueSale(t.Context(), rescue.Transmission{Merchant: m, ID: "u-1", At: h.now(), Sale: &rescue.Told{Reference: "r"}}))
	due, err := h.db.ClaimTransmissions(t.Context(), h.now(), h.now().Add(time.Minute), 10)
	h.must(err)
	if len(due) != 2 || due[0].Payment != p.ID || due[0].Sale != nil || due[0].Learned || due[1].Sale == nil || !due[1].Sale.Declined {
		t.Fatalf("to be learned: %+v", due)
	}
	if again, err := h.db.ClaimTransmissions(t.Context(), h.now(), h.now().Add(time.Minute), 10); err != nil || len(again) != 0 {
		t.Errorf("what is claimed is given again: %+v %v", again, err)
	}
	approved := rescue.Lesson{From: due[0], Subjects: []string{"card:f", "payer:a"}, Approved: true, Mark: "f", Try: p.ID, At: h.now(), SendOn: true}
	dead := rescue.Lesson{From: due[1], Subjects: []string{"card:f"}, Dead: true, At: h.now()}
	for range 2 { // learned once, however often it is said
		h.must(h.db.Learn(t.Context(), []rescue.Lesson{approved, dead}))
	}
	known, err := h.db.History(t.Context(), m, []string{"card:f", "payer:a", "payer:b"})
	h.must(err)
	h.same("what is known", known, map[string]rescue.History{
		"card:f": {Approved: 1, Declined: 1, Hard: 1, ApprovedAt: h.now(), DeclinedAt: h.now()}, "payer:a": {Approved: 1, ApprovedAt: h.now()},
	})
	if foreign, err := h.db.History(t.Context(), h.open("Other").Merchant.ID, []string{"card:f"}); err != nil || len(foreign) != 0 {
		t.Errorf("somebody else knows %+v %v", foreign, err)
	}
	h.pass(2 * time.Minute)
	again, err := h.db.ClaimTransmissions(t.Context(), h.now(), h.now().Add(time.Minute), 10)
	h.must(err)
	if len(again) != 1 || again[0].Payment != p.ID || !again[0].Learned {
		t.Errorf("to be sent on: %+v", again)
	}
	h.must(h.db.FinishTransmission(t.Context(), m, due[0].Position, time.Time{}, 1))
	h.pass(2 * time.Minute)
	if again, err = h.db.ClaimTransmissions(t.Context(), h.now(), h.now().Add(time.Minute), 10); err != nil || len(again) != 0 {
		t.Errorf("what is done is given again: %+v %v", again, err)
	}
}

func rulesOfRescue(t *testing.T, h *house) {
	o := h.open("Kestrel Kettles")
	m := o.Merchant.ID
	if table, version, err := h.db.Rules(t.Context(), m); err != nil || version != 0 || table != nil {
		t.Errorf("rules before there are any: %v %d %v", table, version, err)
	}
	h.must(h.db.SetRules(t.Context(), m, rescue.DefaultTable[:2], 1, "key 1"))
	h.refused("a version that is there", h.db.SetRules(t.Context(), m, rescue.DefaultTable, 1, "key 1"), fault.Conflict)
	h.must(h.db.SetRules(t.Context(), m, rescue.DefaultTable, 2, "key 1"))
	table, version, err := h.db.Rules(t.Context(), m)
	h.must(err)
	h.alike("rules", table, rescue.DefaultTable)
	if version != 2 {
		t.Errorf("version %d", version)
	}
	if table, version, err := h.db.Rules(t.Context(), h.open("Other").Merchant.ID); err != nil || version != 0 {
		t.Errorf("somebody else's: %v %d %v", table, version, err)
	}
}

func decisions(t *testing.T, h *house) {
	o := h.open("Kestrel Kettles")
	var want []string
	begin := h.now()
	for i := range 1203 { // more than two pages, some of one moment
		d := decided(h.order(o, "order-1"))
		d.At = begin.Add(time.Duration(i/7) * time.Second)
		h.must(h.db.KeepDecision(t.Context(), d))
		want = append(want, d.ID)
	}
	seen := map[string]bool{}
	var last time.Time
	h.must(h.db.Decisions(t.Context(), o.Merchant.ID, begin, begin.Add(time.Hour), func(d rescue.Decision) error {
		if seen[d.ID] || d.At.Before(last) || d.Facts.Class != rescue.Soft || d.Version != 3 {
			t.Errorf("decision %+v", d)
		}
		seen[d.ID], last = true, d.At
		return nil
	}))
	if len(seen) != len(want) {
		t.Errorf("%d decisions of %d", len(seen), len(want))
	}
	n := 0
	h.must(h.db.Decisions(t.Context(), o.Merchant.ID, begin.Add(time.Second), begin.Add(2*time.Second), func(rescue.Decision) error { n++; return nil }))
	if n != 7 {
		t.Errorf("%d decisions of one second", n)
	}
}

func arrivals(t *testing.T, h *house) {
	o := h.open("Kestrel Kettles")
	token := id.NewToken()
	h.must(h.keep(o.Merchant.ID, token))
	if a, err := h.db.FindArrival(t.Context(), o.Merchant.ID, token); err != nil || a != (rescue.Arrival{}) {
		t.Errorf("nothing is known: %+v %v", a, err)
	}
	came := rescue.Arrival{SenseKey: id.New(id.SenseKey), CVV: true}
	h.must(h.db.NoteArrival(t.Context(), o.Merchant.ID, token, came))
	h.must(h.db.NoteArrival(t.Context(), o.Merchant.ID, token, rescue.Arrival{}))
	if a, err := h.db.FindArrival(t.Context(), o.Merchant.ID, token); err != nil || a != came {
		t.Errorf("it came as %+v %v", a, err)
	}
	if a, err := h.db.FindArrival(t.Context(), h.open("Other").Merchant.ID, token); err != nil || a != (rescue.Arrival{}) {
		t.Errorf("somebody else's: %+v %v", a, err)
	}
	h.must(h.db.EraseCard(t.Context(), o.Merchant.ID, token, "key 1", func(r vault.Record) event.Event {
		return event.New(event.TokenErased, o.Merchant.ID, token.String(), 2, h.now(), event.ErasedToken{ID: token.String()})
	}))
	if n := h.count(`SELECT count(*) FROM card_arrivals`); n != 0 {
		t.Errorf("%d arrivals of an erased card", n)
	}
}

func switches(t *testing.T, h *house) {
	o, other := h.open("Kestrel Kettles"), h.open("Other")
	off := []merchant.Switch{"cit.website.live"}
	h.must(h.db.SetRescue(t.Context(), o.Merchant.ID, "", off, "key 1"))
	h.must(h.db.SetRescue(t.Context(), o.Merchant.ID, o.Site.ID, []merchant.Switch{"mit.call_center.sandbox"}, "key 1"))
	h.refused("somebody else's site", h.db.SetRescue(t.Context(), other.Merchant.ID, o.Site.ID, off, "key 1"), fault.NotFound)
	m, err := h.db.FindMerchant(t.Context(), o.Merchant.ID)
	h.must(err)
	site, err := h.db.FindSite(t.Context(), o.Merchant.ID, o.Site.ID)
	h.must(err)
	for _, s := range merchant.Switches() {
		if on := m.Rescues(site, s); on != (s != "cit.website.live" && s != "mit.call_center.sandbox") {
			t.Errorf("%s is on: %t", s, on)
		}
	}
}

func rescuesThatAreOld(t *testing.T, h *house) {
	o := h.open("Kestrel Kettles")
	m := o.Merchant.ID
	tell := func(name string) rescue.Transmission {
		h.must(h.db.QueueSale(t.Context(), rescue.Transmission{Merchant: m, ID: name, At: h.now(), Sale: &rescue.Told{Subjects: []string{"payer:a"}, Mark: "f"}}))
		due, err := h.db.ClaimTransmissions(t.Context(), h.now(), h.now().Add(time.Minute), 10)
		h.must(err)
		return due[len(due)-1]
	}
	h.openOrder(h.order(o, "order-1"), false)
	h.must(h.db.Learn(t.Context(), []rescue.Lesson{{From: tell("u-1"), Subjects: []string{"payer:old", "payer:back"}, At: h.now()}}))
	if n := h.count(`SELECT count(*) FROM transmissions WHERE sale LIKE '%payer:%' AND id <> ''`); n != 0 {
		t.Errorf("whose a sale was stays after it was learned: %d", n)
	}
	for due, err := h.db.ClaimTransmissions(t.Context(), h.now().Add(2*time.Minute), h.now().Add(3*time.Minute), 10); len(due) > 0; due = due[1:] {
		h.must(err)
		h.must(h.db.Learn(t.Context(), []rescue.Lesson{{From: due[0], At: h.now()}})) // the order's own, which is gone then
	}
	h.pass(time.Hour)
	second, _ := h.openOrder(h.order(o, "order-2"), false)
	h.must(h.db.Learn(t.Context(), []rescue.Lesson{{From: tell("u-2"), Subjects: []string{"payer:back"}, Approved: true, At: h.now()}}))
	if _, err := h.intruder.Exec(`DELETE FROM transmissions WHERE id = 'u-2'`); err != nil {
		t.Fatal(err)
	}
	tables := []string{"rescue_tries", "rescue_decisions", "transmissions", "rescue_history"}
	for _, table := range tables {
		if n := h.count(`SELECT count(*) FROM `+table+` WHERE merchant = ?`, m); n != 2 {
			t.Errorf("%d rows in %s", n, table)
		}
	}
	n, err := h.db.ForgetRescue(t.Context(), second.CreatedAt, second.CreatedAt, 10)
	h.must(err)
	for _, table := range tables {
		if left := h.count(`SELECT count(*) FROM `+table+` WHERE merchant = ?`, m); left != 1 || n != 1 {
			t.Errorf("%d rows left in %s, %d forgotten", left, table, n)
		}
	}
	if _, err = h.db.ForgetRescue(t.Context(), h.now().Add(time.Hour), h.now().Add(time.Hour), 10); err != nil || h.count(`SELECT count(*) FROM transmissions`) != 1 {
		t.Errorf("what is still to be learned is forgotten: %v", err)
	}
}

// Of a card that is erased its orders say no more who the shopper was.
func ordersOfAnErasedCard(t *testing.T, h *house) {
	o := h.open("Kestrel Kettles")
	m := o.Merchant.ID
	gone, stays := h.order(o, "order-1"), h.order(o, "order-2")
	h.must(h.keep(m, gone.Token))
	h.must(h.keep(m, stays.Token)) // the same card again
	h.openOrder(gone, false)
	h.openOrder(stays, false)
	h.must(h.db.Bury(t.Context(), m, "f", h.now()))
	erase := func(token id.Token) {
		h.must(h.db.EraseCard(t.Context(), m, token, "key 1", func(r vault.Record) event.Event {
			return event.New(event.TokenErased, m, token.String(), 2, h.now(), event.ErasedToken{ID: token.String()})
		}))
	}
	erase(gone.Token)
	one, err := h.db.FindOrder(t.Context(), m, gone.ID)
	h.must(err)
	if one.Mark != "" || one.Customer != (vault.Customer{}) || one.Billing != (processor.Address{}) || one.SenseKey != "" || one.Consent != nil || one.Amount != gone.Amount {
		t.Errorf("%+v", one)
	}
	other, err := h.db.FindOrder(t.Context(), m, stays.ID)
	h.must(err)
	if other.Customer != stays.Customer || h.count(`SELECT count(*) FROM rescue_history`) != 1 {
		t.Errorf("another token's: %+v", other)
	}
	erase(stays.Token)
	if h.count(`SELECT count(*) FROM rescue_history`) != 0 || h.count(`SELECT count(*) FROM rescue_tries`) == 0 {
		t.Error("what is known of the card stays, or its tries are forgotten")
	}
}
