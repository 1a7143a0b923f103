package payment

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/processor"
)

// Service asks processors and settles what they answer.
type Service struct {
	Store    Store
	Gateways map[string]processor.Gateway // by name
	Now      func() time.Time
	Log      *slog.Logger
	// Budget is how long a processor may take to answer an authorization before
	// the shopper is told that we are finding out. Default 10 s.
	Budget time.Duration
	// Stored keeps a processor's own name for the card of a payment, so that it can be
	// charged there again. Nil keeps none.
	Stored func(ctx context.Context, p Payment, storedAs string) error
}

// DefaultBudget is how long a processor may take when Budget is zero.
const DefaultBudget = 10 * time.Second

func (s *Service) budget() time.Duration {
	if s.Budget > 0 {
		return s.Budget
	}
	return DefaultBudget
}

// Lease is when an inflight payment that nobody settled is to be looked up: well
// after whoever opened it must have finished or died.
func (s *Service) Lease() time.Time { return s.Now().Add(s.budget() + 20*time.Second) }

// gateway gives the processor that a payment is at. One that is not set up any more
// cannot be asked.
func (s *Service) gateway(name string) (processor.Gateway, error) {
	if g, ok := s.Gateways[name]; ok {
		return g, nil
	}
	return nil, fmt.Errorf("payment: the processor %q is not set up on this server", name)
}

// Asking is how a payment is asked for, beside what it is itself.
type Asking struct {
	Fallbacks []string          // whom to ask after the payment's own processor, in their order
	ReturnURL string            // where an issuer's page sends the shopper
	Actor     string            // who wants it
	StoredAs  map[string]string // the card's name at each processor that has one for it
	// Next says how to go on after a decline. By default a soft one goes to the next of the
	// fallbacks.
	Next Next
	// Patience is how long all that follows a decline may take, because somebody waits: then
	// what is not known yet is found out about. Zero for each its own budget.
	Patience time.Duration
}

// Ask asks the processor once to authorize an open payment, within the budget.
// The card is borrowed. declined is what the processor before said, nil when there was
// none, and authenticate that the issuer is to see the shopper this time. Ask changes
// nothing here; Settle does that.
func (s *Service) Ask(ctx context.Context, p Payment, how Asking, declined *processor.Outcome, authenticate bool, instrument processor.Instrument) Reply {
	gateway, err := s.gateway(p.Processor)
	if err != nil {
		return Reply{Unsent: err}
	}
	ctx, cancel := context.WithTimeout(ctx, s.budget())
	defer cancel()
	outcome, err := gateway.Authorize(ctx, processor.Request{
		Reference: p.ProcessorReference, Amount: p.Amount, Descriptor: p.Terms.Descriptor, ReturnURL: how.ReturnURL,
		Capture: p.Terms.Capture == Automatic, Initiator: p.Terms.Initiator, Recurring: p.Terms.Recurring,
		SchemeReference: p.Terms.SchemeReference, Installments: p.Terms.Installments, Network: p.Terms.Network,
		Exempt: p.Terms.Exempt && !authenticate, Authenticate: (authenticate || p.Terms.authenticates()) && gateway.Abilities().Challenge,
		Payer: p.Terms.Payer, Billing: p.Terms.Billing, StoredAs: how.StoredAs[p.Processor], Declined: declined,
	}, instrument)
	return Reply{Outcome: outcome, Unsent: err}
}

// AskAll asks the payment's processor and, as long as its answers let it be asked for
// again, as how says: each attempt is durable before its first byte.
// It gives the payment as the last attempt has it, and that attempt's reply.
func (s *Service) AskAll(ctx context.Context, p Payment, how Asking, instrument processor.Instrument) (Payment, Reply) {
	var declined *processor.Outcome
	asking, tries, fallbacks, try := ctx, 0, how.Fallbacks, Try{}
	for {
		reply := s.Ask(asking, p, how, declined, try.Authenticate, instrument)
		if reply.Unsent == nil {
			if declined == nil && how.Patience > 0 {
				limited, cancel := context.WithTimeout(ctx, how.Patience)
				defer cancel()
				asking = limited
			}
			declined = &reply.Outcome
			tries++
		}
		fallbacks = s.willing(fallbacks, declined)
		var again bool
		if try, again = s.goOn(asking, p, how, reply, fallbacks, tries); !again {
			return p, reply
		}
		next, err := s.Store.Advance(ctx, p.Merchant, p.ID, how.Actor, Reroute(reply, try.Processor, id.Reference(), s.Lease(), s.Now()))
		if err != nil {
			s.Log.Error("a payment could not be asked for again", "payment", p.ID, "error", err)
			return p, reply
		}
		s.Log.Info("a payment is asked for again", "payment", p.ID, "from", p.Processor, "to", next.Processor, "why", try.Why, "reply", reply.String())
		p, fallbacks = next, slices.DeleteFunc(slices.Clone(fallbacks), func(name string) bool { return name == next.Processor })
	}
}

// goOn says how a payment is asked for again after a reply, if it is.
func (s *Service) goOn(ctx context.Context, p Payment, how Asking, reply Reply, others []string, tries int) (Try, bool) {
	switch {
	case !reply.letsAnother(p) || ctx.Err() != nil:
		return Try{}, false
	case reply.Unsent != nil && len(others) == 0:
		return Try{}, false
	case reply.Unsent != nil:
		return Try{Processor: others[0], Why: "nothing was sent"}, true
	case how.Next == nil:
		return another(ctx, p, reply.Outcome, others, tries)
	}
	return how.Next(ctx, p, reply.Outcome, others, tries)
}

