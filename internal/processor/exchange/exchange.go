// Package exchange is one call to a processor over HTTP, with what a gateway must know of
// it: whether anything was sent, an answer that is bounded, and a body with a card that is
// wiped when the call is over.
//
// What can be told after a call that brought no answer: as long as there was no
// connection, nothing was sent, and that is an error. From then on the processor may have
// done what it was asked, and that is Unknown. Nothing is ever sent twice, neither here nor
// by net/http beneath.
package exchange

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"

	"github.com/paywicket/paywicket/internal/processor"
)

// Send makes the call. When no answer came, sent tells whether it may have been: then
// outcome is Unknown and says why; if not, err says why nothing was sent.
func Send(client *http.Client, request *http.Request) (response *http.Response, outcome processor.Outcome, err error) {
	ctx, connected := Traced(request.Context())
	request = request.WithContext(ctx)
	// With GetBody, net/http would send a request a second time by itself when a
	// kept-alive connection turns out to be closed: it takes an Idempotency-Key for
	// permission.
	request.GetBody = nil
	response, err = client.Do(request)
	switch {
	case err == nil:
		return response, processor.Outcome{}, nil
	case !connected():
		return nil, processor.Outcome{}, fmt.Errorf("processor: not sent: %w", err)
	}
	return nil, Unknown(Quietly(err)), nil
}

// Traced tells whether there was a connection: from that moment on, bytes may leave on it.
func Traced(ctx context.Context) (context.Context, func() bool) {
	var connected atomic.Bool
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { connected.Store(true) },
	}), connected.Load
}

// Refused tells whether an HTTP status says clearly that nothing was done. A conflict, too
// many and too late do not: what was asked for may be under way.
func Refused(status int) bool {
	return status >= 400 && status < 500 && status != http.StatusConflict && status != http.StatusTooManyRequests && status != http.StatusRequestTimeout
}

// Unknown is the outcome of a call whose answer did not come or means nothing.
func Unknown(why error) processor.Outcome {
	return processor.Outcome{State: processor.Unknown, Detail: why.Error()}
}

// ErrLong is an answer that is longer than it may be.
var ErrLong = errors.New("processor: the answer is too long")

// Read reads the whole of an answer of at most so many bytes, so that its connection can
// be used again.
func Read(response *http.Response, most int64) ([]byte, error) {
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, most+1))
	if err != nil {
		return nil, Quietly(err)
	}
	if int64(len(text)) > most {
		return nil, ErrLong
	}
	return text, nil
}
