package id

import "crypto/subtle"

// Parsing takes as long for a text that is nearly right as for one that is all
// wrong: every character is looked at, and held against the whole alphabet. Only the
// length, which is public, ends it early.

// hexadecimal is the alphabet of UUIDs.
const hexadecimal = "0123456789abcdef"

// decode reads text of an alphabet of 2^bits characters into raw, which it must fill
// but for less than one character's bits of padding, all zero. It gives 1 when text is
// exactly what encoding raw would give, and 0 otherwise; raw means nothing then.
func decode(raw []byte, text, alphabet string, bits int) int {
	if (len(raw)*8+bits-1)/bits != len(text) {
		return 0
	}
	ok, held, value, at := 1, 0, 0, 0
	for i := range len(text) {
		found, digit := 0, 0
		for j := range len(alphabet) {
			equal := subtle.ConstantTimeByteEq(text[i], alphabet[j])
			found |= equal
			digit |= -equal & j
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
	return raw, decode(raw, text, alphabet, 5) == 1
}
