package processor

import (
	"context"
	"errors"
	"sync"
	"time"
)

// When a breaker opens and what it lets through.
const (
	breakerFailures = 5                // calls one after the other without a clear answer
	breakerRest     = 10 * time.Second // for which nothing is sent then; after it one call is let through
)

// ErrResting is why nothing was sent to a processor that does not answer.
var ErrResting = errors.New("processor: not sent: it has not answered lately, and is left alone for a while")

// Breaker is a gateway that sends nothing to a processor that does not answer, so that
// shoppers need not wait for it and another can be asked at once. Questions about what
// became of something always pass: they are few, and the answer is needed.
type Breaker struct {
	Gateway
	Now func() time.Time

	mu       sync.Mutex
	failures int
	until    time.Time // when the next call is let through; zero while it is closed
}

// pass tells whether a call may be sent. After the rest one may, and the others wait for
// how it ends.
func (b *Breaker) pass() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.failures < breakerFailures {
		return true
	}
	now := b.Now()
	if now.Before(b.until) {
		return false
	}
	b.until = now.Add(breakerRest)
	return true
}

// note takes in how a call ended.
func (b *Breaker) note(o Outcome, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err == nil && o.State != Unknown {
		b.failures = 0
		return
	}
	if b.failures++; b.failures == breakerFailures {
		b.until = b.Now().Add(breakerRest)
	}
}

// Open tells whether nothing is sent at present.
func (b *Breaker) Open() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.failures >= breakerFailures && b.Now().Before(b.until)
}

// Authorize asks, unless the processor is left alone.
func (b *Breaker) Authorize(ctx context.Context, req Request, card Instrument) (Outcome, error) {
	if !b.pass() {
		return Outcome{}, ErrResting
	}
	o, err := b.Gateway.Authorize(ctx, req, card)
	b.note(o, err)
	return o, err
}

// Modify asks, unless the processor is left alone.
func (b *Breaker) Modify(ctx context.Context, m Modification) (Outcome, error) {
	if !b.pass() {
		return Outcome{}, ErrResting
	}
	o, err := b.Gateway.Modify(ctx, m)
	b.note(o, err)
	return o, err
}

// AnswerChallenge passes a code on, where the processor takes one. Errors: ErrNoCode where it
// does not.
func (b *Breaker) AnswerChallenge(ctx context.Context, of Original, code string) (Outcome, error) {
	coded, ok := b.Gateway.(Coded)
	if !ok {
		return Outcome{}, ErrNoCode
	}
	return coded.AnswerChallenge(ctx, of, code)
}
