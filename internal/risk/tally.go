package risk

import (
	"context"
	"errors"
	"sync"
	"time"
)

// counted is something that is counted, in one hour.
type counted struct {
	merchant, subject string
	hour              int64 // since 1970
}

// Counted is what is to be added to what is counted: of one subject in one hour, or a card
// that was tried.
type Counted struct {
	Merchant, Subject string
	Hour              time.Time
	Counts
	Card string // when it is a card that was tried, at Hour to the millisecond
}

// owner is what cards are tried with.
type owner struct{ merchant, subject string }

// batch is what was counted within a moment.
type batch struct {
	counts map[counted]Counts
	cards  map[owner]map[string]time.Time // when each card was first tried
}

func newBatch() batch {
	return batch{counts: map[counted]Counts{}, cards: map[owner]map[string]time.Time{}}
}

func hourOf(t time.Time) int64 { return t.Unix() / 3600 }

func (b batch) add(key counted, n Counts) {
	sum := b.counts[key]
	b.counts[key] = Counts{sum.Attempts + n.Attempts, sum.Declines + n.Declines}
}

func (b batch) addCard(of owner, card string, at time.Time) {
	cards := b.cards[of]
	if cards == nil {
		cards = map[string]time.Time{}
		b.cards[of] = cards
	}
	if _, known := cards[card]; !known {
		cards[card] = at
	}
}

// since answers a question. What is here is of this hour or the last.
func (b batch) since(merchant string, q Question, now time.Time) Counts {
	if q.Cards {
		return Counts{Attempts: len(b.cards[owner{merchant, q.Subject}])}
	}
	var sum Counts
	for hour := max(hourOf(q.From), hourOf(now)-1); hour <= hourOf(now); hour++ {
		n := b.counts[counted{merchant, q.Subject, hour}]
		sum = Counts{sum.Attempts + n.Attempts, sum.Declines + n.Declines}
	}
	return sum
}

// list is the batch as it is written down.
func (b batch) list() []Counted {
	all := make([]Counted, 0, len(b.counts)+len(b.cards))
	for key, n := range b.counts {
		all = append(all, Counted{Merchant: key.merchant, Subject: key.subject, Hour: time.Unix(key.hour*3600, 0), Counts: n})
	}
	for of, cards := range b.cards {
		for card, at := range cards {
			all = append(all, Counted{Merchant: of.merchant, Subject: of.subject, Hour: at, Card: card})
		}
	}
	return all
}

// tally is what was counted and is not known to be written down: what is counted now, and
// what is on its way.
type tally struct {
	mu     sync.Mutex
	fresh  batch
	leaves batch
}

func (t *tally) tried(a Attempt, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	of := subjectsOf(a)
	for _, subject := range of.list() {
		t.fresh.add(counted{a.Merchant.ID, subject, hourOf(now)}, Counts{Attempts: 1})
	}
	for _, subject := range []string{of.device, of.stranger} {
		if subject != "" {
			t.fresh.addCard(owner{a.Merchant.ID, subject}, a.Card, now)
		}
	}
}

func (t *tally) declined(a Attempt, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, subject := range subjectsOf(a).list() {
		t.fresh.add(counted{a.Merchant.ID, subject, hourOf(now)}, Counts{Declines: 1})
	}
}

// since answers questions. Asked before what is written down, nothing is missed; what is
// written down in between counts twice for once, as does a card that was tried before.
func (t *tally) since(merchant string, questions []Question, now time.Time) []Counts {
	t.mu.Lock()
	defer t.mu.Unlock()
	all := make([]Counts, len(questions))
	for i, q := range questions {
		a, b := t.fresh.since(merchant, q, now), t.leaves.since(merchant, q, now)
		all[i] = Counts{a.Attempts + b.Attempts, a.Declines + b.Declines}
	}
	return all
}

// leave gives what is to be written down. It counts here until left is called.
func (t *tally) leave() []Counted {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.leaves, t.fresh = t.fresh, newBatch()
	return t.leaves.list()
}

// left takes in whether what was on its way is written down. If not, it is counted on.
func (t *tally) left(written bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !written {
		for key, n := range t.leaves.counts {
			t.fresh.add(key, n)
		}
		for of, cards := range t.leaves.cards {
			for card, at := range cards {
				t.fresh.addCard(of, card, at)
			}
		}
	}
	t.leaves = newBatch()
}

// flushEvery is how long what is counted is only in memory: what a crash may forget.
const flushEvery = 500 * time.Millisecond

// Flush writes down what was counted.
func (s *Service) Flush(ctx context.Context) error {
	s.flushing.Lock()
	defer s.flushing.Unlock()
	all := s.tally.leave()
	if len(all) == 0 {
		return nil
	}
	err := s.store.AddCounts(ctx, all)
	s.tally.left(err == nil)
	return err
}

// Run writes down what is counted until ctx ends, and once more then. trouble hears of
// what went wrong.
func (s *Service) Run(ctx context.Context, trouble func(error)) {
	ticker := time.NewTicker(flushEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*flushEvery)
			defer cancel()
			if err := s.Flush(last); err != nil {
				trouble(err)
			}
			return
		case <-ticker.C:
			if err := s.Flush(ctx); err != nil && !errors.Is(err, context.Canceled) {
				trouble(err)
			}
		}
	}
}

// sweepBatch is how many rows are forgotten at a time.
const sweepBatch = 5000

// Sweep forgets what was counted longer ago than anything looks back.
func (s *Service) Sweep(ctx context.Context) error {
	for {
		n, err := s.store.ForgetCounts(ctx, s.now().Add(-month-time.Hour), sweepBatch)
		if err != nil || n < sweepBatch {
			return err
		}
	}
}
