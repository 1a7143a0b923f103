package store

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/paywicket/paywicket/internal/bulk"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/payment"
)

var _ bulk.Store = (*DB)(nil)

// bulkRow is a row of bulk_transactions.
type bulkRow struct {
	Merchant  string
	Number    int64
	Payment   string
	Reference string
	Batch     int64
	Item      int
	Attempt   int
	Amount    int64
	Currency  string
	Email     string
	Detail    string
	Refused   string
	CreatedAt int64 `db:"created_at"`
}

const (
	transactionColumns = `t.merchant, t.number, t.payment, t.reference, t.batch, t.item, t.attempt, t.amount, t.currency, t.email, t.detail, t.refused, t.created_at`
	selectTransactions = `SELECT ` + transactionColumns + ` FROM bulk_transactions t `
)

func (r bulkRow) transaction() (bulk.Transaction, error) {
	return bulk.Transaction{
		Merchant: r.Merchant, Number: r.Number, Payment: r.Payment, Reference: r.Reference, Batch: r.Batch, Item: r.Item, Attempt: r.Attempt,
		Amount: money.Amount{Minor: r.Amount, Currency: r.Currency}, Email: r.Email, Detail: json.RawMessage(r.Detail), Refused: r.Refused, CreatedAt: at(r.CreatedAt),
	}, nil
}

// findTransaction gives the first transaction of a condition.
func findTransaction(ctx context.Context, q queryer, where string, args ...any) (bulk.Transaction, error) {
	var row bulkRow
	if err := q.GetContext(ctx, &row, q.Rebind(selectTransactions+where+` LIMIT 1`), args...); err != nil {
		return bulk.Transaction{}, missing(err)
	}
	return row.transaction()
}

const ofPayment = `WHERE t.merchant = ? AND t.payment = ?`

// KeepTransaction keeps a new transaction under a number of its own.
func (db *DB) KeepTransaction(ctx context.Context, t bulk.Transaction, number func(try int) int64) (bulk.Transaction, error) {
	if err := db.space.check(); err != nil {
		return t, err
	}
	kept := t
	err := db.write(ctx, func(ctx context.Context, tx *transaction) error {
		err := takenBy(ctx, tx, t)
		if err == nil {
			kept, err = keepTransaction(ctx, tx, t, number)
		}
		return err
	})
	return kept, err
}

// takenBy gives bulk.ErrTaken when another charge has the reference of one that is of no batch.
func takenBy(ctx context.Context, tx *transaction, t bulk.Transaction) error {
	if t.Batch != 0 {
		return nil // its item has the reference
	}
	var taken bool
	err := tx.GetContext(ctx, &taken, tx.Rebind(`SELECT EXISTS (SELECT 1 FROM bulk_items WHERE merchant = ? AND reference = ?)
		OR EXISTS (SELECT 1 FROM bulk_transactions WHERE merchant = ? AND reference = ? AND payment <> ?)`), t.Merchant, t.Reference, t.Merchant, t.Reference, t.Payment)
	if err == nil && taken {
		err = bulk.ErrTaken
	}
	return err
}

// keepTransaction keeps one under the first number that no other has, or gives what is kept
// of its payment.
func keepTransaction(ctx context.Context, tx *transaction, t bulk.Transaction, number func(try int) int64) (bulk.Transaction, error) {
	for try := 0; ; try++ {
		t.Number = number(try)
		done, err := tx.ExecContext(ctx, tx.Rebind(`INSERT INTO bulk_transactions (merchant, number, payment, reference, batch, item, attempt, amount, currency, email, detail, created_at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`),
			t.Merchant, t.Number, t.Payment, t.Reference, t.Batch, t.Item, t.Attempt, t.Amount.Minor, t.Amount.Currency, strings.ToLower(t.Email), encode(t.Detail), millis(t.CreatedAt))
		if err != nil {
			return t, err
		}
		if n, err := done.RowsAffected(); err != nil || n == 1 {
			return t, err
		}
		before, err := findTransaction(ctx, tx, ofPayment, t.Merchant, t.Payment)
		if err == nil || fault.CodeOf(err) != fault.NotFound {
			return before, err
		}
	}
}

