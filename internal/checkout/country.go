package checkout

import (
	"strings"

	"golang.org/x/text/language"
)

// Which parts an address has is each country's own affair, so a form can ask everybody for
// the same only if it lets many leave something out.

// withStates are the countries where post is addressed with a state, province or
// prefecture that its postal code does not stand for.
const withStates = " AU BR CA CN IN JP KR MX US "

// withoutPostalCodes are the countries that have no postal codes, or where few know theirs.
const withoutPostalCodes = " AE AG AN AO AW BF BI BJ BO BS BW BZ CD CF CG CI CK CM DJ DM ER FJ GA GD GH GM GQ GY HK IE JM KI KM KN KP LC ML MO MR MS MW NR NU PA QA RW SB SC SL SR ST SY TF TG TK TL TO TT TV UG VU WS YE ZW "

// HasStates tells whether an address in a country is asked for its state, by the country's
// ISO 3166-1 code.
func HasStates(country string) bool { return listed(withStates, country) }

// HasPostalCodes tells whether an address in a country is asked for its postal code, by the
// country's ISO 3166-1 code.
func HasPostalCodes(country string) bool { return !listed(withoutPostalCodes, country) }

func listed(list, country string) bool {
	return len(country) == 2 && strings.Contains(list, " "+country+" ")
}

// isCountry tells whether a text is the ISO 3166-1 code of a country, in capitals.
func isCountry(text string) bool {
	region, err := language.ParseRegion(text)
	return err == nil && len(text) == 2 && region.IsCountry() && region.String() == text
}
