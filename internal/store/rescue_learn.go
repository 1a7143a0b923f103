package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/rescue"
)

// transmissionTable is where steps of payments leave word of what became of them.
var transmissionTable = tableOf("transmissions", "merchant text, id text, payment text, sale text, learned bigint, attempts bigint, due_at bigint, at bigint")

// toLearn is a payment that has come to an outcome, or has changed and belongs to an order;
// or the sale of an order that has just been opened.
type toLearn struct {
	merchant, payment, sale string
	learned                 bool // it only changed
	at                      time.Time
}

// learnOf tells whether a step of a payment is to be learned from.
func learnOf(before, after payment.Payment) (t toLearn, is bool) {
	outcome := before.State.Pending() && (after.State.Paid() || after.State == payment.Declined)
	changed := after.Terms.Order != "" && (before.State != after.State || before.Captured != after.Captured || before.Refunded != after.Refunded)
	return toLearn{merchant: after.Merchant, payment: after.ID, learned: !outcome, at: after.UpdatedAt}, outcome || changed
}

// addLessons puts what was gathered to be learned from into a batch.
func (tx *transaction) addLessons(b batch) {
	values := make([]any, 0, len(transmissionTable.columns)*len(tx.lessons))
	for _, t := range tx.lessons {
		values = append(values, t.merchant, "", t.payment, t.sale, truth(t.learned), int64(0), millis(t.at), millis(t.at))
	}
	b.insert(transmissionTable, values)
}

// QueueSale keeps a sale to be learned from. The same again is kept once.
func (db *DB) QueueSale(ctx context.Context, t rescue.Transmission) error {
	return db.write(ctx, func(ctx context.Context, tx *transaction) error {
		_, err := tx.ExecContext(ctx, tx.Rebind(`INSERT INTO transmissions (merchant, id, payment, sale, learned, attempts, due_at, at) SELECT CAST(? AS TEXT), CAST(? AS TEXT), '', CAST(? AS TEXT), 0, 0, CAST(? AS BIGINT), CAST(? AS BIGINT)
			WHERE NOT EXISTS (SELECT 1 FROM transmissions WHERE merchant = ? AND id = ?)`),
			t.Merchant, t.ID, encode(t.Sale), millis(t.At), millis(t.At), t.Merchant, t.ID)
		return err
	})
}

// transmissionRow is a row of transmissions.
type transmissionRow struct {
	Position int64
	Merchant string
	ID       string
	Payment  string
	Sale     string
	Learned  int
	Attempts int
	At       int64
}

func (r transmissionRow) transmission() (rescue.Transmission, error) {
	t := rescue.Transmission{Position: r.Position, Merchant: r.Merchant, ID: r.ID, Payment: r.Payment, Learned: r.Learned != 0, Attempts: r.Attempts, At: at(r.At)}
	if r.Sale == "" {
		return t, nil
	}
	t.Sale = &rescue.Told{}
	return t, json.Unmarshal([]byte(r.Sale), t.Sale)
}

// ClaimTransmissions gives what is to be learned from, of all merchants, each to one
// caller only until its time comes again: the worker works for the whole house.
func (db *DB) ClaimTransmissions(ctx context.Context, now, until time.Time, limit int) ([]rescue.Transmission, error) {
	rows, err := claim(ctx, db, `SELECT position, merchant, id, payment, sale, learned, attempts, at FROM transmissions WHERE due_at > 0 AND due_at <= ? ORDER BY due_at, position LIMIT ?`,
		`UPDATE transmissions SET due_at = ? WHERE merchant = ? AND position = ?`, now, until, limit, func(r transmissionRow) []any { return []any{r.Merchant, r.Position} })
	if err != nil {
		return nil, err
	}
	return collect(rows, transmissionRow.transmission)
}

// Learn adds lessons, each once.
func (db *DB) Learn(ctx context.Context, lessons []rescue.Lesson) error {
	if len(lessons) == 0 {
		return nil
	}
	return db.write(ctx, func(ctx context.Context, tx *transaction) error {
		for _, l := range lessons {
			if err := learn(ctx, tx, l, db.now()); err != nil {
				return err
			}
		}
		return nil
	})
}

