package payment

import (
	"context"
	"errors"

	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/processor"
)

// Modify captures, voids or refunds a merchant's payment. The amount is in minor
// units, 0 for all there is; final releases what a capture leaves. The intent is
// durable before the processor is asked; when its answer does not come in time, the
// payment is given with the modification under way, and is found out about.
//
// Errors: fault.NotFound, fault.Conflict when the payment's state does not allow it,
// faults on amount.
func (s *Service) Modify(ctx context.Context, merchant, payment string, kind processor.ModificationKind, amount int64, final bool, actor string) (Payment, error) {
	p, err := s.Store.FindPayment(ctx, merchant, payment)
	if err != nil {
		return Payment{}, err
	}
	gateway, err := s.gateway(p.Processor)
	if err != nil {
		return Payment{}, fault.Wrap(err, fault.Unavailable, "The processor of this payment is not set up on this server.")
	}
	name, again := id.In(ctx, id.Modification)
	if _, begun := p.find(name); again && begun {
		return p, nil // and the resolver ends it
	}
	m := Modification{ID: name, Kind: kind, Amount: amount, Final: final, State: Asked, Reference: id.Reference(), CheckAt: s.Lease()}
	p, err = s.Store.Advance(ctx, merchant, payment, actor, Modify(m, gateway.Abilities(), s.Now()))
	if err != nil {
		return Payment{}, err
	}
	// From here on it is finished, whether or not the caller waits.
	ctx = context.WithoutCancel(ctx)
	m = p.Modifications[len(p.Modifications)-1]
	after, err := s.send(ctx, gateway, p, m, actor)
	if err != nil {
		s.Log.Error("a modification's answer could not be settled", "payment", p.ID, "modification", m.ID, "error", err)
		return p, nil // it is durable and leased, and will be asked about
	}
	return after, nil
}

// send asks for a modification that is durable and settles the answer.
func (s *Service) send(ctx context.Context, gateway processor.Gateway, p Payment, m Modification, actor string) (Payment, error) {
	asking, cancel := context.WithTimeout(ctx, s.budget())
	defer cancel()
	outcome, err := gateway.Modify(asking, m.request(p))
	return s.settleModification(ctx, gateway, p, m, actor, Reply{Outcome: outcome, Unsent: err})
}

func (s *Service) settleModification(ctx context.Context, gateway processor.Gateway, p Payment, m Modification, actor string, reply Reply) (Payment, error) {
	if reply.Unsent != nil || reply.Outcome.State != processor.Approved {
		s.Log.Warn("a modification was not approved", "payment", p.ID, "modification", m.ID, "kind", m.Kind, "reply", reply.String())
	}
	return s.Store.Advance(ctx, p.Merchant, p.ID, actor, Modified(m.ID, reply, gateway.Abilities().Idempotent, s.Now()))
}

// resume goes on with a payment's modifications that are due: one that was planned is
// asked for, one without an answer is looked up, and asked for again only where the
// processor does a reference once.
func (s *Service) resume(ctx context.Context, p Payment, actor string) (Payment, error) {
	gateway, err := s.gateway(p.Processor)
	if err != nil {
		return p, err
	}
	for _, m := range p.Modifications {
		if m.CheckAt.IsZero() || m.CheckAt.After(s.Now()) || !m.pending() {
			continue
		}
		after, err := s.resumeOne(ctx, gateway, p, m, actor)
		if errors.Is(err, ErrSettled) {
			continue
		}
		if err != nil {
			return p, err
		}
		p = after
	}
	return p, nil
}

func (s *Service) resumeOne(ctx context.Context, gateway processor.Gateway, p Payment, m Modification, actor string) (Payment, error) {
	if m.State == Planned {
		p, err := s.Store.Advance(ctx, p.Merchant, p.ID, actor, Sending(m.ID, s.Lease(), s.Now()))
		if err != nil {
			return p, err
		}
		return s.send(ctx, gateway, p, m, actor)
	}
	asking, cancel := context.WithTimeout(ctx, s.budget())
	defer cancel()
	outcome, err := gateway.LookupModification(asking, m.request(p))
	if err != nil {
		outcome = processor.Outcome{State: processor.Unknown, Detail: err.Error()}
	}
	if outcome.State == processor.NotFound && gateway.Abilities().Idempotent {
		return s.send(ctx, gateway, p, m, actor)
	}
	return s.settleModification(ctx, gateway, p, m, actor, Reply{Outcome: outcome})
}
