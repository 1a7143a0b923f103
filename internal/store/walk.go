package store

import (
	"context"
	"fmt"

	"github.com/paywicket/paywicket/internal/audit"
	"github.com/paywicket/paywicket/internal/vault"
)

var _ vault.Walker = (*DB)(nil)

// CountCards gives how many cards there are, of all merchants.
func (db *DB) CountCards(ctx context.Context) (int, error) {
	var n int
	err := db.reader.GetContext(ctx, &n, `SELECT count(*) FROM cards`)
	return n, err
}

// WalkCards gives up to limit cards of all merchants after one, by merchant and
// token: it is for the operator, who works for the whole house.
func (db *DB) WalkCards(ctx context.Context, after vault.Record, limit int) ([]vault.Record, error) {
	var rows []cardRow
	if err := db.reader.SelectContext(ctx, &rows, db.reader.Rebind(`SELECT `+cardColumns+` FROM cards WHERE (merchant, token) > (?, ?) ORDER BY merchant, token LIMIT ?`),
		after.Merchant, after.Token[:], limit); err != nil {
		return nil, err
	}
	return collect(rows, cardRow.card)
}

// ReplaceSealed puts new ciphertexts in the place of old ones.
func (db *DB) ReplaceSealed(ctx context.Context, resealed []vault.Resealed, actor string) error {
	return db.write(ctx, func(ctx context.Context, tx *transaction) error {
		statement := tx.Rebind(`UPDATE cards SET sealed = ? WHERE merchant = ? AND token = ? AND sealed = ?`)
		for _, r := range resealed {
			if _, err := tx.ExecContext(ctx, statement, r.After, r.Merchant, r.Token[:], r.Before); err != nil {
				return err
			}
		}
		return db.appendAudit(ctx, tx, audit.Entry{Actor: actor, Action: "card.reseal", Detail: fmt.Sprintf("%d cards", len(resealed))})
	})
}
