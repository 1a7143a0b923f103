// Package merchant is who sells here: accounts, the websites they sell on, and
// the credentials their servers and browsers present.
//
// A secret is shown once, when it is made; what is kept is its SHA-256. It is
// looked up by the public part of its name and compared in constant time.
package merchant

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/money"
)

// Environment keeps sandbox and real money apart. It is part of every key's text.
type Environment string

// The environments.
const (
	Test Environment = "test"
	Live Environment = "live"
)

// Merchant is an account.
type Merchant struct {
	ID          string
	Name        string // as shoppers see it
	Environment Environment
	Fees        map[string]money.Fee // by currency, EveryCurrency for those not named
	Processors  []string             // whom to ask, in order; the server's own order when empty
	Guard       Guard
	RescueOff   []Switch // the switches of rescue that are off
	CreatedAt   time.Time
}

// EveryCurrency is the name under which a fee for all other currencies stands.
const EveryCurrency = "*"

// Fee gives the merchant's fee in a currency; none when its schedule has none.
func (m Merchant) Fee(currency string) money.Fee {
	if fee, ok := m.Fees[currency]; ok {
		return fee
	}
	return m.Fees[EveryCurrency]
}

// Site is a website of a merchant: where its checkout may be embedded, and what
// the shopper's statement says.
type Site struct {
	ID         string
	Merchant   string
	Name       string
	Descriptor string   // statement descriptor, 5 to 22 characters (the schemes' limit)
	Origins    []string // exact origins, such as https://shop.example
	RescueOff  []Switch // the switches of rescue that are off, beside the merchant's
	CreatedAt  time.Time
}

// NewSite checks and makes a site. Errors are faults on name, descriptor or origins.
func NewSite(merchant, name, descriptor string, origins []string, now time.Time) (Site, error) {
	site := Site{ID: id.New(id.Site), Merchant: merchant, Name: name, Descriptor: descriptor, CreatedAt: now}
	if !isName(name) {
		return Site{}, fault.Field("name", "Give the site a name of 1 to 100 characters.")
	}
	if n := len(descriptor); n < 5 || n > 22 || !descriptorForm.MatchString(descriptor) {
		return Site{}, fault.Field("descriptor", "A statement descriptor has 5 to 22 characters: ASCII letters, digits, spaces and - . , & / + #, with a letter among them.")
	}
	if len(origins) == 0 || len(origins) > 20 {
		return Site{}, fault.Field("origins", "List 1 to 20 origins, such as https://shop.example.")
	}
	for _, text := range origins {
		origin, err := ParseOrigin(text)
		if err != nil {
			return Site{}, err
		}
		site.Origins = append(site.Origins, origin)
	}
	return site, nil
}

// descriptorForm is what the schemes print on any statement.
var descriptorForm = regexp.MustCompile(`^[A-Za-z0-9 .,&/+#-]*[A-Za-z][A-Za-z0-9 .,&/+#-]*$`)

// isName tells whether a text will do as a name: 1 to 100 bytes, no control characters.
func isName(text string) bool {
	return text != "" && len(text) <= 100 && strings.IndexFunc(text, unicode.IsControl) < 0
}

// Host is the host name of the site's first origin.
func (s Site) Host() string {
	u, err := url.Parse(s.Origins[0])
	if err != nil {
		return ""
	}
	return u.Hostname()
}

// At tells whether an address, a URL or a host's name, is at one of the site's origins.
func (s Site) At(address string) bool {
	host := hostOf(address)
	return host != "" && slices.ContainsFunc(s.Origins, func(origin string) bool {
		own := hostOf(origin)
		return own == host || "www."+own == host || own == "www."+host
	})
}

// hostOf gives the name of the host of a URL, or of one that is written without its scheme.
func hostOf(address string) string {
	address = strings.ToLower(strings.TrimSpace(address))
	if !strings.Contains(address, "://") {
		address = "https://" + address
	}
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

// Says tells whether a statement's descriptor is the site's.
func (s Site) Says(descriptor string) bool {
	return strings.EqualFold(strings.TrimSpace(descriptor), s.Descriptor)
}
