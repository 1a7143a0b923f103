package payment

import (
	"cmp"
	"crypto/subtle"
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

// ReviewAfter is how long a processor may leave open what became of something before
// a person is to look at it.
const ReviewAfter = 72 * time.Hour

// reviewInterval is how often the processor is still asked then.
const reviewInterval = 24 * time.Hour

// ErrSettled is what a step returns for a payment that is final already.
var ErrSettled = fault.New(fault.Conflict, "This payment is settled already.")

// Answer is the step that takes in a processor's answer, first or looked up.
// The processor's echo must match what was asked: an approval of another amount
// is not an approval but something to find out about. An approval of what was
// declined or had failed is given back.
func Answer(reply Reply, now time.Time) Step {
	return func(p Payment) (Payment, []event.Event, error) {
		if !p.State.Pending() && !p.watched(reply) {
			return p, nil, ErrSettled
		}
		before := p.State
		p = p.take(reply, now)
		p.Sequence++
		p.UpdatedAt = now
		return p, announce(before, p, now), nil
	}
}

// watched tells whether an answer still matters to a payment that is settled: an
// approval that was thought impossible, or another word about one that is watched.
func (p Payment) watched(reply Reply) bool {
	if reply.Unsent != nil || p.State != Failed && p.State != Declined {
		return false
	}
	late := reply.Outcome.State == processor.Approved && p.echoes(reply.Outcome)
	return late || !p.CheckAt.IsZero()
}

// AskLater is the step for a look-up that got no answer: nothing is known that
// was not known before, and the next one is scheduled.
func AskLater(now time.Time) Step {
	return func(p Payment) (Payment, []event.Event, error) {
		if !p.State.Pending() && p.CheckAt.IsZero() {
			return p, nil, ErrSettled
		}
		before := p.State
		switch {
		case p.told():
			p = p.watch(now, watchMost)
		case p.State == Inflight:
			p = p.ask(Unknown, now)
		default:
			p = p.ask(p.State, now)
		}
		p.Sequence++
		p.UpdatedAt = now
		return p, announce(before, p, now), nil
	}
}

// Return is the step that takes note that the shopper came back from the issuer's page,
// with the key that page was given. Errors: fault.Gone when the key was used, or is none
// of the payment's.
func Return(key string, now time.Time) Step {
	return func(p Payment) (Payment, []event.Event, error) {
		if key == "" || subtle.ConstantTimeCompare([]byte(key), []byte(p.ReturnKey)) != 1 {
			return p, nil, errReturned
		}
		p.ReturnKey = ""
		p.Sequence++
		p.UpdatedAt = now
		return p, nil, nil
	}
}

var errReturned = fault.New(fault.Gone, "This way back was used already. Go back to the checkout: it shows what became of your payment.")

// Review is the step that hands a payment to a person whose processor cannot say what
// became of it.
func Review(now time.Time) Step {
	return func(p Payment) (Payment, []event.Event, error) {
		if !p.State.Pending() || p.State == ManualReview {
			return p, nil, ErrSettled
		}
		before := p.State
		p.State, p.CheckAt = ManualReview, time.Time{}
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

// announcement is the event that tells of a state. PartiallyCaptured and
// PartiallyRefunded are reached by a modification, which is told of as such, or found
// at the processor.
var announcement = map[State]event.Type{
	Authorized:        event.PaymentAuthorized,
	PartiallyCaptured: event.PaymentCaptured,
	Captured:          event.PaymentCaptured,
	PartiallyRefunded: event.PaymentRefunded,
	Refunded:          event.PaymentRefunded,
	Voided:            event.PaymentVoided,
	Declined:          event.PaymentDeclined,
	Failed:            event.PaymentFailed,
	RequiresAction:    event.PaymentRequiresAction,
	Unknown:           event.PaymentProcessing,
	ManualReview:      event.PaymentManualReview,
	Reversing:         event.PaymentReversing,
	Reversed:          event.PaymentReversed,
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
		return p.unclear(now)
	}
	switch o.State {
	case processor.Approved:
		p.identify(o)
		p.DeclineCode = ""
		p.Captured, p.Refunded, p.Capturable = o.Captured, o.Refunded, 0
		if !o.Voided {
			p.Capturable = max(0, p.Amount.Minor-o.Captured)
		}
		if p.told() || p.nobodyWaits(now) {
			return p.giveBack(now)
		}
		return p.final(p.standing())
	case processor.Declined:
		if p.told() {
			return p.final(p.State)
		}
		p.identify(o)
		p.DeclineCode = o.DeclineCode
		if p = p.final(Declined); reply.Open {
			p.NotFoundAt = now
			p = p.watch(now, watchFor)
		}
		return p
	case processor.Challenge:
		if p.State == Declined {
			return p.watch(now, watchFor)
		}
		if p.told() || p.State == ManualReview {
			return p.unclear(now)
		}
		p.identify(o)
		if p.ChallengeURL = cmp.Or(o.ChallengeURL, p.ChallengeURL); p.ChallengeURL == "" {
			return p.unclear(now) // an answer with the page was lost, and the shopper cannot go there
		}
		return p.ask(RequiresAction, now)
	default:
		return p.unclear(now)
	}
}

// told tells whether the merchant has heard that nothing was charged.
func (p Payment) told() bool { return p.State == Failed || p.State == Declined }

// identify keeps what the processor and the scheme call the authorization.
func (p *Payment) identify(o processor.Outcome) {
	p.ProcessorID, p.NetworkCode, p.ApprovalCode = o.ProcessorID, o.NetworkCode, o.ApprovalCode
	p.SchemeReference, p.AVS, p.CVVResult = o.SchemeReference, o.AVS, o.CVVResult
	p.Authentication, p.ECI = o.Authentication, o.ECI
}

// echoes tells whether an answer is about this payment.
func (p Payment) echoes(o processor.Outcome) bool {
	return o.Reference == p.ProcessorReference && o.Amount == p.Amount
}

// nobodyWaits tells whether an approval comes too late to be let stand. A card that was
// only validated has nothing to give back.
func (p Payment) nobodyWaits(now time.Time) bool {
	return p.Terms.Late != Keep && p.Amount.Minor > 0 && !p.WaitUntil.IsZero() && now.After(p.WaitUntil)
}

// giveBack plans the reversal of a late approval: a void of what was not captured, a
// refund of what was.
func (p Payment) giveBack(now time.Time) Payment {
	m := Modification{
		ID: p.reversalID(), State: Planned, Reference: p.ProcessorReference + "-reversal",
		CheckAt: now, CreatedAt: now, UpdatedAt: now,
	}
	switch {
	case p.Capturable > 0 && p.Captured == 0:
		m.Kind, m.Amount = processor.Void, p.Capturable
	case p.Captured > p.Refunded:
		m.Kind, m.Amount = processor.Refund, p.Captured-p.Refunded
	default:
		return p.final(Reversed)
	}
	p.State, p.ChallengeURL = Reversing, ""
	p.Modifications = append(p.Modifications[:len(p.Modifications):len(p.Modifications)], m)
	p.schedule()
	return p
}

func (p Payment) final(s State) Payment {
	p.State, p.CheckAt, p.ChallengeURL = s, time.Time{}, ""
	return p
}

// unclear keeps asking.
func (p Payment) unclear(now time.Time) Payment {
	switch {
	case p.told():
		return p.watch(now, watchMost)
	case p.State == ManualReview:
		return p.ask(ManualReview, now)
	}
	return p.ask(Unknown, now)
}

// ask schedules the next look-up: after 2 seconds, then twice as long each time, up to
// an hour; after ReviewAfter a person is called in, and it is asked once a day.
func (p Payment) ask(s State, now time.Time) Payment {
	after := wait(p.Checks)
	if s == RequiresAction {
		// A shopper is looking at the issuer's page, so ask soon and steadily.
		after = min(after, 30*time.Second)
	} else {
		p.ChallengeURL = ""
	}
	if now.Sub(p.CreatedAt) >= ReviewAfter {
		s, after, p.ChallengeURL = ManualReview, reviewInterval, ""
	}
	p.State, p.CheckAt, p.Checks = s, now.Add(after), p.Checks+1
	return p
}

// wait is how long after the question number n, counted from 0, the next one is due.
func wait(n int) time.Duration { return min(2*time.Second<<min(n, 20), time.Hour) }

// notFound takes in that the processor does not know the reference.
func (p Payment) notFound(now time.Time) Payment {
	if p.State == ManualReview {
		return p.ask(ManualReview, now) // three days of something else: not for us to say
	}
	if p.NotFoundAt.IsZero() {
		p.NotFoundAt = now
	}
	if p.told() {
		return p.watch(now, watchFor)
	}
	if now.Sub(p.NotFoundAt) >= visibility {
		return p.final(Failed).watch(now, watchFor)
	}
	return p.ask(Unknown, now)
}

// How long a payment is still asked about that failed because its processor knew nothing
// of it, or whose challenge was left: until after watchFor it says the same, or for
// watchMost if it says nothing. What becomes visible later is found by reconciliation.
const (
	watchFor  = 48 * time.Hour
	watchMost = 30 * 24 * time.Hour
)

// watch schedules another look at a payment of which the merchant was told that nothing
// was charged, at least ten minutes from now and each time three times as long after
// NotFoundAt, for so long.
func (p Payment) watch(now time.Time, long time.Duration) Payment {
	age := now.Sub(p.NotFoundAt)
	p.CheckAt = time.Time{}
	if age < long {
		p.CheckAt = now.Add(min(max(10*time.Minute, 2*age), reviewInterval))
	}
	return p
}

// Reply is what came of asking a processor.
type Reply struct {
	Outcome processor.Outcome
	Unsent  error // when provably nothing was sent
	Open    bool  // it was Declined by us, and the processor may approve it yet
}

// String says it for logs.
func (r Reply) String() string {
	if r.Unsent != nil {
		return "unsent: " + r.Unsent.Error()
	}
	return fmt.Sprintf("%s %s", r.Outcome.State, r.Outcome.Detail)
}
