// Package flutterwave is Flutterwave's dialect: a merchant whose server was written for
// Flutterwave's API, version 3, is served in the words it knows, at the paths it knows.
//
//	POST /v3/tokenized-charges                       charge a kept card
//	POST /v3/charges?type=card                       charge a card for the first time, encrypted, and keep it
//	POST /v3/validate-charge                         pass the issuer's question with a code
//	PUT  /v3/tokens/{token}                          change whom it belongs to
//	GET  /v3/transactions                            the newest, and what they are searched by
//	GET  /v3/transactions/fee
//	GET  /v3/transactions/{id}/verify, /v3/transactions/verify_by_reference, /v3/transactions/{id}/events
//	POST /v3/transactions/{id}/refund, /v3/transactions/{id}/resend-hook, GET /v3/refunds
//	POST /v3/charges/{flw_ref}/capture, /v3/charges/{flw_ref}/void, /v3/charges/{flw_ref}/refund
//	POST /v3/bulk-tokenized-charges                  charge many, and try again; GET …/{id} and …/{id}/transactions, POST …/{id}/cancel
//
// The life of a call: the secret key is checked; the body is read loosely, for real clients
// send numbers for texts and names in any case; amounts are read as they are written, through
// no float; a tx_ref is done once; and the rest is package bulk's. README.md beside this
// file has every field of the wire.
//
// Refused here: a secret in an address, a card number where none belongs, and a tx_ref that
// was used for another charge.
package flutterwave

import (
	"log/slog"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/paywicket/paywicket/internal/bulk"
	"github.com/paywicket/paywicket/internal/checkout"
	"github.com/paywicket/paywicket/internal/idempotency"
	"github.com/paywicket/paywicket/internal/merchant"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/vault"
	"github.com/paywicket/paywicket/internal/webhook"
	"github.com/paywicket/paywicket/server/wire"
)

// Keys gives fingerprints of what may hold a secret; keyring.Ring does.
type Keys interface {
	Fingerprint(scope string, value []byte) (string, error)
}

// API serves the routes.
type API struct {
	Merchants *merchant.Service
	Accounts  Accounts
	Vault     *vault.Service
	Checkout  *checkout.Service
	Payments  *payment.Service
	Bulk      *bulk.Service
	Webhooks  *webhook.Service
	Once      *idempotency.Service
	Keys      Keys
	Now       func() time.Time
	Log       *slog.Logger
}

// Mount names the routes.
func (a *API) Mount(router fiber.Router) {
	v3 := router.Group("/v3")
	v3.Post("/tokenized-charges", a.called(a.tokenizedCharge))
	v3.Post("/charges", a.called(a.firstCharge))
	v3.Post("/validate-charge", a.called(a.validateCharge))
	v3.Put("/tokens/:token", a.called(a.updateToken))
	v3.Get("/transactions", a.called(a.listTransactions))
	v3.Get("/transactions/fee", a.called(a.showFee))
	v3.Get("/transactions/verify_by_reference", a.called(a.verifyByReference))
	v3.Get("/transactions/:id/verify", a.called(a.verify))
	v3.Get("/transactions/:id/events", a.called(a.events))
	v3.Post("/transactions/:id/refund", a.called(a.refundTransaction))
	v3.Post("/transactions/:id/resend-hook", a.called(a.resendHook))
	v3.Get("/refunds", a.called(a.listRefunds))
	v3.Post("/charges/:reference/capture", a.called(a.capture))
	v3.Post("/charges/:reference/void", a.called(a.void))
	v3.Post("/charges/:reference/refund", a.called(a.refundPreauthorized))
	a.mountBulk(v3)
}

// call is one authenticated call.
type call struct {
	wire.Call
	fiber *fiber.Ctx
}

// test tells whether nothing of it is real money.
func (c call) test() bool { return c.Caller.Environment == merchant.Test }

// called makes a route of a function that is called with a good secret key. The body is
// wiped when it is done with: it may hold a card.
func (a *API) called(do func(call) error) fiber.Handler {
	return func(c *fiber.Ctx) error {
		defer wire.WipeBody(c)
		credential, err := a.caller(c)
		if err == nil {
			wire.SetCaller(c, credential)
			err = do(call{wire.CallOf(c), c})
		}
		if err != nil {
			return a.fail(c, err)
		}
		return nil
	}
}

// read reads a call's body. Its type is not looked at: some clients send none.
func (c call) read(into any) ([]byte, error) {
	body, err := wire.PlainBody(c.fiber, wire.MaxBody)
	if err != nil {
		return nil, err
	}
	return body, wire.DecodeLoosely(body, into)
}
