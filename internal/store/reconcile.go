package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/paywicket/paywicket/internal/payment"
)

var _ payment.Reconciler = (*DB)(nil)

// reconcileEvery is how often a processor's list is compared.
const reconcileEvery = 24 * time.Hour

// ClaimReconciliation gives from when a processor's list is to be compared, and takes it
// until hold: the first time from the beginning.
func (db *DB) ClaimReconciliation(ctx context.Context, processor string, now, hold time.Time) (from time.Time, ok bool, err error) {
	err = db.write(ctx, func(ctx context.Context, tx *transaction) error {
		var row struct{ Until, At int64 }
		err := tx.GetContext(ctx, &row, tx.Rebind(`SELECT until, at FROM reconciliations WHERE processor = ?`), processor)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		from, ok = at(row.Until), !now.Before(at(row.At)) && now.Sub(at(row.Until)) >= reconcileEvery
		if !ok {
			return nil
		}
		_, err = tx.ExecContext(ctx, tx.Rebind(`INSERT INTO reconciliations (processor, until, at) VALUES (?, ?, ?) ON CONFLICT (processor) DO UPDATE SET at = excluded.at`),
			processor, row.Until, millis(hold))
		return err
	})
	return from, ok, err
}

// FinishReconciliation keeps what was found, each difference once.
func (db *DB) FinishReconciliation(ctx context.Context, processor string, until time.Time, findings []payment.Finding) ([]payment.Finding, error) {
	var fresh []payment.Finding
	err := db.write(ctx, func(ctx context.Context, tx *transaction) error {
		fresh = nil
		for _, f := range findings {
			result, err := tx.ExecContext(ctx, tx.Rebind(`INSERT INTO reconciliation_findings (processor, reference, class, merchant, payment, detail, at) VALUES (?, ?, ?, ?, ?, ?, ?)
				ON CONFLICT (processor, reference, class) DO NOTHING`), f.Processor, f.Reference, f.Class, f.Merchant, f.Payment, f.Detail, millis(f.At))
			if err != nil {
				return err
			}
			if n, err := result.RowsAffected(); err != nil || n == 0 {
				if err != nil {
					return err
				}
				continue
			}
			fresh = append(fresh, f)
		}
		_, err := tx.ExecContext(ctx, tx.Rebind(`UPDATE reconciliations SET until = ?, at = 0 WHERE processor = ?`), millis(until), processor)
		return err
	})
	return fresh, err
}

// walkPage is how many payments are read at a time.
const walkPage = 500

// WalkPayments gives each payment of all merchants that was opened at a processor in a
// span of time: reconciliation works for the whole house, and by merchant and id.
func (db *DB) WalkPayments(ctx context.Context, processor string, from, to time.Time, each func(payment.Payment) error) error {
	last := paymentRow{CreatedAt: millis(from)}
	for {
		var rows []paymentRow
		if err := db.reader.SelectContext(ctx, &rows, db.reader.Rebind(selectPayment+`WHERE (p.created_at, p.id) > (?, ?) AND p.created_at >= ? AND p.created_at < ? AND p.processor = ?
			ORDER BY p.created_at, p.id LIMIT ?`), last.CreatedAt, last.ID, millis(from), millis(to), processor, walkPage); err != nil || len(rows) == 0 {
			return err
		}
		for _, row := range rows {
			p, err := row.payment()
			if err != nil {
				return err
			}
			if err := each(p); err != nil {
				return err
			}
		}
		last = rows[len(rows)-1]
	}
}

// FindReference gives the payment of any merchant that a processor knows under a
// reference, now or before another was asked: processors know nothing of merchants.
func (db *DB) FindReference(ctx context.Context, processor, reference string) (payment.Payment, error) {
	var row paymentRow
	err := db.reader.GetContext(brief(ctx), &row, db.reader.Rebind(selectPayment+`WHERE p.processor_reference = ?`), reference)
	if errors.Is(err, sql.ErrNoRows) {
		err = db.reader.GetContext(brief(ctx), &row, db.reader.Rebind(selectPayment+`JOIN payment_attempts a ON a.merchant = p.merchant AND a.payment = p.id WHERE a.reference = ? AND a.processor = ?`), reference, processor)
	}
	if err != nil {
		return payment.Payment{}, missing(err)
	}
	return row.withModifications(ctx, db.reader)
}

// Unfinished counts the payments of all merchants that are not known to have ended, all
// there are, and the deliveries that are to be made: for the operator.
func (db *DB) Unfinished(ctx context.Context) (open, payments, deliveries int, err error) {
	err = db.reader.QueryRowxContext(ctx, `SELECT
		(SELECT count(*) FROM payments WHERE state IN ('inflight', 'requires_action', 'unknown', 'reversing')) +
		(SELECT count(*) FROM payment_modifications WHERE state IN ('planned', 'inflight')),
		(SELECT count(*) FROM payments), (SELECT count(*) FROM webhook_deliveries WHERE due_at > 0)`).Scan(&open, &payments, &deliveries)
	return open, payments, deliveries, err
}

// UnderReview gives the payments of all merchants that are for a person, or have a capture,
// void or refund that is: for the operator.
func (db *DB) UnderReview(ctx context.Context) ([]payment.Payment, error) {
	var rows []paymentRow
	if err := db.reader.SelectContext(ctx, &rows, selectPayment+`WHERE p.state = 'manual_review' OR EXISTS
		(SELECT 1 FROM payment_modifications m WHERE m.merchant = p.merchant AND m.payment = p.id AND m.state = 'manual_review') ORDER BY p.created_at`); err != nil {
		return nil, err
	}
	return collect(rows, func(r paymentRow) (payment.Payment, error) { return r.withModifications(ctx, db.reader) })
}

// Findings gives what reconciliation found, newest first: for the operator.
func (db *DB) Findings(ctx context.Context) ([]payment.Finding, error) {
	var rows []struct {
		Processor, Reference, Merchant, Payment, Detail string
		Class                                           payment.FindingClass
		At                                              int64
	}
	if err := db.reader.SelectContext(ctx, &rows, `SELECT processor, reference, class, merchant, payment, detail, at FROM reconciliation_findings ORDER BY at DESC LIMIT 1000`); err != nil {
		return nil, err
	}
	var all []payment.Finding
	for _, r := range rows {
		all = append(all, payment.Finding{Processor: r.Processor, Reference: r.Reference, Class: r.Class, Merchant: r.Merchant, Payment: r.Payment, Detail: r.Detail, At: at(r.At)})
	}
	return all, nil
}
