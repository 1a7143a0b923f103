package flexcharge

import (
	"context"
	"fmt"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/rescue"
	"github.com/paywicket/paywicket/server/wire"
)

// modified is the answer to a capture or refund.
type modified struct {
	ResponseCode    *string `json:"responseCode"`
	ResponseMessage *string `json:"responseMessage"`
	Envelope
}

// The statuses of a modification. One that the processor has not answered yet is neither:
// the order tells later.
const (
	wordSuccess    = "SUCCESS"
	wordFailed     = "FAILED"
	wordProcessing = "PROCESSING"
)

// codeRefused is FlexCharge's code of a modification that an order does not allow.
const codeRefused = "2001"

// refused tells why a modification was not made.
func refused(message string) modified {
	done := Envelope{
		Status: orNull(wordFailed), CustomProperties: map[string]string{},
		Errors: []failure{{Item1: message, Item2: codeRefused, Item3: codeRefused, Item4: true}},
	}
	return modified{ResponseCode: orNull(codeRefused), ResponseMessage: &message, Envelope: done}
}

// outcomeOf tells what came of an order's newest modification.
func outcomeOf(v rescue.View) modified {
	newest := payment.Modification{State: payment.Asked}
	if v.Paid != nil && len(v.Paid.Modifications) > 0 {
		newest = v.Paid.Modifications[len(v.Paid.Modifications)-1]
	}
	switch newest.State {
	case payment.Succeeded:
		return modified{Envelope: succeeded(orNull(wordSuccess))}
	case payment.Refused:
		return refused("The processor refused it.")
	}
	return modified{Envelope: succeeded(orNull(wordProcessing))}
}

// notAllowed tells whether an error says that an order does not allow a modification, or not
// of that amount.
func notAllowed(err error) bool {
	f := fault.Of(err)
	return f.Code == fault.Conflict || f.Code == fault.Invalid && f.Field == "amount"
}

// captureRequest is the body of capture.
type captureRequest struct {
	IdempotencyKey string `json:"idempotencyKey"`
	OrderID        string `json:"orderId"` // the orderSessionKey
	Amount         *int64 `json:"amount"`  // minor units
	Currency       string `json:"currency"`
}

// missing are all the fields that a capture lacks.
func (r captureRequest) missing() problems {
	var p problems
	if r.IdempotencyKey == "" {
		p.required("IdempotencyKey")
	}
	if r.OrderID == "" {
		p.required("OrderId")
	}
	if r.Amount == nil {
		p.required("Amount")
	} else if *r.Amount < 1 || *r.Amount > money.Max {
		p.invalid("Amount")
	}
	if r.Currency == "" {
		p.required("Currency")
	}
	return p
}

// capture captures an order.
func (a *API) capture(call call) error {
	var in captureRequest
	if err := read(call.fiber, &in); err != nil {
		return err
	}
	if err := in.missing().err(); err != nil {
		return err
	}
	order, err := orderID(in.OrderID)
	if err != nil {
		return err
	}
	amount := money.Amount{Minor: *in.Amount, Currency: strings.ToUpper(in.Currency)}
	compared := fmt.Appendf(nil, "capture %s %s", order, amount)
	return a.once(call, in.IdempotencyKey, compared, func(ctx context.Context) (made, error) {
		v, err := a.Rescues.Capture(ctx, call.Merchant(), order, amount, call.Actor())
		if err != nil && notAllowed(err) {
			return made{refused(fault.Of(err).Message), v.Payment}, nil
		}
		return made{outcomeOf(v), v.Payment}, err
	})
}

// cancel takes an order back. One that cannot be is refused with HTTP status 400, for who
// looks at no more than that must not take it for cancelled.
func (a *API) cancel(call call) error {
	order, err := orderID(call.Param("id"))
	if err != nil {
		return err
	}
	v, err := a.Rescues.Cancel(call, call.Merchant(), order, call.Actor())
	switch {
	case err != nil && notAllowed(err):
		return wire.Answer(call.fiber, fiber.StatusBadRequest, refused(fault.Of(err).Message))
	case err != nil:
		return err
	case v.Status() == rescue.StatusCaptureRequired:
		return wire.Answer(call.fiber, fiber.StatusBadRequest, refused("The processor has not released it. Ask for the order, and cancel it again."))
	}
	return wire.Answer(call.fiber, fiber.StatusOK, struct{}{})
}

// refundRequest is the body of refund.
type refundRequest struct {
	AmountToRefund string `json:"amountToRefund"` // major units, exactly as it is written
}

// refund gives back some of an order.
func (a *API) refund(call call) error {
	var in refundRequest
	if err := read(call.fiber, &in); err != nil {
		return err
	}
	if in.AmountToRefund == "" {
		var p problems
		p.required("AmountToRefund")
		return p
	}
	order, err := orderID(call.Param("id"))
	if err != nil {
		return err
	}
	v, err := a.Rescues.Find(call, call.Merchant(), order)
	if err != nil {
		return err
	}
	amount, err := money.ParseMajor(in.AmountToRefund, v.Amount.Currency)
	if err != nil || amount.Minor < 1 {
		return problems{{"AmountToRefund", fmt.Sprintf("The field AmountToRefund is invalid. Give a positive amount of %s in major units, such as 1.00.", v.Amount.Currency)}}
	}
	v, err = a.Rescues.Refund(call, call.Merchant(), order, amount.Minor, call.Actor())
	if err != nil && notAllowed(err) {
		return wire.Answer(call.fiber, fiber.StatusOK, refused(fault.Of(err).Message))
	}
	if err != nil {
		return err
	}
	return wire.Answer(call.fiber, fiber.StatusOK, outcomeOf(v))
}

// orderID reads the id of an order as this dialect gives it. One of another form is no
// order's: the answer is the same as to an unknown one.
func orderID(text string) (string, error) {
	name, err := id.ParseUUID(strings.ToLower(text))
	if err != nil {
		return "", fault.New(fault.NotFound, "There is nothing of that id here.")
	}
	return name.UUID(), nil
}
