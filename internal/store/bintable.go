package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/paywicket/paywicket/internal/audit"
)

// KeepBINTable puts an imported BIN table, of so many BINs, in the place of the one
// before.
func (db *DB) KeepBINTable(ctx context.Context, data []byte, bins int, actor string) error {
	return db.write(ctx, func(ctx context.Context, tx *transaction) error {
		var last int64
		if err := tx.GetContext(ctx, &last, `SELECT COALESCE(max(version), 0) FROM bin_tables`); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM bin_tables`); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, tx.Rebind(`INSERT INTO bin_tables (version, bins, data, at) VALUES (?, ?, ?, ?)`), last+1, bins, data, millis(db.now())); err != nil {
			return err
		}
		return db.appendAudit(ctx, tx, audit.Entry{Actor: actor, Action: "bins.import", Detail: fmt.Sprintf("%d BINs", bins)})
	})
}

// FindBINTable gives the kept BIN table and its version when that is not the one the
// caller has; data is nil when it is, or there is none.
func (db *DB) FindBINTable(ctx context.Context, have int64) (version int64, data []byte, err error) {
	row := struct {
		Version int64
		Data    []byte
	}{Version: have}
	err = db.reader.GetContext(ctx, &row, db.reader.Rebind(`SELECT version, data FROM bin_tables WHERE version <> ?`), have)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return row.Version, row.Data, err
}