// sendingOn is how long whoever learned has to send it on before another does.
const sendingOn = time.Minute

func learn(ctx context.Context, tx *transaction, l rescue.Lesson, now time.Time) error {
	m := l.From.Merchant
	// What was told of stays, for reports, without whose it was; of the rest there are orders
	// and payments.
	text, args := `DELETE FROM transmissions WHERE merchant = ? AND position = ? AND learned = ?`, []any{}
	switch {
	case l.SendOn:
		text, args = `UPDATE transmissions SET learned = 1, due_at = ? WHERE merchant = ? AND position = ? AND learned = ?`, []any{millis(now.Add(sendingOn))}
	case l.From.ID != "":
		told := *l.From.Sale
		told.Subjects, told.Mark = nil, ""
		text, args = `UPDATE transmissions SET learned = 1, due_at = 0, sale = ? WHERE merchant = ? AND position = ? AND learned = ?`, []any{encode(told)}
	}
	result, err := tx.ExecContext(ctx, tx.Rebind(text), append(args, m, l.From.Position, truth(l.From.Learned))...)
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 || l.From.Learned {
		return err
	}
	approved, declined, approvedAt, declinedAt := int64(0), int64(1), int64(0), millis(l.At)
	if l.Approved {
		approved, declined, approvedAt, declinedAt = 1, 0, millis(l.At), 0
	}
	for _, subject := range l.Subjects {
		// A card that is approved is not dead, whatever was said of it before.
		if _, err := tx.ExecContext(ctx, tx.Rebind(`INSERT INTO rescue_history (merchant, subject, approved, declined, hard, approved_at, declined_at) VALUES (?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (merchant, subject) DO UPDATE SET approved = rescue_history.approved + excluded.approved, declined = rescue_history.declined + excluded.declined,
			hard = CASE WHEN excluded.approved > 0 THEN 0 ELSE rescue_history.hard + excluded.hard END,
			approved_at = CASE WHEN excluded.approved_at > rescue_history.approved_at THEN excluded.approved_at ELSE rescue_history.approved_at END,
			declined_at = CASE WHEN excluded.declined_at > rescue_history.declined_at THEN excluded.declined_at ELSE rescue_history.declined_at END`),
			m, subject, approved, declined, truth(l.Dead), approvedAt, declinedAt); err != nil {
			return err
		}
	}
	if l.Mark == "" || l.Try == "" {
		return nil
	}
	return keepTry(ctx, tx, m, l.Mark, l.Try, l.At)
}

// truth gives a truth value as it is stored.
func truth(is bool) int64 {
	if is {
		return 1
	}
	return 0
}

// Bury notes that a card was refused for good.
func (db *DB) Bury(ctx context.Context, m, mark string, when time.Time) error {
	return db.write(ctx, func(ctx context.Context, tx *transaction) error {
		_, err := tx.ExecContext(ctx, tx.Rebind(`INSERT INTO rescue_history (merchant, subject, approved, declined, hard, approved_at, declined_at) VALUES (?, ?, 0, 0, 1, 0, ?)
			ON CONFLICT (merchant, subject) DO UPDATE SET hard = rescue_history.hard + 1`), m, "card:"+mark, millis(when))
		return err
	})
}

// FinishTransmission notes when a transmission is to be sent on again.
func (db *DB) FinishTransmission(ctx context.Context, m string, position int64, due time.Time, attempts int) error {
	text, args := `UPDATE transmissions SET due_at = ?, attempts = ? WHERE merchant = ? AND position = ?`, []any{millis(due), attempts, m, position}
	if due.IsZero() {
		text, args = `DELETE FROM transmissions WHERE merchant = ? AND position = ?`, args[2:]
	}
	return db.write(ctx, func(ctx context.Context, tx *transaction) error {
		_, err := tx.ExecContext(ctx, tx.Rebind(text), args...)
		return err
	})
}

