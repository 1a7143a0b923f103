package sense

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"time"
)

// Device is a device as a merchant's visits have shown it.
type Device struct {
	ID       string
	Merchant string
	Features Features // as last seen
	Visitors []string // names that its browsers were given, the newest last
	Networks []string // where it came from lately, the newest last
	Visits   int
	FirstAt  time.Time
	LastAt   time.Time
}

// How much of a device's past is kept.
const (
	mostVisitors = 4
	mostNetworks = 5
)

// seen takes in another visit.
func (d Device) seen(f Features, now Context, at time.Time) Device {
	merged := Features{}
	for _, of := range []Features{d.Features, f} {
		for name, text := range of {
			merged[name] = text
		}
	}
	d.Features = merged
	d.Visitors = newest(d.Visitors, now.Visitor, mostVisitors)
	d.Networks = newest(d.Networks, now.Network, mostNetworks)
	d.LastAt = at
	return d
}

// newest puts a text at the end of a list of at most so many.
func newest(list []string, text string, most int) []string {
	if text == "" {
		return list
	}
	list = append(slices.DeleteFunc(slices.Clone(list), func(one string) bool { return one == text }), text)
	return list[max(0, len(list)-most):]
}

// keyGroups are what, beside all that vetoes, must be equal for a device to be looked at:
// all of it together, and whichever two things change, one of the others still is.
var keyGroups = [][]string{
	{"canvas", "limits", "math", "codecs", "screen", "ratio", "timeZone", "languages", "locale", "touch"},
	{"canvas", "limits", "math"},
	{"screen", "ratio"},
	{"timeZone", "languages"},
}

// lookupKeys are under what a device with such signals is looked for: hashes, of the names that
// its browsers were given and of each set of signals that may still be what it was.
func lookupKeys(f Features, visitors ...string) []int64 {
	var keys []int64
	sum := func(parts ...string) {
		h := fnv.New64a()
		_, _ = h.Write([]byte(strings.Join(parts, "\x00")))
		keys = append(keys, int64(h.Sum64()))
	}
	base := []string{f.browser(), f["platform"], f["cores"], f["memory"], f["graphics"]}
	for i, names := range keyGroups {
		parts := append([]string{string(rune('a' + i))}, base...)
		for _, name := range names {
			parts = append(parts, f[name])
		}
		sum(parts...)
	}
	// Browsers do not always draw: where they did not, the graphics unit is not known.
	sum("no graphics", f.browser(), f["platform"], f["cores"], f["memory"], f["screen"], f["ratio"], f["timeZone"], f["languages"])
	for _, v := range visitors {
		sum("visitor", v)
	}
	return keys
}

// choose gives the device that a visit is most like. Two that it is as like as the other
// make it possible and no more: the first of them is named.
func choose(f Features, now Context, candidates []Device) (Device, Likeness) {
	makes := 0 // how many devices of the same make are known
	type rated struct {
		Device
		Likeness
		named bool
	}
	var all []rated
	for _, d := range candidates {
		if _, vetoes := differences(f, d.Features); len(vetoes) == 0 {
			makes++
		}
		if l := Compare(f, now, d); l.Verdict != New {
			all = append(all, rated{d, l, now.Visitor != "" && slices.Contains(d.Visitors, now.Visitor)})
		}
	}
	if len(all) == 0 {
		return Device{}, Likeness{Verdict: New, Confidence: 1, Reasons: reasonsOfNew(f, now, candidates)}
	}
	slices.SortStableFunc(all, func(a, b rated) int {
		return cmp.Or(boolCompare(b.named, a.named), boolCompare(b.Verdict == Recognised, a.Verdict == Recognised),
			cmp.Compare(a.changed, b.changed), b.LastAt.Compare(a.LastAt))
	})
	best := all[0]
	twins := 0
	for _, other := range all[1:] {
		if other.Verdict == best.Verdict && other.changed == best.changed && other.named == best.named {
			twins++
		}
	}
	if twins > 0 && !best.named && best.Verdict == Recognised {
		best.Verdict, best.Confidence = Possible, 1/float64(twins+2)
		best.Reasons = append(best.Reasons, "other known devices are just as like it")
	}
	if makes > 1 && !best.named {
		// What many have says less than what is rare.
		best.Confidence = max(0.05, best.Confidence-min(mostCommon, commonness*float64(makes-1)))
		best.Reasons = append(best.Reasons, fmt.Sprintf("%d known devices are of this make", makes))
	}
	return best.Device, best.Likeness
}

// How much of the confidence each other device of the same make takes, and all of them.
const (
	commonness = 0.02
	mostCommon = 0.2
)

func boolCompare(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// reasonsOfNew says why none of the candidates is it.
func reasonsOfNew(f Features, now Context, candidates []Device) []string {
	for _, d := range candidates {
		if now.Visitor != "" && slices.Contains(d.Visitors, now.Visitor) {
			return Compare(f, now, d).Reasons
		}
	}
	if len(candidates) == 0 {
		return []string{"nothing like it was seen before"}
	}
	return Compare(f, now, candidates[0]).Reasons
}
