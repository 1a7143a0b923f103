package rescue

import (
	"context"
	"time"
)

// How long things are kept: tries as long as the schemes count them, and what was decided
// and told for a year and a month, so that a year can be compared with the one before; as
// long is remembered of a card, a payer or a device of which nothing is heard any more.
const (
	keepTries = 31 * 24 * time.Hour
	keepTold  = 396 * 24 * time.Hour
)

// forgetBatch is how many rows are forgotten in one transaction.
const forgetBatch = 1000

// Sweep forgets what is old enough. Orders stay: they are the merchant's books.
func (s *Service) Sweep(ctx context.Context) error {
	for {
		n, err := s.Store.ForgetRescue(ctx, s.Now().Add(-keepTries), s.Now().Add(-keepTold), forgetBatch)
		if err != nil || n < forgetBatch {
			return err
		}
	}
}
