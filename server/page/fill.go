package page

import (
	"cmp"
	"encoding/json"
	"html/template"
	"net/url"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/paywicket/paywicket/embed"
	"github.com/paywicket/paywicket/internal/appearance"
	"github.com/paywicket/paywicket/internal/card"
	"github.com/paywicket/paywicket/internal/checkout"
	"github.com/paywicket/paywicket/internal/sense"
	"github.com/paywicket/paywicket/internal/vault"
)

// fill makes the view of a session for a shopper, its form empty.
func (p *Pages) fill(c *fiber.Ctx, v checkout.View, r shopper) (view, error) {
	form, amount := v.Session.Form, v.Session.Amount
	saved, err := p.Checkout.SavedCards(c.UserContext(), v)
	if err != nil {
		p.Log.Warn("a customer's cards are not shown", "session", v.Session.ID, "error", err)
	}
	shown := blank(r)
	shown.Title = r.Say("page.title", "shop", v.Merchant.Name)
	shown.Framed, shown.Sandbox = framed(c), isSandbox(v)
	shown.Merchant, shown.Description = v.Merchant.Name, v.Session.Description
	shown.Amount = r.Money(amount.Minor, amount.Currency)
	shown.Minor = amount.Minor
	shown.PayLabel = r.Say("checkout.pay", "amount", shown.Amount)
	if amount.Minor == 0 {
		shown.PayLabel = r.Say("checkout.save")
	}
	for _, i := range v.Session.Terms.Items {
		shown.Items = append(shown.Items, item{i.Name, i.Quantity, r.Money(i.Amount, amount.Currency)})
	}
	shown.Email, shown.Phone, shown.Billing = string(form.Email), string(form.Phone), string(form.Billing)
	if form.Billing != checkout.NoBilling {
		shown.Countries = slices.Clone(countries(r.Language))
		shown.choose(likelyCountry(v, r))
	}
	shown.Save = string(form.Save)
	if form.Save != checkout.NeverSave {
		shown.SaveLabel = consent(r, v)
	}
	shown.Saved = p.savedCards(r, saved)
	shown.Plans = plans(r, v)
	shown.ReturnURL, shown.CancelURL = backTo(form.ReturnURL, v.Session.ID), backTo(form.CancelURL, v.Session.ID)
	p.tellOutcome(&shown, v, r)
	data := p.data(v, r)
	data.Framed = shown.Framed
	if data.SenseNonce, err = p.Sense.NewPage(data.SenseKey, sense.Frame); err != nil {
		p.Log.Warn("a page gets no nonce for what it sees", "error", err)
	}
	text, err := json.Marshal(data) // which writes <, > and & as escapes: it can stand in a script
	shown.Data = template.JS(text)
	return shown, err
}

// blank is a view that shows nothing yet.
func blank(r shopper) view {
	seen, _ := embed.Asset("seen.js")
	return view{
		Language: r.Language, Lang: r.Base(), Dir: r.Dir(), Locale: r.Tag(), Appearance: r.appearance, Labels: labels(r),
		Style: style(), Script: script(), Seen: seen, Theme: template.CSS(r.look.CSS()), Fields: map[string]field{},
	}
}

// labels is where fields' names stand.
func labels(r shopper) string { return string(cmp.Or(r.look.Labels, appearance.Above)) }

// consent is what a shopper agrees to who lets a card be kept. The words are kept with it.
func consent(r shopper, v checkout.View) string {
	if v.Session.Form.Save == checkout.AlwaysSave {
		return r.Say("checkout.saveAlways", "shop", v.Merchant.Name)
	}
	return r.Say("checkout.saveCard", "shop", v.Merchant.Name)
}

// likelyCountry is the country that is chosen before the shopper does: what the merchant
// said, or the region whose formats are kept.
func likelyCountry(v checkout.View, r shopper) string {
	_, region, _ := strings.Cut(r.Tag(), "-")
	return cmp.Or(v.Session.Terms.Billing.Country, region)
}

// choose selects a country.
func (v *view) choose(code string) {
	for i := range v.Countries {
		v.Countries[i].Selected = v.Countries[i].Code == code
	}
}

func (p *Pages) savedCards(r shopper, saved []vault.Record) []savedCard {
	var shown []savedCard
	for _, record := range saved {
		s := record.Summary
		name := []any{"brand", s.Brand.Name(), "last4", s.Last4}
		one := savedCard{
			Token: record.Token.String(), Label: r.Say("checkout.savedCard", name...), Brand: string(s.Brand), Last4: s.Last4,
			Name: s.Brand.Name(), Date: r.MonthYear(s.ExpMonth, s.ExpYear), Remove: r.Say("checkout.removeCard", name...), Expired: p.passed(s),
		}
		if !one.Expired {
			one.Expires = r.Say("checkout.savedExpires", "date", one.Date)
		}
		shown = append(shown, one)
	}
	// The newest that can be paid with is chosen until the shopper chooses.
	if at := slices.IndexFunc(shown, func(one savedCard) bool { return !one.Expired }); at >= 0 {
		shown[at].Checked = true
	}
	return shown
}

// passed tells whether a card has expired.
func (p *Pages) passed(s card.Summary) bool {
	return card.Expiry{Month: s.ExpMonth, Year: s.ExpYear}.Passed(p.Now())
}

// plans lists the ways to pay, when there is more than one.
func plans(r shopper, v checkout.View) []plan {
	amount := v.Session.Amount
	if len(v.Session.Form.Plans) == 0 {
		return nil
	}
	shown := []plan{{Label: r.Say("checkout.payAtOnce", "amount", r.Money(amount.Minor, amount.Currency)), Checked: true, Minor: amount.Minor}}
	for _, one := range v.Session.Form.Plans {
		// What does not divide is a matter of the smallest unit, and the issuer's.
		part := (one.Total + int64(one.Count)/2) / int64(one.Count)
		way := plan{
			Count: one.Count, Label: r.Count("checkout.payParts", one.Count, "part", r.Money(part, amount.Currency)),
			Total: r.Say("checkout.payTotal", "total", r.Money(one.Total, amount.Currency)),
			Minor: one.Total, Part: part, More: one.Total - amount.Minor,
		}
		if extra := one.Total - amount.Minor; extra > 0 {
			way.Extra = r.Say("checkout.payExtra", "extra", r.Money(extra, amount.Currency))
		}
		if one.Total != amount.Minor {
			way.Pay = r.Say("checkout.pay", "amount", r.Money(one.Total, amount.Currency))
		}
		shown = append(shown, way)
	}
	return shown
}

// backTo is where a hosted page leads, with the name of the session it comes from.
func backTo(address, session string) string {
	back, err := url.Parse(address)
	if address == "" || err != nil || !isWebAddress(address) {
		return ""
	}
	query := back.Query()
	query.Set("session", session)
	back.RawQuery = query.Encode()
	return back.String()
}
