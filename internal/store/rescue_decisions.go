package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/rescue"
)

// ListDecisions gives a merchant's decisions of a span of time, oldest first, from after
// cursor.
func (db *DB) ListDecisions(ctx context.Context, m string, from, to time.Time, cursor string, limit int) ([]rescue.Decision, error) {
	when := millis(from)
	if cursor != "" {
		var at int64
		err := db.reader.GetContext(brief(ctx), &at, db.reader.Rebind(`SELECT at FROM rescue_decisions WHERE merchant = ? AND id = ?`), m, cursor)
		if errors.Is(err, sql.ErrNoRows) {
			return nil, fault.Field("after", "There is no such decision. Give the id of the last decision of the page before.")
		}
		if err != nil {
			return nil, err
		}
		if at < when {
			cursor = "" // it is before the span, so the span begins with its first
		} else {
			when = at
		}
	}
	var rows []decisionRow
	if err := db.reader.SelectContext(ctx, &rows, db.reader.Rebind(`SELECT merchant, id, site, order_id, payment, amount, currency, facts, rule, why, action, version, at FROM rescue_decisions
		WHERE merchant = ? AND at >= ? AND at < ? AND (at > ? OR id > ?) ORDER BY at, id LIMIT ?`), m, when, millis(to), when, cursor, limit); err != nil {
		return nil, err
	}
	return collect(rows, decisionRow.decision)
}
