package bulk

import (
	"context"
	"encoding/json"

	"github.com/paywicket/paywicket/internal/payment"
)

// First keeps a transaction and has charge do it, such as with a card that is charged for the
// first time and goes past this package. The transaction is kept before and forgotten when
// the charge is refused; t.Payment is the id of the payment that charge opens. Errors:
// ErrTaken, and charge's, which come only from before anything was sent.
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
