// Package flutterwave is the gateway to Flutterwave: a merchant's account there, by version
// 3 of its API.
//
// A card that a shopper typed goes to /v3/charges, encrypted as Flutterwave wants it; one
// from the vault, which has no CVV, to /v3/tokenized-charges by the token that Flutterwave
// gave with its first charge. That token is tied to the address of that charge, so the two
// are kept together as the card's name.
//
// An error in its envelope may come from the issuer as well as from a check of the request,
// so what became of the charge is then looked up.
//
// The public documentation shows no preauthorization that waits for its capture. Read here:
// it is successful, its charge_type is preauth, and amount_settled is above zero once it
// was captured, as charged_amount.
//
// Refused here: a PIN or an address for its older ways of authentication, which declines
// such a card as one that needs authentication; validating a card without charging it.
package flutterwave

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/paywicket/paywicket/internal/processor"
)

// API is where Flutterwave is.
const API = "https://api.flutterwave.com"

// maxAnswer is how long an answer may be, in bytes: a page of a list is the longest.
const maxAnswer = 1 << 20

// Gateway is an account at Flutterwave. New makes one.
type Gateway struct {
	key     string // secret
	base    string
	client  *http.Client
	origins []string
}

var _ processor.Gateway = (*Gateway)(nil)

// New makes a gateway with a secret key such as FLWSECK-…-X. base is API, or another host
// that speaks the same. The client's transport is shared with its other users.
func New(key, base string, client *http.Client) (*Gateway, error) {
	if !strings.HasPrefix(key, "FLWSECK") || len(bareKey(key)) < keyPart {
		return nil, errors.New("flutterwave: give the account's secret key, which begins with FLWSECK")
	}
	u, err := url.Parse(base)
	if err != nil || u.Host == "" || client == nil {
		return nil, errors.New("flutterwave: the URL must be like https://api.flutterwave.com, and there must be an HTTP client")
	}
	own := *client
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	g := &Gateway{key: key, base: strings.TrimRight(base, "/"), client: &own, origins: []string{u.Scheme + "://" + u.Host}}
	if g.base == API {
		g.origins = []string{"https://auth.coreflutterwaveprod.com", "https://api.flutterwave.com", "https://api.ravepay.co"}
	}
	return g, nil
}

// Name is "flutterwave".
func (g *Gateway) Name() string { return "flutterwave" }

// ChallengeOrigins are those of Flutterwave's own pages, which lead to the issuer's.
func (g *Gateway) ChallengeOrigins() []string { return g.origins }

// Abilities is what every account can do; preauthorization is granted on request.
func (g *Gateway) Abilities() processor.Abilities {
	return processor.Abilities{
		Lookup: true, List: true, ManualCapture: true, PartialCapture: true, Void: true, Refund: true, PartialRefund: true,
		Challenge: true, MerchantInitiated: true, NeedsEmail: true,
	}
}

// Lookup asks what became of an authorization.
func (g *Gateway) Lookup(ctx context.Context, of processor.Original) (processor.Outcome, error) {
	charge, err := g.find(ctx, of)
	if err != nil || charge == nil {
		return processor.Outcome{State: processor.NotFound}, err
	}
	return charge.outcome(), nil
}

// CancelChallenge gives the authorization as it is: Flutterwave has no way to end one that
// waits for the shopper.
func (g *Gateway) CancelChallenge(ctx context.Context, of processor.Original) (processor.Outcome, error) {
	return g.Lookup(ctx, of)
}

// find gives the transaction of an authorization, nil when there is none.
func (g *Gateway) find(ctx context.Context, of processor.Original) (*transaction, error) {
	said, err := ask[*transaction](ctx, g, http.MethodGet, "/v3/transactions/verify_by_reference?tx_ref="+url.QueryEscape(of.Reference), nil)
	switch {
	case err != nil:
		return nil, err
	case said.unknownTransaction():
		return nil, nil
	case !said.good() || said.Data == nil:
		return nil, said.failure()
	}
	return said.Data, nil
}
