// Package sandbox is the gateway to the sandbox processor: its HTTP client. The
// processor itself is server/sandbox.
//
// The body that carries the card is one slice of bytes, never text, and wiped when
// the call is over. Connections are kept alive: each new one would leave a write
// buffer with a card in it behind.
package sandbox

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/paywicket/paywicket/internal/processor"
	"github.com/paywicket/paywicket/internal/processor/exchange"
)

// Gateway is an account at a sandbox processor. New makes one.
type Gateway struct {
	BaseURL string       // where the processor is, as this machine reaches it
	Client  *http.Client // follows no redirect
	// ChallengeBase is where browsers reach the issuer's page, if that is not
	// BaseURL: the processor's own PublicURL.
	ChallengeBase string
	// Label is its name where there is more than one sandbox; "sandbox" when empty.
	Label string
}

var (
	_ processor.Gateway = (*Gateway)(nil)
	_ processor.Coded   = (*Gateway)(nil)
)

// New makes a gateway to the processor at a URL such as http://127.0.0.1:8090. The
// client's transport is shared with its other users; its redirects and cookies are
// not.
func New(baseURL string, client *http.Client) (*Gateway, error) {
	u, err := url.Parse(baseURL)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || (u.Scheme != "http" && u.Scheme != "https") {
		return nil, errors.New("sandbox: the processor's URL must be like http://127.0.0.1:8090, without user, query and fragment")
	}
	if client == nil {
		return nil, errors.New("sandbox: the gateway needs an HTTP client")
	}
	own := *client
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	own.Jar = nil
	return &Gateway{BaseURL: strings.TrimRight(u.String(), "/"), Client: &own}, nil
}

// Name is "sandbox", or its label.
func (g *Gateway) Name() string { return cmp.Or(g.Label, "sandbox") }

// ChallengeOrigins is the processor's own origin: it plays the issuer too.
func (g *Gateway) ChallengeOrigins() []string {
	base := g.ChallengeBase
	if base == "" {
		base = g.BaseURL
	}
	u, err := url.Parse(base)
	if err != nil || u.Host == "" {
		return nil
	}
	return []string{u.Scheme + "://" + u.Host}
}

// Abilities is all of them.
func (g *Gateway) Abilities() processor.Abilities {
	return processor.Abilities{
		Idempotent: true, Lookup: true, List: true, ManualCapture: true, PartialCapture: true, MultipleCaptures: true, Void: true,
		Refund: true, PartialRefund: true, ZeroAmount: true, Challenge: true, CancelChallenge: true, LookupModification: true, MerchantInitiated: true, Installments: true,
	}
}

// Authorize asks once.
func (g *Gateway) Authorize(ctx context.Context, ask processor.Request, card processor.Instrument) (processor.Outcome, error) {
	text, err := write(ask, card)
	if err != nil {
		return processor.Outcome{}, fmt.Errorf("sandbox: not sent: %w", err)
	}
	body := exchange.NewBody(text)
	defer body.Wipe()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, g.BaseURL+"/authorizations", body)
	if err != nil {
		return processor.Outcome{}, fmt.Errorf("sandbox: not sent: %w", err)
	}
	request.ContentLength = int64(body.Len())
	return send[authorization](g, request, ask.Reference)
}

// send makes a call that changes something, under its reference.
func send[T answered](g *Gateway, request *http.Request, reference string) (processor.Outcome, error) {
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Idempotency-Key", reference)
	response, outcome, err := exchange.Send(g.Client, request)
	if response == nil {
		return outcome, err
	}
	if outcome, err = read[T](response); err != nil {
		return exchange.Unknown(err), nil
	}
	return outcome, nil
}

// Lookup asks what became of a reference.
func (g *Gateway) Lookup(ctx context.Context, of processor.Original) (processor.Outcome, error) {
	return ask[authorization](ctx, g, http.MethodGet, place(of))
}

// CancelChallenge ends a pending challenge, and gives NotFound when the processor
// has never heard of the reference.
func (g *Gateway) CancelChallenge(ctx context.Context, of processor.Original) (processor.Outcome, error) {
	return ask[authorization](ctx, g, http.MethodPost, place(of)+"/cancel")
}

// place is where an authorization is.
func place(of processor.Original) string { return "/authorizations/" + url.PathEscape(of.Reference) }

// ask sends what carries no body.
func ask[T answered](ctx context.Context, g *Gateway, method, path string) (processor.Outcome, error) {
	request, err := http.NewRequestWithContext(ctx, method, g.BaseURL+path, nil)
	if err != nil {
		return processor.Outcome{}, fmt.Errorf("sandbox: not sent: %w", err)
	}
	response, err := g.Client.Do(request)
	if err != nil {
		return processor.Outcome{}, exchange.Quietly(err)
	}
	if response.StatusCode == http.StatusNotFound {
		return missing(response)
	}
	return read[T](response)
}
