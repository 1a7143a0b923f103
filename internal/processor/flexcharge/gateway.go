// Package flexcharge is the gateway to FlexCharge: a merchant's account there. FlexCharge
// takes what another processor has declined and evaluates it: some of it is approved after
// all. It also keeps cards, and is given each at checkout; and it learns from copies of what
// was approved and declined.
//
// Its answers name no amount, so that of an outcome here is the one that was asked for. An
// order is found again by its key; one whose key never came, in the list of orders by our
// reference, which is the order's referenceNumber.
//
// A challenge of FlexCharge's has no page that could be shown here, so such an order is
// cancelled and counts as declined for want of authentication.
//
// Refused here: what nobody has declined yet; what needs the list of orders for
// reconciliation, which has no amounts.
package flexcharge

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/paywicket/paywicket/internal/processor"
	"github.com/paywicket/paywicket/internal/processor/exchange"
)

// Where FlexCharge is.
const (
	API     = "https://api.flex-charge.com"
	Sandbox = "https://api-sandbox.flex-charge.com"
)

// maxAnswer is how long an answer may be, in bytes: the list of orders is the longest.
const maxAnswer = 4 << 20

// Account is an account at FlexCharge.
type Account struct {
	AppKey, AppSecret string
	MID               string // the merchant's id there
	SiteID            string // which of its sites; empty to tell by the descriptor
	TokenizationKey   string // publishable, names the environment of its vault; empty for the account's
}

// Gateway is the gateway to an account. New makes one.
type Gateway struct {
	account Account
	base    string
	client  *http.Client
	now     func() time.Time

	turn    chan struct{} // who holds it may look at what is below
	access  string        // the token that calls carry
	expires time.Time
}

var (
	_ processor.Gateway = (*Gateway)(nil)
	_ processor.Vault   = (*Gateway)(nil)
	_ processor.Model   = (*Gateway)(nil)
)

// New makes a gateway. base is API, Sandbox, or another host that speaks the same. The
// client's transport is shared with its other users.
func New(account Account, base string, client *http.Client, now func() time.Time) (*Gateway, error) {
	if account.AppKey == "" || account.AppSecret == "" || account.MID == "" {
		return nil, errors.New("flexcharge: give the account's app key, app secret and merchant id (mid)")
	}
	u, err := url.Parse(base)
	if err != nil || u.Host == "" || client == nil {
		return nil, errors.New("flexcharge: the URL must be like https://api.flex-charge.com, and there must be an HTTP client")
	}
	own := *client
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Gateway{account: account, base: strings.TrimRight(base, "/"), client: &own, now: now, turn: make(chan struct{}, 1)}, nil
}

// Name is "flexcharge".
func (g *Gateway) Name() string { return "flexcharge" }

// ChallengeOrigins is none: see the package.
func (g *Gateway) ChallengeOrigins() []string { return nil }

// Abilities is what every account can do.
func (g *Gateway) Abilities() processor.Abilities {
	return processor.Abilities{
		Lookup: true, ManualCapture: true, Void: true, Refund: true, PartialRefund: true, MerchantInitiated: true, NeedsDecline: true,
	}
}

// Lookup asks what became of an order.
func (g *Gateway) Lookup(ctx context.Context, of processor.Original) (processor.Outcome, error) {
	key, err := g.key(ctx, of)
	if err != nil || key == "" {
		return processor.Outcome{State: processor.NotFound}, err
	}
	o, err := g.order(ctx, key)
	if err != nil || o == nil {
		return processor.Outcome{State: processor.NotFound}, err
	}
	outcome := processor.Outcome{ProcessorID: key, Reference: of.Reference, Amount: of.Amount}
	switch o.name() {
	case "COMPLETED":
		outcome.State, outcome.Captured = processor.Approved, of.Amount.Minor
		return outcome, nil
	case "RETURNED":
		outcome.State, outcome.Captured, outcome.Refunded = processor.Approved, of.Amount.Minor, of.Amount.Minor
		return outcome, nil
	case "CAPTUREREQUIRED":
		outcome.State = processor.Approved
		return outcome, nil
	}
	said, err := ask[evaluation](ctx, g, http.MethodPost, "/v1/outcome", map[string]string{"orderSessionKey": key})
	switch {
	case err != nil:
		return processor.Outcome{}, err
	case !said.good():
		return processor.Outcome{}, said.failure()
	case o.name() == "CANCELLED" && said.Body.ConfirmationID != "":
		outcome.State, outcome.Voided = processor.Approved, true // it had been approved before
		return outcome, nil
	}
	return said.Body.outcome(outcome), nil
}

