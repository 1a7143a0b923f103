package rescue

import (
	"slices"
	"time"
)

// Limits are how often a card may be asked for at one merchant. A number below one counts
// as one: the limits of the schemes cannot be switched off.
type Limits struct {
	PerDay   int // attempts in any 24 hours
	PerMonth int // attempts in any 30 days
}

// SchemeLimits are what both large schemes allow without a fee: Visa 15 attempts at a card
// in 30 days (its rules on excessive reattempts; 20 by its Core Rules of April 2026, which not
// all acquirers follow), Mastercard 10 declines in 24 hours, the tenth of which costs
// (Transaction Processing Excellence).
var SchemeLimits = Limits{PerDay: 9, PerMonth: 15}

// window is a number of attempts that a length of time may hold.
type window struct {
	most   int
	length time.Duration
}

func (l Limits) windows() [2]window {
	return [2]window{{max(l.PerDay, 1), 24 * time.Hour}, {max(l.PerMonth, 1), 30 * 24 * time.Hour}}
}

// Earliest gives the first time from want on at which another attempt keeps both limits,
// after those that were made, or are to be made, at the times in past, in any order.
// Windows slide: an attempt leaves one exactly 24 hours, or 30 days, after it was made.
func (l Limits) Earliest(past []time.Time, want time.Time) time.Time {
	sorted := slices.SortedFunc(slices.Values(past), time.Time.Compare)
	candidates := []time.Time{want} // and whenever an attempt leaves a window
	for _, w := range l.windows() {
		for _, at := range sorted {
			if left := at.Add(w.length); left.After(want) {
				candidates = append(candidates, left)
			}
		}
	}
	slices.SortFunc(candidates, time.Time.Compare)
	for _, at := range candidates {
		if l.allow(sorted, at) {
			return at
		}
	}
	return candidates[len(candidates)-1] // 30 days after the last: it is alone then, and was found above
}

// allow tells whether no window that another attempt falls into holds too many. It looks at
// no more attempts than a window may hold: a test card has tens of thousands.
func (l Limits) allow(sorted []time.Time, at time.Time) bool {
	place, _ := slices.BinarySearchFunc(sorted, at, time.Time.Compare)
	with := func(i int) time.Time {
		switch {
		case i < place:
			return sorted[i]
		case i == place:
			return at
		}
		return sorted[i-1]
	}
	for _, w := range l.windows() {
		for first := max(place-w.most, 0); first <= place && first+w.most <= len(sorted); first++ {
			if with(first+w.most).Sub(with(first)) < w.length {
				return false
			}
		}
	}
	return true
}
