package store

import (
	"context"
	"fmt"

	"github.com/paywicket/paywicket/internal/audit"
	"github.com/paywicket/paywicket/internal/fault"
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
	if err := db.reader.SelectContext(ctx, &rows, db.reader.Rebind(selectCards+`WHERE (merchant, token) > (?, ?) ORDER BY merchant, token LIMIT ?`),
		after.Merchant, after.Token[:], limit); err != nil {
		return nil, err
	}
	return collect(rows, cardRow.card)
}

// ReplaceSealed puts records in the place of what they were before, but for those that
// have changed meanwhile.
func (db *DB) ReplaceSealed(ctx context.Context, resealed []vault.Resealed, actor string) error {
	return db.write(ctx, func(ctx context.Context, tx *transaction) error {
		for _, r := range resealed {
			if err := replaceCard(ctx, tx, r.Before, r.After); err != nil && fault.CodeOf(err) != fault.Conflict {
				return err
			}
		}
		return db.appendAudit(ctx, tx, audit.Entry{Actor: actor, Action: "card.reseal", Detail: fmt.Sprintf("%d cards", len(resealed))})
	})
}
