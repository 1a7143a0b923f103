package flutterwave

import (
	"cmp"

	"github.com/gofiber/fiber/v2"

	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/server/wire"
)

// appError is the answer to what is ours to mend.
type appError struct {
	ErrorID string `json:"error_id"` // to be quoted to whoever runs the server
	Message string `json:"message"`
	Code    string `json:"code"`
}

// statuses are the HTTP statuses of codes. What is not here is 400: Flutterwave has that for
// what is wrong with a request and for what a provider says alike.
var statuses = map[fault.Code]int{
	fault.Unauthenticated: fiber.StatusUnauthorized,
	fault.Forbidden:       fiber.StatusForbidden,
	fault.NotFound:        fiber.StatusNotFound,
	fault.TooLarge:        fiber.StatusRequestEntityTooLarge,
	fault.TooMany:         fiber.StatusTooManyRequests,
	fault.Unavailable:     fiber.StatusInternalServerError,
	fault.Internal:        fiber.StatusInternalServerError,
}

// statusOf gives the HTTP status of what an error stands for.
func statusOf(err error) int { return cmp.Or(statuses[fault.CodeOf(err)], fiber.StatusBadRequest) }

// spelled are the names that the rest of the house has for fields, in Flutterwave's spelling
// where they differ.
var spelled = map[string]string{
	"reference": "tx_ref", "metadata": "meta", "customer.name": "full_name", "customer.email": "email", "customer.phone": "phone_number",
	"number": "card_number", "exp_month": "expiry_month", "exp_year": "expiry_year", "return_url": "redirect_url", "splits": "subaccounts", "capture": "preauthorize", "Idempotency-Key": "tx_ref",
}

// spelling gives a field's name in Flutterwave's spelling.
func spelling(field string) string { return cmp.Or(spelled[field], field) }

// messageOf gives the text of a fault: the field first, unless the text is one that clients
// know as it is.
func messageOf(f *fault.Error) string {
	field := spelling(f.Field)
	if field == "" || known[f.Message] {
		return f.Message
	}
	return field + ": " + f.Message
}

// known are the messages of Flutterwave's that clients compare.
var known = map[string]bool{reasonToken: true, "Wrong token or email passed": true, reasonPreauth: true}

// fail answers with what an error stands for. What is ours to mend is logged with its
// cause; the caller sees none of it.
func (a *API) fail(c *fiber.Ctx, err error) error {
	f, status := fault.Of(err), statusOf(err)
	if status == fiber.StatusInternalServerError {
		a.Log.Error("request failed", "request", wire.RequestID(c), "route", c.Route().Path, "error", err)
		return wire.Answer(c, status, appError{wire.RequestID(c), "Application error. Please contact support", "app_error"})
	}
	if status == fiber.StatusUnauthorized {
		c.Set(fiber.HeaderWWWAuthenticate, "Bearer")
	}
	return wire.Answer(c, status, Envelope{failure, messageOf(f), nil})
}
