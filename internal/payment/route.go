package payment

import (
	"context"
	"slices"
	"time"

	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/internal/processor"
)

// Try is how a payment is asked for again after a decline.
type Try struct {
	Processor    string
	Authenticate bool   // the issuer is to see the shopper
	Why          string // for the log
}

// Next says how to try again what a processor has just declined, of all that were not
// asked yet, or that nothing is to be tried. tries is how many there were.
type Next func(ctx context.Context, p Payment, declined processor.Outcome, others []string, tries int) (Try, bool)

// soft are the declines that another processor may well not repeat: they are about the
// way to the issuer, or the issuer gave no reason. A card that is lost, expired or
// empty is so everywhere.
var soft = []processor.DeclineCode{
	processor.GenericDecline, processor.DoNotHonor, processor.IssuerUnavailable, processor.ProcessingError,
}

// letsAnother tells whether a payment may be asked for again after this answer: nothing
// was sent, or a decline of exactly this payment that is not for good. What is unknown
// never is: the card may have been charged.
func (r Reply) letsAnother(p Payment) bool {
	if r.Unsent != nil {
		return true
	}
	return r.Outcome.State == processor.Declined && p.echoes(r.Outcome) && !r.Outcome.DeclineCode.Final()
}

// another is how to go on where nobody says otherwise: what was declined softly goes to
// the next processor as it is.
func another(_ context.Context, _ Payment, declined processor.Outcome, others []string, _ int) (Try, bool) {
	if len(others) == 0 || !slices.Contains(soft, declined.DeclineCode) {
		return Try{}, false
	}
	return Try{Processor: others[0], Why: "a soft decline"}, true
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
