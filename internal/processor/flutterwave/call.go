package flutterwave

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/paywicket/paywicket/internal/processor"
	"github.com/paywicket/paywicket/internal/processor/exchange"
)

// What is wrong with an answer. The answer itself is never repeated: it may well hold
// what was sent.
var errJSON = errors.New("flutterwave: the answer cannot be read")

// envelope is around every answer.
type envelope[T any] struct {
	status  int // of HTTP
	Status  string
	Message string
	Data    T
	Meta    json.RawMessage
}

// good tells whether it was done.
func (e envelope[T]) good() bool { return e.status < 300 && e.Status == "success" }

// refused tells whether it was clearly not done.
func (e envelope[T]) refused() bool { return exchange.Refused(e.status) }

// unknownTransaction tells whether there is no such transaction.
func (e envelope[T]) unknownTransaction() bool {
	return e.refused() && strings.Contains(strings.ToLower(e.Message), "no transaction was found")
}

// failure says what is wrong with an answer that is none.
func (e envelope[T]) failure() error {
	return fmt.Errorf("flutterwave: answered with HTTP status %d", e.status)
}

// read reads an answer.
func read[T any](response *http.Response) (envelope[T], error) {
	said := envelope[T]{status: response.StatusCode}
	text, err := exchange.Read(response, maxAnswer)
	if err != nil {
		return said, err
	}
	if json.Unmarshal(text, &said) != nil {
		if said.status >= 300 {
			return said, said.failure()
		}
		return said, errJSON
	}
	return said, nil
}

// request makes a call with the account's key.
func (g *Gateway) request(ctx context.Context, method, path string, body io.Reader, length int) (*http.Request, error) {
	request, err := http.NewRequestWithContext(ctx, method, g.base+path, body)
	if err != nil {
		return nil, fmt.Errorf("flutterwave: not sent: %w", err)
	}
	request.ContentLength = int64(length)
	request.Header.Set("Authorization", "Bearer "+g.key)
	request.Header.Set("Content-Type", "application/json")
	return request, nil
}

// ask asks what changes nothing.
func ask[T any](ctx context.Context, g *Gateway, method, path string, body io.Reader) (envelope[T], error) {
	request, err := g.request(ctx, method, path, body, 0)
	if err != nil {
		return envelope[T]{}, err
	}
	response, err := g.client.Do(request)
	if err != nil {
		return envelope[T]{}, exchange.Quietly(err)
	}
	return read[T](response)
}

// send makes a call that changes something. When it gives no answer, outcome is Unknown
// and says why, or err says why nothing was sent.
func send[T any](ctx context.Context, g *Gateway, path string, body io.Reader, length int) (said *envelope[T], outcome processor.Outcome, err error) {
	request, err := g.request(ctx, http.MethodPost, path, body, length)
	if err != nil {
		return nil, processor.Outcome{}, err
	}
	response, outcome, err := exchange.Send(g.client, request)
	if response == nil {
		return nil, outcome, err
	}
	answer, err := read[T](response)
	if err != nil {
		return nil, exchange.Unknown(err), nil
	}
	return &answer, processor.Outcome{}, nil
}

// sendJSON is send for what holds no card.
func sendJSON[T any](ctx context.Context, g *Gateway, path string, body any) (*envelope[T], processor.Outcome, error) {
	text, err := json.Marshal(body)
	if err != nil {
		return nil, processor.Outcome{}, fmt.Errorf("flutterwave: not sent: %w", err)
	}
	return send[T](ctx, g, path, bytes.NewReader(text), len(text))
}
