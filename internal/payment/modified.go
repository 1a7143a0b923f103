package payment

import (
	"time"

	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/internal/processor"
)

// find gives one of the payment's modifications.
func (p Payment) find(id string) (Modification, bool) {
	for _, m := range p.Modifications {
		if m.ID == id {
			return m, true
		}
	}
	return Modification{}, false
}

// modifying finds one of the payment's open modifications and gives the payment with a
// list of its own, so that changing it changes nobody else's.
func (p Payment) modifying(id string) (Payment, *Modification) {
	p.Modifications = append([]Modification(nil), p.Modifications...)
	for i := range p.Modifications {
		if m := &p.Modifications[i]; m.ID == id && m.pending() {
			return p, m
		}
	}
	return p, nil
}

// Sending is the step that says of a planned modification that it is about to be asked
// for. Errors: ErrSettled when it is not planned any more.
func Sending(id string, lease, now time.Time) Step {
	return func(p Payment) (Payment, []event.Event, error) {
		after, m := p.modifying(id)
		if m == nil || m.State != Planned {
			return p, nil, ErrSettled
		}
		m.State, m.CheckAt, m.UpdatedAt = Asked, lease, now
		return after.moved(now), nil, nil
	}
}

// Modified is the step that takes in what a processor said of a modification, first or
// looked up. again tells that its processor may be asked again: it does a reference
// once. An echo that does not match is no answer.
func Modified(id string, reply Reply, again bool, now time.Time) Step {
	return func(p Payment) (Payment, []event.Event, error) {
		after, m := p.modifying(id)
		if m == nil {
			return p, nil, ErrSettled
		}
		was := m.State
		o := reply.Outcome
		exact := o.Reference == m.Reference && o.Amount.Minor == m.Amount && o.Amount.Currency == p.Amount.Currency
		m.UpdatedAt = now
		switch {
		case reply.Unsent == nil && o.State == processor.Approved && exact:
			m.State, m.ProcessorID, m.CheckAt = Succeeded, o.ProcessorID, time.Time{}
			after.apply(*m)
		case reply.Unsent == nil && o.State == processor.Declined && exact:
			m.State, m.ProcessorID, m.DeclineCode, m.CheckAt = Refused, o.ProcessorID, o.DeclineCode, time.Time{}
		case reply.Unsent != nil && !again, reply.Unsent == nil && o.State == processor.NotFound && !again && m.missing(now):
			m.State, m.DeclineCode, m.CheckAt = Refused, processor.ProcessingError, time.Time{}
		default:
			m.later(now)
		}
		if m.ID == p.reversalID() {
			after.reversal(*m)
		}
		after = after.moved(now)
		if m.State == was && after.State == p.State {
			return after, nil, nil
		}
		return after, after.announceModified(p.State, *m, now), nil
	}
}

// missing takes in that the processor knows nothing of it, and tells whether that is
// proof by now.
func (m *Modification) missing(now time.Time) bool {
	if m.NotFoundAt.IsZero() {
		m.NotFoundAt = now
	}
	return now.Sub(m.NotFoundAt) >= visibility
}

// later puts the next question off, or hands it to a person after ReviewAfter.
func (m *Modification) later(now time.Time) {
	m.CheckAt, m.Checks = now.Add(wait(m.Checks)), m.Checks+1
	if now.Sub(m.CreatedAt) >= ReviewAfter {
		m.State, m.CheckAt = ReviewRequired, now.Add(reviewInterval)
	}
}

// apply adds a modification that succeeded to the sums.
func (p *Payment) apply(m Modification) {
	switch m.Kind {
	case processor.Capture:
		p.Captured += m.Amount
		p.Capturable -= m.Amount
		if m.Final {
			p.Capturable = 0
		}
	case processor.Void:
		p.Capturable = 0
	case processor.Refund:
		p.Refunded += m.Amount
	}
	if p.State.Paid() {
		p.State = p.standing()
	}
}

// reversalID names the modification that gives a late approval back: there is one at most.
func (p Payment) reversalID() string { return p.ID + "-reversal" }

// reversal ends a reversal when its modification has ended. One that was refused is
// for a person: money is held or taken that is not the merchant's.
func (p *Payment) reversal(m Modification) {
	switch m.State {
	case Succeeded:
		p.State = Reversed
	case Refused, ReviewRequired:
		p.State = ManualReview
	}
}

// moved ends a step.
func (p Payment) moved(now time.Time) Payment {
	p.schedule()
	p.Sequence++
	p.UpdatedAt = now
	return p
}

// schedule puts the next question at the earliest of those about modifications. The
// authorization itself has none to wait for: it is settled before it is modified.
func (p *Payment) schedule() {
	p.CheckAt = time.Time{}
	for _, m := range p.Modifications {
		if !m.CheckAt.IsZero() && (p.CheckAt.IsZero() || m.CheckAt.Before(p.CheckAt)) {
			p.CheckAt = m.CheckAt
		}
	}
}

// announceModified gives the events of a modification's end.
func (p Payment) announceModified(before State, m Modification, now time.Time) []event.Event {
	var kind event.Type
	switch {
	case p.State != before && (p.State == Reversed || p.State == ManualReview):
		kind = announcement[p.State]
	case m.State == Succeeded && m.ID != p.reversalID():
		kind = map[processor.ModificationKind]event.Type{
			processor.Capture: event.PaymentCaptured, processor.Void: event.PaymentVoided, processor.Refund: event.PaymentRefunded,
		}[m.Kind]
	case m.State == Refused:
		kind = map[processor.ModificationKind]event.Type{
			processor.Capture: event.PaymentCaptureFailed, processor.Void: event.PaymentVoidFailed, processor.Refund: event.PaymentRefundFailed,
		}[m.Kind]
	case m.State == ReviewRequired:
		kind = event.PaymentManualReview
	default:
		return nil
	}
	return []event.Event{event.New(kind, p.Merchant, p.ID, p.Sequence, now, p.Payload())}
}
