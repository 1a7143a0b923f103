package merchant

import (
	"context"
	"fmt"

	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
)

// Opening is an account as it was opened, with every key's text. It is the only
// time the secrets are known.
type Opening struct {
	Merchant Merchant
	Site     Site
	Keys     map[Role]Key
}

// Open makes an account with its first site and one credential of every role, so
// that each API it may speak has its keys from the start.
// Errors: faults on name and on what NewSite checks.
func (s *Service) Open(ctx context.Context, name string, environment Environment, descriptor string, origins []string) (Opening, error) {
	if !isName(name) {
		return Opening{}, fault.Field("name", "Give the merchant a name of 1 to 100 characters.")
	}
	now := s.Now()
	o := Opening{
		Merchant: Merchant{ID: id.New(id.Merchant), Name: name, Environment: environment, CreatedAt: now},
		Keys:     map[Role]Key{},
	}
	site, err := NewSite(o.Merchant.ID, name, descriptor, origins, now)
	if err != nil {
		return Opening{}, err
	}
	o.Site = site
	var credentials []Credential
	for _, role := range []Role{Secret, Publishable, Application, Tokenization, Device, WebMerchant, KeyPair} {
		key := NewKey(o.Merchant.ID, role, environment, now)
		o.Keys[role] = key
		credentials = append(credentials, key.Credential)
	}
	if err := s.Store.CreateMerchant(ctx, o.Merchant, site, credentials); err != nil {
		return Opening{}, fmt.Errorf("merchant: open account: %w", err)
	}
	return o, nil
}

// AddSite gives a merchant another site. Errors: faults from NewSite.
func (s *Service) AddSite(ctx context.Context, merchant, name, descriptor string, origins []string, actor string) (Site, error) {
	site, err := NewSite(merchant, name, descriptor, origins, s.Now())
	if err != nil {
		return Site{}, err
	}
	return site, s.Store.CreateSite(ctx, site, actor)
}
