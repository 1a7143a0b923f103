package stripe

import (
	"context"
	"errors"
	"fmt"

	stripego "github.com/stripe/stripe-go/v84"

	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/processor"
	"github.com/paywicket/paywicket/internal/processor/exchange"
)

// Modify asks for a capture, void or refund.
func (g *Gateway) Modify(ctx context.Context, m processor.Modification) (processor.Outcome, error) {
	intent, err := g.find(ctx, m.Original)
	if err != nil {
		return processor.Outcome{}, fmt.Errorf("stripe: not sent: %w", quietly(err))
	}
	if intent == nil {
		return processor.Outcome{}, errors.New("stripe: not sent: there is no such PaymentIntent")
	}
	amount := stripego.Int64(toStripe(m.Amount))
	switch m.Kind {
	case processor.Capture:
		params := &stripego.PaymentIntentCaptureParams{AmountToCapture: amount}
		params.SetIdempotencyKey(m.Reference)
		_, err = g.library.V1PaymentIntents.Capture(ctx, intent.ID, params)
	case processor.Void:
		if o := outcomeOf(intent); o.State == processor.Approved && o.Voided && o.Captured == 0 {
			return done(m, intent.ID), nil
		}
		params := &stripego.PaymentIntentCancelParams{}
		params.SetIdempotencyKey(m.Reference)
		_, err = g.library.V1PaymentIntents.Cancel(ctx, intent.ID, params)
	case processor.Refund:
		params := &stripego.RefundCreateParams{PaymentIntent: &intent.ID, Amount: amount, Metadata: map[string]string{referenceField: m.Reference}}
		params.SetIdempotencyKey(m.Reference)
		var refund *stripego.Refund
		if refund, err = g.library.V1Refunds.Create(ctx, params); err == nil {
			return refunded(m, refund), nil
		}
	}
	if refused(err) {
		o := done(m, intent.ID)
		o.State, o.DeclineCode = processor.Declined, processor.NotPermitted
		return o, nil
	}
	if err != nil {
		return exchange.Unknown(quietly(err)), nil
	}
	return done(m, intent.ID), nil
}

// LookupModification asks what became of a capture, void or refund. A capture and a void
// have no name of their own at Stripe: whether they were done stands in the PaymentIntent.
// One that was refused is not found, and asked for again under the same reference it is
// refused again.
func (g *Gateway) LookupModification(ctx context.Context, m processor.Modification) (processor.Outcome, error) {
	intent, err := g.find(ctx, m.Original)
	if err != nil {
		return processor.Outcome{}, quietly(err)
	}
	if intent == nil {
		return processor.Outcome{State: processor.NotFound}, nil
	}
	if m.Kind == processor.Refund {
		return g.findRefund(ctx, intent.ID, m)
	}
	o := outcomeOf(intent)
	if o.State == processor.Approved && (m.Kind == processor.Capture && o.Captured == m.Amount.Minor || m.Kind == processor.Void && o.Voided && o.Captured == 0) {
		return done(m, intent.ID), nil
	}
	return processor.Outcome{State: processor.NotFound}, nil
}

func (g *Gateway) findRefund(ctx context.Context, intent string, m processor.Modification) (processor.Outcome, error) {
	params := &stripego.RefundListParams{PaymentIntent: &intent}
	params.Limit = stripego.Int64(100)
	for refund, err := range g.library.V1Refunds.List(ctx, params) {
		if err != nil {
			return processor.Outcome{}, quietly(err)
		}
		if refund.Metadata[referenceField] == m.Reference {
			return refunded(m, refund), nil
		}
	}
	return processor.Outcome{State: processor.NotFound}, nil
}

// done is a modification that was done as asked for: the PaymentIntent says so.
func done(m processor.Modification, id string) processor.Outcome {
	return processor.Outcome{State: processor.Approved, ProcessorID: id, Reference: m.Reference, Amount: m.Amount}
}

// refunded reads a refund.
func refunded(m processor.Modification, r *stripego.Refund) processor.Outcome {
	o := processor.Outcome{
		State: processor.Approved, ProcessorID: r.ID, Reference: r.Metadata[referenceField],
		Amount: money.Amount{Minor: fromStripe(r.Amount, m.Amount.Currency), Currency: m.Amount.Currency},
	}
	switch r.Status {
	case stripego.RefundStatusFailed, stripego.RefundStatusCanceled:
		o.State, o.DeclineCode = processor.Declined, processor.ProcessingError
	case stripego.RefundStatusRequiresAction:
		return exchange.Unknown(errors.New("stripe: the refund wants an action"))
	}
	return o
}

// refused tells whether Stripe clearly did not do what it was asked.
func refused(err error) bool {
	e, ok := errors.AsType[*stripego.Error](err)
	return ok && exchange.Refused(e.HTTPStatusCode)
}

// quietly says why no answer came, without what Stripe quotes of the question.
func quietly(err error) error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*stripego.Error](err); ok {
		return fmt.Errorf("stripe: answered with HTTP status %d, %s %s", e.HTTPStatusCode, e.Type, e.Code)
	}
	return exchange.Quietly(err)
}
