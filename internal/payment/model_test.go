package payment_test

import (
	"errors"
	"fmt"
	"maps"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/processor"
)

// world is a payment with its processor, as the model has it: what the processor did,
// what its answers may say, and what the payment made of them.
type world struct {
	t   *rapid.T
	now time.Time
	p   payment.Payment
	can processor.Abilities

	decided   processor.State // what the processor decided; empty while it was never asked
	visibleAt time.Time       // from when it says so
	captured  int64
	refunded  int64
	voided    bool
	done      map[string]processor.State // modifications it decided, by reference
	sent      map[string]int             // how often each was done: more than once is money lost

	challenged bool
	leftAt     time.Time // when the challenge was ended for us

	events map[string]bool
	opened int
}

func newWorld(t *rapid.T) *world {
	w := &world{t: t, now: start, p: opened(), done: map[string]processor.State{}, sent: map[string]int{}, events: map[string]bool{}}
	w.can = processor.Abilities{
		Lookup: true, ManualCapture: true, Void: true, Refund: true, PartialCapture: rapid.Bool().Draw(t, "partial capture"),
		Idempotent: rapid.Bool().Draw(t, "idempotent"), PartialRefund: rapid.Bool().Draw(t, "partial refund"), MultipleCaptures: rapid.Bool().Draw(t, "multiple captures"),
	}
	w.p.WaitUntil = start.Add(20 * time.Minute)
	if rapid.IntRange(0, 3).Draw(t, "keep late") == 0 {
		w.p.Terms.Late = payment.Keep
	}
	if rapid.Bool().Draw(t, "automatic") {
		w.p.Terms.Capture = payment.Automatic
	}
	return w
}

// decide is the processor's own doing, when the authorization reaches it.
func (w *world) decide() {
	w.decided = rapid.SampledFrom([]processor.State{processor.Approved, processor.Approved, processor.Declined}).Draw(w.t, "decision")
	if w.decided == processor.Approved && w.p.Terms.Capture == payment.Automatic {
		w.captured = w.p.Amount.Minor
	}
	// The payment's proof that nothing reached the processor is two not-founds half a
	// minute apart; most processors show what they did well before.
	w.visibleAt = w.now.Add(time.Duration(rapid.SampledFrom([]int{0, 0, 0, 5, 20, 60, 4000}).Draw(w.t, "visible after")) * time.Second)
}

// challenge is an issuer's page that the processor cannot take back: the shopper may
// confirm on it at any time, or never.
func (w *world) challenge() {
	w.challenged = true
	w.step("challenged", payment.Answer(payment.Reply{Outcome: w.truth()}, w.now))
}

// leave ends the challenge for us, while the page stays open.
func (w *world) leave() {
	o := w.truth()
	if o.State != processor.Challenge || w.p.State != payment.RequiresAction {
		return
	}
	o.State, o.DeclineCode = processor.Declined, processor.AuthenticationFailed
	if w.step("left", payment.Answer(payment.Reply{Outcome: o, Open: true}, w.now)) {
		w.leftAt = w.now
	}
}

// truth is what a look-up says.
func (w *world) truth() processor.Outcome {
	if w.challenged && w.decided == "" {
		return said(processor.Challenge).Outcome
	}
	if w.decided == "" || w.now.Before(w.visibleAt) {
		return processor.Outcome{State: processor.NotFound}
	}
	o := said(w.decided).Outcome
	o.Captured, o.Refunded, o.Voided = w.captured, w.refunded, w.voided
	return o
}

// step applies a step and holds it to what every step must keep.
func (w *world) step(what string, step payment.Step) bool {
	before := w.p
	after, events, err := step(before)
	if err != nil {
		if len(events) > 0 {
			w.t.Fatalf("%s: refused, and announced", what)
		}
		return false
	}
	if after.Sequence != before.Sequence+1 {
		w.t.Fatalf("%s: sequence %d after %d", what, after.Sequence, before.Sequence)
	}
	if before.State != after.State && !w.allowed(before.State, after.State) {
		w.t.Fatalf("%s: %s became %s", what, before.State, after.State)
	}
	if after.Captured > after.Amount.Minor || after.Refunded > after.Captured || after.Captured+after.Capturable > after.Amount.Minor || after.Capturable < 0 || after.Refunded < 0 {
		w.t.Fatalf("%s: captured %d, refunded %d, capturable %d of %d", what, after.Captured, after.Refunded, after.Capturable, after.Amount.Minor)
	}
	if after.State.Pending() && after.State != payment.ManualReview && after.CheckAt.IsZero() {
		w.t.Fatalf("%s: %s, and nobody will ask", what, after.State)
	}
	for _, e := range events {
		if w.events[e.ID] || e.Sequence != after.Sequence {
			w.t.Fatalf("%s: %s is told twice or out of turn", what, e.Type)
		}
		w.events[e.ID] = true
	}
	w.p = after
	return true
}

