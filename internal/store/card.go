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
	values := make([]any, 0, cardWidth*len(tx.cards))
	for _, c := range tx.cards {
		key := c.Merchant + c.Fingerprint
		*c.first = id.Token{}
		if known := firsts[key]; known != nil {
			copy(c.first[:], known)
		} else {
			firsts[key] = c.Token[:]
		}
		values = append(values, c.Merchant, c.Token[:], c.Version, c.Sealed, c.Fingerprint, c.Summary.Brand, c.Summary.BIN, c.Summary.Last4,
			c.Summary.ExpMonth, c.Summary.ExpYear, millis(c.CreatedAt), c.Revision, millis(c.RevokedAt), c.Customer.Name, c.Customer.Email, c.Customer.Phone)
	}
	return tx.insertMany(`INSERT INTO cards (`+cardColumns+`) VALUES `, cardWidth, values)
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
	Revision    int
	RevokedAt   int64  `db:"revoked_at"`
	Name        string `db:"customer_name"`
	Email       string `db:"customer_email"`
	Phone       string `db:"customer_phone"`
}

const cardColumns = `merchant, token, version, sealed, fingerprint, brand, bin, last4, exp_month, exp_year, created_at, revision,
	revoked_at, customer_name, customer_email, customer_phone`

func (r cardRow) card() (vault.Record, error) {
	return vault.Record{
		Token: id.Token(r.Token), Merchant: r.Merchant, Version: r.Version, Sealed: r.Sealed, Fingerprint: r.Fingerprint,
		Summary:   card.Summary{Brand: r.Brand, BIN: r.BIN, Last4: r.Last4, ExpMonth: r.ExpMonth, ExpYear: r.ExpYear},
		Customer:  vault.Customer{Name: r.Name, Email: r.Email, Phone: r.Phone},
		Revision:  r.Revision,
		CreatedAt: at(r.CreatedAt), RevokedAt: at(r.RevokedAt),
	}, nil
}

// cardWidth is how many columns those are.
const cardWidth = 16

// FindCard gives a merchant's card.
func (db *DB) FindCard(ctx context.Context, m string, token id.Token) (vault.Record, error) {
	return readCard(brief(ctx), db.reader, m, token)
}
