package payment

import (
	"context"
	"errors"
	"sync"
	"time"
)

// How the resolver works: every tick it claims up to a batch of payments that are due
// and asks about them, a few at a time so that one slow processor does not hold up the
// rest. What it claimed is its own for the lease; should it die, another goes on then.
const (
	resolverTick  = time.Second
	resolverBatch = 100
	resolverWidth = 8
	resolverLease = time.Minute
)

// Resolve asks about every payment that is due, and gives how many it asked
// about. Payments left inflight by a crash are due once their lease is over.
func (s *Service) Resolve(ctx context.Context) (int, error) {
	due, err := s.Store.ClaimDue(ctx, s.Now(), s.Now().Add(resolverLease), resolverBatch)
	if err != nil {
		return 0, err
	}
	slots := make(chan struct{}, resolverWidth)
	var asking sync.WaitGroup
	for _, p := range due {
		slots <- struct{}{}
		asking.Go(func() {
			defer func() { <-slots }()
			// Somebody else may have settled it meanwhile; that is no trouble.
			if err := s.resolve(ctx, p); err != nil && !errors.Is(err, ErrSettled) && ctx.Err() == nil {
				s.Log.Error("a payment could not be resolved", "payment", p.ID, "error", err)
			}
		})
	}
	asking.Wait()
	return len(due), nil
}

// resolve asks about one payment: about its modifications once it is settled.
func (s *Service) resolve(ctx context.Context, p Payment) error {
	var err error
	if p.holds(func(Modification) bool { return true }) {
		_, err = s.resume(ctx, p, "resolver")
	} else {
		_, err = s.Refresh(ctx, p, "resolver")
	}
	return err
}

// Run resolves until ctx ends.
func (s *Service) Run(ctx context.Context) {
	ticker := time.NewTicker(resolverTick)
	defer ticker.Stop()
	for {
		if _, err := s.Resolve(ctx); err != nil && ctx.Err() == nil {
			s.Log.Error("due payments could not be read", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}
