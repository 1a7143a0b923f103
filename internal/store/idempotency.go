package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/paywicket/paywicket/internal/idempotency"
)

var _ idempotency.Store = (*DB)(nil)

// idempotencyRow is a row of idempotency_keys.
type idempotencyRow struct {
	Merchant    string
	Scope       string
	Key         string
	Fingerprint string
	Seed        []byte
	LeasedUntil int64 `db:"leased_until"`
	Status      int
	Sealed      []byte
	Payment     string
	CreatedAt   int64 `db:"created_at"`
}

func (r idempotencyRow) record() idempotency.Record {
	return idempotency.Record{
		Name: idempotency.Name{Merchant: r.Merchant, Scope: r.Scope, Key: r.Key}, Fingerprint: r.Fingerprint, Seed: r.Seed,
		LeasedUntil: at(r.LeasedUntil), Status: r.Status, Sealed: r.Sealed, Payment: r.Payment, CreatedAt: at(r.CreatedAt),
	}
}

const selectKey = `SELECT merchant, scope, key, fingerprint, seed, leased_until, status, sealed, payment, created_at FROM idempotency_keys `

func findKey(ctx context.Context, q queryer, n idempotency.Name) (idempotency.Record, error) {
	var row idempotencyRow
	err := q.GetContext(ctx, &row, q.Rebind(selectKey+`WHERE merchant = ? AND scope = ? AND key = ?`), n.Merchant, n.Scope, n.Key)
	return row.record(), err
}

// ClaimKey keeps a record whose key is new, or takes over one that nobody goes on with.
// Who only waits reads, and does not write.
func (db *DB) ClaimKey(ctx context.Context, r idempotency.Record, now time.Time) (idempotency.Record, bool, error) {
	known, err := findKey(brief(ctx), db.reader, r.Name)
	if err == nil && (known.Status != 0 || now.Before(known.LeasedUntil)) {
		return known, false, nil
	}
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return r, false, err
	}
	if err := db.space.check(); err != nil {
		return r, false, err
	}
	mine := false
	err = db.write(ctx, func(ctx context.Context, tx *transaction) error {
		var err error
		known, err = findKey(ctx, tx, r.Name)
		if errors.Is(err, sql.ErrNoRows) {
			known, mine = r, true
			_, err = tx.ExecContext(ctx, tx.Rebind(`INSERT INTO idempotency_keys (merchant, scope, key, fingerprint, seed, leased_until, status, sealed, payment, created_at)
				VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`), r.Merchant, r.Scope, r.Key, r.Fingerprint, r.Seed, millis(r.LeasedUntil), 0, []byte{}, "", millis(r.CreatedAt))
			return err
		}
		mine = err == nil && known.Status == 0 && !now.Before(known.LeasedUntil) && known.Fingerprint == r.Fingerprint
		if !mine {
			return err
		}
		known.LeasedUntil = r.LeasedUntil
		_, err = tx.ExecContext(ctx, tx.Rebind(`UPDATE idempotency_keys SET leased_until = ? WHERE merchant = ? AND scope = ? AND key = ?`),
			millis(r.LeasedUntil), r.Merchant, r.Scope, r.Key)
		return err
	})
	return known, mine, err
}

// AnswerKey keeps the answer of a claimed key.
func (db *DB) AnswerKey(ctx context.Context, r idempotency.Record) error {
	return db.write(ctx, func(ctx context.Context, tx *transaction) error {
		_, err := tx.ExecContext(ctx, tx.Rebind(`UPDATE idempotency_keys SET status = ?, sealed = ?, payment = ? WHERE merchant = ? AND scope = ? AND key = ? AND status = 0`),
			r.Status, r.Sealed, r.Payment, r.Merchant, r.Scope, r.Key)
		return err
	})
}

// ReleaseKey ends a claim without an answer.
func (db *DB) ReleaseKey(ctx context.Context, n idempotency.Name, forget bool) error {
	return db.write(ctx, func(ctx context.Context, tx *transaction) error {
		statement := `UPDATE idempotency_keys SET leased_until = 0 WHERE merchant = ? AND scope = ? AND key = ? AND status = 0`
		if forget {
			statement = `DELETE FROM idempotency_keys WHERE merchant = ? AND scope = ? AND key = ? AND status = 0`
		}
		_, err := tx.ExecContext(ctx, tx.Rebind(statement), n.Merchant, n.Scope, n.Key)
		return err
	})
}

// ForgetKeys drops old records of all merchants, each by its merchant, but for those
// whose payment is open: the operator's work.
func (db *DB) ForgetKeys(ctx context.Context, before time.Time, limit int) (int, error) {
	const old = `SELECT k.merchant, k.scope, k.key FROM idempotency_keys k
		LEFT JOIN payments p ON p.merchant = k.merchant AND p.id = k.payment
		WHERE k.created_at < ? AND k.leased_until < ? AND (p.id IS NULL OR p.check_at = 0 AND p.state <> 'manual_review') ORDER BY k.created_at LIMIT ?`
	var any []idempotencyRow
	if err := db.reader.SelectContext(brief(ctx), &any, db.reader.Rebind(old), millis(before), millis(before), limit); err != nil || len(any) == 0 {
		return 0, err
	}
	err := db.write(ctx, func(ctx context.Context, tx *transaction) error {
		for _, k := range any {
			if _, err := tx.ExecContext(ctx, tx.Rebind(`DELETE FROM idempotency_keys WHERE merchant = ? AND scope = ? AND key = ?`), k.Merchant, k.Scope, k.Key); err != nil {
				return err
			}
		}
		return nil
	})
	return len(any), err
}

// WalkAnswers gives up to limit answers of all merchants after one, by merchant, scope
// and key: it is for the operator, who works for the whole house.
func (db *DB) WalkAnswers(ctx context.Context, after idempotency.Name, limit int) ([]idempotency.Record, error) {
	var rows []idempotencyRow
	if err := db.reader.SelectContext(ctx, &rows, db.reader.Rebind(selectKey+`WHERE status > 0 AND (merchant, scope, key) > (?, ?, ?) ORDER BY merchant, scope, key LIMIT ?`),
		after.Merchant, after.Scope, after.Key, limit); err != nil {
		return nil, err
	}
	return collect(rows, func(r idempotencyRow) (idempotency.Record, error) { return r.record(), nil })
}

// ReplaceAnswer puts a newly sealed answer in the place of a record's.
func (db *DB) ReplaceAnswer(ctx context.Context, r idempotency.Record, sealed []byte) error {
	return db.write(ctx, func(ctx context.Context, tx *transaction) error {
		_, err := tx.ExecContext(ctx, tx.Rebind(`UPDATE idempotency_keys SET sealed = ? WHERE merchant = ? AND scope = ? AND key = ? AND sealed = ?`),
			sealed, r.Merchant, r.Scope, r.Key, r.Sealed)
		return err
	})
}
