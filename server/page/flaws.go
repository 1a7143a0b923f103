package page

import (
	"cmp"
	"strings"

	"github.com/paywicket/paywicket/internal/checkout"
	"github.com/paywicket/paywicket/internal/processor"
	"github.com/paywicket/paywicket/internal/vault"
	"github.com/paywicket/paywicket/server/wire"
)

// look finds what else is wrong with a form: a date that is over, and what the session asks
// for and was not typed. All of it is to be said at once; that it is right is Submit's to
// say.
func (p *Pages) look(v checkout.View, form *wire.Form) {
	asked := v.Session.Form
	if form.Saved.IsZero() && form.Flaws["expiry"] == "" && form.Card.Expiry.Passed(p.Now()) {
		form.Flaws["expiry"] = wire.Passed
	}
	if !form.Saved.IsZero() && !asked.SkipCVV && len(form.Card.CVV.Bytes()) == 0 && form.Flaws["cvv"] == "" {
		form.Flaws["cvv"] = wire.Missing
	}
	missing := func(name, value string, needed bool) {
		if needed && value == "" && form.Flaws[name] == "" {
			form.Flaws[name] = wire.Missing
		}
	}
	payer := v.Session.Terms.Payer // as far as the merchant knows
	missing("email", cmp.Or(form.Email, payer.Email), asked.Email == checkout.Required)
	missing("phone", cmp.Or(form.Phone, payer.Phone), asked.Phone == checkout.Required)
	if asked.Email != checkout.NotAsked && form.Email != "" && (vault.Customer{Email: form.Email}).Check() != nil {
		form.Flaws["email"] = wire.Wrong
	}
	if asked.Phone != checkout.NotAsked && form.Phone != "" && (vault.Customer{Phone: form.Phone}).Check() != nil {
		form.Flaws["phone"] = wire.Wrong
	}
	b, full := form.Billing, asked.Billing == checkout.FullBilling
	if untouched := (processor.Address{Country: b.Country}); !form.Saved.IsZero() && b == untouched {
		// A saved card needs no address, and the country was chosen by the page.
		form.Billing = processor.Address{}
		return
	}
	missing("country", b.Country, full)
	missing("postal_code", b.PostalCode, asked.Billing != checkout.NoBilling && checkout.HasPostalCodes(b.Country))
	missing("line1", b.Line1, full)
	missing("city", b.City, full)
	missing("state", b.State, full && checkout.HasStates(b.Country))
}

// flawText says what is wrong with a field. digits is how many the card's CVV has.
func flawText(r shopper, name string, flaw wire.Flaw, digits int) string {
	key := "checkout." + camel(name) + strings.ToUpper(string(flaw[:1])) + string(flaw[1:])
	if name == "cvv" && flaw == wire.Wrong {
		return r.Count(key, digits)
	}
	if text := r.Say(key); text != key {
		return text
	}
	return r.Say("checkout.fieldWrong")
}

// camel writes a field's name as the words' keys do: postalCode for postal_code.
func camel(name string) string {
	before, after, found := strings.Cut(name, "_")
	if !found {
		return name
	}
	return before + strings.ToUpper(after[:1]) + after[1:]
}
