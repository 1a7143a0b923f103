package payment

import (
	"context"
	"errors"

	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/processor"
)

// AnswerChallenge passes an issuer's challenge with the one-time code that the shopper was
// sent, and settles what comes of it. A payment that is settled already is given as it is.
//
// Errors: a fault on otp for a wrong code, after which the payment still waits;
// fault.Conflict for a payment that waits for no shopper, or whose processor takes no code,
// so that the issuer's page is the only way.
func (s *Service) AnswerChallenge(ctx context.Context, p Payment, code, actor string) (Payment, error) {
	if !p.State.Pending() {
		return p, nil
	}
	noCode := fault.New(fault.Conflict, "This payment waits for no code. Ask what has become of it.")
	gateway, err := s.gateway(p.Processor)
	coded, can := gateway.(processor.Coded)
	if p.State != RequiresAction || err != nil || !can {
		return p, noCode
	}
	ctx, cancel := context.WithTimeout(ctx, s.budget())
	defer cancel()
	outcome, err := coded.AnswerChallenge(ctx, p.Original(), code)
	switch {
	case errors.Is(err, processor.ErrWrongCode):
		return p, fault.Field("otp", "The code is wrong. Check it and send it again.")
	case errors.Is(err, processor.ErrNoCode):
		return p, noCode
	}
	settled, err := s.learn(ctx, p, actor, Reply{Outcome: outcome}, err)
	if errors.Is(err, ErrSettled) { // by somebody else meanwhile
		return s.Find(context.WithoutCancel(ctx), p.Merchant, p.ID)
	}
	return settled, err
}
