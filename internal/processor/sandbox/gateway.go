// Package sandbox is the gateway to the sandbox processor: its HTTP client. The
// processor itself is server/sandbox.
//
// The body that carries the card is built as one slice of bytes, is never text,
// and is wiped when the transport is done with it. Connections are kept alive:
// each new one would leave a write buffer with a card in it behind.
package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"

	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/processor"
)

// maxAnswer is how much of an answer is read, in bytes.
const maxAnswer = 64 << 10

// Gateway is an account at a sandbox processor.
type Gateway struct {
	base   string
	client *http.Client
}

var _ processor.Gateway = (*Gateway)(nil)

// New makes a gateway to the processor at a URL. client must follow no redirects.
func New(baseURL string, client *http.Client) (*Gateway, error) {
	u, err := url.Parse(baseURL)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return nil, fmt.Errorf("sandbox: %q is not the URL of a processor; give one such as http://127.0.0.1:8090", baseURL)
	}
	return &Gateway{base: u.Scheme + "://" + u.Host, client: client}, nil
}

// Name is "sandbox".
func (g *Gateway) Name() string { return "sandbox" }

// ChallengeOrigins is the processor's own origin: it plays the issuer too.
func (g *Gateway) ChallengeOrigins() []string { return []string{g.base} }

// Authorize asks once. Before a connection stands nothing can have been sent, and
// that alone is an error; from then on no clear answer is Unknown.
func (g *Gateway) Authorize(ctx context.Context, ask processor.Request, card processor.Instrument) (processor.Outcome, error) {
	var connected atomic.Bool
	traced := httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected.Store(true) }})
	body := newBody(ask, card)
	defer body.wipe()
	request, err := http.NewRequestWithContext(traced, http.MethodPost, g.base+"/authorizations", nil)
	if err != nil {
		return processor.Outcome{}, fmt.Errorf("sandbox: %w", err)
	}
	// Without GetBody net/http cannot send the card a second time by itself.
	request.Body, request.ContentLength, request.GetBody = body, body.length, nil
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Idempotency-Key", ask.Reference)
	response, err := g.client.Do(request)
	if err != nil {
		if !connected.Load() {
			return processor.Outcome{}, fmt.Errorf("sandbox: not sent: %w", err)
		}
		return unknown("no answer: " + err.Error()), nil
	}
	outcome, err := read(response)
	if err != nil {
		return unknown(err.Error()), nil
	}
	return outcome, nil
}

// Lookup asks what became of a reference.
func (g *Gateway) Lookup(ctx context.Context, reference string) (processor.Outcome, error) {
	return g.ask(ctx, http.MethodGet, "/authorizations/"+url.PathEscape(reference))
}

// CancelChallenge ends a pending challenge.
func (g *Gateway) CancelChallenge(ctx context.Context, reference string) (processor.Outcome, error) {
	return g.ask(ctx, http.MethodPost, "/authorizations/"+url.PathEscape(reference)+"/cancel")
}

// ask sends what carries no card.
func (g *Gateway) ask(ctx context.Context, method, path string) (processor.Outcome, error) {
	request, err := http.NewRequestWithContext(ctx, method, g.base+path, nil)
	if err != nil {
		return processor.Outcome{}, fmt.Errorf("sandbox: %w", err)
	}
	response, err := g.client.Do(request)
	if err != nil {
		return processor.Outcome{}, fmt.Errorf("sandbox: no answer: %w", err)
	}
	if response.StatusCode == http.StatusNotFound {
		_ = response.Body.Close()
		return processor.Outcome{State: processor.NotFound}, nil
	}
	return read(response)
}

// authorization is the processor's answer.
type authorization struct {
	ID           string                `json:"id"`
	Reference    string                `json:"reference"`
	Status       processor.State       `json:"status"`
	Amount       int64                 `json:"amount"`
	Currency     string                `json:"currency"`
	DeclineCode  processor.DeclineCode `json:"decline_code"`
	NetworkCode  string                `json:"network_code"`
	ApprovalCode string                `json:"approval_code"`
	AVS          string                `json:"avs"`
	CVVResult    string                `json:"cvv_result"`
	ChallengeURL string                `json:"challenge_url"`
}

var errSense = errors.New("sandbox: the answer makes no sense")

// read takes in an answer. Whatever is not a whole, sensible one is an error.
func read(response *http.Response) (processor.Outcome, error) {
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	if err != nil {
		return processor.Outcome{}, fmt.Errorf("sandbox: the answer broke off: %w", err)
	}
	if response.StatusCode != http.StatusOK {
		return processor.Outcome{}, fmt.Errorf("sandbox: answered %s", response.Status)
	}
	var a authorization
	if len(text) > maxAnswer || json.Unmarshal(text, &a) != nil || a.ID == "" {
		return processor.Outcome{}, errSense
	}
	switch a.Status {
	case processor.Approved:
	case processor.Declined:
		if a.DeclineCode == "" {
			a.DeclineCode = processor.GenericDecline
		}
	case processor.Challenge:
		if !strings.HasPrefix(a.ChallengeURL, "http") {
			return processor.Outcome{}, errSense
		}
	default:
		return processor.Outcome{}, errSense
	}
	return processor.Outcome{
		State: a.Status, ProcessorID: a.ID, Reference: a.Reference, Amount: money.Amount{Minor: a.Amount, Currency: a.Currency},
		DeclineCode: a.DeclineCode, NetworkCode: a.NetworkCode, ApprovalCode: a.ApprovalCode,
		AVS: a.AVS, CVVResult: a.CVVResult, ChallengeURL: a.ChallengeURL,
	}, nil
}

func unknown(detail string) processor.Outcome {
	return processor.Outcome{State: processor.Unknown, Detail: detail}
}
