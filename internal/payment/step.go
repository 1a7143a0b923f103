package payment

import (
	"fmt"
	"time"

	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/processor"
)

// How long after the first not-found a second one counts as proof that nothing
// reached the processor: an authorization may become visible late.
const visibility = 30 * time.Second

// ChallengeLife is how long a shopper has for the issuer's page. After that the
// authorization is voided.
const ChallengeLife = 15 * time.Minute

// ErrSettled is what a step returns for a payment that is final already.
var ErrSettled = fault.New(fault.Conflict, "This payment is settled already.")

// Answer is the step that takes in a processor's answer, first or looked up.
// The processor's echo must match what was asked: an approval of another amount
// is not an approval but something to find out about.
func Answer(reply Reply, now time.Time) Step {
	return func(p Payment) (Payment, []event.Event, error) {
		if p.State.Final() {
			return p, nil, ErrSettled
		}
		before := p.State
		p = p.take(reply, now)
		p.Sequence++
		p.UpdatedAt = now
		return p, announce(before, p, now), nil
	}
}

// AskLater is the step for a look-up that got no answer: nothing is known that
// was not known before, and the next one is scheduled.
func AskLater(now time.Time) Step {
	return func(p Payment) (Payment, []event.Event, error) {
		if p.State.Final() {
			return p, nil, ErrSettled
		}
		before := p.State
		if p.State == Inflight {
			p.State = Unknown
		}
		p = p.ask(p.State, now)
		p.Sequence++
		p.UpdatedAt = now
		return p, announce(before, p, now), nil
	}
}

// announce gives the events of a change of state, if there was one. When the
// first answer is in and the card is not kept, it could not be: the vault's leg
// has ended by then.
func announce(before State, p Payment, now time.Time) []event.Event {
	if p.State == before {
		return nil
	}
	events := []event.Event{event.New(announcement[p.State], p.Merchant, p.ID, p.Sequence, now, p.Payload())}
	if before == Inflight && !p.Vaulted {
		events = append(events, event.New(event.TokenFailed, p.Merchant, p.ID, p.Sequence, now, event.TokenFailure{Payment: p.ID}))
	}
	return events
}

// announcement is the event that tells of a state.
var announcement = map[State]event.Type{
	Authorized:     event.PaymentAuthorized,
	Declined:       event.PaymentDeclined,
	Failed:         event.PaymentFailed,
	RequiresAction: event.PaymentRequiresAction,
	Unknown:        event.PaymentProcessing,
}

// take moves the payment to the state that a reply stands for.
func (p Payment) take(reply Reply, now time.Time) Payment {
	if reply.Unsent != nil {
		return p.final(Failed)
	}
	o := reply.Outcome
	if o.State == processor.NotFound {
		return p.notFound(now)
	}
	if o.State == processor.Unknown || !p.echoes(o) {
		return p.ask(Unknown, now)
	}
	p.ProcessorID, p.NetworkCode, p.ApprovalCode, p.AVS, p.CVVResult = o.ProcessorID, o.NetworkCode, o.ApprovalCode, o.AVS, o.CVVResult
	switch o.State {
	case processor.Approved:
		return p.final(Authorized)
	case processor.Declined:
		p.DeclineCode = o.DeclineCode
		return p.final(Declined)
	case processor.Challenge:
		p.ChallengeURL = o.ChallengeURL
		return p.ask(RequiresAction, now)
	default:
		return p.ask(Unknown, now)
	}
}

// echoes tells whether an answer is about this payment.
func (p Payment) echoes(o processor.Outcome) bool {
	return o.Reference == p.ProcessorReference && o.Amount == p.Amount
}

func (p Payment) final(s State) Payment {
	p.State, p.CheckAt, p.ChallengeURL = s, time.Time{}, ""
	return p
}

// ask schedules the next look-up: after 2 seconds, then twice as long each time,
// up to an hour.
func (p Payment) ask(s State, now time.Time) Payment {
	wait := min(2*time.Second<<min(p.Checks, 20), time.Hour)
	if s == RequiresAction {
		// A shopper is looking at the issuer's page, so ask soon and steadily.
		wait = min(wait, 30*time.Second)
	}
	p.State, p.CheckAt, p.Checks = s, now.Add(wait), p.Checks+1
	return p
}

// notFound takes in that the processor does not know the reference.
func (p Payment) notFound(now time.Time) Payment {
	if p.NotFoundAt.IsZero() {
		p.NotFoundAt = now
	}
	if now.Sub(p.NotFoundAt) >= visibility {
		return p.final(Failed)
	}
	return p.ask(Unknown, now)
}

// Reply is what came of asking a processor.
type Reply struct {
	Outcome processor.Outcome
	Unsent  error // when provably nothing was sent
}

// String says it for logs.
func (r Reply) String() string {
	if r.Unsent != nil {
		return "unsent: " + r.Unsent.Error()
	}
	return fmt.Sprintf("%s %s", r.Outcome.State, r.Outcome.Detail)
}
