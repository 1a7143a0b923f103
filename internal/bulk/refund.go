package bulk

import (
	"context"
	"time"

	"github.com/paywicket/paywicket/internal/payment"
)

// Refund is one of a transaction's refunds.
type Refund struct {
	View
	Refund payment.Modification
}

// Refunded names a refund as the store finds it.
type Refunded struct {
	Transaction  Transaction
	Modification string
}

// RefundFilter is which of a merchant's refunds are asked for.
type RefundFilter struct {
	From, Until time.Time // asked for in between, From included; zero for no bound
	Currency    string
	Page, Size  int // Page counts from 1
}

// Refunds gives a page of the refunds of a merchant's transactions, newest first, and how
// many there are in all.
func (s *Service) Refunds(ctx context.Context, merchant string, f RefundFilter) ([]Refund, int, error) {
	named, total, err := s.Store.ListRefunds(ctx, merchant, f)
	if err != nil {
		return nil, 0, err
	}
	var out []Refund
	for _, one := range named {
		v, err := s.view(ctx, one.Transaction)
		if err != nil {
			return nil, 0, err
		}
		if v.Paid == nil {
			continue // it went in between
		}
		for _, m := range v.Paid.Modifications {
			if m.ID == one.Modification {
				out = append(out, Refund{v, m})
			}
		}
	}
	return out, total, nil
}
