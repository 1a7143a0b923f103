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

// tally is what was counted and is not yet written down.
type tally struct {
	mu     sync.Mutex
	counts map[counted]Counts
	cards  map[owner]map[string]time.Time // when each card was first tried
}

func emptyTally() tally {
	return tally{counts: map[counted]Counts{}, cards: map[owner]map[string]time.Time{}}
}

func hourOf(t time.Time) int64 { return t.Unix() / 3600 }

func (t *tally) add(key counted, n Counts) {
	sum := t.counts[key]
	t.counts[key] = Counts{sum.Attempts + n.Attempts, sum.Declines + n.Declines}
}

func (t *tally) addCard(of owner, card string, at time.Time) {
	cards := t.cards[of]
	if cards == nil {
		cards = map[string]time.Time{}
		t.cards[of] = cards
	}
	if _, known := cards[card]; !known {
		cards[card] = at
	}
}

func (t *tally) tried(a Attempt, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	of := subjectsOf(a)
	for _, subject := range of.list() {
		t.add(counted{a.Merchant.ID, subject, hourOf(now)}, Counts{Attempts: 1})
	}
	for _, subject := range []string{of.device, of.stranger} {
		if subject != "" {
			t.addCard(owner{a.Merchant.ID, subject}, a.Card, now)
		}
	}
}

func (t *tally) declined(a Attempt, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, subject := range subjectsOf(a).list() {
		t.add(counted{a.Merchant.ID, subject, hourOf(now)}, Counts{Declines: 1})
	}
}

// since answers a question. What is here is of this hour or the last; a card that was
// tried before and is written down counts twice for a moment.
func (t *tally) since(merchant string, q Question, now time.Time) Counts {
	t.mu.Lock()
	defer t.mu.Unlock()
	if q.Cards {
		return Counts{Attempts: len(t.cards[owner{merchant, q.Subject}])}
	}
	var sum Counts
	for hour := max(hourOf(q.From), hourOf(now)-1); hour <= hourOf(now); hour++ {
		n := t.counts[counted{merchant, q.Subject, hour}]
		sum = Counts{sum.Attempts + n.Attempts, sum.Declines + n.Declines}
	}
	return sum
}

// take gives all there is, and begins anew.
func (t *tally) take() []Counted {
	t.mu.Lock()
	defer t.mu.Unlock()
	all := make([]Counted, 0, len(t.counts)+len(t.cards))
	for key, n := range t.counts {
		all = append(all, Counted{Merchant: key.merchant, Subject: key.subject, Hour: time.Unix(key.hour*3600, 0), Counts: n})
	}
	for of, cards := range t.cards {
		for card, at := range cards {
			all = append(all, Counted{Merchant: of.merchant, Subject: of.subject, Hour: at, Card: card})
		}
	}
	t.counts, t.cards = map[counted]Counts{}, map[owner]map[string]time.Time{}
	return all
}

// putBack takes what could not be written down.
func (t *tally) putBack(all []Counted) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, c := range all {
		if c.Card != "" {
			t.addCard(owner{c.Merchant, c.Subject}, c.Card, c.Hour)
			continue
		}
		t.add(counted{c.Merchant, c.Subject, hourOf(c.Hour)}, c.Counts)
	}
}

// flushEvery is how long what is counted is only in memory: what a crash may forget.
const flushEvery = 500 * time.Millisecond

// Flush writes down what was counted.
func (s *Service) Flush(ctx context.Context) error {
	all := s.tally.take()
	if len(all) == 0 {
		return nil
	}
	if err := s.store.AddCounts(ctx, all); err != nil {
		s.tally.putBack(all)
		return err
	}
	return nil
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
