// Package webhook tells merchants' servers what happened: signed after the
// Standard Webhooks specification 1.0.0, delivered at least once by the job
// queue, retried for three days.
//
// An event's id is the same over all its deliveries; the timestamp and so the
// signature are those of the attempt.
package webhook

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
)

// Endpoint is where one merchant wants to be told.
type Endpoint struct {
	ID         string
	Merchant   string
	URL        string
	Types      []event.Type // which events; empty for all
	Sealed     []byte       // the signing secret, encrypted
	CreatedAt  time.Time
	DisabledAt time.Time // zero while it is served
}

// Wants tells whether the endpoint asked for events of a type.
func (e Endpoint) Wants(kind event.Type) bool {
	return e.DisabledAt.IsZero() && (len(e.Types) == 0 || slices.Contains(e.Types, kind))
}

// Store keeps endpoints and reads events.
type Store interface {
	CreateEndpoint(ctx context.Context, endpoint Endpoint, actor string) error
	// FindEndpoint gives a merchant's endpoint, or fault.NotFound.
	FindEndpoint(ctx context.Context, merchant, endpoint string) (Endpoint, error)
	// DisableEndpoint stops deliveries to an endpoint.
	DisableEndpoint(ctx context.Context, merchant, endpoint, actor string) error
	// FindEvent gives a merchant's event, or fault.NotFound.
	FindEvent(ctx context.Context, merchant, event string) (event.Event, error)
	// ListEvents gives a merchant's events, newest first: up to limit of those
	// before the event named by cursor, or the newest when it is empty.
	// Errors: fault.Invalid when the cursor is none of the merchant's events.
	ListEvents(ctx context.Context, merchant, cursor string, limit int) ([]event.Event, error)
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

// newEndpoint checks what a merchant asked for. Errors: faults on url or events.
func newEndpoint(merchant, address string, types []event.Type, loopback bool, now time.Time) (Endpoint, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil || len(address) > 500 || u.Fragment != "" {
		return Endpoint{}, fault.Field("url", "Give a full URL without user name or fragment, such as https://shop.example/webhooks.")
	}
	local := loopback && (u.Hostname() == "localhost" || u.Hostname() == "127.0.0.1" || u.Hostname() == "::1")
	if u.Scheme != "https" && (u.Scheme != "http" || !local) {
		return Endpoint{}, fault.Field("url", "The URL must start with https://.")
	}
	if port := u.Port(); port != "" && port != "443" && port != "8443" && !local {
		return Endpoint{}, fault.Field("url", "The port must be 443 or 8443.")
	}
	for _, kind := range types {
		if !slices.Contains(event.Types, kind) {
			return Endpoint{}, fault.Field("events", "There is no such event. Choose from: %s.", typeList())
		}
	}
	return Endpoint{ID: id.New(id.Endpoint), Merchant: merchant, URL: address, Types: types, CreatedAt: now}, nil
}

func typeList() string {
	names := make([]string, len(event.Types))
	for i, kind := range event.Types {
		names[i] = string(kind)
	}
	return strings.Join(names, ", ")
}
