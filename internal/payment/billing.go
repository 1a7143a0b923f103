package payment

import (
	"regexp"
	"strings"
	"unicode"

	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/processor"
)

// Limits of a billing address.
const (
	maxBillingText = 100 // bytes of each of its texts
	maxBillingRun  = 11  // digits one after the other: the shortest card number has 12
)

// countryForm is what a country's code looks like (ISO 3166-1 alpha-2).
var countryForm = regexp.MustCompile(`^[A-Z]{2}$`)

// CheckBilling refuses an address that cannot be one. An address is kept as it is, so it
// must not be where a card number is typed by mistake. Errors: faults on billing.line1, billing.city,
// billing.state, billing.postal_code and billing.country.
func CheckBilling(a processor.Address) error {
	for _, part := range []struct{ field, text string }{
		{"billing.line1", a.Line1}, {"billing.city", a.City}, {"billing.state", a.State}, {"billing.postal_code", a.PostalCode},
	} {
		if len(part.text) > maxBillingText || !plain(part.text) || longestRun(part.text) > maxBillingRun {
			return fault.Field(part.field, "An address is at most %d bytes of text without control characters, and has no number of more than %d digits.", maxBillingText, maxBillingRun)
		}
	}
	if a.Country != "" && !countryForm.MatchString(a.Country) {
		return fault.Field("billing.country", "Give the country's ISO 3166-1 code in two capital letters, such as DE, or leave it out.")
	}
	return nil
}

// longestRun is how many digits a text has one after the other. Spaces, dots and dashes do
// not end a run: card numbers are written in groups.
func longestRun(text string) int {
	longest, run := 0, 0
	for _, r := range text {
		switch {
		case unicode.IsDigit(r):
			run++
			longest = max(longest, run)
		case !unicode.IsSpace(r) && !unicode.Is(unicode.Pd, r) && !strings.ContainsRune("._", r):
			run = 0
		}
	}
	return longest
}
