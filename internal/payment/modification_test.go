package payment_test

import (
	"errors"
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/processor"
)

// all is a processor that can do everything.
var all = processor.Abilities{ManualCapture: true, PartialCapture: true, MultipleCaptures: true, Void: true, Refund: true, PartialRefund: true}

func modify(kind processor.ModificationKind, amount int64, final bool) payment.Modification {
	return payment.Modification{ID: "mod_new", Reference: "ref_new", Kind: kind, Amount: amount, Final: final, State: payment.Asked, CheckAt: start.Add(time.Minute)}
}

// under is a modification that is under way.
func under(kind processor.ModificationKind, amount int64, final bool) payment.Modification {
	m := modify(kind, amount, final)
	m.ID, m.Reference, m.CreatedAt = "mod_old", "ref_old", start
	return m
}

// What is spoken for cannot be had twice, whatever becomes of it; and what a processor
// cannot do is not asked for.
func TestWhatCanBeModified(t *testing.T) {
	t.Parallel()
	authorized := payment.Payment{State: payment.Authorized, Capturable: 4900}
	captured := payment.Payment{State: payment.Captured, Captured: 4900}
	half := payment.Payment{State: payment.PartiallyCaptured, Capturable: 1900, Captured: 3000}
	with := func(p payment.Payment, m ...payment.Modification) payment.Payment {
		p.Modifications = m
		return p
	}
	review := under(processor.Refund, 4900, false)
	review.State = payment.ReviewRequired
	none := processor.Abilities{}
	for name, c := range map[string]struct {
		p      payment.Payment
		m      payment.Modification
		can    processor.Abilities
		amount int64 // that is opened; 0 for a refusal
		final  bool
		code   fault.Code
	}{
		"all of it":                  {authorized, modify(processor.Capture, 0, false), all, 4900, true, ""},
		"a part":                     {authorized, modify(processor.Capture, 100, false), all, 100, false, ""},
		"the last part":              {half, modify(processor.Capture, 1900, false), all, 1900, true, ""},
		"more than there is":         {authorized, modify(processor.Capture, 4901, false), all, 0, false, fault.Invalid},
		"what is being captured":     {with(authorized, under(processor.Capture, 4900, true)), modify(processor.Capture, 0, false), all, 0, false, fault.Conflict},
		"beside another capture":     {with(authorized, under(processor.Capture, 4000, false)), modify(processor.Capture, 900, false), all, 900, false, ""},
		"more than is left of it":    {with(authorized, under(processor.Capture, 4000, false)), modify(processor.Capture, 901, false), all, 0, false, fault.Invalid},
		"the rest, beside another":   {with(authorized, under(processor.Capture, 4000, false)), modify(processor.Capture, 100, true), all, 0, false, fault.Conflict},
		"while it is voided":         {with(authorized, under(processor.Void, 4900, false)), modify(processor.Capture, 100, false), all, 0, false, fault.Conflict},
		"a part, where none can be":  {authorized, modify(processor.Capture, 100, false), none, 0, false, fault.Invalid},
		"one capture, and no other":  {authorized, modify(processor.Capture, 100, false), processor.Abilities{PartialCapture: true}, 100, true, ""},
		"a void":                     {authorized, modify(processor.Void, 0, false), all, 4900, false, ""},
		"a void of the rest":         {half, modify(processor.Void, 0, false), all, 1900, false, ""},
		"a void beside a capture":    {with(authorized, under(processor.Capture, 1, false)), modify(processor.Void, 0, false), all, 0, false, fault.Conflict},
		"a void of what is captured": {captured, modify(processor.Void, 0, false), all, 0, false, fault.Conflict},
		"a void, where none can be":  {authorized, modify(processor.Void, 0, false), none, 0, false, fault.Conflict},
		"a refund":                   {captured, modify(processor.Refund, 0, false), all, 4900, false, ""},
		"a refund of nothing":        {authorized, modify(processor.Refund, 0, false), all, 0, false, fault.Conflict},
		"what is being refunded":     {with(captured, under(processor.Refund, 4900, false)), modify(processor.Refund, 1, false), all, 0, false, fault.Conflict},
		"beside another refund":      {with(captured, under(processor.Refund, 4000, false)), modify(processor.Refund, 0, false), all, 900, false, ""},
		"too much beside another":    {with(captured, under(processor.Refund, 4000, false)), modify(processor.Refund, 901, false), all, 0, false, fault.Invalid},
		"beside one under review":    {with(captured, review), modify(processor.Refund, 1, false), all, 0, false, fault.Conflict},
		"a refund in part":           {captured, modify(processor.Refund, 1, false), processor.Abilities{Refund: true}, 0, false, fault.Invalid},
	} {
		c.p.Amount = money.Amount{Minor: 4900, Currency: "USD"}
		after, events, err := payment.Modify(c.m, c.can, start)(c.p)
		if c.amount == 0 {
			if err == nil || fault.CodeOf(err) != c.code {
				t.Errorf("%s: %v, want %s", name, err, c.code)
			}
			continue
		}
		if err != nil || len(events) != 0 || after.CheckAt.IsZero() {
			t.Errorf("%s: %v, %v", name, events, err)
			continue
		}
		if m := after.Modifications[len(after.Modifications)-1]; m.Amount != c.amount || m.Final != c.final {
			t.Errorf("%s: %d, final %t", name, m.Amount, m.Final)
		}
	}
}

// An answer about another modification, amount or currency is no answer.
func TestAnAnswerAboutAnotherModification(t *testing.T) {
	t.Parallel()
	p := opened()
	p.State, p.Captured, p.Modifications = payment.Captured, 4900, []payment.Modification{under(processor.Refund, 100, false)}
	good := processor.Outcome{State: processor.Approved, ProcessorID: "re_1", Reference: "ref_old", Amount: money.Amount{Minor: 100, Currency: "USD"}}
	for name, change := range map[string]func(*processor.Outcome){
		"another":          func(o *processor.Outcome) { o.Reference = "ref_1" },
		"another amount":   func(o *processor.Outcome) { o.Amount.Minor = 101 },
		"another currency": func(o *processor.Outcome) { o.Amount.Currency = "EUR" },
	} {
		for _, state := range []processor.State{processor.Approved, processor.Declined} {
			o := good
			o.State = state
			change(&o)
			after, events, err := payment.Modified("mod_old", payment.Reply{Outcome: o}, true, start)(p)
			if err != nil || after.Refunded != 0 || after.Modifications[0].State != payment.Asked || after.CheckAt.IsZero() || len(events) != 0 {
				t.Errorf("%s, %s: %+v, %v, %v", name, state, after.Modifications[0], events, err)
			}
		}
	}
	after, _, err := payment.Modified("mod_old", payment.Reply{Outcome: good}, true, start)(p)
	if err != nil || after.Refunded != 100 || after.State != payment.PartiallyRefunded {
		t.Errorf("%+v, %v", after.Modifications[0], err)
	}
	if p.Modifications[0].State != payment.Asked {
		t.Error("the step changed the payment that it was given")
	}
	unsent := payment.Reply{Unsent: errors.New("refused")}
	if after, _, _ := payment.Modified("mod_old", unsent, true, start)(p); after.Modifications[0].State != payment.Asked {
		t.Errorf("never sent, and may be sent again: %s", after.Modifications[0].State)
	}
	if after, _, _ := payment.Modified("mod_old", unsent, false, start)(p); after.Modifications[0].State != payment.Refused {
		t.Errorf("never sent, and may not be sent again: %s", after.Modifications[0].State)
	}
}
