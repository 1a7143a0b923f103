package merchant

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/money"
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
	var again bool
	if site.ID, again = id.In(ctx, id.Site); again {
		if made, err := s.Store.FindSite(ctx, merchant, site.ID); err == nil {
			return made, nil
		}
	}
	return site, s.Store.CreateSite(ctx, site, actor)
}

// SetFee sets what a merchant pays in a currency, or in EveryCurrency that has no fee of
// its own. Payments that are open keep the fee they began with.
// Errors: fault.NotFound, faults on currency and fee.
func (s *Service) SetFee(ctx context.Context, merchant, currency string, fee money.Fee) error {
	if _, ok := money.Exponent(currency); !ok && currency != EveryCurrency {
		return fault.Field("currency", "%q is not a currency in use. Give its ISO 4217 code in upper case, or * for all others.", currency)
	}
	if !fee.Valid() {
		return fault.Field("fee", "A fee has 0 to 10000 basis points, and a fixed part and cap of 0 to %d minor units.", int64(money.Max))
	}
	m, err := s.Store.FindMerchant(ctx, merchant)
	if err != nil {
		return err
	}
	if m.Fees == nil {
		m.Fees = map[string]money.Fee{}
	}
	m.Fees[currency] = fee
	return s.Store.SetTerms(ctx, m)
}

// SetProcessors says whom a merchant's payments go to: the first is asked, the others
// when it cannot be reached or declines for a reason that another may not have. None
// stands for the server's own order. Errors: fault.NotFound, a fault on processors.
func (s *Service) SetProcessors(ctx context.Context, merchant string, processors, known []string) error {
	for i, name := range processors {
		if !slices.Contains(known, name) || slices.Contains(processors[:i], name) {
			return fault.Field("processors", "Name each processor once. There are: %s.", strings.Join(known, ", "))
		}
	}
	m, err := s.Store.FindMerchant(ctx, merchant)
	if err != nil {
		return err
	}
	m.Processors = processors
	return s.Store.SetTerms(ctx, m)
}
