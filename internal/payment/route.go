package payment

import (
	"slices"
	"time"

	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/internal/processor"
)

// soft are the declines that another processor may well not repeat: they are about the
// way to the issuer, or the issuer gave no reason. A card that is lost, expired or
// empty is so everywhere.
var soft = []processor.DeclineCode{
	processor.GenericDecline, processor.DoNotHonor, processor.IssuerUnavailable, processor.ProcessingError,
}

// letsAnother tells whether another processor may be asked after this answer: nothing
// was sent, or a soft decline of exactly this payment. What is unknown never is: the
// card may have been charged.
func (r Reply) letsAnother(p Payment) bool {
	if r.Unsent != nil {
		return true
	}
	return r.Outcome.State == processor.Declined && p.echoes(r.Outcome) && slices.Contains(soft, r.Outcome.DeclineCode)
}

// Reroute is the step that takes an open payment to another processor, under a
// reference of its own. Errors: ErrSettled when the payment is not inflight any more,
// or its answer does not let another be asked.
func Reroute(reply Reply, to, reference string, lease, now time.Time) Step {
	return func(p Payment) (Payment, []event.Event, error) {
		if p.State != Inflight || !reply.letsAnother(p) {
			return p, nil, ErrSettled
		}
		attempt := Attempt{Processor: p.Processor, Reference: p.ProcessorReference, State: Failed, At: now}
		if reply.Unsent == nil {
			o := reply.Outcome
			attempt.State, attempt.ProcessorID, attempt.DeclineCode, attempt.NetworkCode = Declined, o.ProcessorID, o.DeclineCode, o.NetworkCode
		}
		p.Attempts = append(p.Attempts[:len(p.Attempts):len(p.Attempts)], attempt)
		p.Processor, p.ProcessorReference, p.CheckAt = to, reference, lease
		p.Sequence++
		p.UpdatedAt = now
		return p, nil, nil
	}
}
