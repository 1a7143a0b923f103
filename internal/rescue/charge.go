package rescue

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/paywicket/paywicket/internal/checkout"
	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/processor"
)

// errSame is what a step returns that changes nothing.
var errSame = errors.New("rescue: nothing has changed")

// advance applies a step, and gives the order as it is when that changed nothing.
func (s *Service) advance(ctx context.Context, o Order, actor string, step Step) (Order, error) {
	after, err := s.Store.AdvanceOrder(ctx, o.Merchant, o.ID, actor, step)
	if errors.Is(err, errSame) {
		return s.Store.FindOrder(ctx, o.Merchant, o.ID)
	}
	return after, err
}

// begin is the step that names an order's next payment before anything is sent, unless
// the schemes do not allow another try of the card yet.
func begin(name string, now time.Time) Step {
	return func(o Order, card Tried) (Order, []event.Event, error) {
		// A payment that is under way is never replaced: it may yet be approved.
		if !o.State.Open() || o.State == Charging && o.Payment != "" && o.Payment != name {
			return o, nil, errSame
		}
		again := o.Payment == name // and counted before
		earliest := o.Limits.Earliest(card.At, now)
		switch {
		case card.Dead && !again:
			o.end(Declined, reasonDead)
		case !earliest.After(now) || again:
			if !again {
				o.Tries++
			}
			o.State, o.Payment, o.Seen, o.NextAt = Charging, name, 0, now.Add(lease)
		case o.Kind == MIT && earliest.Before(o.ExpiresAt):
			o.State, o.NextAt = Scheduled, earliest
		default:
			o.end(Declined, reasonLimits)
		}
		return o.moved(nil, now)
	}
}

// from is a step of an order as it was read: what has taken another since is left alone.
func from(sequence int, step Step) Step {
	return func(o Order, card Tried) (Order, []event.Event, error) {
		if o.Sequence != sequence {
			return o, nil, errSame
		}
		return step(o, card)
	}
}

// charge asks for a payment of an order, whose name is kept first, and settles what comes
// of it. An order that somebody else went on with meanwhile is given as it is.
func (s *Service) charge(ctx context.Context, o Order, a Action, name string, charge Charge, actor string) (Order, error) {
	o, err := s.advance(ctx, o, actor, from(o.Sequence, begin(name, s.Now())))
	if err != nil || o.State != Charging || o.Payment != name {
		return o, err
	}
	if charge == nil {
		charge = func(ctx context.Context, token id.Token, order checkout.Order) (payment.Payment, error) {
			return s.Charges.Charge(ctx, o.Merchant, token, order, actor)
		}
	}
	// What was begun is finished; but nothing is begun so late that somebody else may have
	// given the order up.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lease/2)
	defer cancel()
	p, err := charge(ctx, o.Token, checkout.Order{
		Payment: name, Site: o.Site, Amount: o.Amount, Reference: o.Reference, Customer: o.Customer, Terms: o.terms(a), Last: o.Answer.Processor, Next: s.again(o),
	})
	if err != nil {
		s.Log.Warn("an order could not be charged", "order", o.ID, "error", err)
		after, err := s.advance(ctx, o, actor, unsent(name, fault.CodeOf(err), s.Now()))
		if fault.CodeOf(err) == fault.Conflict {
			return s.Store.FindOrder(ctx, o.Merchant, o.ID) // it was opened all the same
		}
		return after, err
	}
	return s.settle(ctx, o, p, actor)
}

// unsent is the step of an order whose payment could not even be asked for. The store refuses
// it when somebody else has opened that payment: then the worker reads off what became of it.
func unsent(name string, code fault.Code, now time.Time) Step {
	return func(o Order, _ Tried) (Order, []event.Event, error) {
		if o.State != Charging || o.Payment != name {
			return o, nil, errSame
		}
		later := now.Add(time.Hour)
		switch {
		case code == fault.Gone || code == fault.NotFound:
			o.end(Declined, reasonNoCard)
		case code == fault.Invalid:
			o.end(Declined, "not_chargeable")
		case o.Kind == MIT && later.Before(o.ExpiresAt):
			o.State, o.NextAt = Scheduled, later
		default:
			o.end(Declined, reasonBroken)
		}
		o.Payment = ""
		return o.moved(nil, now)
	}
}

// settle takes in what has become of an order's payment.
func (s *Service) settle(ctx context.Context, o Order, p payment.Payment, actor string) (Order, error) {
	if o.Payment == p.ID && p.Sequence <= o.Seen {
		return o, nil // and no step that changes nothing: it has the steps beside it done again
	}
	var d *Decision
	if o.State == Charging && o.Payment == p.ID && (p.State == payment.Declined || p.State == payment.Failed) {
		next, err := s.reconsider(ctx, o, p)
		if err != nil {
			return o, err
		}
		d = &next
		if d.Facts.verdict().dead() && o.Mark != "" {
			if err := s.Store.Bury(ctx, o.Merchant, o.Mark, s.Now()); err != nil {
				return o, err
			}
		}
	}
	o, err := s.advance(ctx, o, actor, settled(p, d, s.Now()))
	if err == nil && d != nil {
		err = s.Store.KeepDecision(ctx, *d)
	}
	return o, err
}

// lastWord is what the last processor said that could be asked for a payment which failed at
// another; that the way failed, when there was none.
func lastWord(p payment.Payment) Verdict {
	for _, a := range slices.Backward(p.Attempts) {
		if a.State == payment.Declined {
			return FromOutcome(a.DeclineCode, a.NetworkCode)
		}
	}
	return FromDeclineCode(processor.ProcessingError)
}

// reconsider decides about an order whose payment was declined.
func (s *Service) reconsider(ctx context.Context, o Order, p payment.Payment) (Decision, error) {
	verdict := FromOutcome(p.DeclineCode, p.NetworkCode)
	if p.State == payment.Failed {
		verdict = lastWord(p)
	}
	f := o.Facts
	f.Class, f.Reason, f.Code, f.Wait = verdict.Class, verdict.Reason, p.NetworkCode, verdict.Wait
	f.Tries, f.Others, f.Sent = o.Tries+len(p.Attempts), 0, o.Billing.PostalCode != ""
	f.Authenticated = f.Authenticated || p.Terms.Authenticate || p.Authentication != ""
	f.Possible = o.possible(false, Ways{})
	d, err := s.decide(ctx, o.Merchant, f)
	d.Site, d.Order, d.Payment, d.Amount = o.Site, o.ID, p.ID, o.Amount
	return d, err
}

// settled is the step that takes in what a payment has become, and what was decided about
// it when it was declined.
func settled(p payment.Payment, d *Decision, now time.Time) Step {
	return func(o Order, card Tried) (Order, []event.Event, error) {
		if o.State != Charging || o.Payment != p.ID || p.Sequence <= o.Seen {
			return o, nil, errSame
		}
		o.Seen = p.Sequence
		switch {
		case p.State == payment.RequiresAction:
			o.NextAt = now.Add(payment.ChallengeLife)
		case p.State.Pending() || p.State == payment.Reversing:
			o.NextAt = now.Add(lease)
		case p.State == payment.Declined || p.State == payment.Failed:
			if d == nil {
				return o, nil, errSame // it was not so when it was looked at; it will be again
			}
			o.Facts = d.Facts
			o.enter(*d, o.ExpiresAt, card.At, now)
		default:
			o.NextAt = time.Time{}
		}
		return o.moved(&p, now)
	}
}