// willing drops the first of the fallbacks as long as they take only what was declined,
// and nothing was.
func (s *Service) willing(fallbacks []string, declined *processor.Outcome) []string {
	for len(fallbacks) > 0 && declined == nil {
		gateway, err := s.gateway(fallbacks[0])
		if err == nil && !gateway.Abilities().NeedsDecline {
			break
		}
		fallbacks = fallbacks[1:]
	}
	return fallbacks
}

// Settle makes a reply durable.
func (s *Service) Settle(ctx context.Context, p Payment, actor string, reply Reply) (Payment, error) {
	if reply.Unsent != nil || reply.Outcome.State == processor.Unknown {
		s.Log.Warn("no clear answer from the processor", "payment", p.ID, "reply", reply.String())
	} else if reply.Outcome.State != processor.NotFound && !p.echoes(reply.Outcome) {
		s.Log.Error("the processor's answer is about something else", "payment", p.ID, "processor_id", reply.Outcome.ProcessorID)
	}
	advance := s.Store.Advance
	if p.Vaulted {
		// That its card is kept does not change any more, and all else is in its sequence.
		advance = func(ctx context.Context, _, _, actor string, step Step) (Payment, error) {
			return s.Store.AdvanceFrom(ctx, p, actor, step)
		}
	}
	after, err := advance(ctx, p.Merchant, p.ID, actor, Answer(reply, s.Now()))
	if err == nil && reply.Outcome.StoredAs != "" && after.Vaulted && after.State.Paid() && s.Stored != nil {
		if err := s.Stored(ctx, after, reply.Outcome.StoredAs); err != nil {
			s.Log.Error("a processor's name for a card could not be kept", "payment", p.ID, "error", err)
		}
	}
	if err == nil && after.State != p.State && (after.State == ManualReview || after.State == Reversing) {
		s.Log.Error("a payment needs to be looked at", "payment", p.ID, "state", after.State, "was", p.State)
	}
	return after, err
}

// Find gives a merchant's payment. Errors: fault.NotFound.
func (s *Service) Find(ctx context.Context, merchant, payment string) (Payment, error) {
	return s.Store.FindPayment(ctx, merchant, payment)
}

// Refresh asks the processor what became of an unsettled payment, and settles
// that. It never asks to authorize again. A challenge that nobody finished in
// ChallengeLife is cancelled. What cannot be asked about is for a person.
func (s *Service) Refresh(ctx context.Context, p Payment, actor string) (Payment, error) {
	gateway, err := s.gateway(p.Processor)
	if err != nil {
		return s.learn(ctx, p, actor, Reply{}, err)
	}
	if !gateway.Abilities().Lookup {
		return s.Store.Advance(ctx, p.Merchant, p.ID, actor, Review(s.Now()))
	}
	ctx, cancel := context.WithTimeout(ctx, s.budget())
	defer cancel()
	outcome, err := gateway.Lookup(ctx, p.Original())
	reply := Reply{Outcome: outcome}
	if err == nil && outcome.State == processor.Challenge && s.Now().Sub(p.CreatedAt) > ChallengeLife {
		reply, err = endChallenge(ctx, gateway, p)
	}
	return s.learn(ctx, p, actor, reply, err)
}

// Returned takes note that the shopper came back from the issuer's page, once, and asks
// the processor what became of the payment. Errors: fault.Gone when the key is no good.
func (s *Service) Returned(ctx context.Context, p Payment, key, actor string) (Payment, error) {
	p, err := s.Store.Advance(ctx, p.Merchant, p.ID, actor, Return(key, s.Now()))
	if err != nil || p.State != RequiresAction {
		return p, err
	}
	return s.Refresh(ctx, p, actor)
}

// Abandon ends a challenge that the shopper walked away from, so that its
// authorization cannot be approved behind the back of the next one. The payment
// comes back as the processor says it is: it may have been approved meanwhile.
func (s *Service) Abandon(ctx context.Context, p Payment, actor string) (Payment, error) {
	gateway, err := s.gateway(p.Processor)
	if err != nil {
		return s.learn(ctx, p, actor, Reply{}, err)
	}
	ctx, cancel := context.WithTimeout(ctx, s.budget())
	defer cancel()
	reply, err := endChallenge(ctx, gateway, p)
	return s.learn(ctx, p, actor, reply, err)
}

// endChallenge ends a challenge at the processor, or where that cannot be, for us: then
// the authorization is watched, and given back should it be approved after all.
func endChallenge(ctx context.Context, gateway processor.Gateway, p Payment) (Reply, error) {
	if gateway.Abilities().CancelChallenge {
		outcome, err := gateway.CancelChallenge(ctx, p.Original())
		return Reply{Outcome: outcome}, err
	}
	outcome, err := gateway.Lookup(ctx, p.Original())
	if err != nil || outcome.State != processor.Challenge {
		return Reply{Outcome: outcome}, err
	}
	outcome.State, outcome.DeclineCode, outcome.ChallengeURL = processor.Declined, processor.AuthenticationFailed, ""
	return Reply{Outcome: outcome, Open: true}, nil
}

// learn settles what a look-up said. When it said nothing, the payment stays
// what it is and is asked about later.
func (s *Service) learn(ctx context.Context, p Payment, actor string, reply Reply, err error) (Payment, error) {
	// The question's time may be over; what it brought is kept all the same.
	ctx = context.WithoutCancel(ctx)
	if err != nil {
		s.Log.Warn("the processor cannot be asked", "payment", p.ID, "error", err)
		return s.Store.Advance(ctx, p.Merchant, p.ID, actor, AskLater(s.Now()))
	}
	return s.Settle(ctx, p, actor, reply)
}
