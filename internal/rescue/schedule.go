package rescue

import (
	"fmt"
	"slices"
	"time"

	"github.com/paywicket/paywicket/internal/card"
)

// Plan is another attempt at a payment that was declined.
type Plan struct {
	At  time.Time // in UTC
	Why string    // a sentence for people
}

// step is how one attempt follows the last.
type step struct {
	pause time.Duration // at least so long after the last
	when  func(course) (time.Time, string)
}

// course is what there is to know when a time is chosen.
type course struct {
	from    time.Time // the time is not before it; by the issuer's clock
	last    time.Time // when the card was last asked for; by the issuer's clock
	past    []time.Time
	tries   int
	country string
	funding card.Type
}

// steps are the delayed attempts that are worth it, by why the last was declined: as many
// as there are steps, and no more. A reason that has none is never tried again.
var steps = map[Reason][]step{
	IssuerUnavailable: {{15 * time.Minute, atOnce}, {time.Hour, atOnce}, {4 * time.Hour, atOnce}, {12 * time.Hour, atOnce}, {24 * time.Hour, atOnce}, {48 * time.Hour, atOnce}},
	ProcessingError:   {{10 * time.Minute, atOnce}, {time.Hour, atOnce}, {6 * time.Hour, atOnce}, {24 * time.Hour, atOnce}, {48 * time.Hour, atOnce}},
	InsufficientFunds: {{time.Hour, onPayDay}, {anotherDay, onPayDay}, {anotherDay, onPayDay}, {anotherDay, onPayDay}, {anotherDay, onPayDay}, {anotherDay, onPayDay}, {anotherDay, onPayDay}, {anotherDay, onPayDay}},
	LimitExceeded:     {{0, newDay}, {anotherDay, newDay}, {anotherDay, newWeek}, {anotherDay, newMonth}, {anotherDay, newMonth}},
	Velocity:          {{0, newDay}, {anotherDay, newDay}, {anotherDay, newWeek}, {anotherDay, newMonth}},
	DoNotHonor:        {{0, inBusinessHours(1)}, {0, inBusinessHours(1)}, {0, inBusinessHours(2)}, {0, inBusinessHours(3)}, {0, inBusinessHours(5)}},
	Generic:           {{0, inBusinessHours(1)}, {0, inBusinessHours(1)}, {0, inBusinessHours(2)}, {0, inBusinessHours(4)}},
	RestrictedCard:    {{0, inBusinessHours(2)}, {0, inBusinessHours(5)}},
	NotActivated:      {{0, inBusinessHours(2)}, {0, inBusinessHours(5)}, {0, inBusinessHours(7)}},
	SuspectedFraud:    {{48 * time.Hour, inBusinessHours(2)}},
}

// anotherDay is a pause that leaves the hour free, but not the day.
const anotherDay = 20 * time.Hour

// soonest is how far ahead the first plan may be: whoever carries it out has to take it up.
const soonest = time.Minute

// Next plans the next attempt at a payment that the merchant initiates, without the
// shopper, after it was declined with a verdict. It gives false when there is to be none:
// for a decline that must not or cannot be tried again as it is, when the tries that are
// worth it were made, or when the next would be at or after until.
//
// Tries are the delayed attempts that were made before; past is when the card was asked for
// at this merchant, for this payment or another, which counts against the limits. The
// same question has the same answer; payments that were declined together are spread by
// their tries only.
func Next(v Verdict, tries int, past []time.Time, place Place, funding card.Type, limits Limits, now, until time.Time) (Plan, bool) {
	all := steps[v.Reason]
	if !v.Class.Retryable() || tries < 0 || tries >= len(all) {
		return Plan{}, false
	}
	zone := place.Zone()
	last := now
	if before := slices.DeleteFunc(slices.Clone(past), now.Before); len(before) > 0 {
		last = slices.MaxFunc(before, time.Time.Compare)
	}
	c := course{last: last.In(zone), past: past, tries: tries, country: place.country(), funding: funding}
	c.from = latest(now.Add(soonest), last.Add(all[tries].pause), last.Add(v.Wait)).In(zone)
	plan, ok := c.keep(limits, all[tries].when)
	return plan, ok && plan.At.Before(until)
}

// keep chooses a time that keeps the limits: where they forbid one, another is chosen as
// soon as they allow any.
func (c course) keep(limits Limits, when func(course) (time.Time, string)) (Plan, bool) {
	for range 3 { // attempts that are planned already may stand in the way of the second
		at, why := when(c)
		if at.IsZero() {
			return Plan{}, false
		}
		allowed := limits.Earliest(c.past, at)
		if allowed.Equal(at) {
			return Plan{at.UTC(), why}, true
		}
		c.from = allowed.In(c.from.Location())
	}
	at := limits.Earliest(c.past, c.from)
	return Plan{at.UTC(), "As soon as the schemes' limits on attempts allow another."}, true
}

