package checkout_test

import (
	"strings"
	"testing"

	"github.com/paywicket/paywicket/internal/appearance"
	"github.com/paywicket/paywicket/internal/checkout"
	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/processor"
	"github.com/paywicket/paywicket/internal/vault"
)

func TestAFormIsChecked(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.Processors[0].Can.Installments = true
	plans := func(all ...checkout.Plan) checkout.Form { return checkout.Form{Plans: all} }
	ada := vault.Customer{ID: "cus_1"}
	many := []checkout.Plan{}
	for i := range 21 {
		many = append(many, checkout.Plan{Count: i + 2, Total: 4900})
	}
	for name, c := range map[string]struct {
		form     checkout.Form
		customer vault.Customer
		field    string // that is complained of; empty when it is good
	}{
		"nothing":                  {checkout.Form{}, vault.Customer{}, ""},
		"a language":               {checkout.Form{Locale: "de-AT"}, vault.Customer{}, ""},
		"a script":                 {checkout.Form{Locale: "zh-Hant-TW"}, vault.Customer{}, ""},
		"one that nobody speaks":   {checkout.Form{Locale: "qx-ZZ"}, vault.Customer{}, ""},
		"no language":              {checkout.Form{Locale: "de,en;q=0.5"}, vault.Customer{}, "locale"},
		"an underscore":            {checkout.Form{Locale: "de_AT"}, vault.Customer{}, "locale"},
		"a letter":                 {checkout.Form{Locale: "d"}, vault.Customer{}, "locale"},
		"much of a language":       {checkout.Form{Locale: "en-" + strings.Repeat("abcde-", 7) + "abcde"}, vault.Customer{}, "locale"},
		"a look":                   {checkout.Form{Appearance: appearance.Appearance{Theme: appearance.Dark}}, vault.Customer{}, ""},
		"no look":                  {checkout.Form{Appearance: appearance.Appearance{Theme: "neon"}}, vault.Customer{}, "appearance.theme"},
		"all that can be asked":    {checkout.Form{Email: checkout.Required, Phone: checkout.Optional, Billing: checkout.FullBilling}, vault.Customer{}, ""},
		"another email":            {checkout.Form{Email: "always"}, vault.Customer{}, "collect.email"},
		"another telephone":        {checkout.Form{Phone: "yes"}, vault.Customer{}, "collect.phone"},
		"another address":          {checkout.Form{Billing: "half"}, vault.Customer{}, "collect.billing_address"},
		"cards saved":              {checkout.Form{Save: checkout.AlwaysSave, SkipCVV: true}, ada, ""},
		"saved somehow":            {checkout.Form{Save: "maybe"}, ada, "save_card"},
		"saved for nobody":         {checkout.Form{Save: checkout.AskToSave}, vault.Customer{Name: "Ada"}, "save_card"},
		"nobody's without a CVV":   {checkout.Form{SkipCVV: true}, vault.Customer{}, "saved_card_cvv"},
		"a customer of digits":     {checkout.Form{}, vault.Customer{ID: "4111111111111111"}, "customer.id"},
		"ways back":                {checkout.Form{ReturnURL: "https://shop.example/paid?x=1", CancelURL: "https://shop.example"}, vault.Customer{}, ""},
		"a way elsewhere":          {checkout.Form{ReturnURL: "https://evil.example/"}, vault.Customer{}, "return_url"},
		"a way without TLS":        {checkout.Form{ReturnURL: "http://shop.example/"}, vault.Customer{}, "return_url"},
		"a user in it":             {checkout.Form{CancelURL: "https://shop.example@evil.example/"}, vault.Customer{}, "cancel_url"},
		"a script in it":           {checkout.Form{CancelURL: "javascript:alert(1)"}, vault.Customer{}, "cancel_url"},
		"plans":                    {plans(checkout.Plan{Count: 2, Total: 4900}, checkout.Plan{Count: 48, Total: 6000}), vault.Customer{}, ""},
		"a plan of one":            {plans(checkout.Plan{Count: 1, Total: 4900}), vault.Customer{}, "installment_plans"},
		"a plan of 49":             {plans(checkout.Plan{Count: 49, Total: 4900}), vault.Customer{}, "installment_plans"},
		"a plan twice":             {plans(checkout.Plan{Count: 3, Total: 4900}, checkout.Plan{Count: 3, Total: 5000}), vault.Customer{}, "installment_plans"},
		"a plan for less":          {plans(checkout.Plan{Count: 3, Total: 4899}), vault.Customer{}, "installment_plans"},
		"a plan for more than all": {plans(checkout.Plan{Count: 3, Total: money.Max + 1}), vault.Customer{}, "installment_plans"},
		"too many plans":           {checkout.Form{Plans: many}, vault.Customer{}, "installment_plans"},
	} {
		before := h.count(`SELECT count(*) FROM checkout_sessions`)
		v, err := h.Create(t.Context(), h.account.Merchant.ID, checkout.Order{Amount: money.Amount{Minor: 4900, Currency: "USD"}, Customer: c.customer, Form: c.form}, "key 1")
		switch {
		case c.field != "":
			if err == nil || fault.Of(err).Code != fault.Invalid || fault.Of(err).Field != c.field || h.count(`SELECT count(*) FROM checkout_sessions`) != before {
				t.Errorf("%s: %v, want a complaint of %s", name, err, c.field)
			}
		case err != nil:
			t.Errorf("%s: %v", name, err)
		default:
			if kept := h.view(v.Session.ID).Session; kept.Form.Locale != c.form.Locale || len(kept.Form.Plans) != len(c.form.Plans) || kept.Form.Save != c.form.Save || kept.Form.Appearance != c.form.Appearance || kept.Terms.Payer.ID != c.customer.ID {
				t.Errorf("%s: kept was %+v", name, kept)
			}
		}
	}
}

