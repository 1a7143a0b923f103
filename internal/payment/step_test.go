package payment_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/processor"
)

var start = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// opened is a payment whose intent is durable and whose card is kept.
func opened() payment.Payment {
	return payment.Payment{
		ID: "pay_1", Merchant: "mer_1", Session: "cs_1", State: payment.Inflight, Sequence: 1, Amount: money.Amount{Minor: 4900, Currency: "USD"},
		Token: id.NewToken(), Vaulted: true, ProcessorReference: "ref_1", CreatedAt: start, UpdatedAt: start, CheckAt: start.Add(30 * time.Second),
	}
}

// said is a processor's answer about that payment.
func said(state processor.State) payment.Reply {
	o := processor.Outcome{State: state, ProcessorID: "auth_1", Reference: "ref_1", Amount: money.Amount{Minor: 4900, Currency: "USD"}}
	switch state {
	case processor.Approved:
		o.ApprovalCode, o.NetworkCode = "A1B2C3", "00"
	case processor.Declined:
		o.DeclineCode, o.NetworkCode = processor.InsufficientFunds, "51"
	case processor.Challenge:
		o.ChallengeURL = "https://bank.example/1"
	}
	return payment.Reply{Outcome: o}
}

func types(events []event.Event) []event.Type {
	var out []event.Type
	for _, e := range events {
		out = append(out, e.Type)
	}
	return out
}

func TestAnAnswer(t *testing.T) {
	t.Parallel()
	unsent := payment.Reply{Unsent: errors.New("connection refused")}
	other := said(processor.Approved)
	other.Outcome.Reference = "ref_2"
	less := said(processor.Approved)
	less.Outcome.Amount.Minor = 1
	yen := said(processor.Approved)
	yen.Outcome.Amount.Currency = "JPY"
	nonsense := said("fine")
	for name, c := range map[string]struct {
		from  payment.State
		reply payment.Reply
		to    payment.State
		tells []event.Type
	}{
		"approved":                     {payment.Inflight, said(processor.Approved), payment.Authorized, []event.Type{event.PaymentAuthorized}},
		"declined":                     {payment.Inflight, said(processor.Declined), payment.Declined, []event.Type{event.PaymentDeclined}},
		"challenged":                   {payment.Inflight, said(processor.Challenge), payment.RequiresAction, []event.Type{event.PaymentRequiresAction}},
		"never sent":                   {payment.Inflight, unsent, payment.Failed, []event.Type{event.PaymentFailed}},
		"no answer":                    {payment.Inflight, said(processor.Unknown), payment.Unknown, []event.Type{event.PaymentProcessing}},
		"an answer about another":      {payment.Inflight, other, payment.Unknown, []event.Type{event.PaymentProcessing}},
		"approved for less":            {payment.Inflight, less, payment.Unknown, []event.Type{event.PaymentProcessing}},
		"approved in another currency": {payment.Inflight, yen, payment.Unknown, []event.Type{event.PaymentProcessing}},
		"an answer that means nothing": {payment.Inflight, nonsense, payment.Unknown, []event.Type{event.PaymentProcessing}},
		"not found at first":           {payment.Inflight, said(processor.NotFound), payment.Unknown, []event.Type{event.PaymentProcessing}},
		"found out: approved":          {payment.Unknown, said(processor.Approved), payment.Authorized, []event.Type{event.PaymentAuthorized}},
		"found out: declined":          {payment.Unknown, said(processor.Declined), payment.Declined, []event.Type{event.PaymentDeclined}},
		"still no answer":              {payment.Unknown, said(processor.Unknown), payment.Unknown, nil},
		"the shopper confirmed":        {payment.RequiresAction, said(processor.Approved), payment.Authorized, []event.Type{event.PaymentAuthorized}},
		"the shopper refused":          {payment.RequiresAction, said(processor.Declined), payment.Declined, []event.Type{event.PaymentDeclined}},
		"the shopper is still at it":   {payment.RequiresAction, said(processor.Challenge), payment.RequiresAction, nil},
		"late news of a challenge":     {payment.Unknown, said(processor.Challenge), payment.RequiresAction, []event.Type{event.PaymentRequiresAction}},
	} {
		p := opened()
		p.State = c.from
		now := start.Add(time.Second)
		after, events, err := payment.Answer(c.reply, now)(p)
		if err != nil || after.State != c.to || !slices.Equal(types(events), c.tells) {
			t.Errorf("%s: %s, %v, %v", name, after.State, types(events), err)
		}
		if after.Sequence != p.Sequence+1 || !after.UpdatedAt.Equal(now) || after.State.Pending() == after.CheckAt.IsZero() {
			t.Errorf("%s: sequence %d, updated %s, to be checked %s", name, after.Sequence, after.UpdatedAt, after.CheckAt)
		}
		if after.State != payment.RequiresAction && after.ChallengeURL != "" {
			t.Errorf("%s: the issuer's page is kept", name)
		}
	}
}

