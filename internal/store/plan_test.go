package store

import (
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// What is asked for every payment is found by an index of its own, whatever indexes there
// are for others: one for reports, which looked as good to SQLite's planner, had every
// payment read all of its merchant's.
func TestWhatIsAskedForEveryPayment(t *testing.T) {
	t.Parallel()
	db, err := Open(t.Context(), filepath.Join(t.TempDir(), "paywicket.db"), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, c := range []struct{ query, index string }{
		{selectAttempts, "payments_of_session (session=? AND merchant=?)"},
		{selectSession + `WHERE s.id = ?`, "s USING PRIMARY KEY (id=?)"},
		{selectPayment + `WHERE p.merchant = ? AND p.id = ?`, "(merchant=? AND id=?)"},
		{`SELECT subject FROM rescue_history WHERE merchant = ? AND subject IN (?, ?)`, "USING PRIMARY KEY (merchant=? AND subject=?)"},
		{`SELECT position FROM transmissions WHERE due_at > 0 AND due_at <= ? ORDER BY due_at, position LIMIT ?`, "transmissions_due"},
		{`SELECT token FROM cards WHERE ` + offered, "cards_of_customer (merchant=? AND customer_id=?)"}, // for every checkout that is shown
		{selectTransactions + ofPayment, "(merchant=? AND payment=?)"},
		{selectTransactions + `WHERE t.merchant = ? AND t.number = ?`, "(merchant=? AND number=?)"},
		{selectTransactions + `WHERE t.merchant = ? ORDER BY t.created_at DESC, t.number DESC LIMIT ?`, "bulk_transactions_by_age"},
		{selectTransactions + `WHERE t.merchant = ? AND t.batch > 0 AND t.batch = ? ORDER BY t.item, t.attempt LIMIT ?`, "bulk_transactions_of_batch"},
		{selectOrders + `WHERE next_at > 0 AND next_at <= ? ORDER BY next_at LIMIT ?`, "rescue_orders_due"},
	} {
		var plan []struct {
			ID, Parent, Notused int
			Detail              string
		}
		args := make([]any, strings.Count(c.query, "?"))
		if err := db.reader.SelectContext(t.Context(), &plan, `EXPLAIN QUERY PLAN `+c.query, args...); err != nil {
			t.Fatal(err)
		}
		var all []string
		for _, step := range plan {
			all = append(all, step.Detail)
		}
		if said := strings.Join(all, "; "); !strings.Contains(said, c.index) || strings.Contains(said, "TEMP B-TREE") {
			t.Errorf("%s: %s, want %s", c.query, said, c.index)
		}
	}
}
