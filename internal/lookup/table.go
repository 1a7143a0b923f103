// Package lookup tells what a card's first digits say of it: scheme, type, issuer
// and country, from a BIN table that the operator imports.
//
// The life of a table: Read makes it from CSV and is told what could not be used;
// Pack and Unpack keep it; Live holds the one in force. A table does not change once
// it is made, so looking up takes no lock: 30 to 60 ns among 350,000 BINs
// (BenchmarkFind).
//
// Refused here: whole card numbers. A BIN has eleven digits at most.
package lookup

import (
	"sync/atomic"

	"github.com/paywicket/paywicket/internal/card"
)

// The shortest and longest BIN a table may hold. Issuers' numbers have six or eight
// digits (ISO/IEC 7812-1:2017); lists have a few of four to eleven.
const (
	minBIN = 4
	maxBIN = 11
	// shownBIN is how many digits of a number are kept to be shown, and so looked up.
	shownBIN = 6
)

// Table is what is known of BINs.
type Table struct {
	// kinds are all that differ. Some 350,000 BINs share a tenth as many.
	kinds []card.Issuance
	// entries lead from a prefix, and its length, to a place in kinds.
	entries map[prefix]uint32
	bins    int
}

// prefix is a number's first digits, as a number, with how many there are above it.
type prefix uint64

func prefixOf(digits string) prefix {
	p := prefix(len(digits)) << 40
	value := prefix(0)
	for i := range len(digits) {
		value = value*10 + prefix(digits[i]-'0')
	}
	return p | value
}

// Len is how many BINs the table was made of.
func (t *Table) Len() int {
	if t == nil {
		return 0
	}
	return t.bins
}

// Find gives what the longest BIN that bin begins with says. For the six digits that
// are kept of a card it is what all longer BINs agree on when the table has only
// those. ok is false when there is none, or bin is not digits.
func (t *Table) Find(bin string) (found card.Issuance, ok bool) {
	if t == nil || !digits(bin) {
		return card.Issuance{}, false
	}
	for n := min(len(bin), maxBIN); n >= minBIN; n-- {
		if i, ok := t.entries[prefixOf(bin[:n])]; ok {
			return t.kinds[i], true
		}
	}
	return card.Issuance{}, false
}

func digits(text string) bool {
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return true
}

// Live is the table in force. Its zero value knows nothing.
type Live struct{ table atomic.Pointer[Table] }

// Use puts another table in force.
func (l *Live) Use(t *Table) { l.table.Store(t) }

// Find looks a BIN up in the table in force, as of Table.Find. A nil Live has none.
func (l *Live) Find(bin string) (card.Issuance, bool) {
	if l == nil {
		return card.Issuance{}, false
	}
	return l.table.Load().Find(bin)
}
