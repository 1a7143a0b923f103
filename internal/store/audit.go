package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/paywicket/paywicket/internal/audit"
)

const selectLink = `SELECT hash FROM audit_entries ORDER BY position DESC LIMIT 1`

// appendAudit adds an entry to the chain.
func (db *DB) appendAudit(ctx context.Context, tx *transaction, e audit.Entry) error {
	e.At = db.now()
	if !tx.linked {
		err := tx.GetContext(ctx, &tx.chain, selectLink)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		tx.linked = true
	}
	tx.chain = e.Hash(tx.chain)
	tx.entries = append(tx.entries, chained{e, tx.chain})
	return nil
}

// CheckAudit follows the audit trail from its first entry, shows each to visit, and
// gives how many there are. It is an error when one was changed, added or taken out
// since: what was cut off at the end alone cannot be seen from here.
func (db *DB) CheckAudit(ctx context.Context, visit func(audit.Entry)) (int, error) {
	rows, err := db.reader.QueryxContext(ctx, `SELECT position, at, merchant, actor, action, object, detail, hash FROM audit_entries ORDER BY position`)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	var last []byte
	n := 0
	for rows.Next() {
		var row struct {
			Position int64
			At       int64
			Merchant string
			Actor    string
			Action   string
			Object   string
			Detail   string
			Hash     []byte
		}
		if err := rows.StructScan(&row); err != nil {
			return n, err
		}
		entry := audit.Entry{At: at(row.At), Merchant: row.Merchant, Actor: row.Actor, Action: row.Action, Object: row.Object, Detail: row.Detail}
		if last = entry.Hash(last); !bytes.Equal(last, row.Hash) {
			return n, fmt.Errorf("store: the audit trail is broken at entry %d: it or what stood before it is not what was written", row.Position)
		}
		visit(entry)
		n++
	}
	return n, rows.Err()
}
