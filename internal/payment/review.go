package payment

import (
	"context"
	"time"

	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/processor"
)

// Verdict is what a person found out about what no processor could say.
type Verdict string

// The verdicts.
const (
	WasDone    Verdict = "done"     // the processor did it
	WasNotDone Verdict = "not-done" // it did not, and will not
)

// Decide is the step that takes in a person's verdict: about the authorization when
// modification is empty, or about one of its captures, voids and refunds.
// Errors: fault.Conflict when that is not under review.
func Decide(modification string, verdict Verdict, now time.Time) Step {
	return func(p Payment) (Payment, []event.Event, error) {
		reply := Reply{Outcome: processor.Outcome{State: processor.Approved, ProcessorID: p.ProcessorID, Reference: p.ProcessorReference, Amount: p.Amount}}
		if modification != "" {
			m, ok := p.find(modification)
			if !ok || m.State != ReviewRequired {
				return p, nil, errNotUnderReview
			}
			reply.Outcome.ProcessorID, reply.Outcome.Reference, reply.Outcome.Amount.Minor = m.ProcessorID, m.Reference, m.Amount
			if verdict == WasNotDone {
				reply.Outcome.State, reply.Outcome.DeclineCode = processor.Declined, processor.ProcessingError
			}
			return Modified(modification, reply, false, now)(p)
		}
		if p.State != ManualReview {
			return p, nil, errNotUnderReview
		}
		p.WaitUntil = time.Time{} // whoever decides knows what they are waiting for
		if verdict == WasNotDone {
			p = p.final(Failed)
			p.Sequence++
			p.UpdatedAt = now
			return p, announce(ManualReview, p, now), nil
		}
		if p.Terms.Capture == Automatic {
			reply.Outcome.Captured = p.Amount.Minor
		}
		return Answer(reply, now)(p)
	}
}

var errNotUnderReview = fault.New(fault.Conflict, "This is not under review: nothing needs to be decided.")

// Decide keeps a person's verdict. Errors: fault.NotFound, those of the step.
func (s *Service) Decide(ctx context.Context, merchant, payment, modification string, verdict Verdict, actor string) (Payment, error) {
	if verdict != WasDone && verdict != WasNotDone {
		return Payment{}, fault.Field("verdict", "Say done or not-done.")
	}
	return s.Store.Advance(ctx, merchant, payment, actor, Decide(modification, verdict, s.Now()))
}
