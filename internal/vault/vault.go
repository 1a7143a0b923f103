// Package vault keeps cards sealed and gives tokens for them.
//
// The life of a card here: Tokenize seals its number under the data keys, bound
// to merchant, token and version, and commits it with its fingerprint and audit
// entry; Find shows what may be shown; Borrow opens it for one charge. A token is
// permanent, until it is revoked or erased, or temporary: good for 15 minutes and one
// use. A row that was swapped, changed in a column, moved to another merchant or
// rolled back to what it was before is not read (tag.go).
//
// Refused here: a CVV, in any form; a number in any answer; a token before its
// card is durable.
package vault

import (
	"context"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/paywicket/paywicket/internal/card"
	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/lookup"
	"github.com/paywicket/paywicket/internal/pan"
)

// version is the form of a sealed row. It is part of what a row is bound to.
const version = 1

// Record is a kept card as the database holds it.
type Record struct {
	Token       id.Token
	Merchant    string
	Version     int
	Sealed      []byte // the number, encrypted
	Fingerprint string // keyed; equal for equal numbers of one merchant
	Summary     card.Summary
	Customer    Customer
	Consent     Consent
	Revision    int // grows with every change; its events' sequence
	CreatedAt   time.Time
	RevokedAt   time.Time // zero while it may be charged
	ExpiresAt   time.Time // of a temporary card; zero for a permanent one
	UsedAt      time.Time // when a temporary card was borrowed; zero before
	// StoredAs is what processors call the card that know it, by processor: opaque, and
	// worth nothing without the account's secret key there. Nil when none does.
	StoredAs map[string]string
	Tag      []byte // keyed sum over all of the above
	// ChangedTag is the tag that was put down elsewhere when the record was last
	// changed; nil when it never was.
	ChangedTag []byte
	// Issuance is what the BIN table says; only what the service gives has it.
	Issuance card.Issuance
	// SameCardAs is the merchant's first token of the same card. Only Keep and
	// Tokenize tell it; it is zero when there was none.
	SameCardAs id.Token
}

// Store keeps records.
type Store interface {
	// KeepCard makes a record durable, with what it announces and its audit entry.
	// It gives the merchant's first token of the same card, zero when this is it.
	KeepCard(ctx context.Context, record Record, announce event.Event, actor string) (id.Token, error)
	// FindCard gives a merchant's record, or fault.NotFound.
	FindCard(ctx context.Context, merchant string, token id.Token) (Record, error)
	// ChangeCard changes a record in one transaction with what it announces and an
	// audit entry, and gives it as it is then. change may be run more than once; when
	// the revision stays, so does everything. Errors: fault.NotFound, and change's.
	ChangeCard(ctx context.Context, merchant string, token id.Token, actor, action string, change func(Record) (Record, []event.Event, error)) (Record, error)
	// UseCard writes to the audit trail that a card is about to be opened, and keeps
	// what that makes of its record. Errors: fault.Conflict when before is not what is
	// kept any more and after differs from it.
	UseCard(ctx context.Context, before, after Record, actor, purpose string) error
	// EraseCard takes a record away for good, with the events that told of it, and
	// leaves a tombstone. Errors: fault.NotFound.
	EraseCard(ctx context.Context, merchant string, token id.Token, actor string, announce func(Record) event.Event) error
	SavedCards
	// ExpiredCards gives up to limit records, of any merchant, that expired by then.
	ExpiredCards(ctx context.Context, by time.Time, limit int) ([]Record, error)
}

// Keys does what needs a key; a keyring.Ring does.
type Keys interface {
	Seal(plaintext, context []byte) ([]byte, error)
	Unseal(sealed, context []byte) ([]byte, error)
	Fingerprint(scope string, value []byte) (string, error)
	Expand(seed []byte, bytes uint32) ([]byte, error)
	Sign(message []byte) ([]byte, error)
	CheckSignature(message, signature []byte) error
}

// Service is the vault.
type Service struct {
	Store Store
	Keys  Keys
	BINs  *lookup.Live // nil when no table was imported
	Now   func() time.Time
}

// Tokenize seals a customer's card under a permanent token and returns once that is
// durable. The number is borrowed: the caller wipes it. The CVV is not looked at. Consent
// is zero for a card that the customer is not to be offered again.
func (s *Service) Tokenize(ctx context.Context, merchant string, token id.Token, customer Customer, consent Consent, c pan.Card, actor string) (Record, error) {
	return s.keep(ctx, Record{Token: token, Merchant: merchant, Customer: customer, Consent: consent}, c, actor)
}

// Life is how long a token is good.
type Life bool

// The lives of tokens.
const (
	Permanent Life = false // until it is revoked or erased
	Temporary Life = true  // TemporaryLife, and one use
)

// TemporaryLife is how long a temporary token is good.
const TemporaryLife = 15 * time.Minute

// Keep keeps a card that is not charged now, under a fresh token.
// Errors: a fault on exp_year when the card has expired.
func (s *Service) Keep(ctx context.Context, merchant string, c pan.Card, life Life, actor string) (Record, error) {
	if c.Expiry.Passed(s.Now()) {
		return Record{}, fault.Field("exp_year", "This card has expired. Use another card.")
	}
	token, again := id.TokenIn(ctx)
	if again {
		if kept, err := s.Find(ctx, merchant, token); err == nil {
			return kept, nil
		}
	}
	r := Record{Token: token, Merchant: merchant}
	if life == Temporary {
		r.ExpiresAt = s.Now().Add(TemporaryLife)
	}
	return s.keep(ctx, r, c, actor)
}

