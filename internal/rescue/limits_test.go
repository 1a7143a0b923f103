package rescue_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/paywicket/paywicket/internal/rescue"
)

var noon = time.Date(2026, time.March, 2, 12, 0, 0, 0, time.UTC)

// hoursAgo are times before noon.
func hoursAgo(hours ...int) []time.Time {
	var all []time.Time
	for _, h := range hours {
		all = append(all, noon.Add(-time.Duration(h)*time.Hour))
	}
	return all
}

func TestLimits(t *testing.T) {
	t.Parallel()
	nine := hoursAgo(23, 1, 2, 3, 4, 5, 6, 7, 8)
	for name, c := range map[string]struct {
		limits rescue.Limits
		past   []time.Time
		want   time.Time
		at     time.Time
	}{
		"none before":                        {rescue.SchemeLimits, nil, noon, noon},
		"eight in a day":                     {rescue.SchemeLimits, nine[:8], noon, noon},
		"nine in a day":                      {rescue.SchemeLimits, nine, noon, noon.Add(time.Hour)},
		"exactly a day later":                {rescue.SchemeLimits, nine, noon.Add(time.Hour), noon.Add(time.Hour)},
		"a moment before a day later":        {rescue.SchemeLimits, nine, noon.Add(time.Hour - 1), noon.Add(time.Hour)},
		"one a day":                          {rescue.Limits{PerDay: 1, PerMonth: 15}, hoursAgo(1), noon, noon.Add(23 * time.Hour)},
		"two a month":                        {rescue.Limits{PerDay: 9, PerMonth: 2}, hoursAgo(48, 24), noon, noon.Add(28 * 24 * time.Hour)},
		"nothing is one":                     {rescue.Limits{}, hoursAgo(24), noon, noon.Add(29 * 24 * time.Hour)},
		"what was broken before is not ours": {rescue.Limits{PerDay: 1, PerMonth: 3}, hoursAgo(100, 100, 100, 100), noon, noon.Add(720*time.Hour - 100*time.Hour)},
		"one that is planned already":        {rescue.Limits{PerDay: 1, PerMonth: 15}, []time.Time{noon.Add(time.Hour)}, noon, noon.Add(25 * time.Hour)},
	} {
		if at := c.limits.Earliest(c.past, c.want); !at.Equal(c.at) {
			t.Errorf("%s: %v, want %v", name, at, c.at)
		}
	}
}

// However attempts follow each other, as soon as they may, no window of time ever holds more
// than it may, and nothing sooner was possible.
func TestNoWindowHoldsMore(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		limits := rescue.Limits{PerDay: rapid.IntRange(0, 10).Draw(r, "a day"), PerMonth: rapid.IntRange(0, 20).Draw(r, "a month")}
		var made []time.Time
		for range rapid.IntRange(1, 40).Draw(r, "attempts") {
			want := noon.Add(time.Duration(rapid.IntRange(0, 100*24*60).Draw(r, "minute")) * time.Minute)
			at := limits.Earliest(made, want)
			if at.Before(want) {
				r.Fatalf("%v is before %v", at, want)
			}
			if at.After(want) && fits(limits, append(slices.Clone(made), at.Add(-time.Nanosecond))) {
				r.Fatalf("%v was possible", at.Add(-time.Nanosecond))
			}
			made = append(made, at)
			if !fits(limits, made) {
				r.Fatalf("too many: %v, %+v", made, limits)
			}
		}
	})
}

// fits counts by another way than the code: from every attempt on, how many follow in time.
func fits(limits rescue.Limits, made []time.Time) bool {
	for _, first := range made {
		day, month := 0, 0
		for _, at := range made {
			if after := at.Sub(first); after >= 0 && after < 30*24*time.Hour {
				month++
				if after < 24*time.Hour {
					day++
				}
			}
		}
		if day > max(limits.PerDay, 1) || month > max(limits.PerMonth, 1) {
			return false
		}
	}
	return true
}

// A card that was tried very often, as those for tests are, holds nobody up.
func TestLimitsOfManyTries(t *testing.T) {
	t.Parallel()
	var past []time.Time
	for i := range 50_000 {
		past = append(past, noon.Add(-time.Duration(i)*50*time.Second))
	}
	found := make(chan time.Time, 1)
	go func() { found <- rescue.SchemeLimits.Earliest(past, noon) }()
	select {
	case at := <-found:
		if want := past[14].Add(30 * 24 * time.Hour); !at.Equal(want) {
			t.Errorf("next at %s, want %s", at, want)
		}
	case <-time.After(10 * time.Second):
		t.Error("it takes longer than anybody waits")
	}
}