// allowed are the ways from one state to another. What is final stays so, but for an
// approval that comes to light after a failure or decline.
func (w *world) allowed(from, to payment.State) bool {
	switch {
	case from.Pending():
		return true
	case from == payment.Failed || from == payment.Declined:
		return to == payment.Reversing || to == payment.Reversed
	case from == payment.Reversing:
		return to == payment.Reversed || to == payment.ManualReview
	case from == payment.Reversed:
		return false
	}
	return to.Paid() && !(from == payment.Voided || from == payment.Refunded)
}

// modify is the processor's own doing, when a modification reaches it.
func (w *world) modify(m payment.Modification) processor.State {
	if state, ok := w.done[m.Reference]; ok && w.can.Idempotent {
		return state
	}
	capturable := w.p.Amount.Minor - w.captured
	if w.voided {
		capturable = 0
	}
	state := processor.Declined
	switch {
	case m.Kind == processor.Capture && m.Amount <= capturable:
		w.captured, w.voided, state = w.captured+m.Amount, m.Final, processor.Approved
	case m.Kind == processor.Void && (m.Amount == capturable || w.voided):
		w.voided, state = true, processor.Approved
	case m.Kind == processor.Refund && m.Amount <= w.captured-w.refunded:
		w.refunded, state = w.refunded+m.Amount, processor.Approved
	}
	w.done[m.Reference] = state
	if state == processor.Approved {
		w.sent[m.Reference]++
	}
	return state
}

func (w *world) answered(m payment.Modification, state processor.State) payment.Reply {
	o := processor.Outcome{State: state, ProcessorID: "mod", Reference: m.Reference, Amount: money.Amount{Minor: m.Amount, Currency: w.p.Amount.Currency}}
	if state == processor.Declined {
		o.DeclineCode = processor.NotPermitted
	}
	return payment.Reply{Outcome: o}
}

// send is one modification on its way: it may not arrive, and its answer may be lost.
func (w *world) send(m payment.Modification) {
	again := w.can.Idempotent
	switch rapid.IntRange(0, 5).Draw(w.t, "way") {
	case 0: // never sent, and that is certain
		w.step("unsent modification", payment.Modified(m.ID, payment.Reply{Unsent: errors.New("refused")}, again, w.now))
	case 1: // lost on the way
		w.step("lost modification", payment.Modified(m.ID, w.answered(m, processor.Unknown), again, w.now))
	case 2: // done, and the answer lost
		w.modify(m)
		w.step("lost answer", payment.Modified(m.ID, w.answered(m, processor.Unknown), again, w.now))
	case 3: // done, and the server dies
		w.modify(m)
	default:
		w.step("modified", payment.Modified(m.ID, w.answered(m, w.modify(m)), again, w.now))
	}
}

// resolve does what the resolver does when the payment is due.
func (w *world) resolve(mute bool) {
	if w.p.CheckAt.IsZero() || w.p.CheckAt.After(w.now) {
		return
	}
	for _, m := range w.p.Modifications {
		if m.CheckAt.IsZero() || m.CheckAt.After(w.now) {
			continue
		}
		state, known := w.done[m.Reference]
		switch {
		case m.State == payment.Planned:
			if w.step("sending", payment.Sending(m.ID, w.now.Add(30*time.Second), w.now)) {
				w.send(m)
			}
		case mute:
			w.step("no answer", payment.Modified(m.ID, w.answered(m, processor.Unknown), w.can.Idempotent, w.now))
		case known:
			w.step("found", payment.Modified(m.ID, w.answered(m, state), w.can.Idempotent, w.now))
		case w.can.Idempotent:
			w.send(m)
		default:
			w.step("not found", payment.Modified(m.ID, payment.Reply{Outcome: processor.Outcome{State: processor.NotFound}}, false, w.now))
		}
		return
	}
	if mute {
		w.step("no answer", payment.AskLater(w.now))
		return
	}
	if w.now.Sub(start) > payment.ChallengeLife {
		w.leave()
		if !w.leftAt.IsZero() && w.leftAt.Equal(w.now) {
			return
		}
	}
	w.step("looked up", payment.Answer(payment.Reply{Outcome: w.truth()}, w.now))
}

