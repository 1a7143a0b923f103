package sandbox

import (
	"errors"
	"regexp"

	"github.com/paywicket/paywicket/internal/processor"
)

// TestAddress is a billing address with what comparing it gives.
type TestAddress struct {
	Given  string // for people
	Letter string // of Visa's address verification results
}

// TestAddresses are the rule of addressResult, for people.
var TestAddresses = []TestAddress{
	{"Street and postal code", "Y"},
	{"A postal code alone", "Z"},
	{"A street alone", "A"},
	{"No address", "U"},
	{"The postal code " + otherPostalCode, "N"},
}

// otherPostalCode is one that no card of this issuer has.
const otherPostalCode = "99999"

// addressResult is the letter that comparing a billing address gives: whatever is given
// matches, but for one postal code.
func addressResult(a processor.Address) string {
	switch {
	case a.PostalCode == otherPostalCode:
		return "N"
	case a.PostalCode != "" && a.Line1 != "":
		return "Y"
	case a.PostalCode != "":
		return "Z"
	case a.Line1 != "":
		return "A"
	}
	return "U"
}

var countryForm = regexp.MustCompile(`^([A-Z]{2})?$`)

// Where the parts of an address stand in fieldNames.
const (
	firstAddressField = 17
	addressFields     = 5
	networkField      = firstAddressField + addressFields // and what stands after them
)

// readAddress takes in the parts of an address that are given, in the order of fieldNames.
func readAddress(a *processor.Address, given [addressFields][]byte) error {
	for i, part := range []*string{&a.Line1, &a.City, &a.State, &a.PostalCode} {
		if given[i] != nil && text(given[i], part, maxAddress) != nil {
			return errors.New(fieldNames[firstAddressField+i] + ": must be text of at most 100 bytes")
		}
	}
	if given[4] != nil && (text(given[4], &a.Country, 2) != nil || !countryForm.MatchString(a.Country)) {
		return errCountry
	}
	return nil
}
