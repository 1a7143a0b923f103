package payment

import (
	"time"

	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/processor"
)

// ModificationState is where a capture, void or refund stands.
type ModificationState string

// The states of a modification. An inflight one without an answer stays inflight and
// is looked up, as often as it takes.
const (
	Planned        ModificationState = "planned"  // durable, not sent yet
	Asked          ModificationState = "inflight" // being asked, or the answer did not come
	Succeeded      ModificationState = "succeeded"
	Refused        ModificationState = "failed"
	ReviewRequired ModificationState = "manual_review"
)

// Modification is one capture, void or refund of a payment.
type Modification struct {
	ID          string
	Kind        processor.ModificationKind
	Amount      int64 // minor units; of a void what it releases
	Final       bool  // of a capture: releases the rest
	State       ModificationState
	Reference   string // random 128 bits, sent as reference and idempotency key
	ProcessorID string
	DeclineCode processor.DeclineCode // why it was refused
	CheckAt     time.Time
	Checks      int
	NotFoundAt  time.Time
	CreatedAt   time.Time
	UpdatedAt   time.Time
}

// open tells whether its end is not known yet.
func (m Modification) open() bool { return m.State == Planned || m.State == Asked }

// pending tells whether it still holds its amount.
func (m Modification) pending() bool { return m.open() || m.State == ReviewRequired }

// request is the modification as its processor is asked for it.
func (m Modification) request(p Payment) processor.Modification {
	return processor.Modification{
		Kind: m.Kind, Reference: m.Reference, Amount: money.Amount{Minor: m.Amount, Currency: p.Amount.Currency},
		Final: m.Final, Original: p.Original(),
	}
}

func (m Modification) payload() event.Modification {
	status := string(m.State)
	if m.open() {
		status = "processing"
	}
	return event.Modification{
		ID: m.ID, Kind: string(m.Kind), Amount: m.Amount, Status: status, DeclineCode: string(m.DeclineCode), ProcessorID: m.ProcessorID,
		CreatedAt: m.CreatedAt.UTC(), UpdatedAt: m.UpdatedAt.UTC(),
	}
}

// held is the sum of a kind's amounts that are asked for and not yet decided.
func (p Payment) held(kind processor.ModificationKind) int64 {
	sum := int64(0)
	for _, m := range p.Modifications {
		if m.Kind == kind && m.pending() {
			sum += m.Amount
		}
	}
	return sum
}

// holds tells whether a modification of a kind is still undecided.
func (p Payment) holds(match func(Modification) bool) bool {
	for _, m := range p.Modifications {
		if m.pending() && match(m) {
			return true
		}
	}
	return false
}

// Modify is the step that opens a capture, void or refund: from then on its amount is
// spoken for. An amount of zero stands for all there is.
// Errors: fault.Conflict when the payment's state does not allow it, and faults on amount.
func Modify(m Modification, can processor.Abilities, now time.Time) Step {
	return func(p Payment) (Payment, []event.Event, error) {
		open := p.openCapture
		switch m.Kind {
		case processor.Void:
			open = p.openVoid
		case processor.Refund:
			open = p.openRefund
		}
		opened, err := open(m, can)
		if err != nil {
			return p, nil, err
		}
		opened.CreatedAt, opened.UpdatedAt = now, now
		p.Modifications = append(p.Modifications[:len(p.Modifications):len(p.Modifications)], opened)
		p.schedule()
		p.Sequence++
		p.UpdatedAt = now
		return p, nil, nil
	}
}

func (p Payment) openCapture(m Modification, can processor.Abilities) (Modification, error) {
	closing := p.holds(func(m Modification) bool {
		return m.Kind == processor.Void || m.Kind == processor.Capture && m.Final
	})
	if !p.State.Paid() || p.Capturable == 0 || closing {
		return m, fault.New(fault.Conflict, "Nothing of this payment can be captured: it is %s.", p.Status())
	}
	held := p.held(processor.Capture)
	left := p.Capturable - held
	if m.Amount == 0 {
		m.Amount = left
	}
	switch {
	case left == 0:
		return m, fault.New(fault.Conflict, "All of this payment is being captured already.")
	case m.Amount < 0 || m.Amount > left:
		return m, fault.Field("amount", "%d can still be captured, in minor units. Give less, or leave the amount out for all of it.", left)
	case m.Amount < left && !can.PartialCapture:
		return m, fault.Field("amount", "%s captures an authorization as a whole. Leave the amount out.", p.Processor)
	case held > 0 && (m.Final || !can.MultipleCaptures):
		// What releases the rest must not overtake one that is still on its way.
		return m, fault.New(fault.Conflict, "A capture of this payment is under way. Wait for its end.")
	}
	m.Final = m.Final || !can.MultipleCaptures || m.Amount == p.Capturable
	return m, nil
}

func (p Payment) openVoid(m Modification, can processor.Abilities) (Modification, error) {
	capturing := p.holds(func(m Modification) bool { return m.Kind != processor.Refund })
	switch {
	case !p.State.Paid() || p.Capturable == 0:
		return m, fault.New(fault.Conflict, "Nothing of this payment can be voided: it is %s. What was captured can be refunded.", p.Status())
	case capturing:
		return m, fault.New(fault.Conflict, "A capture or void of this payment is under way. Wait for its end.")
	case !can.Void:
		return m, fault.New(fault.Conflict, "%s cannot void an authorization. It lapses by itself.", p.Processor)
	}
	m.Amount = p.Capturable
	return m, nil
}

func (p Payment) openRefund(m Modification, can processor.Abilities) (Modification, error) {
	left := p.Captured - p.Refunded - p.held(processor.Refund)
	if m.Amount == 0 {
		m.Amount = left
	}
	switch {
	case !p.State.Paid() || p.Captured == 0:
		return m, fault.New(fault.Conflict, "Nothing of this payment was captured, so nothing can be refunded: it is %s. Void it instead.", p.Status())
	case left == 0:
		return m, fault.New(fault.Conflict, "All of this payment has been refunded, or is being refunded.")
	case m.Amount < 0 || m.Amount > left:
		return m, fault.Field("amount", "%d can still be refunded, in minor units. Give less, or leave the amount out for all of it.", left)
	case !can.Refund:
		return m, fault.New(fault.Conflict, "%s cannot refund.", p.Processor)
	case m.Amount < p.Captured && !can.PartialRefund:
		return m, fault.Field("amount", "%s refunds a payment as a whole. Leave the amount out.", p.Processor)
	}
	return m, nil
}
