package flutterwave

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/paywicket/paywicket/internal/bulk"
	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/processor"
	"github.com/paywicket/paywicket/internal/webhook"
)

// Form is how Flutterwave tells of charges and refunds: the charge as the API shows it, and
// the merchant's secret hash, verbatim, in a header. The endpoint's secret is that hash, and
// of two the newer one's. It proves less than a signature would: whoever reads one delivery
// can write others, so receivers are to verify the transaction before they believe it.
//
// A payment that no transaction stands for, such as one of the checkout, is told of too; its
// number is none that can be verified, and its tx_ref is the payment's reference.
type Form struct{ API *API }

var _ webhook.Form = Form{}

// verifHash is the header that carries the secret hash, in Flutterwave's letters.
const verifHash = "verif-hash"

// The names of the events.
const (
	chargeCompleted = "charge.completed"
	refundCompleted = "refund.completed"
)

// told are the events that Flutterwave has words for, with the status that each gives. A
// charge that failed is completed too. A capture of a preauthorized charge is told as the
// charge's completion once more, with what was charged.
var told = []struct {
	kind   event.Type
	name   string
	status string
}{
	{event.PaymentAuthorized, chargeCompleted, string(bulk.Successful)},
	{event.PaymentCaptured, chargeCompleted, string(bulk.Successful)},
	{event.PaymentDeclined, chargeCompleted, string(bulk.Failed)},
	{event.PaymentFailed, chargeCompleted, string(bulk.Failed)},
	{event.PaymentRefunded, refundCompleted, "completed"},
	{event.PaymentRefundFailed, refundCompleted, "failed"},
}

// notice is the body.
type notice struct {
	Event string `json:"event"`
	Data  any    `json:"data"`
}

// Types are the events that Flutterwave has names for.
func (Form) Types() []event.Type {
	types := make([]event.Type, len(told))
	for i, one := range told {
		types[i] = one.kind
	}
	return types
}

// Write gives the notice of a payment's event. It is an error when the event is none of
// Types, or its payment cannot be read.
func (f Form) Write(ctx context.Context, m webhook.Message) ([]byte, http.Header, error) {
	if len(m.Secrets) == 0 {
		return nil, nil, errors.New("flutterwave: there is no secret hash to send")
	}
	out, err := f.notice(ctx, m.Event)
	if err != nil {
		return nil, nil, err
	}
	body, err := json.Marshal(out)
	return body, http.Header{"Content-Type": {"application/json"}, verifHash: {string(m.Secrets[0])}}, err
}

func (f Form) notice(ctx context.Context, e event.Event) (notice, error) {
	name, status := "", ""
	for _, one := range told {
		if one.kind == e.Type {
			name, status = one.name, one.status
		}
	}
	if name == "" {
		return notice{}, fmt.Errorf("flutterwave: there is no word for %s", e.Type)
	}
	v, err := f.API.ofPayment(ctx, e.Merchant, e.Object)
	if err != nil {
		return notice{}, fmt.Errorf("flutterwave: event %s: %w", e.ID, err)
	}
	var then event.Payment
	if err := json.Unmarshal(e.Data, &then); err != nil {
		return notice{}, fmt.Errorf("flutterwave: event %s is not about a payment: %w", e.ID, err)
	}
	if name == refundCompleted {
		out, ok := refundThen(v, then, e.Type == event.PaymentRefunded)
		if !ok {
			return notice{}, fmt.Errorf("flutterwave: event %s tells of no refund", e.ID)
		}
		out.Status = status
		return notice{name, out}, nil
	}
	out, err := f.API.show(ctx, v)
	out.Status = status // what it became since, other events tell
	return notice{name, out}, err
}

// refundThen is the refund that an event tells of: of those that had succeeded or failed
// then, the one to which it had happened last.
func refundThen(v bulk.View, then event.Payment, succeeded bool) (refund, bool) {
	status := "failed"
	if succeeded {
		status = "succeeded"
	}
	var last event.Modification
	for _, m := range then.Modifications {
		if m.Kind == string(processor.Refund) && m.Status == status && (last.ID == "" || m.UpdatedAt.After(last.UpdatedAt)) {
			last = m
		}
	}
	for _, m := range v.Paid.Modifications {
		if m.ID == last.ID {
			return newRefund(v, m), true
		}
	}
	return refund{}, false
}

// ofPayment gives the transaction of a payment; one that is in no other way a transaction is
// as if this dialect had charged it. Errors: fault.NotFound.
func (a *API) ofPayment(ctx context.Context, merchant, name string) (bulk.View, error) {
	v, err := a.Bulk.FindOf(ctx, merchant, name)
	if err == nil && v.Paid == nil {
		return v, noTransaction
	}
	if err == nil || fault.CodeOf(err) != fault.NotFound {
		return v, err
	}
	p, err := a.Payments.Find(ctx, merchant, name)
	if err != nil {
		return bulk.View{}, err
	}
	return bulk.View{Transaction: asTransaction(p), Paid: &p}, nil
}

// asTransaction is a payment as a transaction that is not kept.
func asTransaction(p payment.Payment) bulk.Transaction {
	return bulk.Transaction{
		Merchant: p.Merchant, Number: bulk.NumberOf(p.ID, 0), Payment: p.ID, Reference: p.Reference, Amount: p.Amount,
		Email: p.Terms.Payer.Email, Detail: json.RawMessage(`{}`), CreatedAt: p.CreatedAt,
	}
}
