package card

import "slices"

// Range is a run of six-digit prefixes of one scheme.
type Range struct {
	Low, High int
	Brand     Brand
}

// Ranges lists the prefixes in the order in which they are looked at: the first that a
// number is in decides. The front end is built with them, so that a browser and the server
// see the same scheme.
func Ranges() []Range {
	var all []Range
	for _, s := range spans {
		all = append(all, Range{s.low, s.high, s.brand})
	}
	return all
}

// Lengths lists how many digits the scheme's numbers may have, in ascending order.
func (b Brand) Lengths() []int { return slices.Clone(rules[b].lengths) }
