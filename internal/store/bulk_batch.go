package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"github.com/paywicket/paywicket/internal/audit"
	"github.com/paywicket/paywicket/internal/bulk"
	"github.com/paywicket/paywicket/internal/fault"
)

var _ bulk.Batches = (*DB)(nil)

// batchRow is a row of bulk_batches, with how many of its items are open.
type batchRow struct {
	Merchant    string
	Number      int64
	Title       string
	Strategy    string
	Digest      []byte
	Actor       string
	Total       int
	CancelledAt int64 `db:"cancelled_at"`
	CreatedAt   int64 `db:"created_at"`
	Pending     int
}

// selectBatches counts what is pending in the index of items that are due.
const selectBatches = `SELECT b.merchant, b.number, b.title, b.strategy, b.digest, b.actor, b.total, b.cancelled_at, b.created_at,
	(SELECT count(*) FROM bulk_items i WHERE i.merchant = b.merchant AND i.batch = b.number AND i.due_at > 0) AS pending FROM bulk_batches b `

func (r batchRow) progress() (bulk.Progress, error) {
	p := bulk.Progress{Batch: bulk.Batch{
		Merchant: r.Merchant, Number: r.Number, Title: r.Title, Digest: r.Digest, Actor: r.Actor, Total: r.Total,
		CancelledAt: at(r.CancelledAt), CreatedAt: at(r.CreatedAt),
	}, Pending: r.Pending}
	err := json.Unmarshal([]byte(r.Strategy), &p.Strategy)
	return p, err
}

// findBatch gives the first opened batch of a condition.
func findBatch(ctx context.Context, q queryer, where string, args ...any) (bulk.Progress, error) {
	var row batchRow
	if err := q.GetContext(ctx, &row, q.Rebind(selectBatches+where+` AND b.opened = 1 LIMIT 1`), args...); err != nil {
		return bulk.Progress{}, missing(err)
	}
	return row.progress()
}

// BeginBatch keeps a new batch under the merchant's next number.
func (db *DB) BeginBatch(ctx context.Context, b bulk.Batch) (bulk.Batch, bool, error) {
	if err := db.space.check(); err != nil {
		return b, false, err
	}
	kept, fresh := b, true
	err := db.write(ctx, func(ctx context.Context, tx *transaction) error {
		known, err := findBatch(ctx, tx, `WHERE b.merchant = ? AND b.digest = ?`, b.Merchant, b.Digest)
		if err == nil || fault.CodeOf(err) != fault.NotFound {
			kept, fresh = known.Batch, false
			return err
		}
		kept, fresh = b, true
		if err := tx.GetContext(ctx, &kept.Number, tx.Rebind(`SELECT COALESCE(max(number), 0) + 1 FROM bulk_batches WHERE merchant = ?`), b.Merchant); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, tx.Rebind(`INSERT INTO bulk_batches (merchant, number, title, strategy, digest, actor, total, opened, cancelled_at, created_at) VALUES (?, ?, ?, ?, ?, ?, 0, 0, 0, ?)`),
			b.Merchant, kept.Number, b.Title, encode(b.Strategy), b.Digest, b.Actor, millis(b.CreatedAt))
		return err
	})
	return kept, fresh, err
}

// AddItems adds items to a batch that was begun. The first whose reference is used is told.
func (db *DB) AddItems(ctx context.Context, items []bulk.Item) error {
	if err := db.space.check(); err != nil {
		return err
	}
	return db.write(ctx, func(ctx context.Context, tx *transaction) error {
		for _, i := range items {
			done, err := tx.ExecContext(ctx, tx.Rebind(`INSERT INTO bulk_items (merchant, batch, position, reference, state, attempt, due_at, asked)
				SELECT ?, ?, ?, ?, ?, ?, ?, ? WHERE NOT EXISTS (SELECT 1 FROM bulk_transactions WHERE merchant = ? AND reference = ?) ON CONFLICT (merchant, reference) DO NOTHING`),
				i.Merchant, i.Batch, i.Position, i.Asked.Reference, string(i.State), i.Attempt, millis(i.DueAt), encode(i.Asked), i.Merchant, i.Asked.Reference)
			if err != nil {
				return err
			}
			if n, err := done.RowsAffected(); err != nil || n == 0 {
				return errors.Join(err, &bulk.TakenError{Position: i.Position})
			}
		}
		return nil
	})
}

