package stripe

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	stripego "github.com/stripe/stripe-go/v84"

	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/processor"
	"github.com/paywicket/paywicket/internal/processor/exchange"
)

// What is wrong with an answer. The answer itself is never repeated: it may well hold
// what was sent.
var errJSON = errors.New("stripe: the answer cannot be read")

// judged reads a refusal. One to do what was asked is clear; what Stripe calls a conflict,
// too many or its own fault is not.
func judged(e *stripego.Error, ask processor.Request) processor.Outcome {
	switch status := e.HTTPStatusCode; {
	case status == http.StatusPaymentRequired && e.PaymentIntent != nil && e.PaymentIntent.ID != "":
		return outcomeOf(e.PaymentIntent)
	case status == http.StatusConflict || status == http.StatusTooManyRequests || status < 400 || status >= 500:
		return exchange.Unknown(fmt.Errorf("stripe: answered with HTTP status %d", status))
	}
	o := processor.Outcome{
		State: processor.Declined, DeclineCode: processor.ProcessingError, Reference: ask.Reference, Amount: ask.Amount,
		Detail: fmt.Sprintf("stripe: refused with HTTP status %d", e.HTTPStatusCode),
	}
	if e.Type == stripego.ErrorTypeCard {
		o.DeclineCode = declineCode(e)
	}
	return o
}

// outcomeOf reads a PaymentIntent.
func outcomeOf(intent *stripego.PaymentIntent) processor.Outcome {
	currency := strings.ToUpper(string(intent.Currency))
	o := processor.Outcome{
		ProcessorID: intent.ID, Reference: intent.Metadata[referenceField],
		Amount: money.Amount{Minor: fromStripe(intent.Amount, currency), Currency: currency},
	}
	charge := intent.LatestCharge
	if intent.ID == "" {
		return exchange.Unknown(errJSON)
	}
	switch intent.Status {
	case stripego.PaymentIntentStatusRequiresCapture, stripego.PaymentIntentStatusSucceeded:
		o.State = processor.Approved
		o.Captured = fromStripe(intent.AmountReceived, currency)
		o.Voided = intent.Status == stripego.PaymentIntentStatusSucceeded && o.Captured < o.Amount.Minor
		describe(&o, charge, currency)
	case stripego.PaymentIntentStatusCanceled:
		if charge != nil && charge.Paid {
			o.State, o.Voided = processor.Approved, true
			break
		}
		o.State, o.DeclineCode = processor.Declined, processor.AuthenticationFailed
	case stripego.PaymentIntentStatusRequiresAction:
		o.State = processor.Challenge
		if next := intent.NextAction; next == nil || next.RedirectToURL == nil {
			return exchange.Unknown(errors.New("stripe: wants an action that is no page"))
		}
		o.ChallengeURL = intent.NextAction.RedirectToURL.URL
	case stripego.PaymentIntentStatusRequiresPaymentMethod:
		o.State, o.DeclineCode = processor.Declined, declineCode(intent.LastPaymentError)
	default:
		return exchange.Unknown(fmt.Errorf("stripe: is %s", intent.Status))
	}
	return o
}