func TestWhatIsSettledStaysSo(t *testing.T) {
	t.Parallel()
	for _, state := range payment.States {
		if state.Pending() {
			continue
		}
		p := opened()
		p.State, p.CheckAt = state, time.Time{}
		steps := map[string]payment.Step{"approved": payment.Answer(said(processor.Approved), start), "declined": payment.Answer(said(processor.Declined), start), "no answer": payment.AskLater(start), "review": payment.Review(start)}
		for name, step := range steps {
			after, events, err := step(p)
			if name == "approved" && (state == payment.Failed || state == payment.Declined) {
				if err != nil || after.State != payment.Reversing || !slices.Equal(types(events), []event.Type{event.PaymentReversing}) {
					t.Errorf("%s, and approved late: %s, %v, %v", state, after.State, types(events), err)
				}
				continue
			}
			if !errors.Is(err, payment.ErrSettled) || len(events) != 0 || after.State != state {
				t.Errorf("%s, and %s: became %s: %v", state, name, after.State, err)
			}
		}
	}
}

// An approval that nobody waits for any more is given back: voided, or refunded if it was
// captured with the approval.
func TestALateApprovalIsGivenBack(t *testing.T) {
	t.Parallel()
	for kind, captured := range map[processor.ModificationKind]int64{processor.Void: 0, processor.Refund: 4900} {
		p := opened()
		p.WaitUntil = start.Add(20 * time.Minute)
		approved := said(processor.Approved)
		approved.Outcome.Captured = captured
		if after, _, err := payment.Answer(approved, p.WaitUntil)(p); err != nil || !after.State.Paid() {
			t.Errorf("in time: %s, %v", after.State, err)
		}
		late := p.WaitUntil.Add(time.Millisecond)
		keep := p
		keep.Terms.Late = payment.Keep
		if after, _, err := payment.Answer(approved, late)(keep); err != nil || !after.State.Paid() {
			t.Errorf("late, and to be kept: %s, %v", after.State, err)
		}
		after, events, err := payment.Answer(approved, late)(p)
		if err != nil || after.State != payment.Reversing || !slices.Equal(types(events), []event.Type{event.PaymentReversing}) || len(after.Modifications) != 1 {
			t.Fatalf("late: %s, %v, %v", after.State, types(events), err)
		}
		m := after.Modifications[0]
		if m.Kind != kind || m.Amount != 4900 || m.State != payment.Planned || after.CheckAt != late {
			t.Errorf("late, with %d captured: %+v, due %s", captured, m, after.CheckAt)
		}
		sent, _, err := payment.Sending(m.ID, late.Add(time.Minute), late)(after)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := payment.Sending(m.ID, late.Add(time.Minute), late)(sent); !errors.Is(err, payment.ErrSettled) {
			t.Errorf("sent twice: %v", err)
		}
		answer := payment.Reply{Outcome: processor.Outcome{State: processor.Approved, Reference: m.Reference, Amount: p.Amount}}
		reversed, events, err := payment.Modified(m.ID, answer, true, late)(sent)
		if err != nil || reversed.State != payment.Reversed || !slices.Equal(types(events), []event.Type{event.PaymentReversed}) || !reversed.CheckAt.IsZero() {
			t.Errorf("given back: %s, %v, %v", reversed.State, types(events), err)
		}
		answer.Outcome.State, answer.Outcome.DeclineCode = processor.Declined, processor.NotPermitted
		stuck, events, err := payment.Modified(m.ID, answer, true, late)(sent)
		if err != nil || stuck.State != payment.ManualReview || !slices.Equal(types(events), []event.Type{event.PaymentManualReview}) {
			t.Errorf("could not be given back: %s, %v, %v", stuck.State, types(events), err)
		}
		// Nobody could say for three days, and then somebody can.
		silent := payment.Reply{Outcome: processor.Outcome{State: processor.Unknown}}
		review, events, err := payment.Modified(m.ID, silent, true, late.Add(payment.ReviewAfter))(sent)
		if err != nil || review.State != payment.ManualReview || len(events) != 1 || review.CheckAt.IsZero() {
			t.Errorf("after three days: %s, %v, %v", review.State, types(events), err)
		}
		answer.Outcome.State, answer.Outcome.DeclineCode = processor.Approved, ""
		if after, events, err := payment.Modified(m.ID, answer, true, late.Add(payment.ReviewAfter+time.Hour))(review); err != nil || after.State != payment.Reversed || len(events) != 1 || !after.CheckAt.IsZero() {
			t.Errorf("given back after all: %s, %v, %v", after.State, types(events), err)
		}
	}
}

