// Package native is our own JSON API for merchants' servers.
//
//	POST /v1/checkout_sessions       open a session for one purchase
//	GET  /v1/checkout_sessions/{id}  what became of it; publishable keys may ask too
//	POST /v1/payments                charge a token
//	GET  /v1/payments/{id}           one payment
//	POST /v1/payments/{id}/capture   take the money of an authorization, or a part of it
//	POST /v1/payments/{id}/void      release what was not captured
//	POST /v1/payments/{id}/ready     its order is stored: its webhooks may come
//	POST /v1/payments/{id}/refunds   give back what was captured, or a part of it
//	POST /v1/customers/erase         nothing of a customer's cards and devices is kept any more
//	GET  /v1/devices/{id}            what is known of a shopper's device, in words
//	DELETE /v1/devices/{id}          nothing of it is kept any more
//	GET  /v1/checkout_sessions/{id}/visit  which device a checkout was opened on, and why that is thought
//	POST /v1/tokens                  keep a card without charging it
//	GET  /v1/tokens/{id}             what may be shown of a kept card
//	PATCH  /v1/tokens/{id}           whose card it is
//	POST /v1/tokens/{id}/revoke      it may not be charged any more
//	DELETE /v1/tokens/{id}           nothing of its card is kept any more
//	POST /v1/webhook_endpoints       where to be told; the signing secret is in the answer
//	GET  /v1/webhook_endpoints       the receivers
//	PATCH  /v1/webhook_endpoints/{id}            its address, events, wait, on or off
//	DELETE /v1/webhook_endpoints/{id}
//	POST /v1/webhook_endpoints/{id}/rotate       another secret; the old one signs too for a while
//	POST /v1/webhook_endpoints/{id}/replay       events again
//	GET  /v1/webhook_endpoints/{id}/deliveries   what was sent, and answered
//	GET  /v1/events                  what happened, newest first
//	GET  /v1/events/stream           what happens, as it does (server-sent events)
//	POST /v1/sites                   another website that may embed the checkout
//	GET  /v1/sites                   the websites that may
//	GET  /v1/rescue                  how declined sales are rescued: switches and rules
//	PUT  /v1/rescue/switches         which kinds of rescue are off
//	PUT  /v1/rescue/rules            another decision table
//	POST /v1/rescue/replay           what a decision table would have done
//	GET  /v1/rescue/decisions        what was decided, and why, oldest first
//	GET  /v1/rescue/orders           declined sales that are rescued, newest first
//	GET  /v1/rescue/orders/{id}      one of them
//	GET  /v1/reports/rescue          what became of sales, by site, descriptor and currency
//
// Every call carries Authorization: Bearer and a key. Amounts are whole minor
// units. Bodies are strict: a field we do not know is refused, not ignored. A POST that
// carries an Idempotency-Key is done once.
package native

import (
	"log/slog"

	"github.com/gofiber/fiber/v2"

	"github.com/paywicket/paywicket/internal/checkout"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/idempotency"
	"github.com/paywicket/paywicket/internal/merchant"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/report"
	"github.com/paywicket/paywicket/internal/rescue"
	"github.com/paywicket/paywicket/internal/sense"
	"github.com/paywicket/paywicket/internal/vault"
	"github.com/paywicket/paywicket/internal/webhook"
	"github.com/paywicket/paywicket/server/guard"
	"github.com/paywicket/paywicket/server/wire"
)

// API serves the routes.
type API struct {
	Merchants *merchant.Service
	Checkout  *checkout.Service
	Payments  *payment.Service
	Vault     *vault.Service
	Sense     *sense.Service
	Customers Customers
	Webhooks  *webhook.Service
	Rescues   *rescue.Service
	Decisions Decisions
	Reports   *report.Service
	Keys      *idempotency.Service
	// Watch tells of changes to what is a merchant's until stop is called; Closing, that the
	// server ends.
	Watch   func(id string) (changed <-chan struct{}, stop func())
	Closing <-chan struct{}
	BaseURL string // where browsers reach this server
	Log     *slog.Logger
}

