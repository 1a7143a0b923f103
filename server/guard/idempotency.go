package guard

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/idempotency"
	"github.com/paywicket/paywicket/server/wire"
)

// The headers of idempotency.
const (
	idempotencyKey = "Idempotency-Key"
	// replayed tells that an answer is one that was given before.
	replayed = "Idempotency-Replayed"
)

// Idempotent answers a request whose Idempotency-Key was used before with the answer of
// then, and does it otherwise. It stands after Keys. A request without a key passes.
func Idempotent(keys *idempotency.Service, log *slog.Logger) fiber.Handler {
	return func(c *fiber.Ctx) error {
		key := c.Get(idempotencyKey)
		if key == "" {
			return c.Next()
		}
		call := wire.CallOf(c)
		request, err := fingerprinted(c)
		if err != nil {
			wire.WipeBody(c)
			return wire.Fail(c, log, err)
		}
		name := idempotency.Name{Merchant: call.Merchant(), Scope: "native", Key: strings.Clone(key)}
		run, answer, err := keys.Begin(c.UserContext(), name, request)
		clear(request)
		if err != nil {
			wire.WipeBody(c)
			return wire.Fail(c, log, err)
		}
		if answer != nil {
			wire.WipeBody(c)
			c.Set(replayed, "true")
			c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
			return c.Status(answer.Status).Send(answer.Body)
		}
		outer := c.UserContext()
		c.SetUserContext(run.Context(outer))
		if err := c.Next(); err != nil {
			err = c.App().ErrorHandler(c, err)
			if err != nil {
				return err
			}
		}
		given := idempotency.Answer{Status: c.Response().StatusCode(), Body: bytes.Clone(c.Response().Body())}
		given.Payment = paymentOf(given.Body)
		if err := run.End(outer, given); err != nil {
			// The request was done. Who sends it again finds what it made.
			log.Error("an answer could not be kept under its Idempotency-Key", "request", wire.RequestID(c), "error", err)
		}
		return nil
	}
}

// fingerprinted is what is compared of two requests: method, path and body, in a form
// that no other order of the body's members changes, and without the CVV. It may hold a
// card: the caller clears it.
func fingerprinted(c *fiber.Ctx) ([]byte, error) {
	body := []byte{}
	if len(c.Request().Body()) > 0 {
		raw, err := wire.Body(c, wire.MaxBody)
		if err != nil {
			return nil, err
		}
		if body, err = wire.Canonical(raw); err != nil {
			return nil, err
		}
		defer clear(body)
	}
	return slices.Concat([]byte(c.Method()+" "+c.Path()+"\x00"), body), nil
}

// paymentOf reads off an answer which payment it is about, so that its key is kept as
// long as that is open.
func paymentOf(body []byte) string {
	var said struct {
		ID string `json:"id"`
	}
	if json.Unmarshal(body, &said) == nil && id.Valid(id.Payment, said.ID) {
		return said.ID
	}
	return ""
}
