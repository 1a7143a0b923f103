package rescue

import (
	"context"
	"fmt"
	"time"

	"github.com/paywicket/paywicket/internal/checkout"
	"github.com/paywicket/paywicket/internal/merchant"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/processor"
	"github.com/paywicket/paywicket/internal/sense"
)

var _ checkout.Rescue = (*Service)(nil)

// Next says what is worth trying after a decline in a checkout, or of a card that its
// merchant charges, while whoever asked waits. What cannot be found out is not tried.
func (s *Service) Next(ctx context.Context, t checkout.Try) (payment.Try, bool) {
	f := s.known(t)
	real, trial := switchOf(f.Kind, f.Source, environment(t.Merchant)), switchOf(f.Kind, f.Source, "sandbox")
	if !t.Merchant.Rescues(t.Site, real) && !t.Merchant.Rescues(t.Site, trial) {
		return payment.Try{}, false
	}
	subjects, err := s.subjects(t.Merchant.ID, t.Card, t.Payment.Terms.Payer.Email, t.Visit.Device)
	if err == nil {
		err = s.recall(ctx, t.Merchant.ID, subjects, &f)
	}
	if err != nil {
		s.Log.Error("a decline could not be looked into", "payment", t.Payment.ID, "error", err)
		return payment.Try{}, false
	}
	if !t.Merchant.Rescues(t.Site, real) {
		s.consult(ctx, t.Payment, f, "") // what would be done is kept, and is not done
		return payment.Try{}, false
	}
	return s.tryAgain(ctx, t.Payment, f, t.Others, "", t.Card, limitsOf(t.Merchant))
}

// known are the facts of a decline in a checkout.
func (s *Service) known(t checkout.Try) Facts {
	p := t.Payment
	f := Facts{
		Kind: CIT, Source: Website, Present: t.Present, Test: t.Merchant.Environment == merchant.Test, Score: -1,
		Type: string(t.Issuance.Type), Country: t.Issuance.Country, Amount: p.Amount.Minor, CVV: t.CVV, Phone: p.Terms.Payer.Phone != "",
		Address: p.Terms.Billing.PostalCode != "", Sent: p.Terms.Billing.PostalCode != "",
		Device: t.Visit.Likeness.Verdict == sense.Recognised,
	}
	if p.Terms.Initiator == processor.Merchant {
		f.Kind = MIT
	}
	if p.Terms.Risk != nil {
		f.Score = p.Terms.Risk.Score
	}
	f.Hour = issuerHour(f.place(), s.Now())
	f.after(p, t.Declined, t.Others, t.Tries)
	if f.Kind == CIT && t.Present && t.Can.Challenge && t.Tries < mostAtOnce {
		f.Possible = append(f.Possible, Authenticate)
	}
	return f
}

// mostAtOnce is how often one payment is asked for at once, whatever a table says.
const mostAtOnce = 5

// after adds what a decline says to the facts, and what can be done at once.
func (f *Facts) after(p payment.Payment, declined processor.Outcome, others []string, tries int) {
	verdict := FromOutcome(declined.DeclineCode, declined.NetworkCode)
	f.Class, f.Reason, f.Code, f.Wait = verdict.Class, verdict.Reason, declined.NetworkCode, verdict.Wait
	f.Tries, f.Others, f.Repeats = tries, len(others), 0
	for _, a := range p.Attempts {
		if a.Processor == p.Processor {
			f.Repeats++
		}
	}
	f.Authenticated = f.Authenticated || declined.Authentication != "" || p.Terms.Authenticate
	f.Possible = []Action{Decline}
	if tries >= mostAtOnce {
		return
	}
	f.Possible = append(f.Possible, Again)
	if len(others) > 0 {
		f.Possible = append(f.Possible, Reroute)
	}
}

// again says what is worth trying after a decline of an order's payment.
func (s *Service) again(o Order) payment.Next {
	return func(ctx context.Context, p payment.Payment, declined processor.Outcome, others []string, tries int) (payment.Try, bool) {
		f := o.Facts
		f.Sent = o.Billing.PostalCode != ""
		f.after(p, declined, others, o.Tries-1+tries)
		return s.tryAgain(ctx, p, f, others, o.ID, o.Mark, o.Limits)
	}
}

// consult decides about a decline, and keeps that whether or not somebody still waits.
func (s *Service) consult(ctx context.Context, p payment.Payment, f Facts, order string) (Decision, bool) {
	d, err := s.decide(ctx, p.Merchant, f)
	d.Site, d.Order, d.Payment, d.Amount = p.Site, order, p.ID, p.Amount
	if err == nil {
		err = s.Store.KeepDecision(context.WithoutCancel(ctx), d)
	}
	if err != nil {
		s.Log.Error("a decline could not be decided about", "payment", p.ID, "error", err)
	}
	return d, err == nil
}

// tryAgain decides about a decline, and says which processor is asked how.
func (s *Service) tryAgain(ctx context.Context, p payment.Payment, f Facts, others []string, order, mark string, limits Limits) (payment.Try, bool) {
	d, ok := s.consult(ctx, p, f, order)
	if !ok || !d.Action.charges() || !s.mayTry(ctx, p, order, mark, f.Tries, limits) {
		return payment.Try{}, false
	}
	try := payment.Try{Processor: p.Processor, Authenticate: d.Action == Authenticate, Why: d.Rule}
	if d.Action == Reroute {
		try.Processor = others[0]
	}
	return try, true
}

// mayTry counts another try of a card, if the schemes allow one now. The first of a payment
// that is no order's is not counted before it has come to an end, and was made all the same.
func (s *Service) mayTry(ctx context.Context, p payment.Payment, order, mark string, tries int, limits Limits) bool {
	now := s.Now()
	counted, err := s.Store.CountTry(context.WithoutCancel(ctx), p.Merchant, mark, fmt.Sprintf("%s %d", p.ID, tries), now, func(tried []time.Time) bool {
		if order == "" {
			tried = append(tried[:len(tried):len(tried)], p.CreatedAt)
		}
		return !limits.Earliest(tried, now).After(now)
	})
	if err != nil {
		s.Log.Error("a try could not be counted", "payment", p.ID, "error", err)
	}
	return counted && err == nil
}
