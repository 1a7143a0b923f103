package merchant_test

import (
	"context"
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/merchant"
)

// counting is a store that has one credential and counts how often it is looked for.
type counting struct {
	merchant.Store
	credential merchant.Credential
	asked      int
}

func (c *counting) FindCredential(_ context.Context, public string) (merchant.Credential, error) {
	c.asked++
	if public != c.credential.ID {
		return merchant.Credential{}, fault.New(fault.NotFound, "none")
	}
	return c.credential, nil
}

func TestAKeyIsRememberedForAMomentAndNoLonger(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	key := merchant.NewKey("mer_1", merchant.Secret, merchant.Test, now)
	store := &counting{credential: key.Credential}
	s := &merchant.Service{Store: store, Now: func() time.Time { return now }}
	try := func(text string) error {
		_, err := s.Authenticate(t.Context(), text)
		return err
	}
	for range 10 {
		if err := try(key.Text()); err != nil {
			t.Fatal(err)
		}
	}
	if store.asked != 1 {
		t.Errorf("the store was asked %d times", store.asked)
	}
	if err := try(key.Public + "_wrong"); fault.CodeOf(err) != fault.Unauthenticated || err == nil {
		t.Errorf("a wrong secret of a remembered key: %v", err)
	}
	store.credential.RevokedAt = now
	now = now.Add(time.Second)
	if err := try(key.Text()); fault.CodeOf(err) != fault.Unauthenticated || err == nil {
		t.Errorf("a key revoked a second ago: %v", err)
	}
	// What is unknown is not remembered: a key that is made is good at once.
	before := store.asked
	for range 3 {
		if err := try("sk_test_nobody_x"); fault.CodeOf(err) != fault.Unauthenticated || err == nil {
			t.Errorf("%v", err)
		}
	}
	if store.asked != before+3 {
		t.Error("an unknown key is remembered")
	}
}

// Find needs no secret, and finds nothing that is revoked or unknown.
func TestACredentialByItsPublicPart(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	store := &counting{credential: merchant.NewKey("mer_1", merchant.Application, merchant.Test, now).Credential}
	s := &merchant.Service{Store: store, Now: func() time.Time { return now }}
	if c, err := s.Find(t.Context(), store.credential.ID); err != nil || c.Merchant != "mer_1" {
		t.Errorf("%+v, %v", c, err)
	}
	if c, err := s.Find(t.Context(), "app_test_nobody"); err == nil || fault.CodeOf(err) != fault.Unauthenticated || c.ID != "" {
		t.Errorf("unknown: %+v, %v", c, err)
	}
	store.credential.RevokedAt = now
	now = now.Add(time.Second)
	if c, err := s.Find(t.Context(), store.credential.ID); err == nil || fault.CodeOf(err) != fault.Unauthenticated || c.ID != "" {
		t.Errorf("revoked: %+v, %v", c, err)
	}
}
