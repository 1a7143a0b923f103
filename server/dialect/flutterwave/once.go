package flutterwave

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"

	"github.com/gofiber/fiber/v2"

	"github.com/paywicket/paywicket/internal/bulk"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/idempotency"
	"github.com/paywicket/paywicket/server/wire"
)

// scope keeps this dialect's keys apart from those of others.
const scope = "flutterwave"

// made is an answer, and the payment that it is about.
type made struct {
	body    any
	payment string
}

// once does a request once for its tx_ref: the same request again gets the same bytes.
// request is what is compared of two, without a CVV; it is cleared. do is given a context in
// which what it makes has the names that the tx_ref stands for.
func (a *API) once(call call, reference string, request []byte, do func(context.Context) (made, error)) error {
	run, before, err := a.Once.Begin(call, idempotency.Name{Merchant: call.Merchant(), Scope: scope, Key: keyOf(reference)}, request)
	clear(request)
	if err != nil {
		return keyRefused(err)
	}
	if before != nil {
		return send(call, before.Body)
	}
	given, body := idempotency.Answer{}, []byte(nil)
	out, err := do(run.Context(call))
	if errors.Is(err, bulk.ErrTaken) {
		err = duplicate
	}
	if err == nil {
		body, err = json.Marshal(out.body)
	}
	if err == nil {
		given = idempotency.Answer{Status: fiber.StatusOK, Body: body, Payment: out.payment}
	} else {
		given.Status = statusOf(err)
	}
	if kept := run.End(call, given); kept != nil {
		// It was done. Who sends it again finds what it made.
		a.Log.Error("an answer could not be kept under its tx_ref", "request", wire.RequestID(call.fiber), "error", kept)
	}
	if err != nil {
		return err
	}
	return send(call, body)
}

// keyOf is a tx_ref as an idempotency key, which is printable ASCII: any other is hashed.
func keyOf(reference string) string {
	for i := range len(reference) {
		if reference[i] <= ' ' || reference[i] > '~' {
			sum := sha256.Sum256([]byte(reference))
			return "sha256:" + hex.EncodeToString(sum[:])
		}
	}
	return "=" + reference
}

// send writes an answer that is JSON already. A charge that was declined has been done, and
// is kept as such; its client is told by status 400.
func send(call call, body []byte) error {
	status := fiber.StatusOK
	if bytes.HasPrefix(body, []byte(`{"status":"`+failure+`"`)) {
		status = fiber.StatusBadRequest
	}
	call.fiber.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
	return call.fiber.Status(status).Send(body)
}

// keyRefused says in Flutterwave's words why a tx_ref cannot be used.
func keyRefused(err error) error {
	f, ok := errors.AsType[*fault.Error](err)
	switch {
	case !ok || f.Code != fault.Conflict:
		return err
	case f.Retry:
		return fault.Wrap(err, fault.Conflict, "A charge with this tx_ref is still in progress. Send it again in a moment.")
	}
	return duplicate
}

// duplicate is the refusal of a tx_ref that another charge has.
var duplicate = fault.New(fault.Conflict, "Duplicate tx_ref passed. Use a new one for each charge; repeat it only with the same body.")
