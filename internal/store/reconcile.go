package store

import (
	"context"

	"github.com/paywicket/paywicket/internal/payment"
)

// FindReference gives the payment of any merchant that a processor knows under a
// reference, now or before another was asked: processors know nothing of merchants.
func (db *DB) FindReference(ctx context.Context, processor, reference string) (payment.Payment, error) {
	var row paymentRow
	if err := db.reader.GetContext(brief(ctx), &row, db.reader.Rebind(selectPayment+`WHERE p.processor_reference = ? AND p.processor = ?`), reference, processor); err != nil {
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
