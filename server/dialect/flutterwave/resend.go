package flutterwave

import (
	"time"

	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/webhook"
)

// FormName is what an endpoint's form is called that is told in this dialect.
const FormName = "flutterwave"

// resendHook sends again what was told of a transaction, to every endpoint of the merchant's
// that is told in this dialect.
func (a *API) resendHook(call call) error {
	v, err := a.transaction(call)
	if err != nil {
		return err
	}
	if v.Paid == nil {
		return noTransaction
	}
	endpoints, err := a.Webhooks.Store.ListEndpoints(call, call.Merchant())
	if err != nil {
		return err
	}
	about, sent := webhook.Choice{Object: v.Payment, From: v.Paid.CreatedAt, To: v.Paid.UpdatedAt.Add(time.Millisecond)}, 0
	for _, to := range endpoints {
		if to.Form != FormName || !to.DisabledAt.IsZero() {
			continue
		}
		n, err := a.Webhooks.Replay(call, call.Merchant(), to.ID, about, call.Actor())
		if err != nil {
			return err
		}
		sent += n
	}
	if sent == 0 {
		return fault.New(fault.Conflict, "There is nothing to send again. Register a webhook endpoint with the form %s, and wait until the transaction has ended.", FormName)
	}
	return call.answer("hook sent", nil)
}
