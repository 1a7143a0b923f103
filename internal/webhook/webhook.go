// Package webhook tells merchants' servers what happened: signed after the
// Standard Webhooks specification 1.0.0, delivered at least once, tried by its schedule
// and then daily for 30 days. An endpoint may be spoken to in another form instead, which
// a dialect brings; delivery is the same, and events that the form has no words for are
// not sent.
//
// An event's id is the same over all its deliveries; the timestamp and so the
// signature are those of the attempt. Events about one object, such as a payment, are
// delivered to an endpoint in their order; of different objects, in any. Each endpoint
// has a lane of its own, so one that hangs holds up nobody else.
//
// An endpoint may ask that a payment's events wait until the merchant says that it knows
// the order, or for so many seconds.
package webhook

import (
	"context"
	"net/url"
	"slices"
	"time"

	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/internal/fault"
)

// Endpoint is where one merchant wants to be told.
type Endpoint struct {
	ID         string
	Merchant   string
	URL        string
	Form       string       // how it is told, one of Service.Forms; empty for StandardForm
	Types      []event.Type // which events; empty for all
	Wait       time.Duration
	Sealed     []byte    // the signing secret, encrypted
	OldSealed  []byte    // the one before, encrypted; empty when there is none
	OldUntil   time.Time // until when both sign
	Revision   int       // grows with every change
	CreatedAt  time.Time
	DisabledAt time.Time // zero while it is served
}

// Wants tells whether the endpoint asked for events of a type.
func (e Endpoint) Wants(kind event.Type) bool {
	return e.DisabledAt.IsZero() && (len(e.Types) == 0 || slices.Contains(e.Types, kind))
}

// MaxEndpoints is how many a merchant may have.
const MaxEndpoints = 50

// Store keeps endpoints and deliveries, and reads events.
type Store interface {
	// CreateEndpoint keeps an endpoint. Errors: fault.TooMany beyond MaxEndpoints.
	CreateEndpoint(ctx context.Context, endpoint Endpoint, actor string) error
	// FindEndpoint gives a merchant's endpoint, or fault.NotFound.
	FindEndpoint(ctx context.Context, merchant, endpoint string) (Endpoint, error)
	// ListEndpoints gives a merchant's endpoints, oldest first, those switched off too.
	ListEndpoints(ctx context.Context, merchant string) ([]Endpoint, error)
	// ChangeEndpoint changes an endpoint in one transaction. When it is switched off,
	// what is still to be sent to it is cancelled. Errors: fault.NotFound, and change's.
	ChangeEndpoint(ctx context.Context, merchant, endpoint, actor, action string, change func(Endpoint) (Endpoint, error)) (Endpoint, error)
	// DeleteEndpoint takes an endpoint away with its deliveries. Errors: fault.NotFound.
	DeleteEndpoint(ctx context.Context, merchant, endpoint, actor string) error
	// FindEvent gives a merchant's event, or fault.NotFound.
	FindEvent(ctx context.Context, merchant, event string) (event.Event, error)
	// ListEvents gives a merchant's events, newest first: up to limit of those
	// before the event named by cursor, or the newest when it is empty.
	// Errors: fault.Invalid when the cursor is none of the merchant's events.
	ListEvents(ctx context.Context, merchant, cursor string, limit int) ([]event.Event, error)
	// EventsAfter gives up to limit of a merchant's events after one, oldest first;
	// those after the newest when it is empty. It gives the cursor to go on from.
	EventsAfter(ctx context.Context, merchant, cursor string, limit int) ([]event.Event, string, error)

	// ClaimDeliveries gives what is due, of each object the oldest, and holds it until
	// until, so that nobody else is given it meanwhile. free says how many an endpoint
	// takes now.
	ClaimDeliveries(ctx context.Context, now, until time.Time, free func(endpoint string) int) ([]Claimed, error)
	// FinishDelivery keeps how an attempt ended.
	FinishDelivery(ctx context.Context, d Delivery) error
	// ListDeliveries gives an endpoint's deliveries, newest first: up to limit of those
	// before a position, or the newest when it is 0.
	ListDeliveries(ctx context.Context, merchant, endpoint string, before int64, limit int) ([]Delivery, error)
	// Replay makes new deliveries of a merchant's events to an endpoint, as many as limit,
	// oldest first, and gives how many.
	Replay(ctx context.Context, to Endpoint, choice Choice, limit int, actor string) (int, error)
	// ReadyPayment notes that a merchant knows a payment's order, and lets its events go.
	// Errors: fault.NotFound.
	ReadyPayment(ctx context.Context, merchant, payment, actor string) error
	// ForgetDeliveries drops up to limit deliveries that ended before a time, and gives how many.
	ForgetDeliveries(ctx context.Context, before time.Time, limit int) (int, error)
}

// Choice is which events are sent again: one, or those of a span of time, from included
// and to excluded; of the span all, or those about one object.
type Choice struct {
	Event    string
	Object   string
	From, To time.Time
}

// Keys seals and opens signing secrets; a keyring.Ring does.
type Keys interface {
	Seal(plaintext, context []byte) ([]byte, error)
	Unseal(sealed, context []byte) ([]byte, error)
}

// binding is the associated data of a sealed secret.
func (e Endpoint) binding() []byte {
	return []byte("paywicket webhook secret\x00" + e.Merchant + "\x00" + e.ID)
}

// MaxWait is the longest that a payment's events may wait for the merchant.
const MaxWait = time.Hour

// check refuses an endpoint that cannot be. Errors: faults on url and wait.
func (e Endpoint) check(loopback bool) error {
	u, err := url.Parse(e.URL)
	if err != nil || u.Host == "" || u.User != nil || len(e.URL) > 500 || u.Fragment != "" {
		return fault.Field("url", "Give a full URL without user name or fragment, such as https://shop.example/webhooks.")
	}
	local := loopback && (u.Hostname() == "localhost" || u.Hostname() == "127.0.0.1" || u.Hostname() == "::1")
	if u.Scheme != "https" && (u.Scheme != "http" || !local) {
		return fault.Field("url", "The URL must start with https://.")
	}
	if port := u.Port(); port != "" && port != "443" && port != "8443" && !local {
		return fault.Field("url", "The port must be 443 or 8443.")
	}
	if e.Wait < 0 || e.Wait > MaxWait {
		return fault.Field("wait", "Events can wait for 0 to %d seconds.", int(MaxWait.Seconds()))
	}
	return nil
}
