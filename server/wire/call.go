package wire

import (
	"context"
	"encoding/json"
	"log/slog"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/paywicket/paywicket/internal/merchant"
)

// The names under which a request carries what is known of it.
const (
	callerLocal  = "caller"
	requestLocal = "request"
)

// SetRequestID names a request.
func SetRequestID(c *fiber.Ctx, id string) { c.Locals(requestLocal, id) }

// RequestID is the name of a request, for the log and the caller alike.
func RequestID(c *fiber.Ctx) string {
	id, _ := c.Locals(requestLocal).(string)
	return id
}

// SetCaller records whose key a request carries.
func SetCaller(c *fiber.Ctx, credential merchant.Credential) { c.Locals(callerLocal, credential) }

// Call is one authenticated call of an API.
type Call struct {
	context.Context
	Caller merchant.Credential
	fiber  *fiber.Ctx
}

// CallOf gives the call that a request is. The caller was put there by package guard.
func CallOf(c *fiber.Ctx) Call {
	caller, _ := c.Locals(callerLocal).(merchant.Credential)
	return Call{c.UserContext(), caller, c}
}

// Merchant is the account on whose behalf the call is made.
func (c Call) Merchant() string { return c.Caller.Merchant }

// Actor names the caller in the audit trail.
func (c Call) Actor() string { return "key " + c.Caller.ID }

// Param gives a part of the path. It is a copy: fiber reuses its buffers, and 299
// of 300 strings it handed out had changed after the handler returned.
func (c Call) Param(name string) string { return strings.Clone(c.fiber.Params(name)) }

// Query gives a query parameter, copied.
func (c Call) Query(name string) string { return strings.Clone(c.fiber.Query(name)) }

// Empty is the request of a call that has no body, and the result of one that
// answers 204.
type Empty struct{}

// Handle makes a route of a function: it reads the body strictly into Req (unless
// that is Empty, or MayBeEmpty and is), calls, and answers status with the result as JSON or the error
// as a problem. A Req with a method MaxBody says itself how many bytes its body may have.
func Handle[Req, Res any](log *slog.Logger, status int, call func(Call, Req) (Res, error)) fiber.Handler {
	return func(c *fiber.Ctx) error {
		var request Req
		_, none := any(request).(Empty)
		_, mayBe := any(request).(interface{ MayBeEmpty() })
		limit := MaxBody
		if large, ok := any(request).(interface{ MaxBody() int }); ok {
			limit = large.MaxBody()
		}
		if !none && (!mayBe || len(c.Request().Body()) > 0) {
			body, err := Body(c, limit)
			if err == nil {
				err = Decode(body, &request)
			}
			if err != nil {
				return Fail(c, log, err)
			}
		}
		result, err := call(CallOf(c), request)
		if err != nil {
			return Fail(c, log, err)
		}
		if status == fiber.StatusNoContent {
			return c.SendStatus(status)
		}
		return Answer(c, status, result)
	}
}

// Answer writes a result as JSON.
func Answer(c *fiber.Ctx, status int, result any) error {
	body, err := json.Marshal(result)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
	return c.Status(status).Send(body)
}
