package wire

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/paywicket/paywicket/internal/card"
	"github.com/paywicket/paywicket/internal/pan"
)

// readCard reads the card of a form, whose bytes the caller wipes. Of a saved card there is
// a CVV at most.
func (f *Form) readCard(number, expiry, cvv []byte) {
	number, expiry, cvv = western(number), western(expiry), western(cvv)
	if f.Saved.IsZero() {
		f.readNumber(number)
		f.readExpiry(expiry)
		if f.Card.Name == "" && f.Flaws["name"] == "" {
			f.Flaws["name"] = Missing
		}
	} else {
		f.Card.Name = ""
	}
	if len(cvv) == 0 {
		if f.Saved.IsZero() {
			f.Flaws["cvv"] = Missing
		}
		return
	}
	var err error
	if f.Card.CVV, err = pan.ParseCVV(cvv, f.Card.Number.Brand()); err != nil {
		f.Flaws["cvv"] = Wrong
	}
}

func (f *Form) readNumber(number []byte) {
	var err error
	if len(number) == 0 {
		f.Flaws["number"] = Missing
	} else if f.Card.Number, err = pan.ParseNumber(number); err != nil {
		f.Flaws["number"] = flawOf(number)
	}
}

func (f *Form) readExpiry(expiry []byte) {
	var good bool
	if len(expiry) == 0 {
		f.Flaws["expiry"] = Missing
	} else if f.Card.Expiry, good = readExpiry(expiry); !good {
		f.Flaws["expiry"] = Wrong
	}
	// What is longer than a date may be a number in the wrong place.
	if len(expiry) > 0 && len(expiry) <= maxExpiry && digits(expiry) <= len("MMYYYY") {
		f.Shown["expiry"] = strings.ToValidUTF8(string(expiry), "")
	}
}

// maxExpiry is how long an expiry date may be that is shown again, in bytes.
const maxExpiry = 16

// flawOf tells what is wrong with a card number that was refused: digits that are missing,
// or one that is mistyped, which is more likely when there are as many as the scheme has.
func flawOf(number []byte) Flaw {
	prefix, n := 0, 0
	for _, b := range number {
		switch {
		case b == ' ' || b == '-':
			continue
		case !isDigit(b):
			return Wrong
		case n < 6:
			prefix = prefix*10 + int(b-'0')
		}
		n++
	}
	brand := card.Unknown
	if n >= 6 {
		brand = card.BrandOf(prefix)
	}
	if brand.HasLength(n) {
		return Wrong
	}
	for longer := n + 1; longer <= longestNumber; longer++ {
		if brand.HasLength(longer) {
			return Short
		}
	}
	return Wrong
}

const longestNumber = 19 // digits (ISO/IEC 7812-1)

// western writes digits of other scripts, spaces and dashes in ASCII, in place, and trims
// the text: keyboards of many languages have digits of their own, and what is copied has
// spaces that do not break.
func western(text []byte) []byte {
	end := 0
	for at := 0; at < len(text); {
		r, size := utf8.DecodeRune(text[at:])
		switch value := digitOf(r); {
		case value >= 0:
			text[end] = byte('0' + value)
			end++
		case unicode.IsSpace(r):
			text[end] = ' '
			end++
		case unicode.Is(unicode.Pd, r):
			text[end] = '-'
			end++
		case isMark(r):
		default:
			end += copy(text[end:], text[at:at+size])
		}
		at += size
	}
	clear(text[end:])
	return bytes.TrimSpace(text[:end])
}

// isMark tells the marks that only say in which direction a text runs (Unicode, UAX 9).
func isMark(r rune) bool {
	return r == 0x061c || r >= 0x200e && r <= 0x200f || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069
}

// zeros are where the decimal digits of scripts begin that keyboards have: Arabic, Persian,
// Devanagari, Bengali, Thai and the full width of East Asia. Ten follow each other.
var zeros = []rune{'0', 0x0660, 0x06f0, 0x0966, 0x09e6, 0x0e50, 0xff10}

// digitOf is the value of a digit, or -1.
func digitOf(r rune) int {
	for _, zero := range zeros {
		if r >= zero && r < zero+10 {
			return int(r - zero)
		}
	}
	return -1
}
