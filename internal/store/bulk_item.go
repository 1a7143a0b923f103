package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/paywicket/paywicket/internal/bulk"
)

// batchName is a batch in the audit trail.
func batchName(batch int64) string { return "batch " + strconv.FormatInt(batch, 10) }

// itemCount is how many items something was done to, in the audit trail.
func itemCount(n int) string { return fmt.Sprintf("%d items", n) }

// itemRow is a row of bulk_items that is not final.
type itemRow struct {
	Merchant string
	Batch    int64
	Position int
	State    string
	Attempt  int
	Lost     int
	DueAt    int64 `db:"due_at"`
	Asked    string
}

func (r itemRow) item() (bulk.Item, error) {
	i := bulk.Item{Merchant: r.Merchant, Batch: r.Batch, Position: r.Position, State: bulk.ItemState(r.State), Attempt: r.Attempt, Lost: r.Lost, DueAt: at(r.DueAt)}
	return i, json.Unmarshal([]byte(r.Asked), &i.Asked)
}

// ResumeItems makes those due at once that were being charged.
func (db *DB) ResumeItems(ctx context.Context, m string, batch int64, now time.Time) error {
	return db.write(ctx, func(ctx context.Context, tx *transaction) error {
		_, err := tx.ExecContext(ctx, tx.Rebind(`UPDATE bulk_items SET due_at = ? WHERE merchant = ? AND batch = ? AND due_at > ? AND state = ?`), millis(now), m, batch, millis(now), string(bulk.Charging))
		return err
	})
}

// TakeItems gives items that are due and begins them, each with its transaction.
func (db *DB) TakeItems(ctx context.Context, m string, batch int64, now, until time.Time, limit int, open func(bulk.Item) bulk.Transaction) ([]bulk.Item, error) {
	if err := db.space.check(); err != nil {
		return nil, err
	}
	var taken []bulk.Item
	err := db.write(ctx, func(ctx context.Context, tx *transaction) error {
		var rows []itemRow
		if err := tx.SelectContext(ctx, &rows, tx.Rebind(`SELECT merchant, batch, position, state, attempt, lost, due_at, asked FROM bulk_items
			WHERE merchant = ? AND batch = ? AND due_at > 0 AND due_at <= ? ORDER BY due_at, position LIMIT ?`), m, batch, millis(now), limit); err != nil {
			return err
		}
		var err error
		if taken, err = collect(rows, itemRow.item); err != nil {
			return err
		}
		for n, i := range taken {
			if _, err := tx.ExecContext(ctx, tx.Rebind(`UPDATE bulk_items SET state = ?, due_at = ? WHERE merchant = ? AND batch = ? AND position = ?`),
				string(bulk.Charging), millis(until), m, batch, i.Position); err != nil {
				return err
			}
			if i.State == bulk.Waiting {
				t := open(i)
				if _, err := keepTransaction(ctx, tx, t, func(try int) int64 { return bulk.NumberOf(t.Payment, try) }); err != nil {
					return err
				}
			}
			taken[n].State, taken[n].DueAt = bulk.Charging, until
		}
		return nil
	})
	return taken, err
}

// SettleItems keeps how items stand. What was asked is forgotten of those that are final.
func (db *DB) SettleItems(ctx context.Context, items []bulk.Settled) error {
	return db.write(ctx, func(ctx context.Context, tx *transaction) error {
		for _, i := range items {
			if err := settleItem(ctx, tx, i); err != nil {
				return err
			}
		}
		return nil
	})
}

// settleItem keeps how one stands, if it is still being charged with the attempt that it was
// taken with. It waits only while its batch was not cancelled.
func settleItem(ctx context.Context, tx *transaction, i bulk.Settled) error {
	set, args := []string{`state = ?`, `attempt = ?`, `lost = ?`, `due_at = ?`}, []any{string(i.State), i.Attempt, i.Lost, millis(i.DueAt)}
	if i.DueAt.IsZero() {
		set = append(set, `asked = ''`)
	}
	if i.State == bulk.Waiting {
		var cancelled int64
		if err := tx.GetContext(ctx, &cancelled, tx.Rebind(`SELECT cancelled_at FROM bulk_batches WHERE merchant = ? AND number = ?`), i.Merchant, i.Batch); err != nil {
			return err
		}
		if cancelled > 0 {
			set, args = []string{`state = ?`, `due_at = 0`, `asked = ''`}, []any{string(bulk.Cancelled)}
		}
	}
	if i.Refused != "" {
		if _, err := tx.ExecContext(ctx, tx.Rebind(`UPDATE bulk_transactions SET refused = ? WHERE merchant = ? AND payment = ?`), i.Refused, i.Merchant, i.Payment); err != nil {
			return err
		}
	}
	_, err := tx.ExecContext(ctx, tx.Rebind(`UPDATE bulk_items SET `+strings.Join(set, ", ")+` WHERE merchant = ? AND batch = ? AND position = ? AND state = ? AND attempt = ? AND lost = ?`),
		append(args, i.Merchant, i.Batch, i.Position, string(bulk.Charging), i.Took.Attempt, i.Took.Lost)...)
	return err
}
