package id

import (
	"crypto/subtle"
	"strconv"
)

// Parsing takes as long for a text that is nearly right as for one that is all
// wrong: every character is looked at, and held against the whole alphabet, without a
// branch or a look-up that hangs on it. Only the length, which is public, ends it early.

// letters is an alphabet as runs of characters that follow each other.
type letters []struct{ first, last, value int }

// runsOf takes an alphabet apart.
func runsOf(alphabet string) (runs letters) {
	for value, c := range []byte(alphabet) {
		if n := len(runs); n > 0 && runs[n-1].last == int(c)-1 {
			runs[n-1].last++
		} else {
			runs = append(runs, struct{ first, last, value int }{int(c), int(c), value})
		}
	}
	return runs
}

var (
	house       = runsOf(alphabet)
	hexadecimal = runsOf("0123456789abcdef") // of UUIDs
)

// decode reads text of an alphabet of 2^bits letters into raw, which it must fill
// but for less than one character's bits of padding, all zero. It gives 1 when text is
// exactly what encoding raw would give, and 0 otherwise; raw means nothing then.
func decode(raw []byte, text string, alphabet letters, bits int) int {
	if (len(raw)*8+bits-1)/bits != len(text) {
		return 0
	}
	ok, held, value, at := 1, 0, 0, 0
	for i := range len(text) {
		found, digit := 0, 0
		c := int(text[i])
		for _, run := range alphabet {
			within := ^((c - run.first) | (run.last - c)) >> (strconv.IntSize - 1) // all ones, or none
			found |= within
			digit |= within & (c - run.first + run.value)
		}
		ok &= found
		value = value<<bits | digit
		if held += bits; held >= 8 {
			held -= 8
			raw[at] = byte(value >> held)
			at++
			value &= 1<<held - 1
		}
	}
	return ok & subtle.ConstantTimeEq(int32(value), 0)
}

// Decode reads what Encode wrote of so many bytes, and refuses every other spelling.
// How long it takes depends on the length of text alone.
func Decode(text string, bytes int) (raw []byte, ok bool) {
	raw = make([]byte, bytes)
	return raw, decode(raw, text, house, 5) == 1
}
