package rescue

import (
	"context"
	"sync"
	"time"

	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/merchant"
)

// How the worker works: every tick it claims what is due, and does a few at a time so that
// one slow processor does not hold up the rest.
const (
	workTick  = time.Second
	workBatch = 50
	workWidth = 4
)

// Run works until ctx ends: it charges what is scheduled and ends what is too late, and
// beside that, for a processor that is slow to learn must not hold orders up, learns what
// became of payments.
func (s *Service) Run(ctx context.Context) {
	var both sync.WaitGroup
	both.Go(func() { s.every(ctx, workBatch, s.Work, "orders could not be worked on") })
	both.Go(func() { s.every(ctx, studyBatch, s.Study, "what became of payments could not be learned") })
	both.Wait()
}

// every does something each tick until ctx ends, and again at once as long as there are
// whole batches to do.
func (s *Service) every(ctx context.Context, batch int, do func(context.Context) (int, error), trouble string) {
	ticker := time.NewTicker(workTick)
	defer ticker.Stop()
	for {
		done, err := do(ctx)
		if err != nil && ctx.Err() == nil {
			s.Log.Error(trouble, "error", err)
		}
		if done == batch && err == nil && ctx.Err() == nil {
			continue
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// Work goes on with every order that is due, and gives how many there were.
func (s *Service) Work(ctx context.Context) (int, error) {
	due, err := s.Store.ClaimOrders(ctx, s.Now(), s.Now().Add(lease), workBatch)
	if err != nil {
		return 0, err
	}
	together(workWidth, due, func(o Order) {
		if err := s.goOn(ctx, o); err != nil && ctx.Err() == nil {
			s.Log.Error("an order could not be worked on", "order", o.ID, "error", err)
		}
	})
	return len(due), nil
}

// together does something to each, a few at a time.
func together[T any](width int, all []T, do func(T)) {
	slots := make(chan struct{}, width)
	var doing sync.WaitGroup
	for _, one := range all {
		slots <- struct{}{}
		doing.Go(func() {
			defer func() { <-slots }()
			do(one)
		})
	}
	doing.Wait()
}

// goOn does what is due of one order.
func (s *Service) goOn(ctx context.Context, o Order) error {
	now := s.Now()
	if (o.State == Challenged || o.State == Scheduled) && !o.ExpiresAt.IsZero() && !now.Before(o.ExpiresAt) {
		_, err := s.advance(ctx, o, worker, late(now))
		return err
	}
	switch o.State {
	case Scheduled:
		o, _, may, err := s.stillMay(ctx, o, worker)
		if err == nil && may {
			_, err = s.charge(ctx, o, Reroute, id.New(id.Payment), nil, worker)
		}
		return err
	case Charging:
		return s.resume(ctx, o)
	}
	return nil
}

// worker is the name of the worker in the audit trail.
const worker = "rescue"

// late is the step of an order whose time is over.
func late(now time.Time) Step {
	return func(o Order, _ Tried) (Order, []event.Event, error) {
		if o.State != Challenged && o.State != Scheduled || now.Before(o.ExpiresAt) {
			return o, nil, errSame
		}
		o.end(Expired, reasonLate)
		return o.moved(nil, now)
	}
}

// resume goes on with an order that was being charged when whoever did it stopped, or
// whose payment is not settled. One whose payment was never opened was sent to nobody: it
// is asked for under the same name, unless it needed a shopper.
func (s *Service) resume(ctx context.Context, o Order) error {
	v, err := s.view(ctx, o)
	if err != nil {
		return err
	}
	switch {
	case v.Paid != nil:
		_, err = s.settle(ctx, o, *v.Paid, worker)
	case o.waits():
		_, err = s.agreed(ctx, o, worker)
	case o.Kind == MIT && o.Payment != "":
		var may bool
		if o, _, may, err = s.stillMay(ctx, o, worker); err == nil && may {
			_, err = s.charge(ctx, o, Reroute, o.Payment, nil, worker)
		}
	default:
		_, err = s.advance(ctx, o, worker, interrupted(o.Payment, s.Now()))
	}
	return err
}

// interrupted is the step of an order whose shopper's card is gone with who charged it.
func interrupted(paid string, now time.Time) Step {
	return func(o Order, _ Tried) (Order, []event.Event, error) {
		if o.State != Charging || o.Payment != paid {
			return o, nil, errSame
		}
		o.end(Declined, reasonBroken)
		o.Payment = ""
		return o.moved(nil, now)
	}
}

// stillMay tells whether an order that was to be charged later may be, and ends one that may
// not: its time is over, its switch was turned off, or its card was refused for good since.
// The order is given with what is known of its card and payer now, and with its account.
func (s *Service) stillMay(ctx context.Context, o Order, actor string) (Order, merchant.Merchant, bool, error) {
	now := s.Now()
	state, reason := Declined, ""
	account, err := s.Merchants.FindMerchant(ctx, o.Merchant)
	if err != nil {
		return o, account, false, err
	}
	site, err := s.Merchants.FindSite(ctx, o.Merchant, o.Site)
	if err != nil {
		return o, account, false, err
	}
	subjects, err := s.subjects(o.Merchant, o.Mark, o.Customer.Email, "")
	if err == nil {
		err = s.recall(ctx, o.Merchant, subjects, &o.Facts)
	}
	switch {
	case err != nil:
		return o, account, false, err
	case o.Kind == MIT && !o.ExpiresAt.IsZero() && !now.Before(o.ExpiresAt), o.waits() && !now.Before(o.Consent.At.Add(ChallengeLife)):
		state, reason = Expired, reasonLate
	case !account.Rescues(site, switchOf(o.Kind, o.Source, environment(account))):
		reason = reasonSwitchedOff
	case o.Facts.CardHard > 0:
		reason = reasonDead
	default:
		return o, account, true, nil
	}
	o, err = s.advance(ctx, o, actor, from(o.Sequence, stopped(state, reason, now)))
	return o, account, false, err
}

// stopped is the step of an order that may not be charged any more. What it named was not
// opened, or has been declined.
func stopped(state State, reason string, now time.Time) Step {
	return func(o Order, _ Tried) (Order, []event.Event, error) {
		if o.State == Charging {
			o.Payment = ""
		}
		o.end(state, reason)
		return o.moved(nil, now)
	}
}