// Plans need a processor that has installments, an amount, and nothing that contradicts
// them.
func TestPlansThatCannotBe(t *testing.T) {
	t.Parallel()
	form := checkout.Form{Plans: []checkout.Plan{{Count: 3, Total: 5000}}}
	for name, c := range map[string]struct {
		able  bool
		minor int64
		terms payment.Terms
	}{
		"an unable processor":   {false, 4900, payment.Terms{}},
		"nothing to pay":        {true, 0, payment.Terms{}},
		"fixed installments":    {true, 4900, payment.Terms{Installments: 3}},
		"splits of another sum": {true, 4900, payment.Terms{Splits: []event.Split{{Account: "a", Amount: 4900}}}},
	} {
		h := open(t)
		h.Processors[0].Can.Installments = c.able
		_, err := h.Create(t.Context(), h.account.Merchant.ID, checkout.Order{Amount: money.Amount{Minor: c.minor, Currency: "USD"}, Terms: c.terms, Form: form}, "key 1")
		if err == nil || fault.Of(err).Field != "installment_plans" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A processor that needs an email address has it when the form makes sure of one.
func TestAFormThatAsksForWhatAProcessorNeeds(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.Processors[0].Can.NeedsEmail = true
	order := checkout.Order{Amount: money.Amount{Minor: 4900, Currency: "USD"}, Form: checkout.Form{Email: checkout.Optional}}
	if _, err := h.Create(t.Context(), h.account.Merchant.ID, order, "key 1"); fault.Of(err).Field != "customer.email" || err == nil {
		t.Errorf("optional: %v", err)
	}
	order.Form.Email = checkout.Required
	v, err := h.Create(t.Context(), h.account.Merchant.ID, order, "key 1")
	h.must(err)
	v, err = h.submit(v.Session.ID, checkout.Submission{Details: checkout.Details{Email: " ada@shop.example "}})
	h.must(err)
	if asked := h.says.asked[0].Payer; asked.Email != "ada@shop.example" || v.Latest.Terms.Payer != asked {
		t.Errorf("the processor was told %+v", asked)
	}
}

// What a form requires is asked for by the field's name, what it does not ask for is not
// taken, and what was given goes to the processor and stays with the payment.
func TestDetailsAreTakenAsTheFormAsksForThem(t *testing.T) {
	t.Parallel()
	h := open(t)
	home := processor.Address{Line1: "1 High Street", City: "Springfield", State: "IL", PostalCode: "62701", Country: "US"}
	without := func(how func(*processor.Address)) checkout.Details {
		a := home
		how(&a)
		return checkout.Details{Billing: a}
	}
	full, postal := checkout.Form{Billing: checkout.FullBilling}, checkout.Form{Billing: checkout.PostalCode}
	for name, c := range map[string]struct {
		form    checkout.Form
		of      checkout.Order
		given   checkout.Details
		field   string // that is complained of; empty when it is good
		payer   processor.Payer
		address processor.Address
	}{
		"nothing asked":        {given: checkout.Details{Email: "eve@evil.example", Phone: "12345", Billing: home}},
		"an email":             {form: checkout.Form{Email: checkout.Required}, field: "email"},
		"the merchant's email": {form: checkout.Form{Email: checkout.Required}, of: checkout.Order{Customer: vault.Customer{Email: "a@b"}}, payer: processor.Payer{Email: "a@b"}},
		"another email":        {form: checkout.Form{Email: checkout.Optional}, of: checkout.Order{Customer: vault.Customer{Name: "Ada", Email: "a@b"}}, given: checkout.Details{Email: "c@d"}, payer: processor.Payer{Name: "Ada", Email: "c@d"}},
		"no email":             {form: checkout.Form{Email: checkout.Optional}, given: checkout.Details{Email: "ada"}, field: "email"},
		"a telephone":          {form: checkout.Form{Phone: checkout.Required}, field: "phone"},
		"no telephone":         {form: checkout.Form{Phone: checkout.Optional}, given: checkout.Details{Phone: "4111 1111 1111 1111"}, field: "phone"},
		"an optional one":      {form: checkout.Form{Phone: checkout.Optional}},
		"an address":           {form: full, given: checkout.Details{Billing: home}, address: home},
		"in small letters":     {form: full, given: without(func(a *processor.Address) { a.Country = " us " }), address: home},
		"none":                 {form: full, field: "billing.country"},
		"the merchant's":       {form: full, of: checkout.Order{Terms: payment.Terms{Billing: home}}, address: home},
		"half of each":         {form: full, of: checkout.Order{Terms: payment.Terms{Billing: home}}, given: checkout.Details{Billing: processor.Address{Country: "US", Line1: "2 High Street"}}, field: "billing.city"},
		"no line":              {form: full, given: without(func(a *processor.Address) { a.Line1 = " " }), field: "billing.line1"},
		"no state":             {form: full, given: without(func(a *processor.Address) { a.State = "" }), field: "billing.state"},
		"no state there":       {form: full, given: without(func(a *processor.Address) { a.State, a.Country = "", "DE" }), address: processor.Address{Line1: "1 High Street", City: "Springfield", PostalCode: "62701", Country: "DE"}},
		"no code":              {form: full, given: without(func(a *processor.Address) { a.PostalCode = "" }), field: "billing.postal_code"},
		"no codes there":       {form: full, given: without(func(a *processor.Address) { a.PostalCode, a.State, a.Country = "", "", "HK" }), address: processor.Address{Line1: "1 High Street", City: "Springfield", Country: "HK"}},
		"no country":           {form: full, given: without(func(a *processor.Address) { a.Country = "XX" }), field: "billing.country"},
		"a card in it":         {form: full, given: without(func(a *processor.Address) { a.Line1 = "4111 1111 1111 1111" }), field: "billing.line1"},
		"a postal code":        {form: postal, given: checkout.Details{Billing: home}, address: processor.Address{PostalCode: "62701", Country: "US"}},
		"no postal code":       {form: postal, given: checkout.Details{Billing: processor.Address{Country: "US"}}, field: "billing.postal_code"},
		"the merchant's code":  {form: postal, of: checkout.Order{Terms: payment.Terms{Billing: home}}, given: checkout.Details{Billing: processor.Address{PostalCode: "62701", Country: "US"}}, address: home},
	} {
		order := c.of
		order.Amount, order.Form = money.Amount{Minor: 4900, Currency: "USD"}, c.form
		v, err := h.Create(t.Context(), h.account.Merchant.ID, order, "key 1")
		h.must(err)
		asked := len(h.says.asked)
		v, err = h.submit(v.Session.ID, checkout.Submission{Details: c.given})
		if c.field != "" {
			if err == nil || fault.Of(err).Code != fault.Invalid || fault.Of(err).Field != c.field || len(h.says.asked) != asked {
				t.Errorf("%s: %v, want a complaint of %s", name, err, c.field)
			}
			continue
		}
		h.must(err)
		if last := h.says.asked[asked]; last.Payer != c.payer || last.Billing != c.address || v.Latest.Terms.Payer != c.payer || v.Latest.Terms.Billing != c.address {
			t.Errorf("%s: asked with %+v and %+v", name, last.Payer, last.Billing)
		}
	}
}
