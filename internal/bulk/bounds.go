package bulk

import (
	"context"
	"sync"
	"time"
)

// Bounds of what is charged at once for batches: by this server in all, of it for one
// merchant, so that one's batch does not hold up another's, and in all while somebody waits
// for an answer.
const (
	wholeWidth    = 192
	merchantWidth = 128
	narrowWidth   = 1
)

// giveWayFor is for how long batches give way after somebody began to wait: shoppers come
// one after another.
const giveWayFor = time.Second

// bounds are the places of those who charge. The zero value is ready.
type bounds struct {
	mu       sync.Mutex
	changed  *sync.Cond // when there may be a place
	whole    int
	merchant map[string]int
	narrow   bool        // while batches give way
	over     *time.Timer // ends that
}

// GiveWay makes room for who waits for an answer: for a moment batches are charged a few at
// a time only, and go on then as before. A batch that is charged with all that the server
// has makes a payment of a shopper many times slower.
func (s *Service) GiveWay() {
	b := &s.bounds
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ready()
	b.narrow = true
	if b.over == nil {
		b.over = time.AfterFunc(giveWayFor, b.widen)
	} else {
		b.over.Reset(giveWayFor)
	}
}

// widen lets those go on who gave way.
func (b *bounds) widen() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.narrow = false
	b.changed.Broadcast()
}

// ready makes what the zero value has not. The caller holds mu.
func (b *bounds) ready() {
	if b.changed == nil {
		b.changed, b.merchant = sync.NewCond(&b.mu), map[string]int{}
	}
}

// enter waits for a place, and tells whether there was one before ctx ended.
func (b *bounds) enter(ctx context.Context, merchant string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ready()
	stop := context.AfterFunc(ctx, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.changed.Broadcast()
	})
	defer stop()
	for ctx.Err() == nil {
		most := wholeWidth
		if b.narrow {
			most = narrowWidth
		}
		if b.whole < most && b.merchant[merchant] < merchantWidth {
			b.whole++
			b.merchant[merchant]++
			return true
		}
		b.changed.Wait()
	}
	return false
}

// leave gives the place back.
func (b *bounds) leave(merchant string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.whole--
	if b.merchant[merchant]--; b.merchant[merchant] == 0 {
		delete(b.merchant, merchant)
	}
	b.changed.Broadcast()
}
