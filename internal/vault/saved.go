package vault

import (
	"context"
	"slices"
	"time"

	"github.com/paywicket/paywicket/internal/card"
	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
)

// Consent is a customer's agreement to be offered a card again. The zero value is none.
type Consent struct {
	At time.Time
	// Payment is the one that it was given with. The card is offered once that was
	// approved: what an issuer refused at first is of no use the next time.
	Payment string
	Words   string // what was agreed to; the audit trail has it, the record has not
}

// SavedCards finds the cards that customers agreed to be offered again.
type SavedCards interface {
	// SavedCards gives those of a merchant's customer that may be charged, newest first:
	// of several tokens of one card the newest, at most limit, and none that expires
	// before a month. The payment that the customer agreed with has been approved.
	SavedCards(ctx context.Context, merchant, customer string, from card.Expiry, limit int) ([]Record, error)
	// SavedCard gives one of them by its token, whenever it expires, or fault.NotFound.
	SavedCard(ctx context.Context, merchant, customer string, token id.Token) (Record, error)
	// SameSavedCards gives the tokens of one card that a customer agreed to, whatever
	// became of their payments.
	SameSavedCards(ctx context.Context, merchant, customer, fingerprint string) ([]id.Token, error)
}

// MaxSaved is how many cards a customer is offered.
const MaxSaved = 10

// Saved gives the cards that a merchant's customer agreed to be offered again, newest
// first, each once, at most MaxSaved. A record that is not what was written is left out.
func (s *Service) Saved(ctx context.Context, merchant, customer string) ([]Record, error) {
	kept, err := s.Store.SavedCards(ctx, merchant, customer, card.Current(s.Now()), MaxSaved)
	if err != nil {
		return nil, err
	}
	var offered []Record
	for _, r := range kept {
		if s.check(r) == nil {
			offered = append(offered, s.described(r))
		}
	}
	return offered, nil
}

// FindSaved gives one of a customer's saved cards, even when it has expired. Errors:
// fault.NotFound, the same for another customer's or merchant's as for an unknown one;
// fault.Internal when the record is not what was written.
func (s *Service) FindSaved(ctx context.Context, merchant, customer string, token id.Token) (Record, error) {
	r, err := s.Store.SavedCard(ctx, merchant, customer, token)
	if err != nil {
		return Record{}, err
	}
	return s.described(r), s.check(r)
}

// Forget takes a customer's agreement back, for every token of the same card. Their
// merchant may charge them as ever. Errors: fault.NotFound, also when the card is another
// customer's or was not saved.
func (s *Service) Forget(ctx context.Context, merchant, customer string, token id.Token, actor string) error {
	r, err := s.Find(ctx, merchant, token)
	if err != nil {
		return err
	}
	if customer == "" || r.Customer.ID != customer || r.Consent.At.IsZero() {
		return fault.New(fault.NotFound, "There is nothing of that id here.")
	}
	same, err := s.Store.SameSavedCards(ctx, merchant, customer, r.Fingerprint)
	if err != nil {
		return err
	}
	// The one that was named goes last: should this end in the middle, it can be asked again.
	same = append(slices.DeleteFunc(same, func(one id.Token) bool { return one == token }), token)
	for _, one := range same {
		if err := s.withdraw(ctx, merchant, customer, one, actor); err != nil {
			return err
		}
	}
	return nil
}

// withdraw takes a customer's agreement to one token back.
func (s *Service) withdraw(ctx context.Context, merchant, customer string, token id.Token, actor string) error {
	_, err := s.change(ctx, merchant, token, actor, "card.forget", func(r Record) (Record, event.Type) {
		if r.Customer.ID != customer || r.Consent.At.IsZero() {
			return r, "" // somebody was faster
		}
		r.Consent = Consent{}
		return r, event.TokenUpdated
	})
	return err
}
