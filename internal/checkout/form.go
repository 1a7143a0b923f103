package checkout

import (
	"errors"
	"strings"

	"golang.org/x/text/language"

	"github.com/paywicket/paywicket/internal/appearance"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/merchant"
	"github.com/paywicket/paywicket/internal/money"
)

// Form is what a session's form asks for and shows, beside the card. It is kept with the
// session and does not change.
type Form struct {
	Locale     string                `json:"locale,omitempty"` // BCP 47; empty for the shopper's own
	Appearance appearance.Appearance `json:"appearance,omitzero"`

	Email   Asked         `json:"email,omitempty"`
	Phone   Asked         `json:"phone,omitempty"`
	Billing BillingFields `json:"billing,omitempty"`

	Save      SaveMode `json:"save,omitempty"`
	HideSaved bool     `json:"hide_saved,omitempty"` // a customer's saved cards are not shown
	SkipCVV   bool     `json:"skip_cvv,omitempty"`   // a saved card is charged without asking its CVV again

	Plans     []Plan `json:"plans,omitempty"`      // installments to choose from, beside paying at once
	ReturnURL string `json:"return_url,omitempty"` // where a hosted page leads when it is paid
	CancelURL string `json:"cancel_url,omitempty"` // and when the shopper gives up
}

// Asked is whether a form asks for something.
type Asked string

// How a form can ask.
const (
	NotAsked Asked = ""
	Optional Asked = "optional"
	Required Asked = "required"
)

// BillingFields is how much of the billing address a form asks for.
type BillingFields string

// How much there can be.
const (
	NoBilling   BillingFields = ""
	PostalCode  BillingFields = "postal_code" // with the country
	FullBilling BillingFields = "full"
)

// SaveMode is whether a shopper is asked to have the card kept for the next time.
type SaveMode string

// How a card comes to be saved.
const (
	NeverSave  SaveMode = ""
	AskToSave  SaveMode = "ask"    // with a box to tick
	AlwaysSave SaveMode = "always" // said beside the button
)

// Plan is a way to pay in installments.
type Plan struct {
	Count int   `json:"count"` // of payments
	Total int64 `json:"total"` // minor units, what is charged in all
}

// Limits of a form.
const (
	maxLocale = 35 // bytes, as RFC 5646, section 4.4.1, has it
	maxPlans  = 20
	minCount  = 2
	maxCount  = 48
)

// check refuses a form that cannot be, for an order at a site. Errors: faults that name
// the field as the native API spells it.
func (f Form) check(o Order, site merchant.Site) error {
	switch {
	case f.Locale != "" && !isTag(f.Locale):
		return fault.Field("locale", "Give a language tag such as en, de-AT or zh-Hant (BCP 47), or leave it out for the shopper's own language.")
	case !f.Email.known():
		return fault.Field("collect.email", "Give optional or required, or leave it out.")
	case !f.Phone.known():
		return fault.Field("collect.phone", "Give optional or required, or leave it out.")
	case f.Billing != NoBilling && f.Billing != PostalCode && f.Billing != FullBilling:
		return fault.Field("collect.billing_address", "Give postal_code or full, or leave it out.")
	case f.Save != NeverSave && f.Save != AskToSave && f.Save != AlwaysSave:
		return fault.Field("save_card", "Give ask or always, or leave it out.")
	case f.Save != NeverSave && o.Customer.ID == "":
		return fault.Field("save_card", "A card is saved for a customer: give your own id of it in customer.id.")
	case f.SkipCVV && o.Customer.ID == "":
		return fault.Field("saved_card_cvv", "Saved cards are a customer's: give your own id of it in customer.id.")
	case f.ReturnURL != "" && !returnsTo(site, f.ReturnURL):
		return elsewhere("return_url", site)
	case f.CancelURL != "" && !returnsTo(site, f.CancelURL):
		return elsewhere("cancel_url", site)
	}
	if err := f.Appearance.Check(); err != nil {
		return err
	}
	return f.checkPlans(o)
}

func (f Form) checkPlans(o Order) error {
	if len(f.Plans) == 0 {
		return nil
	}
	if len(f.Plans) > maxPlans {
		return fault.Field("installment_plans", "There are %d plans at most.", maxPlans)
	}
	if o.Terms.Installments > 0 {
		return fault.Field("installment_plans", "Give either installments, which the shopper cannot choose, or plans to choose from.")
	}
	seen := map[int]bool{}
	for _, p := range f.Plans {
		switch {
		case p.Count < minCount || p.Count > maxCount:
			return fault.Field("installment_plans", "A plan has from %d to %d payments.", minCount, maxCount)
		case seen[p.Count]:
			return fault.Field("installment_plans", "There are two plans of %d payments.", p.Count)
		case o.Amount.Minor == 0:
			return fault.Field("installment_plans", "An amount of 0 is not paid in installments.")
		case p.Total < o.Amount.Minor || p.Total > money.Max:
			return fault.Field("installment_plans", "The total of a plan is what is charged in all: at least the amount, and %d minor units at most.", int64(money.Max))
		}
		seen[p.Count] = true
		terms := o.Terms
		terms.Installments = p.Count
		if err := terms.Check(money.Amount{Minor: p.Total, Currency: o.Amount.Currency}); err != nil {
			return fault.Field("installment_plans", "A plan of %d payments cannot be: %s", p.Count, fault.Of(err).Message)
		}
	}
	return nil
}

// plan gives the plan of so many payments.
func (f Form) plan(count int) (Plan, bool) {
	for _, p := range f.Plans {
		if p.Count == count {
			return p, true
		}
	}
	return Plan{}, false
}

func (a Asked) known() bool { return a == NotAsked || a == Optional || a == Required }

// isTag tells whether a text is a well-formed language tag. One whose parts nobody has
// registered is: it is shown in the nearest language there is.
func isTag(text string) bool {
	_, err := language.Parse(text)
	var unregistered language.ValueError
	return len(text) <= maxLocale && !strings.Contains(text, "_") && (err == nil || errors.As(err, &unregistered))
}

// probe is the order as a processor will be asked for it at most, so that one that cannot
// is found before the shopper comes: with a plan when there are some, and with the email
// address that the form will have.
func (f Form) probe(session Session) Order {
	terms := session.Terms
	if len(f.Plans) > 0 {
		terms.Installments = f.Plans[0].Count
	}
	if f.Email == Required && terms.Payer.Email == "" {
		terms.Payer.Email = "asked@example.invalid"
	}
	return Order{Amount: session.Amount, Terms: terms}
}
