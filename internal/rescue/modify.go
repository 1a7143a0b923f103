package rescue

import (
	"context"
	"time"

	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/processor"
)

// Capture captures an approved order: what is left of it is released.
// Errors: fault.NotFound, fault.Conflict when it cannot be captured, faults on amount and
// currency.
func (s *Service) Capture(ctx context.Context, merchant, order string, amount money.Amount, actor string) (View, error) {
	v, err := s.Find(ctx, merchant, order)
	if err != nil {
		return View{}, err
	}
	if amount.Currency != v.Amount.Currency {
		return v, fault.Field("currency", "The order is in %s.", v.Amount.Currency)
	}
	if v.Status() != StatusCaptureRequired {
		return v, fault.New(fault.Conflict, "Nothing of this order is to be captured: it is %s.", v.Status())
	}
	if amount.Minor < 1 {
		return v, fault.Field("amount", "Give what is to be captured, in minor units.")
	}
	return s.modify(ctx, v, processor.Capture, amount.Minor, true, actor)
}

// Refund gives back some of what was captured of an order, in minor units of its currency.
// Errors: fault.NotFound, fault.Conflict when nothing was captured, a fault on amount when
// that is more than what is left.
func (s *Service) Refund(ctx context.Context, merchant, order string, amount int64, actor string) (View, error) {
	v, err := s.Find(ctx, merchant, order)
	if err != nil {
		return View{}, err
	}
	if v.Paid == nil {
		return v, fault.New(fault.Conflict, "Nothing of this order was charged.")
	}
	return s.modify(ctx, v, processor.Refund, amount, false, actor)
}

// Cancel takes an order back: what was approved is voided, and what is still to be tried is
// not. Doing it twice changes nothing. Errors: fault.NotFound, fault.Conflict when it was
// captured, or is being charged.
func (s *Service) Cancel(ctx context.Context, merchant, order, actor string) (View, error) {
	v, err := s.Find(ctx, merchant, order)
	if err != nil {
		return View{}, err
	}
	switch v.Status() {
	case StatusCancelled, StatusDeclined, StatusExpired:
		return v, nil
	case StatusCaptureRequired:
		return s.modify(ctx, v, processor.Void, 0, false, actor)
	case StatusSubmitted, StatusChallenge:
		if v.Paid != nil && v.Paid.State == payment.RequiresAction {
			p, err := s.Payments.Abandon(ctx, *v.Paid, actor)
			if err != nil {
				return v, err
			}
			if p.State != payment.Declined {
				return v, errCharging
			}
		}
		o, err := s.advance(ctx, v.Order, actor, cancelled(v.Payment, s.Now()))
		if err != nil {
			return v, err
		}
		if o.State != Cancelled {
			return v, errCharging
		}
		return s.view(ctx, o)
	case StatusProcessing:
		return v, errCharging
	}
	return v, fault.New(fault.Conflict, "This order is %s. What was captured can be refunded.", v.Status())
}

var errCharging = fault.New(fault.Conflict, "This order is being charged. Ask for its outcome, and cancel it then.")

// cancelled is the step that takes back an order that is not being charged, unless it has
// another payment by now.
func cancelled(paid string, now time.Time) Step {
	return func(o Order, _ Tried) (Order, []event.Event, error) {
		if !o.State.Open() || o.Payment != paid {
			return o, nil, errSame
		}
		o.end(Cancelled, reasonCancelled)
		return o.moved(nil, now)
	}
}

func (s *Service) modify(ctx context.Context, v View, kind processor.ModificationKind, amount int64, final bool, actor string) (View, error) {
	p, err := s.Payments.Modify(ctx, v.Order.Merchant, v.Payment, kind, amount, final, actor)
	if err != nil {
		return v, err
	}
	if v.Order, err = s.settle(ctx, v.Order, p, actor); err != nil {
		return v, err
	}
	v.Paid = &p
	return v, nil
}
