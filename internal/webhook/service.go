package webhook

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/paywicket/paywicket/internal/egress"
	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
)

// secretBytes is the size of a signing secret; the specification allows 24 to 64.
const secretBytes = 32

// AttemptTimeout bounds one delivery; the specification advises 15 to 30 s.
const AttemptTimeout = 15 * time.Second

// maxReply is how much of a receiver's answer is read, so that the connection
// can be used again; the rest is left.
const maxReply = 64 << 10

// Service registers endpoints and delivers to them.
type Service struct {
	Store  Store
	Keys   Keys
	Client *http.Client // guarded: see package egress
	Now    func() time.Time
	// Loopback allows endpoints on this machine over plain http.
	Loopback bool
}

// Register keeps an endpoint and gives it with its signing secret, "whsec_" and
// base64, which is shown only now. Errors: faults on url or events.
func (s *Service) Register(ctx context.Context, merchant, address string, types []event.Type, actor string) (Endpoint, string, error) {
	e, err := newEndpoint(merchant, address, types, s.Loopback, s.Now())
	if err != nil {
		return Endpoint{}, "", err
	}
	var again bool
	if e.ID, again = id.In(ctx, id.Endpoint); again {
		if made, err := s.Store.FindEndpoint(ctx, merchant, e.ID); err == nil {
			secret, err := s.Keys.Unseal(made.Sealed, made.binding())
			return made, string(secret), err
		}
	}
	var raw [secretBytes]byte
	rand.Read(raw[:])
	secret := "whsec_" + base64.StdEncoding.EncodeToString(raw[:])
	if e.Sealed, err = s.Keys.Seal([]byte(secret), e.binding()); err != nil {
		return Endpoint{}, "", fmt.Errorf("webhook: %w", err)
	}
	if err := s.Store.CreateEndpoint(ctx, e, actor); err != nil {
		return Endpoint{}, "", err
	}
	return e, secret, nil
}

// Deliver sends one event to one endpoint. It returns nil once the receiver
// answered 2xx, or when there is nobody to send to any more; an error when it
// should be tried again.
func (s *Service) Deliver(ctx context.Context, merchant, endpoint, eventID string) error {
	to, err := s.Store.FindEndpoint(ctx, merchant, endpoint)
	if err != nil {
		return fmt.Errorf("webhook: find endpoint: %w", err)
	}
	if !to.DisabledAt.IsZero() {
		return nil
	}
	what, err := s.Store.FindEvent(ctx, merchant, eventID)
	if err != nil && fault.CodeOf(err) == fault.NotFound {
		return nil // it told of a card that has been erased since
	}
	if err != nil {
		return fmt.Errorf("webhook: find event: %w", err)
	}
	request, err := s.request(ctx, to, what)
	if err != nil {
		return err
	}
	response, err := s.Client.Do(request)
	if err != nil {
		return fmt.Errorf("webhook: not delivered to %s: %w", to.ID, egress.Reason(err))
	}
	defer response.Body.Close()
	_, _ = io.CopyN(io.Discard, response.Body, maxReply)
	return s.judge(ctx, to, response)
}

// judge reads a receiver's answer as the specification does: 2xx is received,
// 410 asks to be left alone, everything else is to be tried again.
func (s *Service) judge(ctx context.Context, to Endpoint, response *http.Response) error {
	switch {
	case response.StatusCode >= 200 && response.StatusCode < 300:
		return nil
	case response.StatusCode == http.StatusGone:
		return s.Store.DisableEndpoint(ctx, to.Merchant, to.ID, "receiver: 410 Gone")
	}
	// The number alone: the words after it are the receiver's, and would stand in our log.
	return fmt.Errorf("webhook: not delivered to %s: the receiver answered %d", to.ID, response.StatusCode)
}

// request signs an event for an endpoint.
func (s *Service) request(ctx context.Context, to Endpoint, what event.Event) (*http.Request, error) {
	body, err := json.Marshal(what.Envelope())
	if err != nil {
		return nil, fmt.Errorf("webhook: encode: %w", err)
	}
	secret, err := s.Keys.Unseal(to.Sealed, to.binding())
	if err != nil {
		return nil, fmt.Errorf("webhook: open secret: %w", err)
	}
	signer, err := standardwebhooks.NewWebhook(string(secret))
	if err != nil {
		return nil, fmt.Errorf("webhook: secret: %w", err)
	}
	now := s.Now()
	signature, err := signer.Sign(what.ID, now, body)
	if err != nil {
		return nil, fmt.Errorf("webhook: sign: %w", err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, to.URL, bytes.NewReader(body))
	if err != nil {
		return nil, errors.Join(errors.New("webhook: request"), err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "Paywicket")
	request.Header.Set(standardwebhooks.HeaderWebhookID, what.ID)
	request.Header.Set(standardwebhooks.HeaderWebhookTimestamp, strconv.FormatInt(now.Unix(), 10))
	request.Header.Set(standardwebhooks.HeaderWebhookSignature, signature)
	return request, nil
}
