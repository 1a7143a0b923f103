// Package wire is how requests are read and answers are written: strict JSON in,
// one problem shape out, and card bodies as bytes that are wiped.
package wire

import (
	"encoding/json"
	"log/slog"

	"github.com/gofiber/fiber/v2"

	"github.com/paywicket/paywicket/internal/fault"
)

// Problem is the one error shape of the native API and of the checkout page,
// sent as application/problem+json (RFC 9457).
type Problem struct {
	Status    int    `json:"status"`
	Code      string `json:"code"`
	Message   string `json:"message"`         // what is wrong and what to do
	Field     string `json:"field,omitempty"` // the input it is about
	RequestID string `json:"request_id"`      // quote it when you ask for help
}

// statuses is the one place where a code becomes an HTTP status.
var statuses = map[fault.Code]int{
	fault.Invalid:         fiber.StatusBadRequest,
	fault.Malformed:       fiber.StatusBadRequest,
	fault.TooLarge:        fiber.StatusRequestEntityTooLarge,
	fault.Unsupported:     fiber.StatusUnsupportedMediaType,
	fault.BadMethod:       fiber.StatusMethodNotAllowed,
	fault.Unauthenticated: fiber.StatusUnauthorized,
	fault.Forbidden:       fiber.StatusForbidden,
	fault.NotFound:        fiber.StatusNotFound,
	fault.Conflict:        fiber.StatusConflict,
	fault.Gone:            fiber.StatusGone,
	fault.TooMany:         fiber.StatusTooManyRequests,
	fault.ProofNeeded:     fiber.StatusPreconditionRequired,
	fault.Unavailable:     fiber.StatusServiceUnavailable,
	fault.Internal:        fiber.StatusInternalServerError,
}

// Status gives the HTTP status of a code, for every shape that a problem is told in.
func Status(code fault.Code) int { return statuses[code] }

// Fail answers with the problem that err stands for. What is ours to mend is
// logged with its cause; the caller sees none of it.
func Fail(c *fiber.Ctx, log *slog.Logger, err error) error {
	f := fault.Of(err)
	if f.Code == fault.Internal || f.Code == fault.Unavailable {
		log.Error("request failed", "request", RequestID(c), "route", c.Route().Path, "error", err)
	}
	if f.Code == fault.Unauthenticated {
		c.Set(fiber.HeaderWWWAuthenticate, "Bearer")
	}
	body, err := json.Marshal(Problem{
		Status: statuses[f.Code], Code: string(f.Code), Message: f.Message, Field: f.Field, RequestID: RequestID(c),
	})
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "application/problem+json")
	return c.Status(statuses[f.Code]).Send(body)
}

// FromFiber turns the framework's own errors into ours.
func FromFiber(err error) error {
	e, ok := err.(*fiber.Error)
	if !ok {
		return err
	}
	switch e.Code {
	case fiber.StatusNotFound:
		return fault.New(fault.NotFound, "There is no such page or call here. See /docs for what there is.")
	case fiber.StatusMethodNotAllowed:
		return fault.New(fault.BadMethod, "This address does not answer to that method. See /openapi.json.")
	case fiber.StatusRequestEntityTooLarge:
		return fault.New(fault.TooLarge, "The body is too large.")
	case fiber.StatusRequestHeaderFieldsTooLarge:
		return fault.New(fault.TooLarge, "The headers are too large.")
	case fiber.StatusRequestTimeout:
		return fault.New(fault.Malformed, "The request came in too slowly.")
	}
	if e.Code >= 400 && e.Code < 500 {
		return fault.Wrap(err, fault.Malformed, "The request could not be read.")
	}
	return err
}
