package rescue

import (
	"context"
	"errors"
	"time"

	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/merchant"
	"github.com/paywicket/paywicket/internal/payment"
)

// Asked is a challenge as its shopper sees it.
type Asked struct {
	View
	Merchant merchant.Merchant
	Site     merchant.Site
}

// Show gives a challenge to the shopper who holds its key. Errors: fault.NotFound.
func (s *Service) Show(ctx context.Context, key string) (Asked, error) {
	o, err := s.Store.ShowOrder(ctx, key)
	if err != nil {
		return Asked{}, err
	}
	return s.asked(ctx, o)
}

func (s *Service) asked(ctx context.Context, o Order) (Asked, error) {
	v, err := s.view(ctx, o)
	if err != nil {
		return Asked{}, err
	}
	account, err := s.Merchants.FindMerchant(ctx, o.Merchant)
	if err != nil {
		return Asked{}, err
	}
	site, err := s.Merchants.FindSite(ctx, o.Merchant, o.Site)
	return Asked{v, account, site}, err
}

// Answer takes in what a shopper says to a challenge: text is what they were asked, word
// for word, and network where they are. A yes is charged at once, with 3-D Secure where
// the processor has it. What was answered before, or is too late, changes nothing: the
// order is given as it is. Errors: fault.NotFound.
func (s *Service) Answer(ctx context.Context, key string, agreed bool, text, network string) (Asked, error) {
	o, err := s.Store.ShowOrder(ctx, key)
	if err != nil {
		return Asked{}, err
	}
	actor := "shopper " + o.ID
	now := s.Now()
	said := Consent{Agreed: agreed, Text: text, Network: network, At: now}
	if o, err = s.advance(ctx, o, actor, answered(said, now)); err != nil {
		return Asked{}, err
	}
	if o.waits() {
		if o, err = s.agreed(ctx, o, actor); err != nil {
			return Asked{}, err
		}
	}
	return s.asked(ctx, o)
}

// answered is the step that keeps a shopper's word, once and in time.
func answered(said Consent, now time.Time) Step {
	return func(o Order, _ Tried) (Order, []event.Event, error) {
		if o.State != Challenged || o.Consent != nil {
			return o, nil, errSame
		}
		if !now.Before(o.ExpiresAt) {
			o.end(Expired, reasonLate)
			return o.moved(nil, now)
		}
		o.Consent = &said
		if !said.Agreed {
			o.end(Cancelled, reasonRefused)
			return o.moved(nil, now)
		}
		o.State, o.Payment, o.NextAt, o.ExpiresAt = Charging, "", now.Add(lease), time.Time{}
		o, events, err := o.moved(nil, now)
		attempted := event.New(event.ChallengeAttempted, o.Merchant, o.ID, o.Sequence, now, View{Order: o}.Payload())
		return o, append(events, attempted), err
	}
}

// waits tells whether an order's shopper said yes, and nothing was asked for since.
func (o Order) waits() bool {
	return o.State == Charging && o.Payment == "" && o.Consent != nil && o.Consent.Agreed
}

// agreed charges an order whose shopper said yes. Who does it a second time changes
// nothing: an order has one payment under way at most.
func (s *Service) agreed(ctx context.Context, o Order, actor string) (Order, error) {
	o, account, may, err := s.stillMay(ctx, o, actor)
	if err != nil || !may {
		return o, err
	}
	ways := s.ways(account, o)
	f := o.Facts
	f.Confirmed, f.Others, f.Tries = true, ways.Processors, o.Tries
	f.Possible = o.possible(true, ways)
	d, err := s.decide(ctx, o.Merchant, f)
	if err != nil {
		return o, err
	}
	d.Site, d.Order, d.Amount = o.Site, o.ID, o.Amount
	if err := s.Store.KeepDecision(ctx, d); err != nil {
		return o, err
	}
	if !d.Action.charges() {
		return s.advance(ctx, o, actor, given(d, s.Now()))
	}
	return s.charge(ctx, o, d.Action, id.New(id.Payment), nil, actor)
}

// given is the step that takes an order to where a decision says, when that is not a charge.
func given(d Decision, now time.Time) Step {
	return func(o Order, card Tried) (Order, []event.Event, error) {
		if !o.State.Open() {
			return o, nil, errSame
		}
		o.Facts = d.Facts
		o.enter(d, o.ExpiresAt, card.At, now)
		return o.moved(nil, now)
	}
}

// Returned takes note that a shopper came back from the issuer's page, with the key that
// page was given, and asks what became of the payment. Errors: fault.NotFound, fault.Gone.
func (s *Service) Returned(ctx context.Context, merchant, order, key string) (Asked, error) {
	o, err := s.Store.FindOrder(ctx, merchant, order)
	if err != nil {
		return Asked{}, err
	}
	v, err := s.view(ctx, o)
	if err != nil {
		return Asked{}, err
	}
	if v.Paid == nil {
		return Asked{}, fault.New(fault.Gone, "Nothing has been paid here yet.")
	}
	p, err := s.Payments.Returned(ctx, *v.Paid, key, "shopper "+o.ID)
	if err != nil && !errors.Is(err, payment.ErrSettled) {
		return Asked{}, err
	}
	if err == nil {
		if o, err = s.settle(ctx, o, p, "shopper "+o.ID); err != nil {
			return Asked{}, err
		}
	}
	return s.asked(ctx, o)
}