// DropTransaction forgets a transaction whose payment was never opened.
func (db *DB) DropTransaction(ctx context.Context, m string, number int64) error {
	return db.write(ctx, func(ctx context.Context, tx *transaction) error {
		_, err := tx.ExecContext(ctx, tx.Rebind(`DELETE FROM bulk_transactions WHERE merchant = ? AND number = ?
			AND NOT EXISTS (SELECT 1 FROM payments p WHERE p.merchant = bulk_transactions.merchant AND p.id = bulk_transactions.payment)`), m, number)
		return err
	})
}

// FindTransaction gives a merchant's transaction.
func (db *DB) FindTransaction(ctx context.Context, m string, number int64) (bulk.Transaction, error) {
	return findTransaction(brief(ctx), db.reader, `WHERE t.merchant = ? AND t.number = ?`, m, number)
}

// FindTransactionOf gives the transaction of a merchant's payment.
func (db *DB) FindTransactionOf(ctx context.Context, m, payment string) (bulk.Transaction, error) {
	return findTransaction(brief(ctx), db.reader, ofPayment, m, payment)
}

// FindTransactionBy gives the newest attempt under a merchant's own name for a charge.
func (db *DB) FindTransactionBy(ctx context.Context, m, reference string) (bulk.Transaction, error) {
	return findTransaction(brief(ctx), db.reader, `WHERE t.merchant = ? AND t.reference = ? ORDER BY t.created_at DESC, t.attempt DESC, t.number DESC`, m, reference)
}

// ListTransactions gives a page of a merchant's transactions, and how many there are.
func (db *DB) ListTransactions(ctx context.Context, m string, f bulk.Filter) ([]bulk.Transaction, int, error) {
	where, args := transactionsOf(m, f)
	var total int
	if err := db.reader.GetContext(ctx, &total, db.reader.Rebind(`SELECT count(*) FROM bulk_transactions t `+where), args...); err != nil {
		return nil, 0, err
	}
	order := ` ORDER BY t.created_at DESC, t.number DESC`
	if f.Batch != 0 {
		order = ` ORDER BY t.item, t.attempt`
	}
	var rows []bulkRow
	page := append(args, f.Size, int64(max(f.Page-1, 0))*int64(f.Size))
	if err := db.reader.SelectContext(ctx, &rows, db.reader.Rebind(selectTransactions+where+order+` LIMIT ? OFFSET ?`), page...); err != nil {
		return nil, 0, err
	}
	found, err := collect(rows, bulkRow.transaction)
	return found, total, err
}

// transactionsOf is the condition of a filter.
func transactionsOf(m string, f bulk.Filter) (where string, args []any) {
	where, args = `WHERE t.merchant = ?`, []any{m}
	narrow := func(wanted bool, condition string, value any) {
		if wanted {
			where, args = where+` AND `+condition, append(args, value)
		}
	}
	narrow(f.Batch != 0, `t.batch > 0 AND t.batch = ?`, f.Batch)
	narrow(!f.From.IsZero(), `t.created_at >= ?`, millis(f.From))
	narrow(!f.Until.IsZero(), `t.created_at < ?`, millis(f.Until))
	narrow(f.Email != "", `t.email = ?`, strings.ToLower(f.Email))
	narrow(f.Reference != "", `t.reference = ?`, f.Reference)
	narrow(f.Currency != "", `t.currency = ?`, f.Currency)
	if f.Status != "" {
		where += ` AND COALESCE((SELECT p.state FROM payments p WHERE p.merchant = t.merchant AND p.id = t.payment), CASE WHEN t.refused = '' THEN '' ELSE 'refused' END) IN (` + stated(f.Status) + `)`
	}
	return where, args
}

// stated are the states of payments, quoted, whose transactions have a status: the one
// place that knows is bulk's, which is asked of each.
func stated(status bulk.Status) string {
	var states []string
	if (bulk.View{}).Status() == status {
		states = append(states, `''`)
	}
	if (bulk.View{Transaction: bulk.Transaction{Refused: "why"}}).Status() == status {
		states = append(states, `'refused'`)
	}
	for _, state := range payment.States {
		if (bulk.View{Paid: &payment.Payment{State: state}}).Status() == status {
			states = append(states, `'`+string(state)+`'`)
		}
	}
	if len(states) == 0 {
		return `NULL`
	}
	return strings.Join(states, `, `)
}
