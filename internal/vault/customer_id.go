package vault

import (
	"regexp"
	"strings"
	"unicode"

	"github.com/paywicket/paywicket/internal/fault"
)

// Limits of a merchant's own name for its customer.
const (
	maxCustomerID    = 64 // bytes
	maxCustomerIDRun = 11 // digits one after the other: the shortest card number has 12
)

// uuidForm is what a UUID looks like (RFC 9562), of any version.
var uuidForm = regexp.MustCompile(`^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$`)

// checkCustomerID refuses a name that is too long, or may be a card number that was put
// into the wrong field. A UUID is none, whatever its digits are; nor are digits in the
// middle of letters whose last is no check digit (ISO/IEC 7812-1, annex B).
func checkCustomerID(text string) error {
	if len(text) > maxCustomerID || strings.IndexFunc(text, unicode.IsControl) >= 0 || isLikeCard(text) {
		return fault.Field("customer.id", "Your own id of a customer has %d bytes at most, no control characters, and no more than %d digits one after the other. Put letters between them.", maxCustomerID, maxCustomerIDRun)
	}
	return nil
}

// isLikeCard tells whether there are digits in a text that may be a card number. Spaces,
// dots and dashes do not end it: card numbers are written in groups.
func isLikeCard(text string) bool {
	if uuidForm.MatchString(text) {
		return false
	}
	var run []byte
	var last rune
	lettered := false // a letter stands right before the run
	for _, r := range text + "\n" {
		switch {
		case unicode.IsDigit(r):
			if len(run) == 0 {
				lettered = unicode.IsLetter(last)
			}
			if r > '9' {
				r = '0' // another script's, which no check digit is looked for in
			}
			run = append(run, byte(r))
		case r != '\n' && (unicode.IsSpace(r) || unicode.Is(unicode.Pd, r) || strings.ContainsRune("._", r)):
		default:
			lettered = lettered || unicode.IsLetter(r)
			if len(run) > maxCustomerIDRun && (!lettered || hasCheckDigit(run)) {
				return true
			}
			run = run[:0]
		}
		last = r
	}
	return false
}

// hasCheckDigit tells whether the last of some digits is their check digit.
func hasCheckDigit(digits []byte) bool {
	sum := 0
	for i := range digits {
		n := int(digits[len(digits)-1-i] - '0')
		if i%2 == 1 {
			if n *= 2; n > 9 {
				n -= 9
			}
		}
		sum += n
	}
	return sum%10 == 0
}
