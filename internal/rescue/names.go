package rescue

import (
	"maps"
	"slices"
)

// FactNames lists every fact that a condition can ask for, by its name and in order.
func FactNames() []string { return slices.Sorted(maps.Keys(facts)) }

// MostPatience is the longest for which a merchant-initiated payment may be tried: the
// schemes count tries by the month.
const MostPatience = mostPatience

// MostReplay is the longest span of time that Replay takes.
const MostReplay = maxReplay
