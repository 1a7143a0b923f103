// Package pan holds raw card numbers and card verification values for the few
// moments they exist here.
//
// A Number is made from bytes of a request, is borrowed by the two legs of a
// checkout, and is wiped by the handler that made it. It never prints, never
// marshals and is never a string. Only vault, processor and its gateways,
// checkout and server/wire may name this package (internal/arch holds that).
//
// Refused here: any text form of a number, and any storage. PCI DSS 3.3.1
// forbids keeping a CVV after authorization even encrypted; we never keep one
// at all.
package pan

import (
	"fmt"
	"log/slog"
	"strings"

	"github.com/paywicket/paywicket/internal/card"
	"github.com/paywicket/paywicket/internal/fault"
)

// The shortest and longest card numbers (ISO/IEC 7812-1; 12 is Maestro's).
const (
	minDigits = 12
	maxDigits = 19
)

// digits are kept behind two pointers. In another struct's unexported field fmt
// cannot ask for the Format method: it prints the bytes of an array outright,
// and with a verb that does not suit a pointer (%s, %q, %c) it follows a pointer
// to a struct and prints that. Of a pointer to a pointer it prints the address,
// whatever the verb (measured with Go 1.26; pan_test.go holds it).
type digits struct {
	ascii [maxDigits]byte
	n     int
}

// Number is a primary account number. Copies share the same digits, so one
// Wipe ends them all.
type Number struct{ at **digits }

// ParseNumber copies a card number out of raw, ignoring spaces and dashes, and
// checks its length for its scheme and its check digit (Luhn, ISO/IEC 7812-1
// annex B). raw stays the caller's, to be wiped there.
// Errors are faults on the field "number" that do not repeat the input.
func ParseNumber(raw []byte) (Number, error) {
	d := &digits{}
	for _, b := range raw {
		switch {
		case b == ' ' || b == '-':
			continue
		case b < '0' || b > '9' || d.n == maxDigits:
			*d = digits{}
			return Number{}, fault.Field("number", "The card number must be %d to %d digits. Check it and type it again.", minDigits, maxDigits)
		}
		d.ascii[d.n] = b
		d.n++
	}
	n := Number{&d}
	if d.n < minDigits || !n.Brand().HasLength(d.n) {
		n.Wipe()
		return Number{}, fault.Field("number", "The card number has the wrong number of digits. Check it and type it again.")
	}
	if !luhn(d.ascii[:d.n]) {
		n.Wipe()
		return Number{}, fault.Field("number", "The card number has a mistyped digit. Check it and type it again.")
	}
	return n, nil
}

// luhn checks the check digit over ASCII digits.
func luhn(ascii []byte) bool {
	sum := 0
	for i := range ascii {
		v := int(ascii[len(ascii)-1-i] - '0')
		if i%2 == 1 {
			if v *= 2; v > 9 {
				v -= 9
			}
		}
		sum += v
	}
	return sum%10 == 0
}

// Wipe overwrites the digits. The number is then empty, as are its copies.
func (n Number) Wipe() {
	if n.at != nil {
		**n.at = digits{}
	}
}

// Bytes lends the ASCII digits themselves, not a copy. Whoever copies them must
// wipe the copy.
func (n Number) Bytes() []byte {
	if n.at == nil {
		return nil
	}
	d := *n.at
	return d.ascii[:d.n]
}

// Len is how many digits there are; 0 once wiped.
func (n Number) Len() int { return len(n.Bytes()) }

// Brand is the scheme that the first six digits belong to.
func (n Number) Brand() card.Brand {
	b := n.Bytes()
	if len(b) < 6 {
		return card.Unknown
	}
	prefix := 0
	for _, c := range b[:6] {
		prefix = prefix*10 + int(c-'0')
	}
	return card.BrandOf(prefix)
}

// BIN is the first six digits, or empty once wiped.
func (n Number) BIN() string {
	if n.Len() < minDigits {
		return ""
	}
	return string(n.Bytes()[:6])
}

// Prefix is the first eight digits, which is as many as name an issuer (ISO/IEC
// 7812-1:2017), or empty once wiped. It is for looking up and not to be kept or shown.
func (n Number) Prefix() string {
	if n.Len() < minDigits {
		return ""
	}
	return string(n.Bytes()[:8])
}

// Last4 is the last four digits, or empty once wiped. A number has at least
// twelve, so at least two stay hidden between BIN and last four.
func (n Number) Last4() string {
	if n.Len() < minDigits {
		return ""
	}
	return string(n.Bytes()[n.Len()-4:])
}

// Masked is the number as it may be shown: its BIN and last four.
func (n Number) Masked() string {
	if n.Len() < minDigits {
		return "(no card)"
	}
	return n.BIN() + strings.Repeat("*", n.Len()-10) + n.Last4()
}

// Format writes the masked number for every verb.
func (n Number) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(n.Masked())) }

// MarshalText gives the masked number, to JSON and every other text encoding.
func (n Number) MarshalText() ([]byte, error) { return []byte(n.Masked()), nil }

// LogValue gives slog the masked number.
func (n Number) LogValue() slog.Value { return slog.StringValue(n.Masked()) }
