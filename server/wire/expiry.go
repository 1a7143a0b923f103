package wire

import (
	"bytes"

	"github.com/paywicket/paywicket/internal/card"
)

// readExpiry reads an expiry date, typed any usual way: 1/30, 0130, 01 / 2030, 01-30. The
// checkout's script reads them alike (testdata/expiry.json is held against both).
func readExpiry(text []byte) (card.Expiry, bool) {
	text = bytes.TrimSpace(text)
	month := run(text)
	rest := bytes.TrimLeft(text[month:], " \t")
	switch {
	case month == 4 || month == 6:
		if len(rest) > 0 {
			return card.Expiry{}, false
		}
		month, rest = 2, text[2:]
	case month != 1 && month != 2 || len(rest) == 0:
		return card.Expiry{}, false
	case bytes.IndexByte([]byte("/-."), rest[0]) >= 0:
		rest = bytes.TrimLeft(rest[1:], " \t")
	case len(rest) == len(text)-month:
		return card.Expiry{}, false // nothing between the month and the year
	}
	year := run(rest)
	if year != len(rest) || year != 2 && year != 4 {
		return card.Expiry{}, false
	}
	e := card.Expiry{Month: decimal(text[:month]), Year: decimal(rest)}
	if year == 2 {
		e.Year += 2000
	}
	return e, e.Valid()
}

// decimal is the value of a few digits.
func decimal(digits []byte) int {
	n := 0
	for _, b := range digits {
		n = n*10 + int(b-'0')
	}
	return n
}
