package store

import (
	"context"

	"github.com/paywicket/paywicket/internal/bulk"
	"github.com/paywicket/paywicket/internal/processor"
)

// refundRow is a refund of a transaction.
type refundRow struct {
	bulkRow
	Modification string
}

func (r refundRow) refund() (bulk.Refunded, error) {
	t, err := r.transaction()
	return bulk.Refunded{Transaction: t, Modification: r.Modification}, err
}

// ListRefunds gives a page of the refunds of a merchant's transactions, newest first.
func (db *DB) ListRefunds(ctx context.Context, m string, f bulk.RefundFilter) ([]bulk.Refunded, int, error) {
	from := `FROM payment_modifications r JOIN bulk_transactions t ON t.merchant = r.merchant AND t.payment = r.payment WHERE r.merchant = ? AND r.kind = ?`
	args := []any{m, string(processor.Refund)}
	narrow := func(wanted bool, condition string, value any) {
		if wanted {
			from, args = from+` AND `+condition, append(args, value)
		}
	}
	narrow(!f.From.IsZero(), `r.created_at >= ?`, millis(f.From))
	narrow(!f.Until.IsZero(), `r.created_at < ?`, millis(f.Until))
	narrow(f.Currency != "", `t.currency = ?`, f.Currency)
	var total int
	if err := db.reader.GetContext(ctx, &total, db.reader.Rebind(`SELECT count(*) `+from), args...); err != nil {
		return nil, 0, err
	}
	var rows []refundRow
	page := append(args, f.Size, int64(max(f.Page-1, 0))*int64(f.Size))
	if err := db.reader.SelectContext(ctx, &rows, db.reader.Rebind(`SELECT `+transactionColumns+`, r.id AS modification `+from+` ORDER BY r.created_at DESC, r.number DESC, r.id LIMIT ? OFFSET ?`), page...); err != nil {
		return nil, 0, err
	}
	found, err := collect(rows, refundRow.refund)
	return found, total, err
}
