// Package flexcharge is FlexCharge's dialect: a merchant whose server was written for
// FlexCharge (FlexFactor) is served in the words it knows, at the paths it knows.
//
//	POST /v1/oauth2/token        AppKey and AppSecret for ten minutes of access
//	POST /v1/tokenize            keep a card
//	POST /v1/transmit            learn from a sale that somebody else approved or declined
//	POST /v1/evaluate            rescue a declined sale
//	POST /v1/outcome             what became of that
//	GET  /v1/orders, /v1/orders/{id}
//	POST /v1/capture
//	POST /v1/orders/{id}/cancel, /v1/orders/{id}/refund
//
// The life of a call: the access token is checked and its credential looked up; the body is
// read loosely, for real clients send numbers for texts and names in any case; what is
// missing is told all at once; a key is done once; and the rest is package rescue's. README.md
// beside this file has every field of the wire.
//
// A card number is the body's own bytes until it is in the vault, and no string here; a CVV
// is never kept. Both are wiped with the body.
//
// Refused here: a secret in an address, a card number where none belongs, and a guess at
// what a field means that FlexCharge's documentation leaves open, where money depends on it.
package flexcharge

import (
	"log/slog"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/paywicket/paywicket/internal/checkout"
	"github.com/paywicket/paywicket/internal/idempotency"
	"github.com/paywicket/paywicket/internal/merchant"
	"github.com/paywicket/paywicket/internal/rescue"
	"github.com/paywicket/paywicket/internal/vault"
	"github.com/paywicket/paywicket/server/wire"
)

// Keys signs what only this server can have said; keyring.Ring does.
type Keys interface {
	Sign(message []byte) ([]byte, error)
	CheckSignature(message, signature []byte) error
}

// API serves the routes.
type API struct {
	Merchants *merchant.Service
	Vault     *vault.Service
	Checkout  *checkout.Service
	Rescues   *rescue.Service
	Once      *idempotency.Service
	Keys      Keys
	Now       func() time.Time
	Log       *slog.Logger
}

// Mount names the routes.
func (a *API) Mount(router fiber.Router) {
	router.Use(singleSlashes)
	v1 := router.Group("/v1")
	v1.Post("/oauth2/token", wiped(a.grant))
	v1.Options("/tokenize", preflight)
	v1.Post("/tokenize", wiped(a.tokenize))
	v1.Post("/transmit", wiped(a.authorized(saleFields, a.transmit)))
	v1.Post("/evaluate", wiped(a.authorized(saleFields, a.evaluate)))
	v1.Post("/outcome", wiped(a.authorized(orderFields, a.outcome)))
	v1.Get("/orders", wiped(a.authorized(orderFields, a.listOrders)))
	v1.Get("/orders/:id", wiped(a.authorized(orderFields, a.findOrder)))
	v1.Post("/capture", wiped(a.authorized(orderFields, a.capture)))
	v1.Post("/orders/:id/cancel", wiped(a.authorized(orderFields, a.cancel)))
	v1.Post("/orders/:id/refund", wiped(a.authorized(orderFields, a.refund)))
}

// places are the paths of this dialect. A * stands for one part.
var places = [][]string{
	{"v1", "oauth2", "token"}, {"v1", "tokenize"}, {"v1", "transmit"}, {"v1", "evaluate"}, {"v1", "outcome"},
	{"v1", "orders"}, {"v1", "orders", "*"}, {"v1", "capture"}, {"v1", "orders", "*", "cancel"}, {"v1", "orders", "*", "refund"},
}

// singleSlashes takes repeated slashes for one in the paths of this dialect: some of
// FlexCharge's clients join two that each have their own. No other path is touched.
func singleSlashes(c *fiber.Ctx) error {
	if path := c.Path(); strings.Contains(path, "//") {
		parts := strings.FieldsFunc(path, func(r rune) bool { return r == '/' })
		for _, place := range places {
			if isAt(parts, place) {
				c.Path("/" + strings.Join(parts, "/"))
				break
			}
		}
	}
	return c.Next()
}

func isAt(parts, place []string) bool {
	if len(parts) != len(place) {
		return false
	}
	for i, part := range place {
		if part != "*" && part != parts[i] {
			return false
		}
	}
	return true
}

// wiped has a request's body wiped when it is done with: any of them may hold a card.
func wiped(handle fiber.Handler) fiber.Handler {
	return func(c *fiber.Ctx) error {
		defer wire.WipeBody(c)
		return handle(c)
	}
}

// read reads a request's body. FlexCharge's own examples say application/*+json, and some
// clients nothing, so its type is not looked at.
func read(c *fiber.Ctx, into any) error {
	body, err := wire.PlainBody(c, wire.MaxBody)
	if err != nil {
		return err
	}
	return wire.DecodeLoosely(body, into)
}

// call is one authenticated call.
type call struct {
	wire.Call
	fiber *fiber.Ctx
}

// test tells whether nothing of it is real money.
func (c call) test() bool { return c.Caller.Environment == merchant.Test }

// authorized makes a route of a function that is called with a good access token.
func (a *API) authorized(spelled map[string]string, do func(call) error) fiber.Handler {
	return func(c *fiber.Ctx) error {
		credential, err := a.bearer(c)
		if err == nil {
			wire.SetCaller(c, credential)
			err = do(call{wire.CallOf(c), c})
		}
		if err != nil {
			return a.fail(c, err, spelled)
		}
		return nil
	}
}
