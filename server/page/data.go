package page

import (
	"cmp"

	"github.com/gofiber/fiber/v2"

	"github.com/paywicket/paywicket/embed"
	"github.com/paywicket/paywicket/internal/appearance"
	"github.com/paywicket/paywicket/internal/checkout"
	"github.com/paywicket/paywicket/internal/merchant"
	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/processor"
	"github.com/paywicket/paywicket/server/wire"
)

// data is what the document carries for its script.
func (p *Pages) data(v checkout.View, r shopper) PageData {
	now, form := p.Now(), v.Session.Form
	exponent, _ := money.Exponent(v.Session.Amount.Currency)
	data := PageData{
		Session: v.Session.ID, Status: string(v.Status(now)),
		Amount: v.Session.Amount.Minor, Currency: v.Session.Amount.Currency, Exponent: exponent,
		Merchant: v.Merchant.Name, Description: v.Session.Description, Origins: v.Site.Origins,
		SenseKey: v.Session.Visit(), SenseOff: listed(v.Merchant.Guard.SignalsOff), Sandbox: isSandbox(v),
		ExpiresAt: v.Session.ExpiresAt.UnixMilli(), ServerTime: now.UnixMilli(),
		AttemptsLeft: v.AttemptsLeft(), Result: result(v),

		Locale: r.Tag(), Words: words(r, v), Complaints: r.complaints, AskSavedCVV: !form.SkipCVV, Labels: string(cmp.Or(form.Appearance.Labels, appearance.Above)),
	}
	if worker, ok := embed.Asset("proof.js"); ok {
		data.Proof = worker.Path
	}
	return data
}

func isSandbox(v checkout.View) bool { return v.Merchant.Environment == merchant.Test }

// listed is a list that is never null in JSON.
func listed(names []string) []string {
	if names == nil {
		return []string{}
	}
	return names
}

// result is what came of the newest payment, or nil when there is none.
func result(v checkout.View) *PayResult {
	if v.Latest == nil {
		return nil
	}
	payload := v.Latest.Payload()
	r := &PayResult{
		Payment: payload.ID, Status: outcome(v.Latest.State), Token: payload.Token,
		Brand: string(payload.Card.Brand), Last4: payload.Card.Last4,
		ExpMonth: payload.Card.ExpMonth, ExpYear: payload.Card.ExpYear,
		AttemptsLeft: v.AttemptsLeft(), Amount: payload.Amount,
	}
	if d := payload.Decline; d != nil {
		r.Decline = &Decline{Code: d.Code, Advice: d.Advice, Reason: reasonOf(processor.DeclineCode(d.Code)), Message: d.Message}
	}
	if v.Latest.State == payment.RequiresAction {
		r.Action = &Action{Type: "challenge", URL: v.Latest.ChallengeURL}
	}
	return r
}

// outcome is a payment's state in the few words that a shopper's screen needs.
func outcome(s payment.State) string {
	switch {
	case s == payment.Voided || s == payment.Refunded:
		return "cancelled"
	case s.Paid():
		return "authorized"
	case s == payment.Reversing || s == payment.Reversed:
		return "failed" // what had been approved too late is given back: nobody is charged
	case s == payment.RequiresAction || s == payment.Declined || s == payment.Failed:
		return string(s)
	}
	return "processing"
}

// answer sends the newest outcome: 202 while it is not known.
func answer(c *fiber.Ctx, v checkout.View) error {
	status := fiber.StatusOK
	if v.Latest.State.Pending() && v.Latest.State != payment.RequiresAction {
		status = fiber.StatusAccepted
	}
	return wire.Answer(c, status, result(v))
}
