package store

import (
	"context"

	"github.com/paywicket/paywicket/internal/audit"
	"github.com/paywicket/paywicket/internal/card"
	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/vault"
)

var _ vault.Store = (*DB)(nil)

// KeepCard makes a card durable, with what it announces.
func (db *DB) KeepCard(ctx context.Context, r vault.Record, announce event.Event, actor string) error {
	return db.write(ctx, func(ctx context.Context, tx *transaction) error {
		if _, err := tx.ExecContext(ctx, tx.Rebind(`INSERT INTO cards (merchant, token, version, sealed, fingerprint, brand, bin, last4, exp_month, exp_year, created_at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`),
			r.Merchant, r.Token[:], r.Version, r.Sealed, r.Fingerprint, r.Summary.Brand, r.Summary.BIN, r.Summary.Last4,
			r.Summary.ExpMonth, r.Summary.ExpYear, millis(r.CreatedAt)); err != nil {
			return err
		}
		if err := db.appendEvents(ctx, tx, []event.Event{announce}); err != nil {
			return err
		}
		return db.appendAudit(ctx, tx, audit.Entry{Merchant: r.Merchant, Actor: actor, Action: "card.keep", Object: r.Token.String()})
	})
}

// FindCard gives a merchant's card.
func (db *DB) FindCard(ctx context.Context, m string, token id.Token) (vault.Record, error) {
	var row struct {
		Version     int
		Sealed      []byte
		Fingerprint string
		Brand       card.Brand
		BIN         string
		Last4       string
		ExpMonth    int   `db:"exp_month"`
		ExpYear     int   `db:"exp_year"`
		CreatedAt   int64 `db:"created_at"`
	}
	if err := db.reader.GetContext(ctx, &row, db.reader.Rebind(`SELECT version, sealed, fingerprint, brand, bin, last4, exp_month, exp_year, created_at
		FROM cards WHERE merchant = ? AND token = ?`), m, token[:]); err != nil {
		return vault.Record{}, missing(err)
	}
	return vault.Record{
		Token: token, Merchant: m, Version: row.Version, Sealed: row.Sealed, Fingerprint: row.Fingerprint,
		Summary:   card.Summary{Brand: row.Brand, BIN: row.BIN, Last4: row.Last4, ExpMonth: row.ExpMonth, ExpYear: row.ExpYear},
		CreatedAt: at(row.CreatedAt),
	}, nil
}

// RecordUse writes to the audit trail that a card is about to be opened.
func (db *DB) RecordUse(ctx context.Context, m string, token id.Token, actor, purpose string) error {
	return db.write(ctx, func(ctx context.Context, tx *transaction) error {
		return db.appendAudit(ctx, tx, audit.Entry{Merchant: m, Actor: actor, Action: "card.borrow", Object: token.String(), Detail: purpose})
	})
}
