package flutterwave

import (
	"github.com/paywicket/paywicket/internal/bulk"
	"github.com/paywicket/paywicket/internal/fault"
)

// validation is a code that the shopper was sent for a charge.
type validation struct {
	Code      string `json:"otp"`
	Reference string `json:"flw_ref"`
	Type      string `json:"type"` // card
}

// validateCharge passes the issuer's question with the code that the shopper was sent. One
// that is wrong leaves the charge pending.
func (a *API) validateCharge(call call) error {
	var in validation
	if _, err := call.read(&in); err != nil {
		return err
	}
	if in.Code == "" {
		return fault.Field("otp", "This field is required.")
	}
	if in.Reference == "" {
		return fault.Field("flw_ref", "This field is required.")
	}
	v, err := a.byOwnReference(call, in.Reference)
	if err != nil {
		return err
	}
	p, err := a.Payments.AnswerChallenge(call, *v.Paid, in.Code, call.Actor())
	if err != nil {
		return err
	}
	v.Paid = &p
	if v.Status() == bulk.Failed {
		return fault.New(fault.Conflict, "%s", responseOf(&p))
	}
	data, err := a.show(call, v)
	if err != nil {
		return err
	}
	if v.Status() == bulk.Pending {
		return call.answer("Charge initiated", data)
	}
	return call.answer("Charge validated", data)
}

// byOwnReference gives the transaction of a flw_ref that was charged. Errors: noTransaction.
func (a *API) byOwnReference(call call, reference string) (bulk.View, error) {
	name, err := paymentOf(reference)
	if err != nil {
		return bulk.View{}, err
	}
	v, err := found(a.Bulk.FindOf(call, call.Merchant(), name))
	if err == nil && v.Paid == nil {
		err = noTransaction
	}
	return v, err
}
