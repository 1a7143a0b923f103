package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/paywicket/paywicket/internal/audit"
	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/internal/integrity"
)

var _ integrity.Store = (*DB)(nil)

// KeepBuild notes that a build's payment page is served, and forgets those that were not since
// before.
func (db *DB) KeepBuild(ctx context.Context, b integrity.Build, now, before time.Time) error {
	text := encode(b)
	sum := sha256.Sum256([]byte(text))
	return db.write(ctx, func(ctx context.Context, tx *transaction) error {
		if _, err := tx.ExecContext(ctx, tx.Rebind(`INSERT INTO page_builds (id, build, served_at) VALUES (?, ?, ?)
			ON CONFLICT (id) DO UPDATE SET served_at = excluded.served_at`), hex.EncodeToString(sum[:]), text, millis(now)); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, tx.Rebind(`DELETE FROM page_builds WHERE served_at < ?`), millis(before))
		return err
	})
}

// ListBuilds gives the builds that were served since a time, the newest first.
func (db *DB) ListBuilds(ctx context.Context, since time.Time) ([]integrity.Build, error) {
	var rows []string
	if err := db.reader.SelectContext(brief(ctx), &rows, db.reader.Rebind(`SELECT build FROM page_builds WHERE served_at >= ? ORDER BY served_at DESC, id`), millis(since)); err != nil {
		return nil, err
	}
	return collect(rows, func(text string) (b integrity.Build, err error) { return b, json.Unmarshal([]byte(text), &b) })
}

// PageState gives what is known of the payment page.
func (db *DB) PageState(ctx context.Context) (integrity.State, error) {
	return pageState(brief(ctx), db.reader)
}

func pageState(ctx context.Context, q queryer) (integrity.State, error) {
	var row struct {
		Differences string
		Transport   string
		Sequence    int
		Since       int64
		LookedAt    int64 `db:"looked_at"`
		NextAt      int64 `db:"next_at"`
	}
	err := q.GetContext(ctx, &row, `SELECT differences, transport, sequence, since, looked_at, next_at FROM page_state`)
	if errors.Is(err, sql.ErrNoRows) {
		return integrity.State{}, nil
	}
	if err != nil {
		return integrity.State{}, err
	}
	s := integrity.State{Transport: row.Transport, Sequence: row.Sequence, Since: at(row.Since), LookedAt: at(row.LookedAt), NextAt: at(row.NextAt)}
	return s, json.Unmarshal([]byte(row.Differences), &s.Differences)
}

// KeepPageState keeps what is known of the payment page, and tells every merchant when its
// sequence has grown: the page is that of all of them.
func (db *DB) KeepPageState(ctx context.Context, before int, s integrity.State, tell func(merchant string) event.Event) (kept bool, err error) {
	err = db.write(ctx, func(ctx context.Context, tx *transaction) error {
		now, err := pageState(ctx, tx)
		if kept = err == nil && now.Sequence == before; !kept {
			return err
		}
		if _, err := tx.ExecContext(ctx, tx.Rebind(`INSERT INTO page_state (id, differences, transport, sequence, since, looked_at, next_at) VALUES (1, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (id) DO UPDATE SET differences = excluded.differences, transport = excluded.transport, sequence = excluded.sequence,
			since = excluded.since, looked_at = excluded.looked_at, next_at = excluded.next_at`),
			encode(s.Differences), s.Transport, s.Sequence, millis(s.Since), millis(s.LookedAt), millis(s.NextAt)); err != nil || s.Sequence == before {
			return err
		}
		var merchants []string
		if err := tx.SelectContext(ctx, &merchants, `SELECT id FROM merchants ORDER BY id`); err != nil {
			return err
		}
		for _, m := range merchants {
			if err := db.appendEvents(ctx, tx, []event.Event{tell(m)}, nil); err != nil {
				return err
			}
		}
		return db.appendAudit(ctx, tx, audit.Entry{Actor: "server", Action: "page.compare", Detail: fmt.Sprintf("%d differences", len(s.Differences))})
	})
	return kept, err
}