// OpenBatch lets a batch begin, with its job.
func (db *DB) OpenBatch(ctx context.Context, b bulk.Batch) error {
	return db.write(ctx, func(ctx context.Context, tx *transaction) error {
		done, err := tx.ExecContext(ctx, tx.Rebind(`UPDATE bulk_batches SET opened = 1, total = ? WHERE merchant = ? AND number = ? AND opened = 0`), b.Total, b.Merchant, b.Number)
		if err != nil {
			return err
		}
		if n, err := done.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, fault.New(fault.Conflict, "This batch is not coming in any more. Send it again."))
		}
		if err := db.enqueue(ctx, tx, batchArgs{b.Merchant, b.Number}); err != nil {
			return err
		}
		return db.appendAudit(ctx, tx, audit.Entry{Merchant: b.Merchant, Actor: b.Actor, Action: "bulk.open", Object: batchName(b.Number), Detail: itemCount(b.Total)})
	})
}

// dropSize is how many items of a batch are forgotten in one transaction.
const dropSize = 1000

// DropBatch forgets a batch that was not opened, some of its items at a time.
func (db *DB) DropBatch(ctx context.Context, m string, batch int64) error {
	for left := int64(1); left > 0; {
		err := db.write(ctx, func(ctx context.Context, tx *transaction) error {
			done, err := tx.ExecContext(ctx, tx.Rebind(`DELETE FROM bulk_items WHERE merchant = ? AND batch = ? AND position IN (SELECT position FROM bulk_items WHERE merchant = ? AND batch = ? ORDER BY position LIMIT ?)
				AND EXISTS (SELECT 1 FROM bulk_batches b WHERE b.merchant = bulk_items.merchant AND b.number = bulk_items.batch AND b.opened = 0)`), m, batch, m, batch, dropSize)
			if err != nil {
				return err
			}
			if left, err = done.RowsAffected(); err != nil || left > 0 {
				return err
			}
			_, err = tx.ExecContext(ctx, tx.Rebind(`DELETE FROM bulk_batches WHERE merchant = ? AND number = ? AND opened = 0`), m, batch)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// DropStale forgets batches of all merchants whose intake stopped.
func (db *DB) DropStale(ctx context.Context, before time.Time) error {
	var stale []struct {
		Merchant string
		Number   int64
	}
	if err := db.reader.SelectContext(ctx, &stale, db.reader.Rebind(`SELECT merchant, number FROM bulk_batches WHERE opened = 0 AND created_at < ?`), millis(before)); err != nil {
		return err
	}
	for _, b := range stale {
		if err := db.DropBatch(ctx, b.Merchant, b.Number); err != nil {
			return err
		}
	}
	return nil
}

// FindBatch gives a merchant's batch.
func (db *DB) FindBatch(ctx context.Context, m string, batch int64) (bulk.Progress, error) {
	return findBatch(brief(ctx), db.reader, `WHERE b.merchant = ? AND b.number = ?`, m, batch)
}

// CancelBatch ends every item of a batch that is waiting.
func (db *DB) CancelBatch(ctx context.Context, m string, batch int64, when time.Time, actor string) error {
	return db.write(ctx, func(ctx context.Context, tx *transaction) error {
		known, err := findBatch(ctx, tx, `WHERE b.merchant = ? AND b.number = ?`, m, batch)
		if err != nil || !known.CancelledAt.IsZero() {
			return err
		}
		if _, err := tx.ExecContext(ctx, tx.Rebind(`UPDATE bulk_batches SET cancelled_at = ? WHERE merchant = ? AND number = ?`), millis(when), m, batch); err != nil {
			return err
		}
		done, err := tx.ExecContext(ctx, tx.Rebind(`UPDATE bulk_items SET state = ?, due_at = 0, asked = '' WHERE merchant = ? AND batch = ? AND state = ?`), string(bulk.Cancelled), m, batch, string(bulk.Waiting))
		if err != nil {
			return err
		}
		n, err := done.RowsAffected()
		if err != nil {
			return err
		}
		return db.appendAudit(ctx, tx, audit.Entry{Merchant: m, Actor: actor, Action: "bulk.cancel", Object: batchName(batch), Detail: itemCount(int(n))})
	})
}

// NextDue gives when something is to be done next of a batch.
func (db *DB) NextDue(ctx context.Context, m string, batch int64) (time.Time, error) {
	var due sql.NullInt64
	err := db.reader.GetContext(brief(ctx), &due, db.reader.Rebind(`SELECT min(due_at) FROM bulk_items WHERE merchant = ? AND batch = ? AND due_at > 0`), m, batch)
	return at(due.Int64), err
}
