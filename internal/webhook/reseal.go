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
	// ReplaceSecret puts a newly sealed secret in the place of an endpoint's. One
	// that has changed meanwhile is left.
	ReplaceSecret(ctx context.Context, endpoint Endpoint, sealed []byte, actor string) error
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
		if bytes.HasPrefix(e.Sealed, primary) {
			continue
		}
		secret, err := s.Keys.Unseal(e.Sealed, e.binding())
		if err != nil {
			return total, fmt.Errorf("webhook: endpoint %s of %s: %w", e.ID, e.Merchant, err)
		}
		sealed, err := s.Keys.Seal(secret, e.binding())
		clear(secret)
		if err != nil {
			return total, err
		}
		if err := endpoints.ReplaceSecret(ctx, e, sealed, actor); err != nil {
			return total, err
		}
		total++
	}
	return total, nil
}
