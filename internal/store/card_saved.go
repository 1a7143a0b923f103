package store

import (
	"context"
	"strings"

	"github.com/paywicket/paywicket/internal/card"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/vault"
)

// savedOf is what holds for the cards that a merchant's customer agreed to be offered again.
const savedOf = `merchant = ? AND customer_id = ? AND customer_id <> '' AND consented_at > 0`

// offered is savedOf for those that may be charged: the payment that the customer agreed
// with was approved. It is looked at whenever the cards are, so that an approval that
// comes to light late counts as any other.
var offered = savedOf + ` AND revoked_at = 0 AND expires_at = 0 AND EXISTS (SELECT 1 FROM payments p
	WHERE p.merchant = cards.merchant AND p.id = cards.consented_with AND p.state IN (` + paidStates() + `))`

// paidStates lists the states of a payment that was approved, as SQL.
func paidStates() string {
	var all []string
	for _, s := range payment.States {
		if s.Paid() {
			all = append(all, "'"+string(s)+"'")
		}
	}
	return strings.Join(all, ", ")
}

// selectSaved reads a customer's saved cards, of several tokens of one the newest.
var selectSaved = selectCards + `WHERE merchant = ? AND token IN (SELECT token FROM
	(SELECT token, ROW_NUMBER() OVER (PARTITION BY fingerprint ORDER BY created_at DESC, token DESC) AS place FROM cards
		WHERE ` + offered + ` AND (exp_year > ? OR exp_year = ? AND exp_month >= ?)) newest WHERE place = 1)
	ORDER BY created_at DESC, token DESC LIMIT ?`

// SavedCards gives the cards that a merchant's customer agreed to be offered again.
func (db *DB) SavedCards(ctx context.Context, m, customer string, from card.Expiry, limit int) ([]vault.Record, error) {
	var rows []cardRow
	if err := db.reader.SelectContext(brief(ctx), &rows, db.reader.Rebind(selectSaved), m, m, customer, from.Year, from.Year, from.Month, limit); err != nil {
		return nil, err
	}
	return collect(rows, cardRow.card)
}

// SavedCard gives one of them.
func (db *DB) SavedCard(ctx context.Context, m, customer string, token id.Token) (vault.Record, error) {
	var row cardRow
	if err := db.reader.GetContext(brief(ctx), &row, db.reader.Rebind(selectCards+`WHERE token = ? AND `+offered), token[:], m, customer); err != nil {
		return vault.Record{}, missing(err)
	}
	return row.card()
}

// SameSavedCards gives the tokens of one card that a customer agreed to.
func (db *DB) SameSavedCards(ctx context.Context, m, customer, fingerprint string) ([]id.Token, error) {
	return db.tokens(ctx, `SELECT token FROM cards WHERE `+savedOf+` AND fingerprint = ? ORDER BY created_at`, m, customer, fingerprint)
}

// tokens reads tokens.
func (db *DB) tokens(ctx context.Context, query string, args ...any) ([]id.Token, error) {
	var raw [][]byte
	if err := db.reader.SelectContext(ctx, &raw, db.reader.Rebind(query), args...); err != nil {
		return nil, err
	}
	return collect(raw, func(text []byte) (id.Token, error) { return id.Token(text), nil })
}
