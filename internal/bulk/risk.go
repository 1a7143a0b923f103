package bulk

import (
	"context"

	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/internal/merchant"
	"github.com/paywicket/paywicket/internal/risk"
	"github.com/paywicket/paywicket/internal/sense"
	"github.com/paywicket/paywicket/internal/vault"
)

// Accounts finds merchants; the store does.
type Accounts interface {
	FindMerchant(ctx context.Context, merchant string) (merchant.Merchant, error)
}

// Senses knows visits; a sense.Service does.
type Senses interface {
	Visit(ctx context.Context, merchant, key string) (sense.Visit, error)
}

// Risks says what is thought of attempts; a risk.Service does.
type Risks interface {
	Assess(ctx context.Context, a risk.Attempt) (risk.Assessment, error)
}

// Assess says what is thought of a charge, nil when nothing is known of its shopper: kept is
// its card, which need not be kept yet. It is only told: the merchant decides whom it charges.
// Items of batches are not looked at: their shoppers are not there.
func (s *Service) Assess(ctx context.Context, c Charge, kept vault.Record) (*event.Risk, error) {
	network := sense.Network(c.Asked.Address)
	if c.Batch != 0 || c.Asked.SenseKey == "" && network == "" {
		return nil, nil
	}
	account, err := s.Accounts.FindMerchant(ctx, c.Merchant)
	if err != nil {
		return nil, err
	}
	a := risk.Attempt{Merchant: account, Session: c.Payment, Card: kept.Fingerprint, BIN: kept.Summary.BIN, Issuance: kept.Issuance, Network: network}
	if c.Asked.SenseKey != "" {
		a.Network = "" // what its pages were seen at counts, and not what the merchant says
		if a.Visit, err = s.Senses.Visit(ctx, c.Merchant, c.Asked.SenseKey); err != nil {
			return nil, err
		}
	}
	thought, err := s.Risks.Assess(ctx, a)
	if err != nil {
		return nil, err
	}
	told := &event.Risk{Score: thought.Score, Action: string(risk.Allow), Reasons: thought.Reasons}
	if thought.Device != "" {
		told.Device = &thought.Device
	}
	return told, nil
}
