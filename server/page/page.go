// Package page is what a shopper's browser asks for: the checkout's document and
// its scripts, the card it posts, the result it waits for, and what the collector
// saw.
//
//	GET  /paywicket.js                   the merchant's script tag
//	GET  /assets/{name}                  scripts and styles by content hash
//	GET  /checkout/{session}             the frame's document
//	GET  /checkout/specimen              the same for nobody, to be compared
//	GET  /.well-known/paywicket-scripts.json   every script, its hash, and why it is there
//	POST /checkout/{session}/pay         a card in, a token and an outcome out
//	GET  /checkout/{session}/result      the newest outcome
//	GET  /checkout/{session}/events      the newest outcome as it changes (server-sent events)
//	GET  /checkout/{session}/challenge/{key}   where an issuer's page sends the shopper back, once
//	GET  /return/{merchant}/{payment}/{key}    the same for a payment without a checkout: on to the merchant
//	GET  /confirm/{key}                  whether a declined payment is to be tried again, and what became of it
//	POST /confirm/{key}                  the shopper's word on that
//	GET  /confirm/{merchant}/{order}/{key}     where an issuer's page sends the shopper back to it, once
//	GET  /sense.js                       the collector for the merchant's own pages
//	POST /sense/open                     a sense key for such a page
//	POST /sense/seen                     signals and page events, of it or of the frame
//
// The session's id is the capability: whoever holds it may see and pay that one
// purchase, for the minutes it lives; so is the key of a declined payment, about which its
// shopper is asked without any script. Requests from pages of other origins are
// refused, and only the site's own origins may frame the document.
package page

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/paywicket/paywicket/internal/checkout"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/integrity"
	"github.com/paywicket/paywicket/internal/merchant"
	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/rescue"
	"github.com/paywicket/paywicket/internal/sense"
	"github.com/paywicket/paywicket/server/wire"
)

// Pages serves the shopper's side.
type Pages struct {
	Checkout   *checkout.Service
	Payments   *payment.Service
	Sense      *sense.Service
	Rescue     *rescue.Service
	Merchants  Merchants
	Inventory  func(context.Context) (integrity.Inventory, error)
	Origin     string   // our own origin, as browsers see it
	Challenges []string // origins of issuer pages that a checkout may frame
	// Watch tells of changes to a payment until stop is called; Closing, that the server ends.
	Watch   func(id string) (changed <-chan struct{}, stop func())
	Closing <-chan struct{}
	Now     func() time.Time
	Proxied bool // a proxy in front says where requests come from
	Log     *slog.Logger
}

// Merchants finds sites; merchant.Store does.
type Merchants interface {
	FindMerchant(ctx context.Context, merchant string) (merchant.Merchant, error)
	FindSite(ctx context.Context, merchant, site string) (merchant.Site, error)
}

// Mount names the routes.
func (p *Pages) Mount(router fiber.Router) {
	mountAssets(router)
	router.Get(InventoryPath, p.inventory)
	router.Get(SpecimenPath, p.specimen) // before the next, which would take it for a session
	router.Get("/checkout/:session", p.show)
	router.Post("/checkout/:session/pay", p.pay)
	router.Get("/checkout/:session/result", p.result)
	router.Get("/checkout/:session/events", p.live)
	router.Get("/checkout/:session/challenge/:key", p.returned)
	router.Get("/confirm/:key", p.confirm)
	router.Post("/confirm/:key", p.answerQuestion)
	router.Get("/confirm/:merchant/:order/:key", p.backFromBank)
	router.Get("/return/:merchant/:payment/:key", p.goOn)
	router.Post("/sense/open", p.openVisit)
	router.Post("/sense/seen", p.observe)
}

// session gives the session id of the path, copied, or not-found when it has not
// even the form of one.
func session(c *fiber.Ctx) (string, error) {
	text := strings.Clone(c.Params("session"))
	if !id.Valid(id.Session, text) {
		return "", fault.New(fault.NotFound, "There is no such checkout. Go back to the shop and start again.")
	}
	return text, nil
}

// find gives the view of the path's session.
func (p *Pages) find(c *fiber.Ctx) (checkout.View, error) {
	text, err := session(c)
	if err != nil {
		return checkout.View{}, err
	}
	v, err := p.Checkout.Show(c.UserContext(), text)
	if err != nil && fault.CodeOf(err) == fault.NotFound {
		return v, fault.New(fault.NotFound, "There is no such checkout. Go back to the shop and start again.")
	}
	return v, err
}

// data is what the document carries for its script.
func (p *Pages) data(v checkout.View) PageData {
	now := p.Now()
	exponent, _ := money.Exponent(v.Session.Amount.Currency)
	return PageData{
		Session: v.Session.ID, Status: string(v.Status(now)),
		Amount: v.Session.Amount.Minor, Currency: v.Session.Amount.Currency, Exponent: exponent,
		Merchant: v.Merchant.Name, Description: v.Session.Description, Origins: v.Site.Origins,
		SenseKey: v.Session.Visit(), SenseOff: listed(v.Merchant.Guard.SignalsOff), Sandbox: v.Merchant.Environment == merchant.Test,
		ExpiresAt: v.Session.ExpiresAt.UnixMilli(), ServerTime: now.UnixMilli(),
		AttemptsLeft: v.AttemptsLeft(), Result: result(v),
	}
}

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
		AttemptsLeft: v.AttemptsLeft(),
	}
	if d := payload.Decline; d != nil {
		r.Decline = &Decline{Code: d.Code, Advice: d.Advice, Message: d.Message}
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
