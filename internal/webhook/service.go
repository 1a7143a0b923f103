package webhook

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
)

// secretBytes is the size of a signing secret; the specification allows 24 to 64.
const secretBytes = 32

// Service registers endpoints and delivers to them.
type Service struct {
	Store  Store
	Keys   Keys
	Client *http.Client // guarded: see package egress
	Now    func() time.Time
	Log    *slog.Logger
	// Forms are the forms that endpoints can be spoken to in, by name, beside StandardForm.
	Forms map[string]Form
	// Wake tells that there may be something to deliver; see Run.
	Wake <-chan struct{}
	// Loopback allows endpoints on this machine over plain http.
	Loopback bool
}

// Register keeps an endpoint and gives it with its signing secret, "whsec_" and
// base64, which is shown only now. What is wanted is a Merchant, URL, Form, Types and Wait.
// Errors: faults on url, form, events or wait.
func (s *Service) Register(ctx context.Context, wanted Endpoint, actor string) (Endpoint, string, error) {
	name, again := id.In(ctx, id.Endpoint)
	e, err := s.suited(Endpoint{
		ID: name, Merchant: wanted.Merchant, URL: wanted.URL, Form: wanted.Form, Types: wanted.Types, Wait: wanted.Wait, CreatedAt: s.Now(),
	})
	if err != nil {
		return Endpoint{}, "", err
	}
	if err := e.check(s.Loopback); err != nil {
		return Endpoint{}, "", err
	}
	if again {
		if made, err := s.Store.FindEndpoint(ctx, e.Merchant, e.ID); err == nil {
			secret, err := s.Keys.Unseal(made.Sealed, made.binding())
			return made, string(secret), err
		}
	}
	secret, err := s.newSecret(&e)
	if err != nil {
		return Endpoint{}, "", err
	}
	if err := s.Store.CreateEndpoint(ctx, e, actor); err != nil {
		return Endpoint{}, "", err
	}
	return e, secret, nil
}

// newSecret makes a fresh secret the endpoint's.
func (s *Service) newSecret(e *Endpoint) (string, error) {
	var raw [secretBytes]byte
	rand.Read(raw[:])
	secret := "whsec_" + base64.StdEncoding.EncodeToString(raw[:])
	var err error
	if e.Sealed, err = s.Keys.Seal([]byte(secret), e.binding()); err != nil {
		return "", fmt.Errorf("webhook: %w", err)
	}
	return secret, nil
}

// MaxOverlap is the longest that two secrets may both sign.
const MaxOverlap = 7 * 24 * time.Hour

// RotateSecret gives an endpoint a fresh signing secret, which is shown only now. For
// overlap both it and the one before sign, so that a receiver can be changed at leisure.
// Errors: fault.NotFound, a fault on overlap.
func (s *Service) RotateSecret(ctx context.Context, merchant, endpoint string, overlap time.Duration, actor string) (Endpoint, string, error) {
	if overlap < 0 || overlap > MaxOverlap {
		return Endpoint{}, "", fault.Field("overlap", "The old secret can sign for 0 to %d seconds more.", int(MaxOverlap.Seconds()))
	}
	var secret string
	e, err := s.Store.ChangeEndpoint(ctx, merchant, endpoint, actor, "endpoint.rotate", func(e Endpoint) (Endpoint, error) {
		e.OldSealed, e.OldUntil = e.Sealed, s.Now().Add(overlap)
		var err error
		secret, err = s.newSecret(&e)
		return e, err
	})
	return e, secret, err
}

// EndpointChange is what changes of an endpoint: nil for nothing. Its form stays.
type EndpointChange struct {
	URL     *string
	Types   *[]event.Type
	Wait    *time.Duration
	Enabled *bool
}

// Change changes an endpoint. Switched off, it is sent nothing, and what was on its way
// is cancelled; it can be replayed later. Errors: fault.NotFound, faults on url, events or wait.
func (s *Service) Change(ctx context.Context, merchant, endpoint string, c EndpointChange, actor string) (Endpoint, error) {
	return s.Store.ChangeEndpoint(ctx, merchant, endpoint, actor, "endpoint.change", func(e Endpoint) (Endpoint, error) {
		if c.URL != nil {
			e.URL = *c.URL
		}
		if c.Types != nil {
			e.Types = *c.Types
		}
		if c.Wait != nil {
			e.Wait = *c.Wait
		}
		switch {
		case c.Enabled == nil:
		case *c.Enabled:
			e.DisabledAt = time.Time{}
		case e.DisabledAt.IsZero():
			e.DisabledAt = s.Now()
		}
		e, err := s.suited(e)
		if err != nil {
			return e, err
		}
		return e, e.check(s.Loopback)
	})
}

// MaxReplay is how many events one call sends again.
const MaxReplay = 10_000

// Replay sends events again to an endpoint: one, or those of a span of time that it asks
// for. It gives how many; when it is MaxReplay there may be more.
// Errors: fault.NotFound; faults on event, from and to; fault.Conflict when the endpoint
// is switched off.
func (s *Service) Replay(ctx context.Context, merchant, endpoint string, choice Choice, actor string) (int, error) {
	to, err := s.Store.FindEndpoint(ctx, merchant, endpoint)
	if err != nil {
		return 0, err
	}
	if !to.DisabledAt.IsZero() {
		return 0, fault.New(fault.Conflict, "This endpoint is switched off. Switch it on first.")
	}
	switch {
	case choice.Event != "":
		what, err := s.Store.FindEvent(ctx, merchant, choice.Event)
		if err != nil && fault.CodeOf(err) == fault.NotFound {
			return 0, fault.Field("event", "There is no such event.")
		} else if err != nil {
			return 0, err
		}
		if form, ok := s.form(to.Form); ok && !slices.Contains(form.Types(), what.Type) {
			return 0, fault.Field("event", "The endpoint's form, %s, has no words for %s.", to.FormName(), what.Type)
		}
	case choice.From.IsZero() || !choice.From.Before(choice.To):
		return 0, fault.Field("from", "Give an event, or from and to, with from before to.")
	}
	return s.Store.Replay(ctx, to, choice, MaxReplay, actor)
}

// Ready notes that a merchant knows the order of a payment: its events need not wait any
// more. Errors: fault.NotFound.
func (s *Service) Ready(ctx context.Context, merchant, payment, actor string) error {
	return s.Store.ReadyPayment(ctx, merchant, payment, actor)
}

// sweepBatch is how many deliveries are forgotten in one transaction.
const sweepBatch = 1000

// Sweep forgets deliveries that ended as long ago as they may be tried.
func (s *Service) Sweep(ctx context.Context) error {
	for {
		n, err := s.Store.ForgetDeliveries(ctx, s.Now().Add(-GiveUpAfter), sweepBatch)
		if err != nil || n < sweepBatch {
			return err
		}
	}
}
