package native

import (
	"github.com/paywicket/paywicket/internal/appearance"
	"github.com/paywicket/paywicket/internal/checkout"
	"github.com/paywicket/paywicket/internal/fault"
)

// Form is what a session's form asks for and shows, beside the card.
type Form struct {
	Locale           string                `json:"locale"`     // BCP 47; the shopper's own when empty
	Appearance       appearance.Appearance `json:"appearance"` // how it looks
	Collect          Collect               `json:"collect"`
	SaveCard         string                `json:"save_card"`         // ask | always; never when empty
	SavedCards       string                `json:"saved_cards"`       // show | hide; show when empty
	SavedCardCVV     string                `json:"saved_card_cvv"`    // ask | skip; ask when empty
	InstallmentPlans []Plan                `json:"installment_plans"` // to choose from, beside paying at once
	ReturnURL        string                `json:"return_url"`        // where a hosted page leads when it is paid
	CancelURL        string                `json:"cancel_url"`        // and when the shopper gives up
}

// Collect is what is asked of the shopper beside the card.
type Collect struct {
	Email          string `json:"email"`           // optional | required; not asked when empty
	Phone          string `json:"phone"`           // optional | required; not asked when empty
	BillingAddress string `json:"billing_address"` // postal_code | full; not asked when empty
}

// Plan is a way to pay in installments.
type Plan struct {
	Count int   `json:"count"` // of payments, from 2 to 48
	Total int64 `json:"total"` // minor units, what is charged in all
}

// The words for how saved cards are shown and charged.
const (
	showSaved = "show"
	hideSaved = "hide"
	askCVV    = "ask"
	skipCVV   = "skip"
)

// form reads a form for a customer. Errors: faults on saved_cards and saved_card_cvv; what
// else is wrong with it the checkout says.
func (f Form) form(customer string) (checkout.Form, error) {
	if f.SavedCards != "" && f.SavedCards != showSaved && f.SavedCards != hideSaved {
		return checkout.Form{}, fault.Field("saved_cards", "Give show or hide, or leave it out.")
	}
	if f.SavedCards == showSaved && customer == "" {
		return checkout.Form{}, fault.Field("saved_cards", "Saved cards are a customer's: give your own id of it in customer.id.")
	}
	if f.SavedCardCVV != "" && f.SavedCardCVV != askCVV && f.SavedCardCVV != skipCVV {
		return checkout.Form{}, fault.Field("saved_card_cvv", "Give ask or skip, or leave it out.")
	}
	out := checkout.Form{
		Locale: f.Locale, Appearance: f.Appearance, Email: checkout.Asked(f.Collect.Email), Phone: checkout.Asked(f.Collect.Phone),
		Billing: checkout.BillingFields(f.Collect.BillingAddress), Save: checkout.SaveMode(f.SaveCard),
		HideSaved: f.SavedCards == hideSaved, SkipCVV: f.SavedCardCVV == skipCVV, ReturnURL: f.ReturnURL, CancelURL: f.CancelURL,
	}
	for _, p := range f.InstallmentPlans {
		out.Plans = append(out.Plans, checkout.Plan(p))
	}
	return out, nil
}

// formOf is a session's form as the API shows it.
func formOf(f checkout.Form) Form {
	out := Form{
		Locale: f.Locale, Appearance: f.Appearance, Collect: Collect{Email: string(f.Email), Phone: string(f.Phone), BillingAddress: string(f.Billing)},
		SaveCard: string(f.Save), SavedCards: showSaved, SavedCardCVV: askCVV, InstallmentPlans: []Plan{}, ReturnURL: f.ReturnURL, CancelURL: f.CancelURL,
	}
	if f.HideSaved {
		out.SavedCards = hideSaved
	}
	if f.SkipCVV {
		out.SavedCardCVV = skipCVV
	}
	for _, p := range f.Plans {
		out.InstallmentPlans = append(out.InstallmentPlans, Plan(p))
	}
	return out
}
