package checkout

import (
	"context"

	"github.com/paywicket/paywicket/internal/card"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/lookup"
	"github.com/paywicket/paywicket/internal/merchant"
	"github.com/paywicket/paywicket/internal/pan"
	"github.com/paywicket/paywicket/internal/vault"
)

// customer is whose saved cards a session offers, by the merchant's own id; empty for
// nobody's.
func (v View) customer() string {
	if v.Session.Form.HideSaved {
		return ""
	}
	return v.Session.Terms.Payer.ID
}

// SavedCards gives the cards that a session's customer agreed to be offered again: newest
// first, each once, at most vault.MaxSaved. Nil without a customer, or when the form does
// not show them.
func (s *Service) SavedCards(ctx context.Context, v View) ([]vault.Record, error) {
	if v.customer() == "" {
		return nil, nil
	}
	return s.Vault.Saved(ctx, v.Merchant.ID, v.customer())
}

// ForgetCard takes the customer's agreement to a saved card back, for whoever holds the
// session while it is open: the card is not offered any more. Errors: fault.NotFound, also
// for another customer's card; fault.Gone for a session that is over.
func (s *Service) ForgetCard(ctx context.Context, session string, token id.Token) error {
	v, err := s.Store.ShowSession(ctx, session)
	if err != nil {
		return err
	}
	if v.Status(s.Now()) != Open {
		return fault.New(fault.Gone, "This checkout is over. Go back to the shop.")
	}
	return s.Vault.Forget(ctx, v.Merchant.ID, v.customer(), token, "shopper "+session)
}

// Networks gives the schemes of a card that bears two, by its first eight digits or more,
// the preferred one first; nil for a card of one scheme. A merchant's test account knows
// the sandbox's cards too.
func (s *Service) Networks(m merchant.Merchant, bin string) []card.Brand {
	if m.Environment == merchant.Test {
		if found, ok := lookup.Sandbox(bin); ok {
			return found.Networks()
		}
	}
	found := s.Vault.Issuance(bin)
	if found.Brand == "" || found.Brand == card.Unknown {
		found.Brand = card.BrandOfBIN(bin)
	}
	return found.Networks()
}

// attempt is the card that a shopper wants to pay with.
type attempt struct {
	card        pan.Card // what is typed of it; of a saved one the whole once it is borrowed
	summary     card.Summary
	fingerprint string
	issuance    card.Issuance
	kept        *vault.Record // a saved card; nil for one that was typed
}

// attempt looks at the card of a submission, without opening a saved one.
// Errors: faults on saved, cvv and network.
func (s *Service) attempt(ctx context.Context, v View, sub Submission) (attempt, error) {
	if sub.Saved.IsZero() {
		if err := s.network(v, sub.Card.Number, sub.Network); err != nil {
			return attempt{}, err
		}
		fingerprint, issuance, err := s.Vault.Describe(v.Merchant.ID, sub.Card)
		return attempt{card: sub.Card, summary: sub.Card.Summary(), fingerprint: fingerprint, issuance: issuance}, err
	}
	missing := fault.Field("saved", "This card is not kept here any more. Choose another, or type one.")
	if v.customer() == "" {
		return attempt{}, missing
	}
	kept, err := s.Vault.FindSaved(ctx, v.Merchant.ID, v.customer(), sub.Saved)
	if err != nil && fault.CodeOf(err) == fault.NotFound {
		return attempt{}, missing
	}
	if err != nil {
		return attempt{}, err
	}
	if (card.Expiry{Month: kept.Summary.ExpMonth, Year: kept.Summary.ExpYear}).Passed(s.Now()) {
		return attempt{}, fault.Field("saved", "This card has expired. Use another card.")
	}
	if given := sub.Card.CVV.Bytes(); len(given) > 0 || !v.Session.Form.SkipCVV {
		cvv, err := pan.ParseCVV(given, kept.Summary.Brand)
		if err != nil {
			return attempt{}, err
		}
		cvv.Wipe() // it was only looked at
	}
	return attempt{card: sub.Card, summary: kept.Summary, fingerprint: kept.Fingerprint, issuance: kept.Issuance, kept: &kept}, nil
}

// opened is a saved card with its number, which the caller wipes, once that use is on
// record. Errors: faults on saved and network.
func (s *Service) opened(ctx context.Context, v View, a attempt, network card.Brand, purpose, actor string) (attempt, error) {
	borrowed, err := s.Vault.Borrow(ctx, v.Merchant.ID, a.kept.Token, actor, purpose)
	if code := fault.CodeOf(err); err != nil && (code == fault.Gone || code == fault.NotFound) {
		return a, fault.Field("saved", "This card is not kept here any more. Choose another, or type one.")
	}
	if err != nil {
		return a, err
	}
	if err := s.network(v, borrowed.Number, network); err != nil {
		borrowed.Wipe()
		return a, err
	}
	borrowed.CVV = a.card.CVV
	a.card = borrowed
	return a, nil
}