// Three days without an answer are for a person; the processor is still asked, once a day.
func TestManualReview(t *testing.T) {
	t.Parallel()
	p := opened()
	now := start
	told := 0
	for now.Before(start.Add(75 * time.Hour)) {
		now = p.CheckAt
		after, events, err := payment.AskLater(now)(p)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range events {
			if e.Type == event.PaymentManualReview {
				told++
			}
		}
		if due := now.Sub(start) >= 72*time.Hour; due != (after.State == payment.ManualReview) {
			t.Fatalf("after %s: %s", now.Sub(start), after.State)
		}
		p = after
	}
	if told != 1 || p.CheckAt.Sub(p.UpdatedAt) != 24*time.Hour {
		t.Errorf("told %d times, to be asked again after %s", told, p.CheckAt.Sub(p.UpdatedAt))
	}
	if after, _, _ := payment.Answer(said(processor.NotFound), now)(p); after.State != payment.ManualReview {
		t.Errorf("nobody knows anything of it: %s", after.State)
	}
	if after, _, _ := payment.Answer(said(processor.Declined), now)(p); after.State != payment.Declined {
		t.Errorf("declined after all: %s", after.State)
	}
}

func TestACardThatCouldNotBeKeptIsTold(t *testing.T) {
	t.Parallel()
	p := opened()
	p.Vaulted = false
	after, events, err := payment.Answer(said(processor.Approved), start)(p)
	if err != nil || after.State != payment.Authorized || !slices.Equal(types(events), []event.Type{event.PaymentAuthorized, event.TokenFailed}) {
		t.Errorf("%s, %v, %v", after.State, types(events), err)
	}
	if after.Payload().Token != nil {
		t.Error("a token is shown whose card is not kept")
	}
}

// It is asked again after 2, 4, 8 … seconds, up to an hour; while a shopper is at
// the issuer's page, after half a minute at most.
func TestHowOftenItIsAsked(t *testing.T) {
	t.Parallel()
	for reply, longest := range map[processor.State]time.Duration{processor.Unknown: time.Hour, processor.Challenge: 30 * time.Second} {
		p, want := opened(), 2*time.Second
		for range 70 {
			var err error
			if p, _, err = payment.Answer(said(reply), start)(p); err != nil {
				t.Fatal(err)
			}
			if wait := p.CheckAt.Sub(start); wait != min(want, longest) {
				t.Fatalf("%s, check %d: after %s, want %s", reply, p.Checks, wait, min(want, longest))
			}
			want = min(want*2, time.Hour)
		}
	}
}

// Whatever a processor says, in whatever order and at whatever times, a payment
// never leaves a final state, and is only authorized on an approval of exactly
// this reference and amount, and only failed when nothing was sent or when the
// processor twice, half a minute apart, knew nothing of it.
func TestNoOrderOfAnswersMakesMoney(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p, now := opened(), start
		p.Vaulted = rapid.Bool().Draw(t, "vaulted")
		var firstMissing time.Time
		seen := map[string]bool{}
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 40).Draw(t, "wait")) * time.Second)
			reply := said(rapid.SampledFrom([]processor.State{
				processor.Approved, processor.Declined, processor.Challenge, processor.Unknown, processor.NotFound, "nonsense",
			}).Draw(t, "state"))
			if rapid.IntRange(0, 9).Draw(t, "unsent") == 0 && p.State == payment.Inflight {
				reply = payment.Reply{Unsent: errors.New("refused")}
			}
			if rapid.IntRange(0, 3).Draw(t, "wrong") == 0 {
				reply.Outcome.Amount.Minor++
			}
			step := payment.Answer(reply, now)
			mute := rapid.IntRange(0, 4).Draw(t, "mute") == 0
			if mute {
				step = payment.AskLater(now)
			}
			exact := reply.Outcome.Reference == p.ProcessorReference && reply.Outcome.Amount == p.Amount
			missing := !mute && reply.Unsent == nil && reply.Outcome.State == processor.NotFound
			after, events, err := step(p)
			if !p.State.Pending() {
				late := err == nil && after.State == payment.Reversing && p.State != payment.Authorized && !mute && reply.Outcome.State == processor.Approved && exact
				if late {
					return
				}
				if after.State != p.State || len(events) > 0 {
					t.Fatalf("%s became %s", p.State, after.State)
				}
				p = after
				continue
			}
			if err != nil || after.Sequence != p.Sequence+1 {
				t.Fatalf("sequence %d after %d, %v", after.Sequence, p.Sequence, err)
			}
			if missing && firstMissing.IsZero() {
				firstMissing = now
			}
			switch after.State {
			case payment.Authorized:
				if mute || reply.Outcome.State != processor.Approved || !exact {
					t.Fatalf("authorized on %+v", reply)
				}
			case payment.Declined:
				if mute || reply.Outcome.State != processor.Declined || !exact {
					t.Fatalf("declined on %+v", reply)
				}
			case payment.Failed:
				if mute || reply.Unsent == nil && (!missing || now.Sub(firstMissing) < 30*time.Second) {
					t.Fatalf("failed on %+v, first missing %s, now %s", reply, firstMissing, now)
				}
			}
			if after.State.Pending() && !after.CheckAt.After(now) {
				t.Fatalf("%s is to be checked at %s, now %s", after.State, after.CheckAt, now)
			}
			for _, e := range events {
				if seen[e.ID] || e.Sequence != after.Sequence {
					t.Fatalf("event %s of %d is told twice or out of turn", e.Type, e.Sequence)
				}
				seen[e.ID] = true
			}
			p = after
		}
	})
}
