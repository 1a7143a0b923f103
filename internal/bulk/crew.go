package bulk

import (
	"context"
	"sync"
)

// crew charges items of one batch, some at once, and keeps what comes of them, many to a
// database transaction.
type crew struct {
	due     chan Item
	done    chan Settled
	charges sync.WaitGroup
	keeping sync.WaitGroup
	mu      sync.Mutex
	err     error // the first
}

// newCrew starts one. ctx ending stops it from beginning more.
func (s *Service) newCrew(ctx context.Context, b Batch) *crew {
	c := &crew{due: make(chan Item), done: make(chan Settled, takeSize)}
	for range batchWidth {
		c.charges.Go(func() {
			for item := range c.due {
				s.one(ctx, b, item, c)
			}
		})
	}
	c.keeping.Go(func() { c.keep(context.WithoutCancel(ctx), s.Batches) })
	return c
}

// one charges an item within the bounds. What fails is left as it is: it is due again when
// it is held no more.
func (s *Service) one(ctx context.Context, b Batch, item Item, c *crew) {
	if !s.bounds.enter(ctx, b.Merchant) {
		return
	}
	after, refused, err := s.charge(ctx, b, item)
	s.bounds.leave(b.Merchant)
	if err != nil {
		c.fail(err)
		return
	}
	c.done <- Settled{after, item, b.payment(item), refused}
}

// keep keeps what comes, together with whatever else has come meanwhile.
func (c *crew) keep(ctx context.Context, batches Batches) {
	for first := range c.done {
		some := []Settled{first}
		for len(some) < takeSize && len(c.done) > 0 {
			some = append(some, <-c.done)
		}
		if err := batches.SettleItems(ctx, some); err != nil {
			c.fail(err)
		}
	}
}

// fail notes what went wrong first.
func (c *crew) fail(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err == nil {
		c.err = err
	}
}

// finish waits until everything that was given is kept.
func (c *crew) finish() error {
	close(c.due)
	c.charges.Wait()
	close(c.done)
	c.keeping.Wait()
	return c.err
}
