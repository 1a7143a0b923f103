package wire

import (
	"bytes"
	"crypto/subtle"
	"fmt"
	"log/slog"
	"strings"

	"github.com/paywicket/paywicket/internal/card"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/pan"
)

// Digits is what a body holds where a card's number, its CVV or a token may stand. It is
// the body's own bytes and never a string, so that wiping the body wipes it, and it is good
// for as long as the body is. The zero value is nothing given.
//
// It stands behind two pointers for the reason that package pan gives: fmt prints no further.
type Digits struct{ at **[]byte }

func newDigits(raw []byte) Digits {
	at := &raw
	return Digits{&at}
}

func (d Digits) bytes() []byte {
	if d.at == nil {
		return nil
	}
	return bytes.TrimSpace(**d.at)
}

// Given tells whether there is anything but space.
func (d Digits) Given() bool { return len(d.bytes()) > 0 }

// Len is how many bytes are given.
func (d Digits) Len() int { return len(d.bytes()) }

// uuidLength is how long a token is that is spelled as a UUID.
const uuidLength = 36

// IsUUID tells whether it has the form of a UUID, which no card number has.
func (d Digits) IsUUID() bool { return isUUID(d.bytes()) }

// Token reads it as a token in the spelling of a UUID, in capitals or not. What is not as
// long as one becomes no string.
func (d Digits) Token() (id.Token, bool) {
	if !d.IsUUID() {
		return id.Token{}, false
	}
	token, err := id.ParseUUID(strings.ToLower(string(d.bytes())))
	return token, err == nil
}

// The spellings of a token that begin as nothing else does, by that and by how long they are.
var spellings = []struct {
	prefix string
	length int
	parse  func(string) (id.Token, error)
}{
	{"flw-t1nf-", 46, id.ParseFlutterwave},
	{"tok_", 30, id.ParseToken},
}

// Spelled reads it as a token in any spelling that needs no key. The digits of a token may
// look like a card's by chance, so it must not be read as a text; what has not the form of a
// token becomes no string.
func (d Digits) Spelled() (id.Token, bool) {
	text := d.bytes()
	for _, s := range spellings {
		if len(text) == s.length && bytes.HasPrefix(text, []byte(s.prefix)) {
			token, err := s.parse(string(text))
			return token, err == nil
		}
	}
	return d.Token()
}

// Card makes a card of a number, with a CVV if one is given. Month 0 stands for December.
// The caller wipes the card. Errors: faults on number, cvv, exp_month and exp_year that
// repeat nothing of it.
func (d Digits) Card(cvv Digits, expiry card.Expiry, name string) (pan.Card, error) {
	if expiry.Month == 0 {
		expiry.Month = 12
	}
	if err := checkExpiry(expiry); err != nil {
		return pan.Card{}, err
	}
	number, err := pan.ParseNumber(d.bytes())
	if err != nil {
		return pan.Card{}, err
	}
	value, err := cvv.CVV(number.Brand())
	if err != nil {
		number.Wipe()
		return pan.Card{}, err
	}
	return pan.Card{Number: number, CVV: value, Expiry: expiry, Name: name}, nil
}

// CVV reads it as the CVV of a card of a scheme; none when nothing is given. The caller
// wipes it. Errors: a fault on cvv.
func (d Digits) CVV(brand card.Brand) (pan.CVV, error) {
	if !d.Given() {
		return pan.CVV{}, nil
	}
	return pan.ParseCVV(d.bytes(), brand)
}

// Is tells whether it is just this text, such as the PIN of a test card.
func (d Digits) Is(text string) bool {
	return subtle.ConstantTimeCompare(d.bytes(), []byte(text)) == 1
}

// AppendTo appends what is given to text, which the caller clears.
func (d Digits) AppendTo(text []byte) []byte { return append(text, d.bytes()...) }

// Format writes stars for every verb.
func (d Digits) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("***")) }

// MarshalText gives stars.
func (d Digits) MarshalText() ([]byte, error) { return []byte("***"), nil }

// LogValue gives slog stars.
func (d Digits) LogValue() slog.Value { return slog.StringValue("***") }

// misplaced is the refusal of a field that holds a card number and must not.
func misplaced(path string) error {
	return fault.Field(path, "This field holds what may be a card number. Check that each field holds what it asks for.")
}

// The groups in which numbers are written on cards: four digits first, then from three to
// six in each.
const (
	firstGroup    = 4
	smallestGroup = 3
	largestGroup  = 6
)

// holdsNumber tells whether a text holds a card number, by what is says of digits, in one
// run of digits or in groups as on a card. UUIDs are left alone: in one of two thousand
// chance would have it.
func holdsNumber(text []byte, is func(digits []byte) bool) bool {
	if isUUID(text) {
		return false
	}
	for at := 0; at < len(text); at++ {
		if isDigit(text[at]) && (at == 0 || !isDigit(text[at-1])) && beginsNumber(text[at:], is) {
			return true
		}
	}
	return false
}

// beginsNumber tells whether a text that begins with a digit begins with a card number.
func beginsNumber(text []byte, is func(digits []byte) bool) bool {
	end := run(text)
	if is(text[:end]) {
		return true
	}
	for groups := 1; ; groups++ {
		if groups == 1 && end != firstGroup || end+1 >= len(text) || text[end] != ' ' && text[end] != '-' {
			return false
		}
		n := run(text[end+1:])
		if end += 1 + n; n < smallestGroup || n > largestGroup {
			return n > 0 && is(text[:end]) // the last group is whatever is left
		}
		if is(text[:end]) {
			return true
		}
	}
}

// isNumber tells whether package pan would take digits for a card number.
func isNumber(digits []byte) bool {
	number, err := pan.ParseNumber(digits)
	number.Wipe()
	return err == nil
}

// isSchemeNumber tells whether digits are a number of a scheme that is known: what would be
// refused for it may be an order's, of which one in ten has a right check digit too.
func isSchemeNumber(digits []byte) bool {
	number, err := pan.ParseNumber(digits)
	defer number.Wipe()
	return err == nil && number.Brand() != card.Unknown
}

// run is how many digits a text begins with.
func run(text []byte) int {
	n := 0
	for n < len(text) && isDigit(text[n]) {
		n++
	}
	return n
}

func isDigit(b byte) bool { return b >= '0' && b <= '9' }

// isUUID tells whether a text has the form of a UUID (RFC 9562, section 4).
func isUUID(text []byte) bool {
	if len(text) != uuidLength {
		return false
	}
	for i, b := range text {
		dash := i == 8 || i == 13 || i == 18 || i == 23
		if dash != (b == '-') || !dash && !isDigit(b) && (b|0x20 < 'a' || b|0x20 > 'f') {
			return false
		}
	}
	return true
}