func latest(times ...time.Time) time.Time { return slices.MaxFunc(times, time.Time.Compare) }

// atOnce is when the pause is over: what failed was a machine, which keeps no hours.
func atOnce(c course) (time.Time, string) {
	return c.from, fmt.Sprintf("The issuer could not be reached or its machines failed: again %s after the last attempt.", about(c.from.Sub(c.last)))
}

// posted is how many hours after salaryHour the last of the salaries are there: American
// banks have until nine, by their own clocks, to make a direct deposit available (Nacha
// Operating Rules, 3.3.1.1), and of a country with several clocks only one is known here.
const posted = 3

// onPayDay is a morning on which the account may have been filled.
func onPayDay(c course) (time.Time, string) {
	return c.day(c.from, func(day time.Time) (time.Time, string) {
		why, ok := payday(day, c.country, c.funding)
		if !ok {
			return time.Time{}, ""
		}
		return clock(day, salaryHour+posted, 10+c.tries*35%150), "There was too little money: in the issuer's morning " + why + "."
	})
}

// newDay is after the issuer's midnight, when a limit by the day begins anew. A quarter past
// one leaves banks the time for their own end of day.
func newDay(c course) (time.Time, string) {
	return c.period("day", func(time.Time) bool { return true })
}

// newWeek is after midnight of the week's first working day.
func newWeek(c course) (time.Time, string) {
	return c.period("week", func(day time.Time) bool {
		return !restsOn(day.Weekday(), c.country) && restsOn(day.AddDate(0, 0, -1).Weekday(), c.country)
	})
}

// newMonth is after midnight of the 1st.
func newMonth(c course) (time.Time, string) {
	return c.period("month", func(day time.Time) bool { return day.Day() == 1 })
}

func (c course) period(name string, begins func(time.Time) bool) (time.Time, string) {
	return c.day(latest(c.from, clock(c.last.AddDate(0, 0, 1), 0, 0)), func(day time.Time) (time.Time, string) {
		if !begins(day) {
			return time.Time{}, ""
		}
		return clock(day, 1, 15+c.tries*13%40), "A limit of the card was reached: after the issuer's midnight, when a new " + name + " has begun."
	})
}

// officeHours are the hours in which issuers have people to look at what was blocked, in the
// order in which they are tried.
var officeHours = []int{10, 14, 16, 12, 9, 15, 11, 13}

// inBusinessHours is a working day so many days after the last attempt, at an hour of its
// clock at which the card was not asked for before, as long as there is one.
func inBusinessHours(days int) func(course) (time.Time, string) {
	return func(c course) (time.Time, string) {
		hours := slices.DeleteFunc(slices.Clone(officeHours), func(hour int) bool {
			return slices.ContainsFunc(c.past, func(at time.Time) bool { return at.In(c.from.Location()).Hour() == hour })
		})
		if len(hours) == 0 {
			hours = officeHours
		}
		return c.day(latest(c.from, clock(c.last.AddDate(0, 0, days), 0, 0)), func(day time.Time) (time.Time, string) {
			if restsOn(day.Weekday(), c.country) {
				return time.Time{}, ""
			}
			for _, hour := range hours {
				if at := clock(day, hour, 5+c.tries*11%50); !at.Before(c.from) {
					return at, fmt.Sprintf("The issuer may decide otherwise on another day: %s, in its business hours.", at.Format("Monday"))
				}
			}
			return time.Time{}, ""
		})
	}
}

// day looks for the first day from a time on which there is a time to choose that is not
// before it. Every rule finds one within two months.
func (c course) day(from time.Time, choose func(day time.Time) (time.Time, string)) (time.Time, string) {
	for n := range 70 {
		if at, why := choose(noon(from).AddDate(0, 0, n)); !at.IsZero() && !at.Before(from) {
			return at, why
		}
	}
	return time.Time{}, ""
}

// about says how long something takes, in its largest unit.
func about(d time.Duration) string {
	switch {
	case d >= 48*time.Hour:
		return fmt.Sprintf("%d days", d/(24*time.Hour))
	case d >= 2*time.Hour:
		return fmt.Sprintf("%d hours", d/time.Hour)
	}
	return fmt.Sprintf("%d minutes", d/time.Minute)
}
