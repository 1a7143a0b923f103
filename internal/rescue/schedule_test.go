package rescue_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/paywicket/paywicket/internal/card"
	"github.com/paywicket/paywicket/internal/rescue"
)

// on reads a time with its offset from UTC.
func on(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse("2006-01-02 15:04 -0700", text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// declined is a verdict of a reason.
func declined(r rescue.Reason) rescue.Verdict {
	return rescue.Verdict{Class: r.Class(), Reason: r, Known: true}
}

// The first delayed attempt, by the issuer's clock, in many countries.
func TestFirstAttempt(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		reason  rescue.Reason
		place   rescue.Place
		funding card.Type
		now     string
		at      string
		why     string
	}{
		"unreachable":                        {rescue.IssuerUnavailable, rescue.Place{Country: "US"}, card.Credit, "2026-03-02 12:00 +0000", "2026-03-02 12:15 +0000", "15 minutes"},
		"its machines failed":                {rescue.ProcessingError, rescue.Place{}, "", "2026-03-02 12:00 +0000", "2026-03-02 12:10 +0000", "10 minutes"},
		"no money, at night on the 1st":      {rescue.InsufficientFunds, rescue.Place{Country: "US"}, card.Debit, "2026-04-01 00:10 -0400", "2026-04-01 09:10 -0400", "on the 1st"},
		"no money, a credit card":            {rescue.InsufficientFunds, rescue.Place{Country: "US"}, card.Credit, "2026-04-02 12:00 -0400", "2026-04-15 09:10 -0400", "on the 15th"},
		"no money, a debit card":             {rescue.InsufficientFunds, rescue.Place{Country: "US"}, card.Debit, "2026-04-08 12:00 -0400", "2026-04-10 09:10 -0400", "weekly wages"},
		"no money, a prepaid card":           {rescue.InsufficientFunds, rescue.Place{Country: "br"}, card.Prepaid, "2026-04-06 12:00 -0300", "2026-04-10 09:10 -0300", "weekly wages"},
		"the 15th is a Sunday":               {rescue.InsufficientFunds, rescue.Place{Country: "GB"}, card.Credit, "2026-02-03 09:00 +0000", "2026-02-13 09:10 +0000", "before the 15th"},
		"a February, the 1st is a Sunday":    {rescue.InsufficientFunds, rescue.Place{Country: "DE"}, card.Credit, "2026-02-16 09:00 +0100", "2026-02-27 09:10 +0100", "last working day of the month"},
		"a leap day":                         {rescue.InsufficientFunds, rescue.Place{Country: "FR"}, card.Credit, "2028-02-28 12:00 +0100", "2028-02-29 09:10 +0100", "last working day of the month"},
		"the month ends on a Sunday":         {rescue.InsufficientFunds, rescue.Place{Country: "NG"}, card.Charge, "2026-05-16 12:00 +0100", "2026-05-29 09:10 +0100", "last working day of the month"},
		"a week that ends on Thursday":       {rescue.InsufficientFunds, rescue.Place{Country: "EG"}, card.Debit, "2026-01-05 12:00 +0200", "2026-01-08 09:10 +0200", "weekly wages"},
		"summer time has come meanwhile":     {rescue.InsufficientFunds, rescue.Place{Country: "US"}, card.Credit, "2026-03-02 12:00 -0500", "2026-03-13 09:10 -0400", "before the 15th"},
		"summer time has gone meanwhile":     {rescue.InsufficientFunds, rescue.Place{Country: "DE"}, card.Credit, "2026-10-20 12:00 +0200", "2026-10-30 09:10 +0100", "last working day of the month"},
		"half an hour off":                   {rescue.InsufficientFunds, rescue.Place{Country: "IN"}, card.Credit, "2026-03-30 23:00 +0530", "2026-03-31 09:10 +0530", "last working day of the month"},
		"over a limit":                       {rescue.LimitExceeded, rescue.Place{Country: "JP"}, card.Credit, "2026-03-02 23:50 +0900", "2026-03-03 01:15 +0900", "new day"},
		"over a limit, after midnight":       {rescue.LimitExceeded, rescue.Place{Country: "JP"}, card.Credit, "2026-03-02 00:30 +0900", "2026-03-03 01:15 +0900", "new day"},
		"a midnight that does not exist":     {rescue.Velocity, rescue.Place{Country: "CL"}, card.Credit, "2026-09-05 20:00 -0400", "2026-09-06 01:15 -0300", "new day"},
		"a midnight that does not exist, EG": {rescue.Velocity, rescue.Place{Country: "EG"}, card.Credit, "2026-04-23 20:00 +0200", "2026-04-24 01:15 +0300", "new day"},
		"not honoured":                       {rescue.DoNotHonor, rescue.Place{Country: "AU"}, card.Credit, "2026-03-03 17:00 +1100", "2026-03-04 10:05 +1100", "Wednesday"},
		"not honoured, at ten":               {rescue.DoNotHonor, rescue.Place{Country: "AU"}, card.Credit, "2026-03-03 10:30 +1100", "2026-03-04 14:05 +1100", "Wednesday"},
		"not honoured, on a Friday":          {rescue.Generic, rescue.Place{Country: "MX"}, card.Credit, "2026-03-06 17:00 -0600", "2026-03-09 10:05 -0600", "Monday"},
		"not honoured, on a Thursday":        {rescue.Generic, rescue.Place{Country: "SA"}, card.Credit, "2026-03-05 17:00 +0300", "2026-03-08 10:05 +0300", "Sunday"},
		"taken for fraud":                    {rescue.SuspectedFraud, rescue.Place{Country: "GB"}, card.Credit, "2026-03-03 11:00 +0000", "2026-03-05 14:05 +0000", "Thursday"},
		"the shopper's clock":                {rescue.DoNotHonor, rescue.Place{OffsetMinutes: -300, OffsetKnown: true}, card.Credit, "2026-03-03 17:00 -0500", "2026-03-04 10:05 -0500", ""},
		"nowhere":                            {rescue.DoNotHonor, rescue.Place{Country: "??", OffsetMinutes: -300}, card.Credit, "2026-03-03 17:00 +0000", "2026-03-04 10:05 +0000", ""},
		"a clock that is impossible":         {rescue.DoNotHonor, rescue.Place{OffsetMinutes: 100000, OffsetKnown: true}, card.Credit, "2026-03-03 17:00 +0000", "2026-03-04 10:05 +0000", ""},
	} {
		now := on(t, c.now)
		plan, ok := rescue.Next(declined(c.reason), 0, []time.Time{now}, c.place, c.funding, rescue.SchemeLimits, now, now.AddDate(1, 0, 0))
		if !ok || !plan.At.Equal(on(t, c.at)) || !strings.Contains(plan.Why, c.why) || plan.At.Location() != time.UTC {
			t.Errorf("%s: %v %v, want %s", name, ok, plan, c.at)
		}
	}
}

// What follows, if everything is declined again for the same reason: as often as it is worth
// it, at times that are spread.
func TestCourses(t *testing.T) {
	t.Parallel()
	for reason, want := range map[rescue.Reason]string{
		rescue.IssuerUnavailable: "02T12:15 02T13:15 02T17:15 03T05:15 04T05:15 06T05:15",
		rescue.DoNotHonor:        "03T10:05 04T14:16 06T16:27 09T09:38 16T15:49",
		rescue.SuspectedFraud:    "04T14:05",
		rescue.LimitExceeded:     "03T01:15 04T01:28 09T01:41 01T01:54 01T01:27",
		rescue.InsufficientFunds: "06T09:10 13T09:45 20T10:20 27T10:55 31T11:30 01T09:35 03T10:10 10T10:45",
	} {
		now := on(t, "2026-03-02 12:00 +0000")
		past, got := []time.Time{now}, []string{}
		for tries := 0; ; tries++ {
			plan, ok := rescue.Next(declined(reason), tries, past, rescue.Place{Country: "GB"}, card.Debit, rescue.SchemeLimits, past[len(past)-1], now.AddDate(1, 0, 0))
			if !ok {
				break
			}
			past = append(past, plan.At)
			zone, _ := time.LoadLocation("Europe/London")
			got = append(got, plan.At.In(zone).Format("02T15:04"))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %s", reason, strings.Join(got, " "))
		}
	}
}

func TestBounds(t *testing.T) {
	t.Parallel()
	now := on(t, "2026-03-02 12:00 +0000")
	plan := func(v rescue.Verdict, past []time.Time, limits rescue.Limits, until time.Time) (time.Time, bool) {
		p, ok := rescue.Next(v, 0, past, rescue.Place{Country: "GB"}, card.Credit, limits, now, until)
		return p.At, ok
	}
	year := now.AddDate(1, 0, 0)
	unreachable := declined(rescue.IssuerUnavailable)
	if _, ok := plan(unreachable, nil, rescue.SchemeLimits, now.Add(15*time.Minute)); ok {
		t.Error("planned for the moment at which it is over")
	}
	if at, ok := plan(unreachable, nil, rescue.SchemeLimits, now.Add(15*time.Minute+1)); !ok || !at.Equal(now.Add(15*time.Minute)) {
		t.Errorf("not planned just before it is over: %v", at)
	}
	if _, ok := plan(unreachable, nil, rescue.SchemeLimits, time.Time{}); ok {
		t.Error("planned when it has no end")
	}
	// The limits put it off, and a pay day is then looked for after them.
	one := rescue.Limits{PerDay: 9, PerMonth: 1}
	if at, ok := plan(declined(rescue.InsufficientFunds), []time.Time{now}, one, year); !ok || !at.Equal(on(t, "2026-04-15 09:10 +0100")) {
		t.Errorf("%v %v", at, ok)
	}
	// What Mastercard's issuers ask for is kept.
	wait := declined(rescue.DoNotHonor)
	wait.Wait = 10 * 24 * time.Hour
	if at, ok := plan(wait, []time.Time{now}, rescue.SchemeLimits, year); !ok || !at.Equal(on(t, "2026-03-12 14:05 +0000")) {
		t.Errorf("%v %v", at, ok)
	}
	// A machine that was down for long is in time, and not in the past.
	if at, ok := plan(unreachable, []time.Time{now.Add(-48 * time.Hour)}, rescue.SchemeLimits, year); !ok || !at.Equal(now.Add(time.Minute)) {
		t.Errorf("%v %v", at, ok)
	}
	for _, tries := range []int{-1, 100} {
		if _, ok := rescue.Next(unreachable, tries, nil, rescue.Place{}, "", rescue.SchemeLimits, now, year); ok {
			t.Errorf("planned after %d tries", tries)
		}
	}
}

// Every country's time zone exists, and its letters are a country's.
func TestZones(t *testing.T) {
	t.Parallel()
	zones := rescue.Zones()
	for country, name := range zones {
		if zone := (rescue.Place{Country: country}).Zone(); len(country) != 2 || country != strings.ToUpper(country) || zone.String() != name {
			t.Errorf("%s: %s, want %s", country, zone, name)
		}
	}
	if len(zones) < 240 {
		t.Errorf("only %d countries", len(zones))
	}
}

// Whatever happened: a plan is in the future, before the end, within the limits, the same if
// asked again, and only for what may be tried again.
func TestPlansKeepTheRules(t *testing.T) {
	t.Parallel()
	countries := []string{"", "US", "BR", "DE", "EG", "CL", "IN", "NZ", "IR", "AF", "BN", "NP", "LB", "PY", "KI", "zz"}
	rapid.Check(t, func(r *rapid.T) {
		now := noon.Add(time.Duration(rapid.IntRange(0, 5*365*24*60).Draw(r, "minute")) * time.Minute)
		var past []time.Time
		for range rapid.IntRange(0, 20).Draw(r, "attempts") {
			past = append(past, now.Add(-time.Duration(rapid.IntRange(-3*24*60, 40*24*60).Draw(r, "before"))*time.Minute))
		}
		v := declined(rapid.SampledFrom(rescue.Reasons).Draw(r, "reason"))
		v.Wait = time.Duration(rapid.IntRange(0, 10).Draw(r, "wait")) * 24 * time.Hour
		place := rescue.Place{Country: rapid.SampledFrom(countries).Draw(r, "country"), OffsetMinutes: rapid.IntRange(-900, 900).Draw(r, "offset"), OffsetKnown: rapid.Bool().Draw(r, "known")}
		limits := rescue.Limits{PerDay: rapid.IntRange(1, 9).Draw(r, "a day"), PerMonth: rapid.IntRange(1, 15).Draw(r, "a month")}
		funding := rapid.SampledFrom([]card.Type{"", card.Credit, card.Debit, card.Prepaid, card.Charge}).Draw(r, "funding")
		tries, until := rapid.IntRange(0, 9).Draw(r, "tries"), now.Add(time.Duration(rapid.IntRange(0, 200*24).Draw(r, "until"))*time.Hour)
		before := slices.Clone(past)
		plan, ok := rescue.Next(v, tries, past, place, funding, limits, now, until)
		again, same := rescue.Next(v, tries, past, place, funding, limits, now, until)
		if plan != again || ok != same || !slices.Equal(before, past) {
			r.Fatal("asked again, it is another answer, or the question has changed")
		}
		if !ok {
			if _, far := rescue.Next(v, tries, past, place, funding, limits, now, now.AddDate(1, 0, 0)); far != (tries < rescue.Steps(v.Reason)) {
				r.Fatalf("%s after %d tries, with time enough: %v", v.Reason, tries, far)
			}
			return
		}
		if !v.Class.Retryable() {
			r.Fatalf("%s is tried again", v.Reason)
		}
		if !plan.At.After(now) || !plan.At.Before(until) || plan.Why == "" {
			r.Fatalf("%v, now %v, until %v", plan, now, until)
		}
		if at := limits.Earliest(past, plan.At); !at.Equal(plan.At) {
			r.Fatalf("%v is over the limits, which allow %v", plan.At, at)
		}
	})
}

func BenchmarkNext(b *testing.B) {
	now := time.Date(2026, time.March, 2, 12, 0, 0, 0, time.UTC)
	for b.Loop() {
		rescue.Next(declined(rescue.InsufficientFunds), 0, []time.Time{now}, rescue.Place{Country: "US"}, card.Credit, rescue.SchemeLimits, now, now.AddDate(1, 0, 0))
	}
}
