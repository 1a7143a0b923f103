package page

import (
	"strings"
	"sync"

	"golang.org/x/text/collate"
	bcp47 "golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"github.com/paywicket/paywicket/internal/checkout"
	"github.com/paywicket/paywicket/server/language"
)

// country is one that a billing address may be in.
type country struct {
	Code     string // ISO 3166-1 alpha-2
	Name     string // in the shopper's language
	Selected bool
	State    bool // its addresses name a state or province
	Postal   bool // and a postal code
}

// named holds the countries by language: sorting two hundred names takes a millisecond.
var named sync.Map

// countries lists all countries as a language names and sorts them. The list is shared: it
// is copied to be changed.
func countries(l language.Language) []country {
	if list, ok := named.Load(l.Base()); ok {
		return list.([]country)
	}
	tag := bcp47.Make(l.Base())
	regions := display.Regions(tag)
	if regions == nil {
		regions = display.English.Regions()
	}
	byName := map[string]country{}
	var names []string
	for code := range codes {
		name := regions.Name(bcp47.MustParseRegion(code))
		byName[name] = country{Code: code, Name: name, State: checkout.HasStates(code), Postal: checkout.HasPostalCodes(code)}
		names = append(names, name)
	}
	collate.New(tag).SortStrings(names)
	list := make([]country, len(names))
	for i, name := range names {
		list[i] = byName[name]
	}
	named.Store(l.Base(), list)
	return list
}

// codes gives the countries of ISO 3166-1, and Kosovo, whose code its banks use.
func codes(yield func(string) bool) {
	for first := 'A'; first <= 'Z'; first++ {
		for second := 'A'; second <= 'Z'; second++ {
			code := string([]rune{first, second})
			region, err := bcp47.ParseRegion(code)
			if err != nil || region.String() != code || !region.IsCountry() || strings.Contains(noCountries, " "+code+" ") {
				continue
			}
			if !yield(code) {
				return
			}
		}
	}
}

// noCountries are the codes that CLDR takes for countries and that are none in ISO 3166-1:
// those that are no more, that are kept for something else, and groups.
const noCountries = " AC AN BU CP CQ CS CT DD DG DY EA EU EZ FQ FX HV IC JT MI NH NQ NT PC PU PZ QO QU RH SU TA TP UK UN VD WK XA XB YD YU ZR ZZ "
