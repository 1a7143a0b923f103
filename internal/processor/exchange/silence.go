package exchange

import (
	"context"
	"errors"
	"io"
	"net"
	"syscall"
)

// failure is why no answer came, in our own words. net/http quotes lines that it
// cannot make sense of, and a broken processor may well send a card back.
type failure struct {
	words string
	cause error
}

func (f *failure) Error() string { return "processor: " + f.words }

// Unwrap gives the cause, to compare with but not to print.
func (f *failure) Unwrap() error { return f.cause }

// Quietly says what an error after a connection was obtained means.
func Quietly(err error) error {
	var network net.Error
	timedOut := errors.As(err, &network) && network.Timeout()
	var dial *net.OpError
	switch {
	case errors.Is(err, context.Canceled):
		return &failure{"the call was given up", err}
	case timedOut || errors.Is(err, context.DeadlineExceeded):
		return &failure{"no answer in time", err}
	case errors.As(err, &dial) && dial.Op == "dial":
		return &failure{"cannot be reached", err}
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return &failure{"the connection broke off", err}
	default:
		return &failure{"no answer that can be read", err}
	}
}
