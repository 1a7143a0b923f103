package webhook

import (
	"bytes"
	"context"
	"fmt"
)

// Walker goes through the endpoints of every merchant, for an operator.
type Walker interface {
	// AllEndpoints gives every endpoint, also those that are switched off.
	AllEndpoints(ctx context.Context) ([]Endpoint, error)
	// ReplaceSecrets puts newly sealed secrets, the present one and the one before, in
	// the place of an endpoint's. One that has changed meanwhile is left.
	ReplaceSecrets(ctx context.Context, endpoint Endpoint, sealed, old []byte, actor string) error
}

// Reseal seals anew every signing secret that does not begin with primary, and
// gives how many there were.
func (s *Service) Reseal(ctx context.Context, endpoints Walker, primary []byte, actor string) (int, error) {
	all, err := endpoints.AllEndpoints(ctx)
	if err != nil {
		return 0, err
	}
	total := 0
	for _, e := range all {
		if bytes.HasPrefix(e.Sealed, primary) && (len(e.OldSealed) == 0 || bytes.HasPrefix(e.OldSealed, primary)) {
			continue
		}
		sealed, err := s.resealed(e, e.Sealed)
		if err != nil {
			return total, err
		}
		old, err := s.resealed(e, e.OldSealed)
		if err != nil {
			return total, err
		}
		if err := endpoints.ReplaceSecrets(ctx, e, sealed, old, actor); err != nil {
			return total, err
		}
		total++
	}
	return total, nil
}

// resealed seals one of an endpoint's secrets anew; none stays none.
func (s *Service) resealed(e Endpoint, sealed []byte) ([]byte, error) {
	if len(sealed) == 0 {
		return []byte{}, nil
	}
	secret, err := s.Keys.Unseal(sealed, e.binding())
	if err != nil {
		return nil, fmt.Errorf("webhook: endpoint %s of %s: %w", e.ID, e.Merchant, err)
	}
	defer clear(secret)
	return s.Keys.Seal(secret, e.binding())
}
