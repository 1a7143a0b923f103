package bulk

import (
	"context"
	"encoding/json"

	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/vault"
)

// First keeps a transaction whose card is charged for the first time and is no token yet,
// and has charge do that: the card goes past this package. The transaction is kept before
// and forgotten when the charge is refused; t.Payment is the id of the payment that charge
// opens. Errors: charge's, which come only from before anything was sent.
func (s *Service) First(ctx context.Context, t Transaction, charge func(context.Context) (payment.Payment, error)) (View, error) {
	if len(t.Detail) == 0 {
		t.Detail = json.RawMessage(`{}`)
	}
	t.CreatedAt = s.Now()
	t, err := s.Store.KeepTransaction(ctx, t, func(try int) int64 { return NumberOf(t.Payment, try) })
	if err != nil {
		return View{}, err
	}
	p, err := charge(ctx)
	if err != nil {
		if dropped := s.Store.DropTransaction(context.WithoutCancel(ctx), t.Merchant, t.Number); dropped != nil {
			s.Log.Error("a transaction that was never charged could not be forgotten", "number", t.Number, "error", dropped)
		}
		return View{}, err
	}
	return View{t, &p}, nil
}

// Splits divides the amount of such a charge, in minor units, among accounts; what is left
// is the merchant's own. Errors: a fault on subaccounts when they do not fit.
func Splits(shares []Share, amount int64, merchant string) ([]event.Split, error) {
	return splits(shares, amount, merchant)
}

// Assess says what is thought of such a charge of a card, which is described and not kept
// yet, by c.Asked's visit and address; nil when neither is known.
func (s *Service) Assess(ctx context.Context, c Charge, described vault.Record) (*event.Risk, error) {
	return s.assess(ctx, c, described)
}
