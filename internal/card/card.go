// Package card is what may be shown of a card: its scheme, its first six and
// last four digits (PCI DSS 3.4.1 allows no more), and until when it is valid.
// It cannot hold a whole number; that is package pan.
package card

import (
	"time"
)

// Summary is a card as merchants, shoppers and logs may see it.
type Summary struct {
	Brand    Brand
	BIN      string // the first six digits
	Last4    string // the last four digits
	ExpMonth int    // 1 to 12
	ExpYear  int    // four digits
}

// Expiry is the month a card is good through.
type Expiry struct {
	Month int // 1 to 12
	Year  int // four digits
}

// Last moment zone: a card is good to the end of its month wherever the shopper
// is, and the last place on earth to leave a month is UTC−12.
var lastZone = time.FixedZone("UTC-12", -12*60*60)

// Valid tells whether the month exists and the year is one a card can carry.
func (e Expiry) Valid() bool {
	return e.Month >= 1 && e.Month <= 12 && e.Year >= 2000 && e.Year <= 2099
}

// Current is the first expiry of cards that are still good at now.
func Current(now time.Time) Expiry {
	there := now.In(lastZone)
	return Expiry{Month: int(there.Month()), Year: there.Year()}
}

// Passed tells whether a card of this expiry is no longer good at now.
func (e Expiry) Passed(now time.Time) bool {
	firstOfNext := time.Date(e.Year, time.Month(e.Month)+1, 1, 0, 0, 0, 0, lastZone)
	return !now.Before(firstOfNext)
}