// keep completes a record that has a token and a merchant, and makes it durable.
func (s *Service) keep(ctx context.Context, r Record, c pan.Card, actor string) (Record, error) {
	r.Version, r.Revision, r.Summary, r.CreatedAt = version, 1, c.Summary(), s.Now()
	var err error
	if r.Fingerprint, err = s.fingerprint(r.Merchant, c); err != nil {
		return Record{}, err
	}
	if r.Sealed, err = s.Keys.Seal(c.Number.Bytes(), r.binding()); err != nil {
		return Record{}, fmt.Errorf("vault: %w", err)
	}
	if r, err = s.tagged(r); err != nil {
		return Record{}, err
	}
	r = s.described(r)
	if r.SameCardAs, err = s.Store.KeepCard(ctx, r, s.tell(event.TokenCreated, r), actor); err != nil {
		return Record{}, fmt.Errorf("vault: keep card: %w", err)
	}
	return r, nil
}

func (s *Service) fingerprint(merchant string, c pan.Card) (string, error) {
	text, err := s.Keys.Fingerprint("card "+merchant, c.Number.Bytes())
	if err != nil {
		return "", fmt.Errorf("vault: %w", err)
	}
	return text, nil
}

// Issuance gives what the BIN table says of the cards that begin with a BIN.
func (s *Service) Issuance(bin string) card.Issuance {
	found, _ := s.BINs.Find(bin)
	return found
}

// Describe gives a card's fingerprint for a merchant, and what the BIN table says of it,
// without keeping it.
func (s *Service) Describe(merchant string, c pan.Card) (string, card.Issuance, error) {
	issuance, _ := s.BINs.Find(c.Number.BIN())
	text, err := s.fingerprint(merchant, c)
	return text, issuance, err
}

// Find gives what may be shown of a merchant's card. Errors: fault.NotFound,
// the same for a foreign token as for an unknown one; fault.Internal when the record
// is not what was written.
func (s *Service) Find(ctx context.Context, merchant string, token id.Token) (Record, error) {
	r, err := s.Store.FindCard(ctx, merchant, token)
	if err != nil {
		return Record{}, err
	}
	return s.described(r), s.check(r)
}

// described adds what the BIN table says.
func (s *Service) described(r Record) Record {
	r.Issuance, _ = s.BINs.Find(r.Summary.BIN)
	return r
}

// Borrow opens a card for one purpose, such as "authorize pay_…", after that use
// is on record. The caller wipes the card. It has no CVV: none is kept.
// Errors: those of Find, and fault.Gone when the token has been revoked, has expired
// or was for one use and has had it.
func (s *Service) Borrow(ctx context.Context, merchant string, token id.Token, actor, purpose string) (pan.Card, error) {
	r, err := s.Find(ctx, merchant, token)
	if err != nil {
		return pan.Card{}, err
	}
	after, err := s.used(r)
	if err != nil {
		return pan.Card{}, err
	}
	if err := s.Store.UseCard(ctx, r, after, actor, purpose); fault.CodeOf(err) == fault.Conflict && err != nil {
		return pan.Card{}, fault.Wrap(err, fault.Gone, reasonUsed)
	} else if err != nil {
		return pan.Card{}, fmt.Errorf("vault: record use: %w", err)
	}
	plain, err := s.Keys.Unseal(r.Sealed, r.binding())
	if err != nil {
		return pan.Card{}, fault.Wrap(err, fault.Internal, "This card could not be opened.")
	}
	defer clear(plain)
	number, err := pan.ParseNumber(plain)
	if err != nil {
		return pan.Card{}, fmt.Errorf("vault: kept number: %w", err)
	}
	return pan.Card{Number: number, Expiry: card.Expiry{Month: r.Summary.ExpMonth, Year: r.Summary.ExpYear}}, nil
}

const reasonUsed = "This token was for one use. Ask the shopper for a card."

// used is what a use makes of a record, or why it may not be used.
func (s *Service) used(r Record) (Record, error) {
	switch {
	case !r.RevokedAt.IsZero():
		return r, fault.New(fault.Gone, "This token has been revoked. Ask the shopper for a card.")
	case r.ExpiresAt.IsZero():
		return r, nil
	case !r.UsedAt.IsZero():
		return r, fault.New(fault.Gone, reasonUsed)
	case !s.Now().Before(r.ExpiresAt):
		return r, fault.New(fault.Gone, "This token has expired. Ask the shopper for a card.")
	}
	r.UsedAt = s.Now()
	r.Revision++
	return s.tagged(r)
}

// Payload is the card as events and the API show it.
func (r Record) Payload() event.Token {
	out := event.Token{
		ID: r.Token.String(), Card: event.NewCard(r.Summary), Fingerprint: r.Fingerprint,
		Issuance: event.NewIssuance(r.Issuance), Customer: event.Customer(r.Customer), CreatedAt: r.CreatedAt.UTC(),
	}
	if !r.Consent.At.IsZero() {
		saved := r.Consent.At.UTC()
		out.SavedAt = &saved
	}
	if !r.ExpiresAt.IsZero() {
		expires := r.ExpiresAt.UTC()
		out.ExpiresAt = &expires
	}
	if !r.RevokedAt.IsZero() {
		revoked := r.RevokedAt.UTC()
		out.RevokedAt = &revoked
	}
	return out
}

// binding is the associated data of a row: it opens only as this version of this
// token of this merchant, with this expiry.
func (r Record) binding() []byte {
	return fmt.Appendf(nil, "paywicket card v%d\x00%s\x00%s\x00%02d/%04d",
		r.Version, r.Merchant, hex.EncodeToString(r.Token[:]), r.Summary.ExpMonth, r.Summary.ExpYear)
}
