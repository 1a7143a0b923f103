package checkout

import (
	"strings"

	"github.com/paywicket/paywicket/internal/card"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/pan"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/processor"
	"github.com/paywicket/paywicket/internal/vault"
)

// Submission is what a shopper sends.
type Submission struct {
	Card    pan.Card   // as typed; of a saved card only its CVV, if it was asked for
	Saved   id.Token   // a saved card of the session's customer; zero when the card was typed
	Consent string     // the words the shopper agreed to for keeping the card; empty when they did not
	Plan    int        // the number of payments chosen; 0 for one
	Network card.Brand // the scheme chosen of a card that bears two; empty for none
	Details Details
}

// Details are what a form asks for beside the card.
type Details struct {
	Email, Phone string
	Billing      processor.Address
}

// maxConsent is how long the words of a consent may be, in bytes.
const maxConsent = 1000

// order is what a submission to a session comes to: what is charged, and on which terms.
// What the form does not ask for is not taken. Errors: faults that name the field of the
// form.
func (v View) order(sub Submission) (Order, error) {
	o := Order{Amount: v.Session.Amount, Reference: v.Session.Reference, Metadata: v.Session.Metadata, Terms: v.Session.Terms}
	if sub.Plan != 0 {
		plan, ok := v.Session.Form.plan(sub.Plan)
		if !ok {
			return o, fault.Field("plan", "These installments are not offered here. Choose one of those that are.")
		}
		o.Amount, o.Terms.Installments = money.Amount{Minor: plan.Total, Currency: o.Amount.Currency}, plan.Count
	}
	if len(sub.Consent) > maxConsent || !plain(sub.Consent) {
		return o, fault.Field("save", "What the shopper agrees to has %d bytes at most, and no control characters.", maxConsent)
	}
	if err := v.Session.Form.contact(&o.Terms, sub.Details); err != nil {
		return o, err
	}
	return o, v.Session.Form.billing(&o.Terms, sub.Details.Billing, !sub.Saved.IsZero())
}

// contact puts a shopper's email address and telephone number into terms.
func (f Form) contact(t *payment.Terms, d Details) error {
	for _, one := range []struct {
		asked Asked
		given string
		into  *string
	}{{f.Email, d.Email, &t.Payer.Email}, {f.Phone, d.Phone, &t.Payer.Phone}} {
		if given := strings.TrimSpace(one.given); one.asked != NotAsked && given != "" {
			*one.into = given
		}
	}
	if err := (vault.Customer{Email: t.Payer.Email, Phone: t.Payer.Phone}).Check(); err != nil {
		of := fault.Of(err)
		return fault.Field(strings.TrimPrefix(of.Field, "customer."), "%s", of.Message)
	}
	if f.Email == Required && t.Payer.Email == "" {
		return fault.Field("email", "Give your email address.")
	}
	if f.Phone == Required && t.Payer.Phone == "" {
		return fault.Field("phone", "Give your telephone number.")
	}
	return nil
}

// billing puts a shopper's billing address into terms. One that is given takes the place of
// the merchant's as a whole, for half of each is nobody's. A saved card needs none: its
// shopper has given it before.
func (f Form) billing(t *payment.Terms, a processor.Address, saved bool) error {
	for _, part := range []*string{&a.Line1, &a.City, &a.State, &a.PostalCode, &a.Country} {
		*part = strings.TrimSpace(*part)
	}
	a.Country = strings.ToUpper(a.Country)
	switch f.Billing {
	case NoBilling:
		return nil
	case PostalCode:
		a = processor.Address{PostalCode: a.PostalCode, Country: a.Country}
		if known := t.Billing; a == (processor.Address{PostalCode: known.PostalCode, Country: known.Country}) {
			a = known
		}
	}
	if a != (processor.Address{}) {
		if a.Country != "" && !isCountry(a.Country) {
			return fault.Field("billing.country", "There is no such country. Choose yours.")
		}
		if err := payment.CheckBilling(a); err != nil {
			return err
		}
		t.Billing = a
	} else if saved {
		return nil
	}
	return f.needs(t.Billing)
}

// needs refuses an address without a part that its country's addresses have.
func (f Form) needs(a processor.Address) error {
	full := f.Billing == FullBilling
	for _, part := range []struct {
		field, given string
		needed       bool
		message      string
	}{
		{"billing.country", a.Country, full, "Choose your country."},
		{"billing.line1", a.Line1, full, "Give your street and number."},
		{"billing.city", a.City, full, "Give your town or city."},
		{"billing.state", a.State, full && HasStates(a.Country), "Give your state or province."},
		{"billing.postal_code", a.PostalCode, HasPostalCodes(a.Country), "Give your postal code."},
	} {
		if part.needed && part.given == "" {
			return fault.Field(part.field, "%s", part.message)
		}
	}
	return nil
}

// network checks the scheme that was chosen of a card. Errors: a fault on network.
func (s *Service) network(v View, number pan.Number, chosen card.Brand) error {
	if chosen == "" {
		return nil
	}
	for _, offered := range s.Networks(v.Merchant, number.Prefix()) {
		if offered == chosen {
			return nil
		}
	}
	return fault.Field("network", "This card cannot be charged by that scheme. Choose one of those that stand on it.")
}