// CancelChallenge gives the order as it is: a challenge is cancelled as soon as there is
// one.
func (g *Gateway) CancelChallenge(ctx context.Context, of processor.Original) (processor.Outcome, error) {
	return g.Lookup(ctx, of)
}

// List gives nothing: FlexCharge's list of orders has no amounts to compare.
func (g *Gateway) List(context.Context, time.Time, time.Time, func(processor.Listed) error) error {
	return errors.New("flexcharge: its orders cannot be compared")
}

// order is an order, in what matters here.
type order struct {
	ID              string
	ReferenceNumber string `json:"referenceNumber"`
	StatusName      string `json:"statusName"`
}

func (o *order) name() string { return strings.ToUpper(o.StatusName) }

// order gives an order by its key, nil when there is none.
func (g *Gateway) order(ctx context.Context, key string) (*order, error) {
	said, err := ask[order](ctx, g, http.MethodGet, "/v1/orders/"+url.PathEscape(key), nil)
	switch {
	case err != nil:
		return nil, err
	case said.status == http.StatusNotFound:
		return nil, nil
	case !said.good() || said.Body.StatusName == "":
		return nil, said.failure()
	}
	return &said.Body, nil
}

// key is the order of an authorization, empty when there is none.
func (g *Gateway) key(ctx context.Context, of processor.Original) (string, error) {
	if of.ProcessorID != "" {
		return of.ProcessorID, nil
	}
	said, err := ask[orders](ctx, g, http.MethodGet, "/v1/orders", nil)
	if err != nil {
		return "", err
	}
	if !said.good() {
		return "", said.failure()
	}
	for _, o := range said.Body.list {
		if o.ReferenceNumber == of.Reference {
			return o.ID, nil
		}
	}
	if said.Body.partial {
		return "", errors.New("flexcharge: the list of orders is not whole")
	}
	return "", nil
}

// done is a modification that was done as asked for.
func done(m processor.Modification, key string) processor.Outcome {
	return processor.Outcome{State: processor.Approved, ProcessorID: key, Reference: m.Reference, Amount: m.Amount}
}

// Modify asks for a capture, void or refund.
func (g *Gateway) Modify(ctx context.Context, m processor.Modification) (processor.Outcome, error) {
	key, err := g.key(ctx, m.Original)
	if err != nil || key == "" {
		return processor.Outcome{}, errors.Join(errors.New("flexcharge: not sent: the order was not found"), err)
	}
	var said *answer[evaluation]
	var outcome processor.Outcome
	at := "/v1/orders/" + url.PathEscape(key)
	switch m.Kind {
	case processor.Capture:
		said, outcome, err = sendJSON(ctx, g, "/v1/capture", map[string]any{
			"idempotencyKey": m.Reference, "orderId": key, "amount": m.Amount.Minor, "currency": m.Amount.Currency,
		})
	case processor.Void:
		var o *order
		if o, err = g.order(ctx, key); err != nil {
			return processor.Outcome{}, errors.Join(errors.New("flexcharge: not sent"), err)
		}
		if o != nil && o.name() == "CANCELLED" {
			return done(m, key), nil
		}
		said, outcome, err = sendJSON(ctx, g, at+"/cancel", map[string]any{})
	case processor.Refund:
		said, outcome, err = sendJSON(ctx, g, at+"/refund", map[string]any{"amountToRefund": number(m.Amount.Major())})
	}
	switch {
	case said == nil:
		return outcome, err
	case said.refused() || said.good() && said.Body.Success != nil && !*said.Body.Success:
		o := done(m, key)
		o.State, o.DeclineCode = processor.Declined, processor.NotPermitted
		return o, nil
	case said.good():
		return done(m, key), nil
	}
	return exchange.Unknown(said.failure()), nil
}

// LookupModification tells by the order's state. Of refunds it tells only when all of it
// was given back at once; otherwise what became of one is Unknown.
func (g *Gateway) LookupModification(ctx context.Context, m processor.Modification) (processor.Outcome, error) {
	key, err := g.key(ctx, m.Original)
	if err != nil || key == "" {
		return processor.Outcome{State: processor.NotFound}, err
	}
	o, err := g.order(ctx, key)
	if err != nil || o == nil {
		return processor.Outcome{State: processor.NotFound}, err
	}
	whole := m.Amount == m.Original.Amount
	switch state := o.name(); {
	case m.Kind == processor.Capture && state == "COMPLETED" && whole, m.Kind == processor.Void && state == "CANCELLED", m.Kind == processor.Refund && state == "RETURNED" && whole:
		return done(m, key), nil
	case m.Kind != processor.Refund && state == "CAPTUREREQUIRED":
		return processor.Outcome{State: processor.NotFound}, nil
	}
	return exchange.Unknown(errors.New("flexcharge: the order does not tell")), nil
}
