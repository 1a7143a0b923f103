package page

import (
	"context"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/paywicket/paywicket/internal/card"
	"github.com/paywicket/paywicket/internal/checkout"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/server/guard"
	"github.com/paywicket/paywicket/server/wire"
)

// payPlainly takes the checkout's form from a browser without script: to pay, or to forget a
// saved card. What is wrong with it is said in place, and what was typed stays, but the
// number and the CVV. Whatever else comes of it leads back to the checkout, which shows
// where the session stands: sent twice, the form pays once.
func (p *Pages) payPlainly(c *fiber.Ctx) error {
	defer wire.WipeBody(c)
	v, err := p.find(c)
	if err != nil {
		return p.unknown(c, err)
	}
	if err := guard.SameOrigin(c, p.Origin); err != nil {
		return wire.Fail(c, p.Log, err)
	}
	body, err := wire.FormBody(c, maxCardBody)
	if err != nil {
		return wire.Fail(c, p.Log, err)
	}
	form, err := wire.ReadForm(body)
	if err != nil {
		return wire.Fail(c, p.Log, err)
	}
	defer form.Wipe()
	locale, wanted := asked(c)
	if form.Locale != "" {
		locale = form.Locale
	}
	if form.Appearance != "" {
		wanted = form.Appearance
	}
	r := shopperOf(c, v, locale, wanted)
	// What was begun is finished, whether or not the shopper waits.
	ctx := context.WithoutCancel(c.UserContext())
	if !form.Forget.IsZero() {
		if err := p.Checkout.ForgetCard(ctx, v.Session.ID, form.Forget); err != nil && fault.CodeOf(err) != fault.NotFound {
			return wire.Fail(c, p.Log, err)
		}
		return c.Redirect(r.address(v.Session.ID), fiber.StatusSeeOther)
	}
	p.look(v, &form)
	if len(form.Flaws) > 0 {
		if v.Admit(p.Now()) != nil {
			return c.Redirect(r.address(v.Session.ID), fiber.StatusSeeOther)
		}
		return p.again(c, v, r, form, fiber.StatusUnprocessableEntity, "")
	}
	_, err = p.Checkout.Submit(ctx, v.Session.ID, submission(v, r, form.Typed), p.client(c))
	return p.goBack(c, v, r, form, err)
}

// client is who sends a card, and what its browser worked out.
func (p *Pages) client(c *fiber.Ctx) checkout.Client {
	return checkout.Client{Address: wire.Address(c, p.Proxied), Proof: strings.Clone(c.Get(proofHeader))}
}

// submission is what a shopper sends, with the words that they agreed to.
func submission(v checkout.View, r shopper, t wire.Typed) checkout.Submission {
	sub := checkout.Submission{
		Card: t.Card, Saved: t.Saved, Plan: t.Plan, Network: t.Network,
		Details: checkout.Details{Email: t.Email, Phone: t.Phone, Billing: t.Billing},
	}
	mode := v.Session.Form.Save
	if t.Saved.IsZero() && (mode == checkout.AlwaysSave || mode == checkout.AskToSave && t.Save) {
		sub.Consent = consent(r, v)
	}
	return sub
}

// goBack answers a form that was submitted.
func (p *Pages) goBack(c *fiber.Ctx, v checkout.View, r shopper, form wire.Form, err error) error {
	if err == nil {
		return c.Redirect(r.address(v.Session.ID), fiber.StatusSeeOther)
	}
	f := fault.Of(err)
	if name, ok := formNames[f.Field]; ok && f.Code == fault.Invalid {
		form.Flaws[name] = wire.Wrong
		if typed := form.Shown[name] != "" || name == "number" || len(form.Card.CVV.Bytes()) > 0 && name == "cvv"; !typed {
			form.Flaws[name] = wire.Missing
		}
		return p.again(c, v, r, form, fiber.StatusUnprocessableEntity, "")
	}
	now, err := p.Checkout.Show(c.UserContext(), v.Session.ID)
	if err == nil && now.Admit(p.Now()) != nil {
		return c.Redirect(r.address(v.Session.ID), fiber.StatusSeeOther) // it was paid, or is being paid, or cannot be any more
	}
	status, key := wire.Status(f.Code), "checkout.refused"
	if f.Code == fault.Invalid {
		status = fiber.StatusUnprocessableEntity
	}
	if f.Code == fault.Internal || f.Code == fault.Unavailable {
		p.Log.Error("request failed", "request", wire.RequestID(c), "route", c.Route().Path, "error", f)
		key = "checkout.notSent"
	}
	return p.again(c, v, r, form, status, key)
}

// formNames are the fields that faults name, as the form names them: those that have a place
// for what is wrong with them, so no choice between offers.
var formNames = map[string]string{
	"number": "number", "exp_month": "expiry", "exp_year": "expiry", "cvv": "cvv", "name": "name", "email": "email", "phone": "phone",
	"billing.country": "country", "billing.line1": "line1", "billing.city": "city", "billing.state": "state", "billing.postal_code": "postal_code",
}

// again shows the form again, with what was typed but the number and the CVV, what is wrong
// with it, and a notice: a key of the words, or empty.
func (p *Pages) again(c *fiber.Ctx, v checkout.View, r shopper, form wire.Form, status int, key string) error {
	shown, err := p.fill(c, v, r)
	if err != nil {
		return err
	}
	shown.Decline, shown.Notice, shown.Phase = nil, "", formPhase
	if form.Card.Number.Len() > 0 || len(form.Card.CVV.Bytes()) > 0 {
		shown.Notice = r.Say("page.retypeCard")
	}
	if key != "" {
		shown.Notice = r.Say(key)
	}
	for name, value := range form.Shown {
		shown.Fields[name] = field{Value: value}
	}
	digits := form.Card.Number.Brand().CVVLength()
	if brand, ok := shown.savedBrand(form.Saved.String()); ok {
		digits = card.Brand(brand).CVVLength()
	}
	for name, flaw := range form.Flaws {
		shown.Fields[name] = field{form.Shown[name], flawText(r, name, flaw, digits)}
	}
	shown.take(form)
	return p.render(c, status, v.Site.Origins, shown)
}

// take keeps what was chosen in a form.
func (v *view) take(form wire.Form) {
	v.choose(form.Billing.Country)
	for i := range v.Saved {
		v.Saved[i].Checked = v.Saved[i].Token == form.Saved.String()
	}
	for i := range v.Plans {
		v.Plans[i].Checked = v.Plans[i].Count == form.Plan
	}
	v.SaveChecked = form.Save
}