// Mount names the routes, each with the keys that may call it.
func (a *API) Mount(router fiber.Router) {
	secret := guard.Keys(a.Merchants, a.Log, merchant.Secret)
	either := guard.Keys(a.Merchants, a.Log, merchant.Secret, merchant.Publishable)
	once := guard.Idempotent(a.Keys, a.Log)
	v1 := router.Group("/v1")
	v1.Post("/checkout_sessions", secret, once, wire.Handle(a.Log, fiber.StatusCreated, a.createSession))
	v1.Options("/checkout_sessions/:id", preflight)
	v1.Get("/checkout_sessions/:id", crossOrigin, either, wire.Handle(a.Log, fiber.StatusOK, a.findSession))
	v1.Post("/payments", secret, once, wire.Handle(a.Log, fiber.StatusCreated, a.createPayment))
	v1.Post("/payments/:id/capture", secret, once, wire.Handle(a.Log, fiber.StatusOK, a.capturePayment))
	v1.Post("/payments/:id/void", secret, once, wire.Handle(a.Log, fiber.StatusOK, a.voidPayment))
	v1.Post("/payments/:id/refunds", secret, once, wire.Handle(a.Log, fiber.StatusOK, a.refundPayment))
	v1.Get("/payments/:id", secret, wire.Handle(a.Log, fiber.StatusOK, a.findPayment))
	v1.Post("/tokens", secret, once, a.createToken)
	v1.Post("/customers/erase", secret, once, wire.Handle(a.Log, fiber.StatusOK, a.eraseCustomer))
	v1.Get("/devices/:id", secret, wire.Handle(a.Log, fiber.StatusOK, a.findDevice))
	v1.Delete("/devices/:id", secret, wire.Handle(a.Log, fiber.StatusNoContent, a.eraseDevice))
	v1.Get("/checkout_sessions/:id/visit", secret, wire.Handle(a.Log, fiber.StatusOK, a.findVisit))
	v1.Get("/tokens/:id", secret, wire.Handle(a.Log, fiber.StatusOK, a.findToken))
	v1.Patch("/tokens/:id", secret, wire.Handle(a.Log, fiber.StatusOK, a.updateToken))
	v1.Post("/tokens/:id/revoke", secret, once, wire.Handle(a.Log, fiber.StatusOK, a.revokeToken))
	v1.Delete("/tokens/:id", secret, wire.Handle(a.Log, fiber.StatusNoContent, a.eraseToken))
	v1.Post("/webhook_endpoints", secret, once, wire.Handle(a.Log, fiber.StatusCreated, a.createEndpoint))
	v1.Get("/webhook_endpoints", secret, wire.Handle(a.Log, fiber.StatusOK, a.listEndpoints))
	v1.Patch("/webhook_endpoints/:id", secret, wire.Handle(a.Log, fiber.StatusOK, a.changeEndpoint))
	v1.Delete("/webhook_endpoints/:id", secret, wire.Handle(a.Log, fiber.StatusNoContent, a.deleteEndpoint))
	v1.Post("/webhook_endpoints/:id/rotate", secret, once, wire.Handle(a.Log, fiber.StatusOK, a.rotateEndpoint))
	v1.Post("/webhook_endpoints/:id/replay", secret, once, wire.Handle(a.Log, fiber.StatusOK, a.replay))
	v1.Get("/webhook_endpoints/:id/deliveries", secret, wire.Handle(a.Log, fiber.StatusOK, a.listDeliveries))
	v1.Post("/payments/:id/ready", secret, once, wire.Handle(a.Log, fiber.StatusOK, a.readyPayment))
	v1.Get("/events/stream", secret, a.streamEvents)
	v1.Get("/events", secret, wire.Handle(a.Log, fiber.StatusOK, a.listEvents))
	v1.Post("/sites", secret, once, wire.Handle(a.Log, fiber.StatusCreated, a.createSite))
	v1.Get("/sites", secret, wire.Handle(a.Log, fiber.StatusOK, a.listSites))
	v1.Get("/rescue", secret, wire.Handle(a.Log, fiber.StatusOK, a.findRescue))
	v1.Put("/rescue/switches", secret, wire.Handle(a.Log, fiber.StatusOK, a.setSwitches))
	v1.Put("/rescue/rules", secret, wire.Handle(a.Log, fiber.StatusOK, a.setRules))
	v1.Post("/rescue/replay", secret, wire.Handle(a.Log, fiber.StatusOK, a.replayRules))
	v1.Get("/rescue/decisions", secret, wire.Handle(a.Log, fiber.StatusOK, a.listDecisions))
	v1.Get("/rescue/orders", secret, wire.Handle(a.Log, fiber.StatusOK, a.listOrders))
	v1.Get("/rescue/orders/:id", secret, wire.Handle(a.Log, fiber.StatusOK, a.findOrder))
	v1.Get("/reports/rescue", secret, a.reportRescue)
}

// crossOrigin lets a merchant's page read an answer with its publishable key. No
// cookie is involved, so any origin may ask; the key decides.
func crossOrigin(c *fiber.Ctx) error {
	c.Set(fiber.HeaderAccessControlAllowOrigin, "*")
	c.Set("Cross-Origin-Resource-Policy", "cross-origin")
	return c.Next()
}

func preflight(c *fiber.Ctx) error {
	c.Set(fiber.HeaderAccessControlAllowOrigin, "*")
	c.Set(fiber.HeaderAccessControlAllowMethods, fiber.MethodGet)
	c.Set(fiber.HeaderAccessControlAllowHeaders, fiber.HeaderAuthorization)
	c.Set(fiber.HeaderAccessControlMaxAge, "600")
	return c.SendStatus(fiber.StatusNoContent)
}

// named refuses an id that has not the form of its kind, with the answer that an
// unknown one of the right form gets.
func named(kind id.Kind, text string) error {
	if !id.Valid(kind, text) {
		return fault.New(fault.NotFound, "There is nothing of that id here.")
	}
	return nil
}
