package checkout

import (
	"context"
	"errors"

	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/risk"
	"github.com/paywicket/paywicket/internal/sense"
)

// Client is what is known of a browser that submits a card, beside what its pages told.
type Client struct {
	Address string // where the request came from
	Proof   string // what it worked out; empty for nothing
}

// Risk judges attempts; risk.Service does.
type Risk interface {
	Judge(ctx context.Context, a risk.Attempt) (risk.Assessment, error)
	Tried(a risk.Attempt)
	Declined(a risk.Attempt)
}

// judge says what is thought of a card in a session. Errors: those of risk.Service.Judge.
func (s *Service) judge(ctx context.Context, v View, c attempt, from Client) (risk.Attempt, *event.Risk, error) {
	seen, err := s.Sense.Visit(ctx, v.Merchant.ID, v.Session.Visit())
	if err != nil {
		return risk.Attempt{}, nil, err
	}
	a := risk.Attempt{
		Merchant: v.Merchant, Session: v.Session.ID, Attempts: v.Version.Payments, Card: c.fingerprint, BIN: c.summary.BIN, Issuance: c.issuance,
		Network: sense.Network(from.Address), Visit: seen, Proof: from.Proof,
	}
	thought, err := s.Risk.Judge(ctx, a)
	if err != nil && fault.CodeOf(err) == fault.Forbidden {
		s.Log.Warn("a card was refused", "session", v.Session.ID, "score", thought.Score, "reasons", thought.Reasons, "device", thought.Device)
	}
	var unproven *risk.Unproven
	if err != nil && errors.As(err, &unproven) {
		s.Log.Info("a browser is to work something out first", "session", v.Session.ID, "reasons", thought.Reasons)
	}
	told := &event.Risk{Score: thought.Score, Action: string(thought.Action), Reasons: thought.Reasons}
	if thought.Device != "" {
		told.Device = &thought.Device
	}
	return a, told, err
}