// open asks for a capture, void or refund as a merchant does.
func (w *world) open() {
	w.opened++
	m := payment.Modification{
		ID: fmt.Sprint("mod_", w.opened), Reference: fmt.Sprint("ref_", w.opened), State: payment.Asked, CheckAt: w.now.Add(30 * time.Second),
		Kind:   rapid.SampledFrom([]processor.ModificationKind{processor.Capture, processor.Void, processor.Refund}).Draw(w.t, "kind"),
		Amount: rapid.SampledFrom([]int64{0, 1, 100, 4900, 5000, -1}).Draw(w.t, "amount"), Final: rapid.Bool().Draw(w.t, "final"),
	}
	if w.step("open "+string(m.Kind), payment.Modify(m, w.can, w.now)) {
		w.send(w.p.Modifications[len(w.p.Modifications)-1])
	}
}

// Whatever is lost, late or mute, in whatever order: nothing is done twice, nothing
// final goes back, and once the processor answers again the payment ends up knowing
// exactly what the processor did.
func TestTheModelOfAPayment(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t)
		switch rapid.IntRange(0, 5).Draw(t, "first way") {
		case 0:
			w.step("unsent", payment.Answer(payment.Reply{Unsent: errors.New("refused")}, w.now))
		case 1:
			w.step("lost", payment.Answer(said(processor.Unknown), w.now))
		case 2:
			w.decide()
			w.step("lost answer", payment.Answer(said(processor.Unknown), w.now))
		case 3:
			w.decide() // and the server dies
		case 4:
			w.challenge()
		default:
			w.decide()
			w.visibleAt = w.now
			w.step("answered", payment.Answer(payment.Reply{Outcome: w.truth()}, w.now))
		}
		for range rapid.IntRange(0, 25).Draw(t, "steps") {
			w.now = w.now.Add(time.Duration(rapid.SampledFrom([]int{0, 1, 5, 31, 600, 4000, 90000}).Draw(t, "seconds")) * time.Second)
			switch {
			case w.challenged && w.decided == "" && rapid.IntRange(0, 4).Draw(t, "confirm") == 0:
				w.decide()
				w.visibleAt = w.now
			case w.challenged && rapid.IntRange(0, 4).Draw(t, "leave") == 0:
				w.leave()
			case rapid.Bool().Draw(t, "resolve"):
				w.resolve(rapid.IntRange(0, 2).Draw(t, "mute") == 0)
			default:
				w.open()
			}
		}
		w.settle()
	})
}

// settle lets the processor answer every question from now on, and looks at the end.
func (w *world) settle() {
	for range 400 {
		if w.p.CheckAt.IsZero() {
			break
		}
		if w.now.Before(w.p.CheckAt) {
			w.now = w.p.CheckAt
		}
		w.resolve(false)
	}
	if !w.p.CheckAt.IsZero() && w.p.State != payment.ManualReview {
		w.t.Fatalf("%s never ends: %+v", w.p.State, w.p.Modifications)
	}
	for reference, n := range maps.All(w.sent) {
		if n > 1 {
			w.t.Fatalf("%s was done %d times", reference, n)
		}
	}
	charged := w.decided == processor.Approved && !w.voided && w.captured > w.refunded || w.decided == processor.Approved && !w.voided && w.captured < w.p.Amount.Minor
	switch {
	case w.p.State.Paid() && w.decided != processor.Approved:
		w.t.Fatalf("%s, and the processor has %q", w.p.State, w.decided)
	case w.p.State.Paid() && (w.p.Captured != w.captured || w.p.Refunded != w.refunded):
		w.t.Fatalf("captured %d and refunded %d, at the processor %d and %d", w.p.Captured, w.p.Refunded, w.captured, w.refunded)
	case w.p.State == payment.Declined && charged && w.challenged && w.visibleAt.Sub(w.leftAt) > 40*time.Hour:
		// Confirmed on a page that was left days ago: found by reconciliation.
	case (w.p.State == payment.Declined || w.p.State == payment.Reversed) && charged && w.visibleAt.Before(w.now):
		w.t.Fatalf("%s, and the processor holds the shopper's money", w.p.State)
	case w.p.State == payment.Failed && charged && w.visibleAt.Sub(start) < 40*time.Hour:
		w.t.Fatalf("failed, and the processor holds the shopper's money since %s", w.visibleAt)
	}
}
