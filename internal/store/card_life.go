package store

import (
	"context"
	"time"

	"github.com/paywicket/paywicket/internal/audit"
	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/vault"
)

// ChangeCard changes a record, unless its revision stays.
func (db *DB) ChangeCard(ctx context.Context, m string, token id.Token, actor, action string, change func(vault.Record) (vault.Record, []event.Event, error)) (vault.Record, error) {
	var after vault.Record
	err := db.write(ctx, func(ctx context.Context, tx *transaction) error {
		before, err := readCard(ctx, tx, m, token)
		if err != nil {
			return err
		}
		var events []event.Event
		if after, events, err = change(before); err != nil || after.Revision == before.Revision {
			return err
		}
		if err := replaceCard(ctx, tx, before, after); err != nil {
			return err
		}
		if err := db.appendEvents(ctx, tx, events, nil); err != nil {
			return err
		}
		return db.appendAudit(ctx, tx, audit.Entry{Merchant: m, Actor: actor, Action: action, Object: token.String(), Detail: audit.Revision(after.Revision)})
	})
	return after, err
}

// replaceCard puts a record in the place of what it was before, and its tag down a
// second time. Errors: fault.Conflict when that is not what is kept any more.
func replaceCard(ctx context.Context, tx *transaction, before, after vault.Record) error {
	result, err := tx.ExecContext(ctx, tx.Rebind(`UPDATE cards SET sealed = ?, revision = ?, revoked_at = ?, customer_name = ?, customer_email = ?, customer_phone = ?,
		used_at = ?, stored_as = ?, customer_id = ?, consented_at = ?, consented_with = ?, tag = ? WHERE merchant = ? AND token = ? AND tag = ?`),
		after.Sealed, after.Revision, millis(after.RevokedAt), after.Customer.Name, after.Customer.Email, after.Customer.Phone,
		millis(after.UsedAt), namesJSON(after.StoredAs), after.Customer.ID, millis(after.Consent.At), after.Consent.Payment, after.Tag, before.Merchant, before.Token[:], before.Tag)
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); err != nil || n != 1 {
		return fault.Wrap(err, fault.Conflict, "The card was changed by somebody else at the same time. Look, and try again.")
	}
	return noteTag(ctx, tx, before.Merchant, before.Token, after.Tag)
}

// noteTag puts the tag of a changed card down beside it.
func noteTag(ctx context.Context, tx *transaction, m string, token id.Token, tag []byte) error {
	_, err := tx.ExecContext(ctx, tx.Rebind(`INSERT INTO card_changes (merchant, token, tag) VALUES (?, ?, ?)
		ON CONFLICT (merchant, token) DO UPDATE SET tag = excluded.tag`), m, token[:], tag)
	return err
}

// noTag is put down for a card that was erased: no record fits it.
var noTag = []byte{0}

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
		run(`INSERT INTO tombstones (merchant, token, erased_at) VALUES (?, ?, ?) ON CONFLICT (merchant, token) DO NOTHING`, m, token[:], millis(db.now()))
		if err != nil {
			return err
		}
		if err := noteTag(ctx, tx, m, token, noTag); err != nil {
			return err
		}
		if err := eraseOrders(ctx, tx, m, token, r.Fingerprint); err != nil {
			return err
		}
		if err := db.appendEvents(ctx, tx, []event.Event{announce(r)}, nil); err != nil {
			return err
		}
		return db.appendAudit(ctx, tx, audit.Entry{Merchant: m, Actor: actor, Action: "card.erase", Object: token.String()})
	})
}

// UseCard writes to the audit trail that a card is about to be opened, and keeps what
// that makes of its record.
func (db *DB) UseCard(ctx context.Context, before, after vault.Record, actor, purpose string) error {
	return db.write(ctx, func(ctx context.Context, tx *transaction) error {
		if after.Revision != before.Revision {
			if err := replaceCard(ctx, tx, before, after); err != nil {
				return err
			}
			if err := db.appendAudit(ctx, tx, audit.Entry{Merchant: before.Merchant, Actor: actor, Action: "card.spend", Object: before.Token.String(), Detail: audit.Revision(after.Revision)}); err != nil {
				return err
			}
		}
		return db.appendAudit(ctx, tx, audit.Entry{Merchant: before.Merchant, Actor: actor, Action: "card.borrow", Object: before.Token.String(), Detail: purpose})
	})
}

// ExpiredCards gives up to limit cards of all merchants that expired by then, for
// whoever clears up in the whole house.
func (db *DB) ExpiredCards(ctx context.Context, by time.Time, limit int) ([]vault.Record, error) {
	var rows []cardRow
	if err := db.reader.SelectContext(ctx, &rows, db.reader.Rebind(selectCards+`WHERE expires_at > 0 AND expires_at <= ? ORDER BY expires_at LIMIT ?`), millis(by), limit); err != nil {
		return nil, err
	}
	return collect(rows, cardRow.card)
}
