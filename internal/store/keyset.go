package store

import (
	"context"
	"database/sql"
	"errors"
	"maps"
	"slices"

	"github.com/paywicket/paywicket/internal/audit"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/keyring"
)

var _ keyring.Store = (*DB)(nil)

// FindKeyset gives a wrapped key set, or nil when there is none of that name yet.
func (db *DB) FindKeyset(ctx context.Context, name string) ([]byte, error) {
	var wrapped []byte
	err := db.reader.GetContext(brief(ctx), &wrapped, db.reader.Rebind(`SELECT wrapped FROM keysets WHERE name = ?`), name)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return wrapped, err
}

// KeepKeyset keeps a new wrapped key set unless one of that name exists, and
// gives the one that is kept.
func (db *DB) KeepKeyset(ctx context.Context, name string, wrapped []byte) ([]byte, error) {
	var kept []byte
	err := db.write(ctx, func(ctx context.Context, tx *transaction) error {
		if _, err := tx.ExecContext(ctx, tx.Rebind(`INSERT INTO keysets (name, wrapped) VALUES (?, ?) ON CONFLICT (name) DO NOTHING`), name, wrapped); err != nil {
			return err
		}
		if err := tx.GetContext(ctx, &kept, tx.Rebind(`SELECT wrapped FROM keysets WHERE name = ?`), name); err != nil {
			return err
		}
		return db.appendAudit(ctx, tx, audit.Entry{Actor: "operator", Action: "keyset.keep", Object: name})
	})
	return kept, err
}

// ReplaceKeysets puts wrapped key sets in the place of those that before are.
func (db *DB) ReplaceKeysets(ctx context.Context, before, wrapped map[string][]byte) error {
	return db.write(ctx, func(ctx context.Context, tx *transaction) error {
		for _, name := range slices.Sorted(maps.Keys(wrapped)) {
			result, err := tx.ExecContext(ctx, tx.Rebind(`UPDATE keysets SET wrapped = ? WHERE name = ? AND wrapped = ?`), wrapped[name], name, before[name])
			if err != nil {
				return err
			}
			if n, err := result.RowsAffected(); err != nil || n != 1 {
				return fault.Wrap(err, fault.Conflict, "The keys were changed by somebody else at the same time. Look, and try again.")
			}
			if err := db.appendAudit(ctx, tx, audit.Entry{Actor: "operator", Action: "keyset.replace", Object: name}); err != nil {
				return err
			}
		}
		return nil
	})
}
