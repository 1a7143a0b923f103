package flutterwave

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/gofiber/fiber/v2"

	"github.com/paywicket/paywicket/internal/bulk"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/processor"
	"github.com/paywicket/paywicket/server/wire"
)

// amountRequest is the body of a capture or refund.
type amountRequest struct {
	Amount *string `json:"amount"` // major units, exactly as it is written; nil for all there is
}

// modified is a charge after a modification.
type modified struct {
	view bulk.View
	own  payment.Modification // that was asked for; others may have come after it
}

// modify asks for a modification of a transaction, of an amount that the body names or all
// there is. Errors: noTransaction, faults on amount, and those of payment.Service.Modify; one
// that the processor refuses is fault.Conflict.
func (a *API) modify(call call, v bulk.View, kind processor.ModificationKind) (modified, error) {
	var in amountRequest
	if len(call.fiber.Request().Body()) > 0 {
		body, err := call.read(&in)
		if err == nil {
			err = singleAmount(body)
		}
		if err != nil {
			return modified{}, err
		}
	}
	amount := int64(0)
	if in.Amount != nil && kind != processor.Void {
		given, err := readAmount(*in.Amount, v.Amount.Currency)
		if err != nil {
			return modified{}, err
		}
		amount = given.Minor
	}
	if v.Paid == nil {
		return modified{}, noTransaction
	}
	ctx := id.WithSeed(call, []byte(id.Random()))
	name, _ := id.In(ctx, id.Modification)
	p, err := a.Payments.Modify(ctx, call.Merchant(), v.Payment, kind, amount, false, call.Actor())
	if err != nil {
		return modified{}, err
	}
	at := slices.IndexFunc(p.Modifications, func(m payment.Modification) bool { return m.ID == name })
	if at < 0 {
		return modified{}, fmt.Errorf("flutterwave: modification %s of %s is not there", name, v.Payment)
	}
	out := modified{bulk.View{Transaction: v.Transaction, Paid: &p}, p.Modifications[at]}
	if out.own.State == payment.Refused {
		return out, fault.New(fault.Conflict, "The processor refused it.")
	}
	return out, nil
}

// singleAmount refuses an amount that is an object or a list. The loose reader passes over
// what has another shape, and here that would stand for all there is.
func singleAmount(body []byte) error {
	var object struct {
		Amount map[string]string `json:"amount"`
	}
	var list struct {
		Amount []struct{} `json:"amount"`
	}
	if err := errors.Join(wire.DecodeLoosely(body, &object), wire.DecodeLoosely(body, &list)); err != nil || object.Amount != nil || list.Amount != nil {
		return fault.Field("amount", "Give the amount as one number in major units, or leave it out for all there is.")
	}
	return nil
}

// told is a message, or that the processor has not answered yet.
func (m modified) told(message string) string {
	if m.own.State == payment.Succeeded {
		return message
	}
	return message + ": pending"
}

// preauthorized finds the charge whose flw_ref the path has, which must wait for its capture
// or have had it. Errors: noTransaction, and a fault in Flutterwave's words.
func (a *API) preauthorized(call call) (bulk.View, error) {
	name, err := paymentOf(call.Param("reference"))
	if err != nil {
		return bulk.View{}, err
	}
	v, err := found(a.Bulk.FindOf(call, call.Merchant(), name))
	if err == nil && v.Paid != nil && v.Paid.Terms.Capture != payment.Manual {
		err = fault.New(fault.Conflict, reasonPreauth)
	}
	return v, err
}

// capture takes the money of a preauthorized charge.
func (a *API) capture(call call) error {
	return a.modifyPreauthorized(call, processor.Capture, "Charge captured")
}

// void releases a preauthorized charge.
func (a *API) void(call call) error {
	return a.modifyPreauthorized(call, processor.Void, "Charge voided")
}

func (a *API) modifyPreauthorized(call call, kind processor.ModificationKind, message string) error {
	v, err := a.preauthorized(call)
	if err != nil {
		return err
	}
	done, err := a.modify(call, v, kind)
	if err != nil {
		return err
	}
	out, err := a.show(call, done.view)
	if err != nil {
		return err
	}
	return call.answer(done.told(message), out)
}

// refundPreauthorized gives back some of a captured charge. Its answer stands in no
// envelope: that is how Flutterwave has it.
func (a *API) refundPreauthorized(call call) error {
	v, err := a.preauthorized(call)
	if err != nil {
		return err
	}
	done, err := a.modify(call, v, processor.Refund)
	if err != nil {
		return err
	}
	out, err := a.show(call, done.view)
	if err != nil {
		return err
	}
	return wire.Answer(call.fiber, fiber.StatusOK, out)
}

// refund is one as Flutterwave shows it.
type refund struct {
	ID             int64       `json:"id"`
	AccountID      int64       `json:"account_id"`
	Transaction    int64       `json:"tx_id"`
	OwnReference   string      `json:"flw_ref"`
	WalletID       int64       `json:"wallet_id"`
	AmountRefunded json.Number `json:"amount_refunded"`
	Status         string      `json:"status"` // completed, pending or failed
	Destination    string      `json:"destination"`
	Meta           refundMeta  `json:"meta"`
	CreatedAt      string      `json:"created_at"`
}

// refundMeta says where the money of a refund comes from.
type refundMeta struct {
	Source string `json:"source"`
}

// newRefund is a refund of a transaction as it is shown.
func newRefund(v bulk.View, m payment.Modification) refund {
	account := accountID(v.Merchant)
	return refund{
		ID: bulk.NumberOf(m.ID, 0), AccountID: account, Transaction: v.Number, OwnReference: ownReference(v.Payment), WalletID: account,
		AmountRefunded: number(m.Amount, v.Amount.Currency), Status: modificationStatus(m), Destination: "payment_source", Meta: refundMeta{"availablebalance"},
		CreatedAt: moment(m.CreatedAt),
	}
}

// modificationStatus is the status of a modification in Flutterwave's words. One that the
// processor has not answered yet is neither: who asks again is told.
func modificationStatus(m payment.Modification) string {
	switch m.State {
	case payment.Succeeded:
		return "completed"
	case payment.Refused:
		return "failed"
	}
	return "pending"
}

// refundTransaction gives back some of a transaction, or all that is left.
func (a *API) refundTransaction(call call) error {
	v, err := a.transaction(call)
	if err != nil {
		return err
	}
	done, err := a.modify(call, v, processor.Refund)
	if err != nil {
		return err
	}
	return call.answer("Transaction refund initiated", newRefund(done.view, done.own))
}

// listRefunds gives a page of the newest refunds.
func (a *API) listRefunds(call call) error {
	f, err := call.filter()
	if err != nil {
		return err
	}
	found, total, err := a.Bulk.Refunds(call, call.Merchant(), bulk.RefundFilter{From: f.From, Until: f.Until, Currency: f.Currency, Page: f.Page, Size: f.Size})
	if err != nil {
		return err
	}
	out := make([]refund, len(found))
	for i, one := range found {
		out[i] = newRefund(one.View, one.Refund)
	}
	return call.answerPage("Refunds fetched", out, total, f.Page, f.Size)
}
