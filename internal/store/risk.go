package store

import (
	"context"
	"strings"
	"time"

	"github.com/paywicket/paywicket/internal/risk"
)

var _ risk.Store = (*DB)(nil)

// AddCounts adds to what is counted.
func (db *DB) AddCounts(ctx context.Context, counted []risk.Counted) error {
	return db.write(ctx, func(ctx context.Context, tx *transaction) error {
		for _, c := range counted {
			text, args := `INSERT INTO risk_counts (merchant, subject, hour, attempts, declines) VALUES (?, ?, ?, ?, ?) ON CONFLICT (merchant, subject, hour)
				DO UPDATE SET attempts = risk_counts.attempts + excluded.attempts, declines = risk_counts.declines + excluded.declines`,
				[]any{c.Merchant, c.Subject, c.Hour.Unix() / 3600, c.Attempts, c.Declines}
			if c.Card != "" {
				text, args = `INSERT INTO risk_cards (merchant, subject, card, at) VALUES (?, ?, ?, ?) ON CONFLICT (merchant, subject, card) DO UPDATE SET at = excluded.at`,
					[]any{c.Merchant, c.Subject, c.Card, millis(c.Hour)}
			}
			if _, err := tx.ExecContext(ctx, tx.Rebind(text), args...); err != nil {
				return err
			}
		}
		return nil
	})
}

// Counts answers questions in one go: they are asked for every card that is tried.
func (db *DB) Counts(ctx context.Context, m string, questions []risk.Question) ([]risk.Counts, error) {
	var texts []string
	var args []any
	for i, q := range questions {
		text, from := `SELECT ? AS n, COALESCE(sum(attempts), 0) AS attempts, COALESCE(sum(declines), 0) AS declines FROM risk_counts WHERE merchant = ? AND subject = ? AND hour >= ?`, q.From.Unix()/3600
		if q.Cards {
			text, from = `SELECT ? AS n, count(*) AS attempts, 0 AS declines FROM risk_cards WHERE merchant = ? AND subject = ? AND at >= ?`, millis(q.From)
		}
		if db.engine.name == postgres.name {
			text = strings.Replace(text, `? AS n`, `CAST(? AS bigint) AS n`, 1)
		}
		texts, args = append(texts, text), append(args, int64(i), m, q.Subject, from)
	}
	all := make([]risk.Counts, len(questions))
	if len(questions) == 0 {
		return all, nil
	}
	var rows []struct {
		N                  int
		Attempts, Declines int
	}
	if err := db.reader.SelectContext(ctx, &rows, db.reader.Rebind(strings.Join(texts, ` UNION ALL `)), args...); err != nil {
		return nil, err
	}
	for _, r := range rows {
		all[r.N] = risk.Counts{Attempts: r.Attempts, Declines: r.Declines}
	}
	return all, nil
}

// ForgetCounts drops what was counted before a time, for whoever clears up in the whole
// house.
func (db *DB) ForgetCounts(ctx context.Context, before time.Time, limit int) (int, error) {
	total := 0
	err := db.write(ctx, func(ctx context.Context, tx *transaction) error {
		total = 0
		for text, by := range map[string]int64{
			`DELETE FROM risk_counts WHERE (merchant, subject, hour) IN (SELECT merchant, subject, hour FROM risk_counts WHERE hour < ? ORDER BY hour LIMIT ?)`: before.Unix() / 3600,
			`DELETE FROM risk_cards WHERE (merchant, subject, card) IN (SELECT merchant, subject, card FROM risk_cards WHERE at < ? ORDER BY at LIMIT ?)`:       millis(before),
		} {
			n, err := tx.forget(ctx, text, by, limit)
			if err != nil {
				return err
			}
			total += n
		}
		return nil
	})
	return total, err
}
