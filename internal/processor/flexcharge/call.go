package flexcharge

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/paywicket/paywicket/internal/processor"
	"github.com/paywicket/paywicket/internal/processor/exchange"
)

// errJSON is what is wrong with an answer. The answer itself is never repeated: it may
// well hold what was sent.
var errJSON = errors.New("flexcharge: the answer cannot be read")

// number is a decimal number of JSON.
type number = json.Number

// answer is an answer with its body, which may be empty.
type answer[T any] struct {
	status int
	Body   T
}

func (a answer[T]) good() bool { return a.status < 300 }

// refused tells whether it was clearly not done.
func (a answer[T]) refused() bool { return exchange.Refused(a.status) }

// failure says what is wrong with an answer that is none.
func (a answer[T]) failure() error {
	return fmt.Errorf("flexcharge: answered with HTTP status %d", a.status)
}

func read[T any](response *http.Response) (answer[T], error) {
	said := answer[T]{status: response.StatusCode}
	text, err := exchange.Read(response, maxAnswer)
	if err != nil {
		return said, err
	}
	if said.good() && len(bytes.TrimSpace(text)) > 0 && json.Unmarshal(text, &said.Body) != nil {
		return said, errJSON
	}
	return said, nil
}

// orders is the list of orders: an array, or one in an object that may count them all.
type orders struct {
	list    []order
	partial bool // there are more
}

// UnmarshalJSON reads either form.
func (o *orders) UnmarshalJSON(text []byte) error {
	if bytes.HasPrefix(bytes.TrimSpace(text), []byte("[")) {
		return json.Unmarshal(text, &o.list)
	}
	var in struct {
		Orders     *[]order
		TotalCount int `json:"totalCount"`
	}
	if err := json.Unmarshal(text, &in); err != nil || in.Orders == nil {
		return errors.Join(errJSON, err)
	}
	o.list, o.partial = *in.Orders, in.TotalCount > len(*in.Orders)
	return nil
}

// tokenMargin is how long before its end an access token is not used any more.
const tokenMargin = 30 * time.Second

// token gives the token that calls carry, and asks for another when it is about to end.
func (g *Gateway) token(ctx context.Context) (string, error) {
	select {
	case g.turn <- struct{}{}:
		defer func() { <-g.turn }()
	case <-ctx.Done(): // somebody else waits for a token that does not come
		return "", ctx.Err()
	}
	if g.access != "" && g.now().Before(g.expires.Add(-tokenMargin)) {
		return g.access, nil
	}
	text, err := json.Marshal(map[string]string{"AppKey": g.account.AppKey, "AppSecret": g.account.AppSecret})
	if err != nil {
		return "", err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, g.base+"/v1/oauth2/token", bytes.NewReader(text))
	if err != nil {
		return "", err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := g.client.Do(request)
	if err != nil {
		return "", exchange.Quietly(err)
	}
	said, err := read[struct {
		AccessToken string `json:"accessToken"`
		Expires     int64  // unix milliseconds
	}](response)
	if err != nil {
		return "", err
	}
	if !said.good() || said.Body.AccessToken == "" {
		return "", fmt.Errorf("flexcharge: gave no access token, with HTTP status %d", said.status)
	}
	g.access, g.expires = said.Body.AccessToken, time.UnixMilli(said.Body.Expires)
	return g.access, nil
}

// forget drops a token that was not taken.
func (g *Gateway) forget(access string) {
	g.turn <- struct{}{}
	defer func() { <-g.turn }()
	if g.access == access {
		g.access = ""
	}
}

// request makes a call with a token that is good.
func (g *Gateway) request(ctx context.Context, method, path string, body io.Reader, length int) (*http.Request, string, error) {
	access, err := g.token(ctx)
	if err != nil {
		return nil, "", fmt.Errorf("flexcharge: not sent: %w", err)
	}
	request, err := http.NewRequestWithContext(ctx, method, g.base+path, body)
	if err != nil {
		return nil, "", fmt.Errorf("flexcharge: not sent: %w", err)
	}
	request.ContentLength = int64(length)
	request.Header.Set("Authorization", "Bearer "+access)
	request.Header.Set("Content-Type", "application/json")
	return request, access, nil
}

// ask asks what changes nothing. A token that is not taken is replaced once.
func ask[T any](ctx context.Context, g *Gateway, method, path string, body any) (answer[T], error) {
	for again := true; ; again = false {
		var text []byte
		if body != nil {
			var err error
			if text, err = json.Marshal(body); err != nil {
				return answer[T]{}, err
			}
		}
		request, access, err := g.request(ctx, method, path, bytes.NewReader(text), len(text))
		if err != nil {
			return answer[T]{}, err
		}
		response, err := g.client.Do(request)
		if err != nil {
			return answer[T]{}, exchange.Quietly(err)
		}
		said, err := read[T](response)
		if err != nil || said.status != http.StatusUnauthorized || !again {
			return said, err
		}
		g.forget(access)
	}
}

// send makes a call that changes something. When it gives no answer, outcome is Unknown
// and says why, or err says why nothing was sent.
func send(ctx context.Context, g *Gateway, path string, body io.Reader, length int) (said *answer[evaluation], outcome processor.Outcome, err error) {
	request, access, err := g.request(ctx, http.MethodPost, path, body, length)
	if err != nil {
		return nil, processor.Outcome{}, err
	}
	response, outcome, err := exchange.Send(g.client, request)
	if response == nil {
		return nil, outcome, err
	}
	got, err := read[evaluation](response)
	if err != nil {
		return nil, exchange.Unknown(err), nil
	}
	if got.status == http.StatusUnauthorized {
		g.forget(access)
		return nil, processor.Outcome{}, errors.New("flexcharge: nothing was done: it did not take the access token")
	}
	return &got, processor.Outcome{}, nil
}

// sendJSON is send for what holds no card.
func sendJSON(ctx context.Context, g *Gateway, path string, body any) (*answer[evaluation], processor.Outcome, error) {
	text, err := json.Marshal(body)
	if err != nil {
		return nil, processor.Outcome{}, fmt.Errorf("flexcharge: not sent: %w", err)
	}
	return send(ctx, g, path, bytes.NewReader(text), len(text))
}
