// Package page is what a shopper's browser asks for: the checkout's document and
// its scripts, the card it posts, the result it waits for, and what the collector
// saw.
//
//	GET  /paywicket.js                   the merchant's script tag
//	GET  /paywicket.js.sri               its integrity
//	GET  /assets/{name}                  scripts and styles by content hash
//	GET  /checkout/{session}             the frame's document
//	GET  /checkout/{session}/why         why it is not shown, for any page that would show it
//	GET  /checkout/{session}/keep        what was typed, while the document is taken away and put back
//	POST /checkout/{session}             the same as a form, from a browser without script
//	GET  /checkout/specimen              the same for nobody, to be compared
//	GET  /.well-known/paywicket-scripts.json   every script, its hash, and why it is there
//	POST /checkout/{session}/pay         a card in, a token and an outcome out
//	POST /checkout/{session}/networks    the brands that a card bears, by its first digits
//	GET  /checkout/{session}/style       the style sheet of another appearance
//	DELETE /checkout/{session}/cards/{token}   a saved card is not offered any more
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
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/rescue"
	"github.com/paywicket/paywicket/internal/sense"
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
	// Back gives what the way back of a payment without a checkout tells its merchant beside
	// the payment's id: what the clients of a dialect look for. Nil for nothing.
	Back func(ctx context.Context, merchant, payment string) (map[string]string, error)
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
	router.Get("/paywicket.js.sri", loaderIntegrity)
	router.Get(InventoryPath, p.inventory)
	router.Get(SpecimenPath, p.specimen) // before the next, which would take it for a session
	router.Get("/checkout/:session", p.show)
	router.Get("/checkout/:session/why", p.why)
	router.Get("/checkout/:session/keep", p.keep)
	router.Post("/checkout/:session", p.payPlainly)
	router.Post("/checkout/:session/pay", p.pay)
	router.Post("/checkout/:session/networks", p.networks)
	router.Get("/checkout/:session/style", p.restyle)
	router.Delete("/checkout/:session/cards/:token", p.forget)
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
