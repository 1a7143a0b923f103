package page

import (
	"html/template"
	"slices"

	"github.com/paywicket/paywicket/embed"
	"github.com/paywicket/paywicket/server/language"
)

// phase is what the checkout shows. The script has the same ones.
type phase string

const (
	formPhase      phase = "form"
	challengePhase phase = "challenge" // the issuer's page waits
	findingPhase   phase = "finding"   // it is not known yet what became of the payment
	paidPhase      phase = "paid"
	cancelledPhase phase = "cancelled"
	expiredPhase   phase = "expired"
	usedUpPhase    phase = "used-up"
	failedPhase    phase = "failed" // the payment could not be made, and there is no time for another
	nonePhase      phase = "none"   // there is no such checkout
)

// view is what the document's template is filled with. Its words come by methods of the
// language: {{.Say "checkout.number"}}, {{.Count "checkout.attempts" 2}}.
type view struct {
	language.Language
	Lang   string // of the words, for the lang attribute
	Dir    string // ltr or rtl
	Locale string // with the region whose formats are kept, for the form
	// Appearance is what the page around the checkout, or the link to it, asked for, as
	// JSON, for the form; empty for nothing.
	Appearance string
	Labels     string // above or floating
	Title      string

	Nonce  string
	Style  template.CSS // checkout.css
	Theme  template.CSS // the appearance
	Script template.JS  // checkout.js
	Seen   embed.File   // seen.js
	Data   template.JS  // PageData as JSON; empty when there is no session

	Phase       phase
	Notice      string // what is said above the form, or when there is no checkout; empty for nothing
	Framed      bool   // the page stands in another
	Sandbox     bool
	Merchant    string
	Description string
	Amount      string
	Minor       int64 // the amount in minor units, for the script
	PayLabel    string
	Items       []item

	Fields    map[string]field // by their names in the form
	Decline   *decline         // of the newest card; nil for none
	Email     string           // empty when it is not asked for, optional or required
	Phone     string           // likewise
	Billing   string           // empty, postal_code or full
	Countries []country

	Saved       []savedCard
	Save        string // empty when a card is never saved, ask or always
	SaveChecked bool
	SaveLabel   string
	Plans       []plan

	Challenge string // the issuer's page, while that waits
	ReturnURL string // where to go on when it is paid; empty for nowhere
	CancelURL string // where to go without paying; empty for nowhere
	Paid      told   // what is said when it is paid
}

// field is what stands in a field and what is wrong with it. The number and the CVV never
// come back: their values are always empty.
type field struct{ Value, Error string }

// item is a line of the order.
type item struct {
	Name     string
	Quantity int64
	Amount   string // of one
}

// told is what a screen says.
type told struct{ Title, Text string }

// decline is what is said of a card that was declined.
type decline struct {
	Title, Text string
	Attempts    string // how many more cards may be tried
}

// savedCard is a card of the shopper that can be chosen.
type savedCard struct {
	Token   string
	Label   string
	Brand   string
	Last4   string
	Name    string // of the brand
	Date    string // as on the card
	Expires string // in words; empty for an expired one
	Remove  string // what the button says that forgets it
	Expired bool
	Checked bool
}

// plan is a way to pay. The first, of count 0, is to pay at once.
type plan struct {
	Count   int
	Label   string
	Total   string // in words; empty for paying at once
	Extra   string // how much more than at once, in words; empty for nothing
	Pay     string // what the button says then; empty when it is as much as at once
	Checked bool

	Minor, Part, More int64 // in minor units, for the script: in all, each time, and more than at once
}

// savedBrand gives the brand of a saved card, and whether it is there.
func (v view) savedBrand(token string) (string, bool) {
	for _, c := range v.Saved {
		if c.Token == token {
			return c.Brand, true
		}
	}
	return "", false
}

// NewCard tells whether a card is to be typed, rather than one of the saved ones used.
func (v view) NewCard() bool {
	return !slices.ContainsFunc(v.Saved, func(c savedCard) bool { return c.Checked })
}

// CountryChosen tells whether a country is likely enough to be chosen for the shopper.
func (v view) CountryChosen() bool {
	return slices.ContainsFunc(v.Countries, func(c country) bool { return c.Selected })
}
