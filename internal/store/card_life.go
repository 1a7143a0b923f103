package store

import (
	"context"

	"github.com/paywicket/paywicket/internal/audit"
	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/vault"
)

// ChangeCard changes a record's customer or revocation.
func (db *DB) ChangeCard(ctx context.Context, m string, token id.Token, actor, action string, change func(vault.Record) (vault.Record, []event.Event)) (vault.Record, error) {
	var after vault.Record
	err := db.write(ctx, func(ctx context.Context, tx *transaction) error {
		before, err := readCard(ctx, tx, m, token)
		if err != nil {
			return err
		}
		var events []event.Event
		after, events = change(before)
		if len(events) == 0 {
			return nil // nothing changed
		}
		if _, err := tx.ExecContext(ctx, tx.Rebind(`UPDATE cards SET revision = ?, revoked_at = ?, customer_name = ?, customer_email = ?, customer_phone = ? WHERE merchant = ? AND token = ?`),
			after.Revision, millis(after.RevokedAt), after.Customer.Name, after.Customer.Email, after.Customer.Phone, m, token[:]); err != nil {
			return err
		}
		if err := db.appendEvents(ctx, tx, events); err != nil {
			return err
		}
		return db.appendAudit(ctx, tx, audit.Entry{Merchant: m, Actor: actor, Action: action, Object: token.String()})
	})
	return after, err
}

// EraseCard takes a record away for good. The events that told of it are looked for
// beside the writer, for there may be many of others to go through; only those that
// come meanwhile are looked for in its transaction.
func (db *DB) EraseCard(ctx context.Context, m string, token id.Token, actor string, announce func(vault.Record) event.Event) error {
	var upTo int64
	if err := db.reader.GetContext(ctx, &upTo, `SELECT COALESCE(max(position), 0) FROM events`); err != nil {
		return err
	}
	var told []int64
	if err := db.reader.SelectContext(ctx, &told, db.reader.Rebind(`SELECT position FROM events WHERE merchant = ? AND object = ? AND position <= ?`), m, token.String(), upTo); err != nil {
		return err
	}
	return db.write(ctx, func(ctx context.Context, tx *transaction) error {
		r, err := readCard(ctx, tx, m, token)
		if err != nil {
			return err
		}
		run := func(text string, args ...any) {
			if err == nil {
				_, err = tx.ExecContext(ctx, tx.Rebind(text), args...)
			}
		}
		run(`DELETE FROM cards WHERE merchant = ? AND token = ?`, m, token[:])
		run(`DELETE FROM events WHERE merchant = ? AND object = ? AND position > ?`, m, token.String(), upTo)
		for _, position := range told {
			run(`DELETE FROM events WHERE merchant = ? AND position = ?`, m, position)
		}
		run(`INSERT INTO tombstones (merchant, token, erased_at) VALUES (?, ?, ?)`, m, token[:], millis(db.now()))
		if err != nil {
			return err
		}
		if err := db.appendEvents(ctx, tx, []event.Event{announce(r)}); err != nil {
			return err
		}
		return db.appendAudit(ctx, tx, audit.Entry{Merchant: m, Actor: actor, Action: "card.erase", Object: token.String()})
	})
}

func readCard(ctx context.Context, q queryer, m string, token id.Token) (vault.Record, error) {
	var row cardRow
	if err := q.GetContext(ctx, &row, q.Rebind(`SELECT `+cardColumns+` FROM cards WHERE merchant = ? AND token = ?`), m, token[:]); err != nil {
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