// History gives what is known of subjects.
func (db *DB) History(ctx context.Context, m string, subjects []string) (map[string]rescue.History, error) {
	known := map[string]rescue.History{}
	if len(subjects) == 0 {
		return known, nil
	}
	args := []any{m}
	for _, subject := range subjects {
		args = append(args, subject)
	}
	var rows []struct {
		Subject                  string
		Approved, Declined, Hard int
		ApprovedAt               int64 `db:"approved_at"`
		DeclinedAt               int64 `db:"declined_at"`
	}
	if err := db.reader.SelectContext(brief(ctx), &rows, db.reader.Rebind(`SELECT subject, approved, declined, hard, approved_at, declined_at FROM rescue_history
		WHERE merchant = ? AND subject IN (?`+strings.Repeat(`, ?`, len(subjects)-1)+`)`), args...); err != nil {
		return nil, err
	}
	for _, r := range rows {
		known[r.Subject] = rescue.History{Approved: r.Approved, Declined: r.Declined, Hard: r.Hard, ApprovedAt: at(r.ApprovedAt), DeclinedAt: at(r.DeclinedAt)}
	}
	return known, nil
}

// NoteArrival keeps how a card came to be kept, as it was first.
func (db *DB) NoteArrival(ctx context.Context, m string, token id.Token, a rescue.Arrival) error {
	return db.write(ctx, func(ctx context.Context, tx *transaction) error {
		_, err := tx.ExecContext(ctx, tx.Rebind(`INSERT INTO card_arrivals (merchant, token, sense_key, cvv) VALUES (?, ?, ?, ?) ON CONFLICT (merchant, token) DO NOTHING`), m, token[:], a.SenseKey, truth(a.CVV))
		return err
	})
}

// FindArrival gives how a merchant's card came to be kept.
func (db *DB) FindArrival(ctx context.Context, m string, token id.Token) (rescue.Arrival, error) {
	var row struct {
		SenseKey string `db:"sense_key"`
		CVV      bool
	}
	err := db.reader.GetContext(brief(ctx), &row, db.reader.Rebind(`SELECT sense_key, cvv <> 0 AS cvv FROM card_arrivals WHERE merchant = ? AND token = ?`), m, token[:])
	if errors.Is(err, sql.ErrNoRows) {
		return rescue.Arrival{}, nil
	}
	return rescue.Arrival(row), err
}

// lastHeard is when anything was heard of a subject last, as its index has it.
const lastHeard = `(CASE WHEN approved_at > declined_at THEN approved_at ELSE declined_at END)`

// ForgetRescue drops what is old enough, of all merchants: the operator's work.
func (db *DB) ForgetRescue(ctx context.Context, tries, told time.Time, limit int) (int, error) {
	total := 0
	err := db.write(ctx, func(ctx context.Context, tx *transaction) error {
		total = 0
		for _, old := range []struct {
			text   string
			before time.Time
		}{
			{`DELETE FROM rescue_tries WHERE (merchant, mark, name) IN (SELECT merchant, mark, name FROM rescue_tries WHERE at < ? ORDER BY at LIMIT ?)`, tries},
			{`DELETE FROM rescue_decisions WHERE (merchant, id) IN (SELECT merchant, id FROM rescue_decisions WHERE at < ? ORDER BY at LIMIT ?)`, told},
			{`DELETE FROM transmissions WHERE position IN (SELECT position FROM transmissions WHERE due_at = 0 AND at < ? ORDER BY at LIMIT ?)`, told},
			{`DELETE FROM rescue_history WHERE (merchant, subject) IN (SELECT merchant, subject FROM rescue_history WHERE ` + lastHeard + ` < ? ORDER BY ` + lastHeard + ` LIMIT ?)`, told},
		} {
			result, err := tx.ExecContext(ctx, tx.Rebind(old.text), millis(old.before), limit)
			if err != nil {
				return err
			}
			n, err := result.RowsAffected()
			if err != nil {
				return err
			}
			total = max(total, int(n))
		}
		return nil
	})
	return total, err
}
