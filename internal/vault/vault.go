// Package vault keeps cards sealed and gives tokens for them.
//
// The life of a card here: Tokenize seals its number under the data keys, bound
// to merchant, token and version, and commits it with its fingerprint and audit
// entry; Find shows what may be shown; Borrow opens it for one charge. A row that
// was swapped, moved to another merchant or rolled back does not open.
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
	Revision    int // grows with every change; its events' sequence
	CreatedAt   time.Time
	RevokedAt   time.Time // zero while it may be charged
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
	// ChangeCard changes a record's customer or revocation in one transaction with
	// what it announces and an audit entry, and gives it as it is then. change may
	// be run more than once. Errors: fault.NotFound.
	ChangeCard(ctx context.Context, merchant string, token id.Token, actor, action string, change func(Record) (Record, []event.Event)) (Record, error)
	// EraseCard takes a record away for good, with the events that told of it, and
	// leaves a tombstone. Errors: fault.NotFound.
	EraseCard(ctx context.Context, merchant string, token id.Token, actor string, announce func(Record) event.Event) error
	// RecordUse writes to the audit trail that a card is about to be opened.
	RecordUse(ctx context.Context, merchant string, token id.Token, actor, purpose string) error
}

// Keys seals, opens and fingerprints; a keyring.Ring does.
type Keys interface {
	Seal(plaintext, context []byte) ([]byte, error)
	Unseal(sealed, context []byte) ([]byte, error)
	Fingerprint(scope string, value []byte) (string, error)
}

// Service is the vault.
type Service struct {
	Store Store
	Keys  Keys
	Now   func() time.Time
}

// Tokenize seals a card under a token and returns once that is durable. The
// number is borrowed: the caller wipes it. The CVV is not looked at.
func (s *Service) Tokenize(ctx context.Context, merchant string, token id.Token, c pan.Card, actor string) (Record, error) {
	r := Record{Token: token, Merchant: merchant, Version: version, Revision: 1, Summary: c.Summary(), CreatedAt: s.Now()}
	var err error
	if r.Fingerprint, err = s.Keys.Fingerprint("card "+merchant, c.Number.Bytes()); err != nil {
		return Record{}, fmt.Errorf("vault: %w", err)
	}
	if r.Sealed, err = s.Keys.Seal(c.Number.Bytes(), r.binding()); err != nil {
		return Record{}, fmt.Errorf("vault: %w", err)
	}
	created := event.New(event.TokenCreated, merchant, token.String(), r.Revision, r.CreatedAt, r.Payload())
	if r.SameCardAs, err = s.Store.KeepCard(ctx, r, created, actor); err != nil {
		return Record{}, fmt.Errorf("vault: keep card: %w", err)
	}
	return r, nil
}

// Keep keeps a card that is not charged now, under a fresh token.
// Errors: a fault on exp_year when the card has expired.
func (s *Service) Keep(ctx context.Context, merchant string, c pan.Card, actor string) (Record, error) {
	if c.Expiry.Passed(s.Now()) {
		return Record{}, fault.Field("exp_year", "This card has expired. Use another card.")
	}
	return s.Tokenize(ctx, merchant, id.NewToken(), c, actor)
}

// Find gives what may be shown of a merchant's card. Errors: fault.NotFound,
// the same for a foreign token as for an unknown one.
func (s *Service) Find(ctx context.Context, merchant string, token id.Token) (Record, error) {
	return s.Store.FindCard(ctx, merchant, token)
}

// Borrow opens a card for one purpose, such as "authorize pay_…", after that use
// is on record. The caller wipes the card. It has no CVV: none is kept.
// Errors: fault.NotFound, and fault.Gone when the token has been revoked.
func (s *Service) Borrow(ctx context.Context, merchant string, token id.Token, actor, purpose string) (pan.Card, error) {
	r, err := s.Store.FindCard(ctx, merchant, token)
	if err != nil {
		return pan.Card{}, err
	}
	if !r.RevokedAt.IsZero() {
		return pan.Card{}, fault.New(fault.Gone, "This token has been revoked. Ask the shopper for a card.")
	}
	if err := s.Store.RecordUse(ctx, merchant, token, actor, purpose); err != nil {
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

// Payload is the card as events and the API show it.
func (r Record) Payload() event.Token {
	out := event.Token{
		ID: r.Token.String(), Card: event.NewCard(r.Summary), Fingerprint: r.Fingerprint,
		Customer: event.Customer(r.Customer), CreatedAt: r.CreatedAt.UTC(),
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
