package webhook

import (
	"context"
	"sync"
	"time"
)

// How deliveries are made: how many to one endpoint at once, how long a claim holds, and
// how often it is looked for what nobody woke us for: retries, and what another server
// left behind.
const (
	laneWidth = 64
	claimHold = AttemptTimeout + 15*time.Second
	lookEvery = 500 * time.Millisecond
)

// lanes counts the deliveries under way to each endpoint.
type lanes struct {
	mu   sync.Mutex
	busy map[string]int
	free chan struct{} // tells that a place has become free
}

func (l *lanes) room(endpoint string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return laneWidth - l.busy[endpoint]
}

func (l *lanes) add(endpoint string, n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.busy[endpoint] += n; l.busy[endpoint] == 0 {
		delete(l.busy, endpoint)
	}
	if n < 0 {
		select {
		case l.free <- struct{}{}:
		default:
		}
	}
}

// Run delivers until ctx ends, then lets what is under way come to its end.
func (s *Service) Run(ctx context.Context) {
	l := &lanes{busy: map[string]int{}, free: make(chan struct{}, 1)}
	var sending sync.WaitGroup
	defer sending.Wait()
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	for ctx.Err() == nil {
		claimed, err := s.Store.ClaimDeliveries(ctx, s.Now(), s.Now().Add(claimHold), l.room)
		if err != nil && ctx.Err() == nil {
			s.Log.Error("deliveries could not be claimed", "error", err)
		}
		for _, c := range claimed {
			l.add(c.Endpoint, 1)
			sending.Go(func() {
				defer l.add(c.Endpoint, -1)
				s.deliver(context.WithoutCancel(ctx), c)
			})
		}
		if len(claimed) > 0 {
			continue
		}
		select {
		case <-ctx.Done():
			return
		case <-s.Wake:
		case <-l.free:
		case <-ticker.C:
		}
	}
}

// deliver makes one attempt and keeps how it ended. What could not even be tried is due
// again when its claim is over.
func (s *Service) deliver(ctx context.Context, c Claimed) {
	d, err := s.Send(ctx, c)
	if err == nil {
		err = s.Store.FinishDelivery(ctx, d)
	}
	if err != nil {
		s.Log.Error("a delivery could not be made", "endpoint", c.Endpoint, "event", c.Event, "error", err)
		return
	}
	if d.State == Delivered {
		return
	}
	last := Attempt{}
	if len(d.Log) > 0 {
		last = d.Log[len(d.Log)-1]
	}
	// Without the body, which is the receiver's.
	s.Log.Warn("not delivered to "+c.Endpoint, "event", c.Event, "attempt", d.Attempts, "status", last.Status, "error", last.Error, "state", d.State)
}
