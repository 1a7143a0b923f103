package store

import (
	"context"
	"time"

	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/sense"
)

var _ sense.Store = (*DB)(nil)

// maxBatches is how many batches one visit may send.
const maxBatches = 100

// KeepObservation adds a batch to the visit of a sense key. The key is a
// capability that was issued with a session, and names the merchant.
func (db *DB) KeepObservation(ctx context.Context, key string, signals, events []byte, now time.Time) error {
	return db.write(ctx, func(ctx context.Context, tx *transaction) error {
		var session struct{ ID, Merchant string }
		if err := tx.GetContext(ctx, &session, tx.Rebind(`SELECT id, merchant FROM checkout_sessions WHERE sense_key = ?`), key); err != nil {
			return missing(err)
		}
		// The signals that came first stay: later ones could be made up after the fact.
		if _, err := tx.ExecContext(ctx, tx.Rebind(`INSERT INTO sense_visits (sense_key, merchant, session, signals, batches, first_at, last_at) VALUES (?, ?, ?, ?, 1, ?, ?)
			ON CONFLICT (sense_key) DO UPDATE SET batches = sense_visits.batches + 1, last_at = excluded.last_at,
			signals = CASE WHEN sense_visits.signals = '' THEN excluded.signals ELSE sense_visits.signals END`),
			key, session.Merchant, session.ID, string(signals), millis(now), millis(now)); err != nil {
			return err
		}
		var batches int
		if err := tx.GetContext(ctx, &batches, tx.Rebind(`SELECT batches FROM sense_visits WHERE sense_key = ?`), key); err != nil {
			return err
		}
		if batches > maxBatches {
			return fault.New(fault.TooMany, "This page has sent enough.")
		}
		if len(events) == 0 {
			return nil
		}
		_, err := tx.ExecContext(ctx, tx.Rebind(`INSERT INTO sense_events (merchant, sense_key, events, at) VALUES (?, ?, ?, ?)`),
			session.Merchant, key, string(events), millis(now))
		return err
	})
}
