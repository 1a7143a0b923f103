package stripe

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	stripego "github.com/stripe/stripe-go/v84"

	"github.com/paywicket/paywicket/internal/card"
	"github.com/paywicket/paywicket/internal/processor"
	"github.com/paywicket/paywicket/internal/processor/exchange"
)

// Authorize asks once: it hands the card over, which charges nothing, and then charges it.
// As long as the first was not done, it is certain that nothing was charged.
func (g *Gateway) Authorize(ctx context.Context, ask processor.Request, c processor.Instrument) (processor.Outcome, error) {
	method, refusal, err := g.handOver(ctx, ask, c)
	if err != nil || method == "" {
		return refusal, err
	}
	ctx, connected := exchange.Traced(ctx)
	intent, err := g.library.V1PaymentIntents.Create(ctx, params(ask, method))
	if err == nil {
		return outcomeOf(intent), nil
	}
	if e, ok := errors.AsType[*stripego.Error](err); ok {
		return judged(e, ask), nil
	}
	if !connected() {
		return processor.Outcome{}, fmt.Errorf("stripe: not sent: %w", exchange.Quietly(err))
	}
	return exchange.Unknown(exchange.Quietly(err)), nil
}

// handOver makes a PaymentMethod of a card. When there is none, Stripe refused it, or err
// says why it is certain that nothing was charged.
func (g *Gateway) handOver(ctx context.Context, ask processor.Request, c processor.Instrument) (method string, refusal processor.Outcome, err error) {
	var none processor.Outcome
	body := exchange.NewBody(form(c, ask.Billing))
	defer body.Wipe()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, g.base+"/v1/payment_methods", body)
	if err != nil {
		return "", none, fmt.Errorf("stripe: not sent: %w", err)
	}
	request.ContentLength = int64(body.Len())
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Authorization", "Bearer "+g.key)
	request.Header.Set("Stripe-Version", stripego.APIVersion)
	request.Header.Set("Idempotency-Key", ask.Reference+"-card")
	response, unknown, err := exchange.Send(g.client, request)
	if response == nil {
		if err == nil {
			err = fmt.Errorf("stripe: nothing was charged: %s", unknown.Detail)
		}
		return "", none, err
	}
	text, err := exchange.Read(response, maxAnswer)
	if err != nil {
		return "", none, fmt.Errorf("stripe: nothing was charged: %w", err)
	}
	var said struct {
		ID    string
		Error *stripego.Error
	}
	if json.Unmarshal(text, &said) != nil || said.ID == "" && said.Error == nil {
		return "", none, fmt.Errorf("stripe: nothing was charged: %w", errJSON)
	}
	if said.Error == nil {
		return said.ID, none, nil
	}
	said.Error.HTTPStatusCode = response.StatusCode
	if o := judged(said.Error, ask); o.State == processor.Declined {
		return "", o, nil
	}
	return "", none, fmt.Errorf("stripe: nothing was charged: answered with HTTP status %d", response.StatusCode)
}

// networks are the schemes that Stripe lets be chosen and calls as we do
// (docs.stripe.com/api/payment_intents/create, payment_method_options.card.network).
var networks = []card.Brand{
	card.Visa, card.Mastercard, card.Amex, card.Discover, card.Diners, card.JCB, card.UnionPay, card.CartesBancaires, card.EftposAU,
}

// params is what is asked for, without the card.
func params(ask processor.Request, method string) *stripego.PaymentIntentCreateParams {
	p := &stripego.PaymentIntentCreateParams{
		Amount: stripego.Int64(toStripe(ask.Amount)), Currency: stripego.String(strings.ToLower(ask.Amount.Currency)),
		Confirm: stripego.Bool(true), CaptureMethod: stripego.String("manual"), PaymentMethod: &method,
		PaymentMethodTypes: []*string{stripego.String("card")}, Expand: []*string{stripego.String("latest_charge")},
		Metadata: map[string]string{referenceField: ask.Reference},
	}
	p.SetIdempotencyKey(ask.Reference)
	if ask.Capture {
		p.CaptureMethod = stripego.String("automatic")
	}
	if ask.Descriptor != "" {
		p.StatementDescriptorSuffix = &ask.Descriptor
	}
	network := ask.Network != "" && slices.Contains(networks, ask.Network)
	if ask.Authenticate || network {
		options := &stripego.PaymentIntentCreatePaymentMethodOptionsCardParams{}
		if ask.Authenticate {
			options.RequestThreeDSecure = stripego.String("any")
		}
		if network {
			options.Network = stripego.String(string(ask.Network))
		}
		p.PaymentMethodOptions = &stripego.PaymentIntentCreatePaymentMethodOptionsParams{Card: options}
	}
	if ask.Initiator != processor.Merchant {
		if ask.ReturnURL != "" {
			p.ReturnURL = &ask.ReturnURL
		}
		return p
	}
	// Stripe finds the agreement's first payment by the card itself; its public API takes
	// no scheme reference.
	p.OffSession = stripego.Bool(true)
	return p
}
