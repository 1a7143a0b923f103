package flexcharge

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/gofiber/fiber/v2"

	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/idempotency"
	"github.com/paywicket/paywicket/server/wire"
)

// scope keeps this dialect's keys apart from those of others.
const scope = "flexcharge"

// made is an answer, and the payment that it is about.
type made struct {
	body    any
	payment string
}

// once does a request once for its key, and answers it with 200: the same request again
// gets the same bytes. request is what is compared of two, without a CVV; it is cleared.
// do is given a context in which what it makes has the names that the key stands for.
func (a *API) once(call call, key string, request []byte, do func(context.Context) (made, error)) error {
	run, before, err := a.Once.Begin(call, idempotency.Name{Merchant: call.Merchant(), Scope: scope, Key: key}, request)
	clear(request)
	if err != nil {
		return keyRefused(err)
	}
	if before != nil {
		return answer(call, before.Body)
	}
	given, body := idempotency.Answer{}, []byte(nil)
	out, err := do(run.Context(call))
	if err == nil {
		body, err = json.Marshal(out.body)
	}
	if err == nil {
		given = idempotency.Answer{Status: fiber.StatusOK, Body: body, Payment: out.payment}
	} else {
		given.Status, _ = refusal(err, nil)
	}
	if kept := run.End(call, given); kept != nil {
		// It was done. Who sends it again finds what it made.
		a.Log.Error("an answer could not be kept under its idempotencyKey", "request", wire.RequestID(call.fiber), "error", kept)
	}
	if err != nil {
		return err
	}
	return answer(call, body)
}

// answer writes JSON that is written already.
func answer(call call, body []byte) error {
	call.fiber.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
	return call.fiber.Status(fiber.StatusOK).Send(body)
}

// keyRefused says in FlexCharge's words why a key cannot be used. One that is still in use
// stays a conflict: the documentation has HTTP status 409 for that.
func keyRefused(err error) error {
	f, ok := errors.AsType[*fault.Error](err)
	switch {
	case !ok:
		return err
	case f.Code == fault.Conflict && f.Retry:
		return fault.Wrap(err, fault.Conflict, "A request with this idempotencyKey is still in progress. Send it again in a moment.")
	case f.Code == fault.Conflict:
		return problems{{"IdempotencyKey", "This idempotencyKey was used for another request. Use a new one for each; repeat it only with the same body."}}
	case f.Field != "":
		return problems{{"IdempotencyKey", f.Message}}
	}
	return err
}
