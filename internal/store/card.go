package store

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/paywicket/paywicket/internal/audit"
	"github.com/paywicket/paywicket/internal/card"
	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/vault"
)

var _ vault.Store = (*DB)(nil)

// KeepCard makes a card durable, with what it announces, and gives the merchant's
// first token of the same card.
func (db *DB) KeepCard(ctx context.Context, r vault.Record, announce event.Event, actor string) (id.Token, error) {
	var first id.Token
	err := db.write(ctx, func(ctx context.Context, tx *transaction) error {
		tx.cards = append(tx.cards, keptCard{r, &first})
		if err := db.appendEvents(ctx, tx, []event.Event{announce}); err != nil {
			return err
		}
		return db.appendAudit(ctx, tx, audit.Entry{Merchant: r.Merchant, Actor: actor, Action: "card.keep", Object: r.Token.String()})
	})
	return first, err
}

// keptCard is a card that waits for the end of its transaction.
type keptCard struct {
	vault.Record
	first *id.Token // where the first token of the same card goes
}

// flushCards looks for the cards that are known already, and inserts all.
func (tx *transaction) flushCards() error {
	ofMerchant := map[string][]any{}
	for _, c := range tx.cards {
		ofMerchant[c.Merchant] = append(ofMerchant[c.Merchant], c.Fingerprint)
	}
	firsts := map[string][]byte{}
	for m, fingerprints := range ofMerchant {
		if err := tx.findFirsts(m, fingerprints, firsts); err != nil {
			return err
		}
	}
	values := make([]any, 0, 11*len(tx.cards))
	for _, c := range tx.cards {
		key := c.Merchant + c.Fingerprint
		*c.first = id.Token{}
		if known := firsts[key]; known != nil {
			copy(c.first[:], known)
		} else {
			firsts[key] = c.Token[:]
		}
		values = append(values, c.Merchant, c.Token[:], c.Version, c.Sealed, c.Fingerprint, c.Summary.Brand, c.Summary.BIN, c.Summary.Last4,
			c.Summary.ExpMonth, c.Summary.ExpYear, millis(c.CreatedAt))
	}
	return tx.insertMany(`INSERT INTO cards (`+cardColumns+`) VALUES `, 11, values)
}

// findFirsts adds a merchant's oldest tokens of fingerprints to firsts.
func (tx *transaction) findFirsts(m string, fingerprints []any, firsts map[string][]byte) error {
	for n := mostRows; len(fingerprints) > 0; n /= 2 {
		for len(fingerprints) >= n {
			// One look into the index for each: asked for all in one IN, PostgreSQL
			// without statistics reads every card of the merchant.
			rows, err := tx.Query(tx.Rebind(`WITH wanted (fingerprint) AS (VALUES (?)`+strings.Repeat(", (?)", n-1)+`) SELECT fingerprint,
				(SELECT c.token FROM cards c WHERE c.merchant = ? AND c.fingerprint = wanted.fingerprint ORDER BY c.created_at LIMIT 1) FROM wanted`),
				append(slices.Clone(fingerprints[:n]), m)...)
			if err != nil {
				return err
			}
			for rows.Next() {
				var fingerprint string
				var token []byte
				if err := rows.Scan(&fingerprint, &token); err != nil {
					return errors.Join(err, rows.Close())
				}
				if token != nil {
					firsts[m+fingerprint] = token
				}
			}
			if err := rows.Err(); err != nil {
				return err
			}
			fingerprints = fingerprints[n:]
		}
	}
	return nil
}

// cardRow is a row of cards.
type cardRow struct {
	Merchant    string
	Token       []byte
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

const cardColumns = `merchant, token, version, sealed, fingerprint, brand, bin, last4, exp_month, exp_year, created_at`

func (r cardRow) card() (vault.Record, error) {
	return vault.Record{
		Token: id.Token(r.Token), Merchant: r.Merchant, Version: r.Version, Sealed: r.Sealed, Fingerprint: r.Fingerprint,
		Summary:   card.Summary{Brand: r.Brand, BIN: r.BIN, Last4: r.Last4, ExpMonth: r.ExpMonth, ExpYear: r.ExpYear},
		CreatedAt: at(r.CreatedAt),
	}, nil
}

// FindCard gives a merchant's card.
func (db *DB) FindCard(ctx context.Context, m string, token id.Token) (vault.Record, error) {
	var row cardRow
	if err := db.reader.GetContext(ctx, &row, db.reader.Rebind(`SELECT `+cardColumns+` FROM cards WHERE merchant = ? AND token = ?`), m, token[:]); err != nil {
		return vault.Record{}, missing(err)
	}
	return row.card()
}

// RecordUse writes to the audit trail that a card is about to be opened.
func (db *DB) RecordUse(ctx context.Context, m string, token id.Token, actor, purpose string) error {
	return db.write(ctx, func(ctx context.Context, tx *transaction) error {
		return db.appendAudit(ctx, tx, audit.Entry{Merchant: m, Actor: actor, Action: "card.borrow", Object: token.String(), Detail: purpose})
	})
}
