package payment

import (
	"context"
	"log/slog"
	"time"

	"github.com/paywicket/paywicket/internal/processor"
)

// Service asks processors and settles what they answer.
type Service struct {
	Store   Store
	Gateway processor.Gateway
	Now     func() time.Time
	Log     *slog.Logger
	// Budget is how long a processor may take to answer an authorization before
	// the shopper is told that we are finding out. Default 10 s.
	Budget time.Duration
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

// Ask asks the processor once to authorize an open payment, within the budget.
// The card is borrowed. Ask changes nothing here; Answer does that.
func (s *Service) Ask(ctx context.Context, p Payment, descriptor, returnURL string, instrument processor.Instrument) Reply {
	ctx, cancel := context.WithTimeout(ctx, s.budget())
	defer cancel()
	outcome, err := s.Gateway.Authorize(ctx, processor.Request{
		Reference: p.ProcessorReference, Amount: p.Amount, Descriptor: descriptor, ReturnURL: returnURL,
	}, instrument)
	return Reply{Outcome: outcome, Unsent: err}
}

// Settle makes a reply durable.
func (s *Service) Settle(ctx context.Context, p Payment, actor string, reply Reply) (Payment, error) {
	if reply.Unsent != nil || reply.Outcome.State == processor.Unknown {
		s.Log.Warn("no clear answer from the processor", "payment", p.ID, "reply", reply.String())
	} else if reply.Outcome.State != processor.NotFound && !p.echoes(reply.Outcome) {
		s.Log.Error("the processor's answer is about something else", "payment", p.ID, "processor_id", reply.Outcome.ProcessorID)
	}
	return s.Store.Advance(ctx, p.Merchant, p.ID, actor, Answer(reply, s.Now()))
}

// Find gives a merchant's payment. Errors: fault.NotFound.
func (s *Service) Find(ctx context.Context, merchant, payment string) (Payment, error) {
	return s.Store.FindPayment(ctx, merchant, payment)
}

// Refresh asks the processor what became of an unsettled payment, and settles
// that. It never asks to authorize again. A challenge that nobody finished in
// ChallengeLife is cancelled.
func (s *Service) Refresh(ctx context.Context, p Payment, actor string) (Payment, error) {
	ctx, cancel := context.WithTimeout(ctx, s.budget())
	defer cancel()
	outcome, err := s.Gateway.Lookup(ctx, p.ProcessorReference)
	late := s.Now().Sub(p.CreatedAt) > ChallengeLife
	if err == nil && outcome.State == processor.Challenge && late {
		outcome, err = s.Gateway.CancelChallenge(ctx, p.ProcessorReference)
	}
	return s.learn(ctx, p, actor, outcome, err)
}

// Abandon ends a challenge that the shopper walked away from, so that its
// authorization cannot be approved behind the back of the next one. The payment
// comes back as the processor says it is: it may have been approved meanwhile.
func (s *Service) Abandon(ctx context.Context, p Payment, actor string) (Payment, error) {
	ctx, cancel := context.WithTimeout(ctx, s.budget())
	defer cancel()
	outcome, err := s.Gateway.CancelChallenge(ctx, p.ProcessorReference)
	return s.learn(ctx, p, actor, outcome, err)
}

// learn settles what a look-up said. When it said nothing, the payment stays
// what it is and is asked about later.
func (s *Service) learn(ctx context.Context, p Payment, actor string, outcome processor.Outcome, err error) (Payment, error) {
	if err != nil {
		s.Log.Warn("the processor cannot be asked", "payment", p.ID, "error", err)
		return s.Store.Advance(ctx, p.Merchant, p.ID, actor, AskLater(s.Now()))
	}
	return s.Settle(ctx, p, actor, Reply{Outcome: outcome})
}
