// Package stripe is the gateway to Stripe: a merchant's account there, by PaymentIntents.
//
// A card is handed over first, as a PaymentMethod, and charged by a second call: so Stripe's
// specification has it. The first does not go through Stripe's own library, which would
// have the number as text: its body is one slice of bytes, wiped when the call is over.
// Everything else does. The account must be allowed to send card numbers to the API.
//
// Stripe does not look a PaymentIntent up by our reference at once: its search lags by a
// minute and more. What has no id here is found in the list of those made about then,
// which does not lag.
//
// Refused here: validating a card without charging it, and capturing in more than one
// part, which Stripe grants to few accounts.
package stripe

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	stripego "github.com/stripe/stripe-go/v84"

	"github.com/paywicket/paywicket/internal/processor"
)

// API is where Stripe is.
const API = "https://api.stripe.com"

// maxAnswer is how long an answer may be, in bytes.
const maxAnswer = 512 << 10

// Gateway is an account at Stripe. New makes one.
type Gateway struct {
	key     string // secret
	base    string
	client  *http.Client
	library *stripego.Client
	origins []string
}

var _ processor.Gateway = (*Gateway)(nil)

// New makes a gateway with a secret key such as sk_live_… base is API, or a test's peer.
// The client's transport is shared with its other users.
func New(key, base string, client *http.Client) (*Gateway, error) {
	if !strings.HasPrefix(key, "sk_") && !strings.HasPrefix(key, "rk_") {
		return nil, errors.New("stripe: give the account's secret key, which begins with sk_ or rk_")
	}
	u, err := url.Parse(base)
	if err != nil || u.Host == "" || client == nil {
		return nil, errors.New("stripe: the URL must be like https://api.stripe.com, and there must be an HTTP client")
	}
	own := *client
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	g := &Gateway{key: key, base: strings.TrimRight(base, "/"), client: &own, origins: []string{"https://hooks.stripe.com", "https://js.stripe.com"}}
	if g.base != API {
		g.origins = []string{u.Scheme + "://" + u.Host}
	}
	g.library = stripego.NewClient(key, stripego.WithBackends(stripego.NewBackendsWithConfig(&stripego.BackendConfig{
		URL: &g.base, HTTPClient: &own, LeveledLogger: &stripego.LeveledLogger{Level: stripego.LevelNull},
		MaxNetworkRetries: stripego.Int64(0), // what is asked again is for the payment to say
		EnableTelemetry:   stripego.Bool(false),
	})))
	return g, nil
}

// Name is "stripe".
func (g *Gateway) Name() string { return "stripe" }

// ChallengeOrigins are those of Stripe's own pages, which lead to the issuer's.
func (g *Gateway) ChallengeOrigins() []string { return g.origins }

// Abilities is what every account can do.
func (g *Gateway) Abilities() processor.Abilities {
	return processor.Abilities{
		Idempotent: true, Lookup: true, List: true, ManualCapture: true, PartialCapture: true, Void: true,
		Refund: true, PartialRefund: true, Challenge: true, CancelChallenge: true, LookupModification: true, MerchantInitiated: true,
	}
}

// Lookup asks what became of an authorization: by its id, or if that never came, among
// those made at the time.
func (g *Gateway) Lookup(ctx context.Context, of processor.Original) (processor.Outcome, error) {
	intent, err := g.find(ctx, of)
	if err != nil || intent == nil {
		return processor.Outcome{State: processor.NotFound}, quietly(err)
	}
	return outcomeOf(intent), nil
}

// How far from the time of an authorization its PaymentIntent may have been made, by
// Stripe's clock.
const (
	searchBefore = 2 * time.Minute
	searchAfter  = 10 * time.Minute
)

// find gives the PaymentIntent of an authorization, nil when there is none.
func (g *Gateway) find(ctx context.Context, of processor.Original) (*stripego.PaymentIntent, error) {
	if of.ProcessorID != "" {
		return g.library.V1PaymentIntents.Retrieve(ctx, of.ProcessorID, &stripego.PaymentIntentRetrieveParams{Expand: []*string{stripego.String("latest_charge")}})
	}
	for intent, err := range g.intents(ctx, of.At.Add(-searchBefore), of.At.Add(searchAfter)) {
		if err != nil || intent.Metadata[referenceField] == of.Reference {
			return intent, err
		}
	}
	return nil, nil
}

// intents goes through the PaymentIntents that were made in a span of time.
func (g *Gateway) intents(ctx context.Context, from, to time.Time) stripego.Seq2[*stripego.PaymentIntent, error] {
	params := &stripego.PaymentIntentListParams{
		CreatedRange: &stripego.RangeQueryParams{GreaterThanOrEqual: from.Unix(), LesserThan: to.Unix() + 1},
		Expand:       []*string{stripego.String("data.latest_charge")},
	}
	params.Limit = stripego.Int64(100)
	return g.library.V1PaymentIntents.List(ctx, params)
}

// CancelChallenge ends a pending challenge.
func (g *Gateway) CancelChallenge(ctx context.Context, of processor.Original) (processor.Outcome, error) {
	intent, err := g.find(ctx, of)
	if err != nil || intent == nil {
		return processor.Outcome{State: processor.NotFound}, quietly(err)
	}
	if intent.Status != stripego.PaymentIntentStatusRequiresAction {
		return outcomeOf(intent), nil
	}
	params := &stripego.PaymentIntentCancelParams{CancellationReason: stripego.String("abandoned"), Expand: []*string{stripego.String("latest_charge")}}
	if _, err := g.library.V1PaymentIntents.Cancel(ctx, intent.ID, params); err != nil && !refused(err) {
		return processor.Outcome{}, quietly(err)
	}
	// It may have been approved a moment before.
	of.ProcessorID = intent.ID
	return g.Lookup(ctx, of)
}

// List gives every authorization of a span of time.
func (g *Gateway) List(ctx context.Context, from, to time.Time, each func(processor.Listed) error) error {
	from = later(from, time.Unix(0, 0))
	for intent, err := range g.intents(ctx, from, to) {
		if err != nil {
			return quietly(err)
		}
		made := time.Unix(intent.Created, 0).UTC()
		if intent.Metadata[referenceField] == "" || made.Before(from) || !made.Before(to) {
			continue // somebody else's use of the account, or of another second
		}
		if err := each(processor.Listed{Outcome: outcomeOf(intent), At: made}); err != nil {
			return err
		}
	}
	return nil
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
