package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/paywicket/paywicket/internal/audit"
	"github.com/paywicket/paywicket/internal/card"
	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/processor"
)

var _ payment.Store = (*DB)(nil)

// paymentRow is a row of payments, with whether its token's card is kept.
type paymentRow struct {
	Merchant           string
	ID                 string
	Session            string
	Site               string
	Sequence           int
	State              payment.State
	Amount             int64
	Currency           string
	Reference          string
	Metadata           string
	Terms              string
	Brand              card.Brand
	BIN                string
	Last4              string
	ExpMonth           int `db:"exp_month"`
	ExpYear            int `db:"exp_year"`
	Token              []byte
	Vaulted            bool
	Processor          string
	ProcessorReference string                `db:"processor_reference"`
	ProcessorID        string                `db:"processor_id"`
	DeclineCode        processor.DeclineCode `db:"decline_code"`
	NetworkCode        string                `db:"network_code"`
	ApprovalCode       string                `db:"approval_code"`
	SchemeReference    string                `db:"scheme_reference"`
	AVS                string
	CVVResult          string `db:"cvv_result"`
	ChallengeURL       string `db:"challenge_url"`
	Authentication     processor.Authentication
	ECI                string
	ReturnKey          string `db:"return_key"`
	Capturable         int64
	Captured           int64
	Refunded           int64
	Attempts           string
	Modifications      int
	WaitUntil          int64 `db:"wait_until"`
	ReadyAt            int64 `db:"ready_at"`
	CheckAt            int64 `db:"check_at"`
	Checks             int
	NotFoundAt         int64 `db:"not_found_at"`
	CreatedAt          int64 `db:"created_at"`
	UpdatedAt          int64 `db:"updated_at"`
}

const selectPayment = `SELECT p.merchant, p.id, COALESCE(p.session, '') AS session, p.site, p.sequence, p.state, p.amount, p.currency, p.reference,
	p.metadata, p.terms, p.brand, p.bin, p.last4, p.exp_month, p.exp_year, p.token,
	EXISTS (SELECT 1 FROM cards c WHERE c.merchant = p.merchant AND c.token = p.token) AS vaulted,
	p.processor, p.processor_reference, p.processor_id, p.decline_code, p.network_code, p.approval_code, p.scheme_reference, p.avs, p.cvv_result,
	p.challenge_url, p.authentication, p.eci, p.return_key, p.capturable, p.captured, p.refunded, p.attempts, p.modifications,
	p.wait_until, p.ready_at, p.check_at, p.checks, p.not_found_at, p.created_at, p.updated_at FROM payments p `

func (r paymentRow) payment() (payment.Payment, error) {
	p := payment.Payment{
		ID: r.ID, Merchant: r.Merchant, Session: r.Session, Site: r.Site, Sequence: r.Sequence, State: r.State,
		Amount: money.Amount{Minor: r.Amount, Currency: r.Currency}, Reference: r.Reference,
		Card:  card.Summary{Brand: r.Brand, BIN: r.BIN, Last4: r.Last4, ExpMonth: r.ExpMonth, ExpYear: r.ExpYear},
		Token: id.Token(r.Token), Vaulted: r.Vaulted,
		Processor: r.Processor, ProcessorReference: r.ProcessorReference, ProcessorID: r.ProcessorID,
		DeclineCode: r.DeclineCode, NetworkCode: r.NetworkCode, ApprovalCode: r.ApprovalCode, SchemeReference: r.SchemeReference,
		AVS: r.AVS, CVVResult: r.CVVResult, ChallengeURL: r.ChallengeURL, Authentication: r.Authentication, ECI: r.ECI, ReturnKey: r.ReturnKey,
		Capturable: r.Capturable, Captured: r.Captured, Refunded: r.Refunded,
		WaitUntil: at(r.WaitUntil), ReadyAt: at(r.ReadyAt), CheckAt: at(r.CheckAt), Checks: r.Checks, NotFoundAt: at(r.NotFoundAt),
		CreatedAt: at(r.CreatedAt), UpdatedAt: at(r.UpdatedAt),
	}
	err := json.Unmarshal([]byte(r.Metadata), &p.Metadata)
	if err == nil && r.Terms != "{}" {
		err = json.Unmarshal([]byte(r.Terms), &p.Terms)
	}
	if err == nil && r.Attempts != "[]" {
		err = json.Unmarshal([]byte(r.Attempts), &p.Attempts)
	}
	return p, err
}

// withModifications adds those that a payment has.
func (r paymentRow) withModifications(ctx context.Context, q queryer) (payment.Payment, error) {
	p, err := r.payment()
	if err != nil || r.Modifications == 0 {
		return p, err
	}
	var rows []modificationRow
	if err := q.SelectContext(ctx, &rows, q.Rebind(selectModifications+`WHERE merchant = ? AND payment = ? ORDER BY number`), r.Merchant, r.ID); err != nil {
		return p, err
	}
	p.Modifications, err = collect(rows, modificationRow.modification)
	return p, err
}

// paymentTable is payments as new ones are put in. Those without a session, which few
// are, have no place for it and are put in by themselves.
var paymentTable = tableOf("payments", `merchant text, id text, session text, site text, sequence bigint, state text, amount bigint, currency text, reference text,
	metadata text, terms text, brand text, bin text, last4 text, exp_month bigint, exp_year bigint, token bytea, processor text, processor_reference text, processor_id text,
	decline_code text, network_code text, approval_code text, scheme_reference text, avs text, cvv_result text, challenge_url text, authentication text, eci text, return_key text,
	capturable bigint, captured bigint, refunded bigint, attempts text, modifications bigint, wait_until bigint, check_at bigint, checks bigint, not_found_at bigint,
	created_at bigint, updated_at bigint`)

// paymentValues are a new payment's columns, in the order of paymentTable.
func paymentValues(p payment.Payment) []any {
	return []any{
		p.Merchant, p.ID, p.Session, p.Site, int64(p.Sequence), string(p.State), p.Amount.Minor, p.Amount.Currency, p.Reference,
		encode(p.Metadata), encode(p.Terms), string(p.Card.Brand), p.Card.BIN, p.Card.Last4, int64(p.Card.ExpMonth), int64(p.Card.ExpYear), p.Token[:],
		p.Processor, p.ProcessorReference, p.ProcessorID, string(p.DeclineCode), p.NetworkCode, p.ApprovalCode, p.SchemeReference, p.AVS, p.CVVResult, p.ChallengeURL, string(p.Authentication), p.ECI, p.ReturnKey,
		p.Capturable, p.Captured, p.Refunded, encode(p.Attempts), int64(len(p.Modifications)), millis(p.WaitUntil), millis(p.CheckAt), int64(p.Checks), millis(p.NotFoundAt),
		millis(p.CreatedAt), millis(p.UpdatedAt),
	}
}

// addPayments puts the payments that were gathered into a batch.
func (tx *transaction) addPayments(b batch) {
	values := make([]any, 0, len(paymentTable.columns)*len(tx.payments))
	for _, p := range tx.payments {
		values = append(values, paymentValues(p)...)
	}
	b.insert(paymentTable, values)
	tx.payments = nil
}

// flushPayments writes them now: somebody is going to look.
func (tx *transaction) flushPayments() error {
	b := tx.engine.batch(tx)
	tx.addPayments(b)
	return b.send()
}

// KeepPayment makes the intent of a payment without a session durable. One that is to rescue
// an order is refused with fault.Conflict when its order has given it up meanwhile.
func (db *DB) KeepPayment(ctx context.Context, p payment.Payment, actor string) error {
	if err := db.space.check(); err != nil {
		return err
	}
	session := slices.IndexFunc(paymentTable.columns, func(c column) bool { return c.name == "session" })
	columns := slices.Delete(slices.Clone(paymentTable.columns), session, session+1)
	values := slices.Delete(paymentValues(p), session, session+1)
	text := `INSERT INTO payments (` + table{columns: columns}.names() + `) VALUES (?` + strings.Repeat(`, ?`, len(columns)-1) + `)`
	return db.write(ctx, func(ctx context.Context, tx *transaction) error {
		if err := expected(ctx, tx, p); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, tx.Rebind(text), values...); err != nil {
			return err
		}
		return db.auditOpen(ctx, tx, p, actor)
	})
}

// auditOpen writes an intent to the audit trail.
func (db *DB) auditOpen(ctx context.Context, tx *transaction, p payment.Payment, actor string) error {
	return db.appendAudit(ctx, tx, audit.Entry{
		Merchant: p.Merchant, Actor: actor, Action: "payment.open", Object: p.ID, Detail: p.Amount.String(),
	})
}

// Advance applies a step to a merchant's payment in one transaction. The update
// compares the sequence it read, so a step never lands on another's result.
func (db *DB) Advance(ctx context.Context, m, id, actor string, step payment.Step) (payment.Payment, error) {
	return db.advance(ctx, m, id, nil, actor, step)
}

// AdvanceFrom applies a step to a payment that is known, unless it has moved on: then to
// what it is.
func (db *DB) AdvanceFrom(ctx context.Context, p payment.Payment, actor string, step payment.Step) (payment.Payment, error) {
	return db.advance(ctx, p.Merchant, p.ID, &p, actor, step)
}

func (db *DB) advance(ctx context.Context, m, id string, known *payment.Payment, actor string, step payment.Step) (payment.Payment, error) {
	var after payment.Payment
	err := db.write(ctx, func(ctx context.Context, tx *transaction) error {
		before, events, err := tx.advance(ctx, m, id, known, step, &after)
		if err != nil {
			after = before
			return err
		}
		if err := keepModifications(ctx, tx, before, after); err != nil {
			return err
		}
		for _, a := range after.Attempts[len(before.Attempts):] {
			if _, err := tx.ExecContext(ctx, tx.Rebind(`INSERT INTO payment_attempts (merchant, payment, processor, reference) VALUES (?, ?, ?, ?)`), m, id, a.Processor, a.Reference); err != nil {
				return err
			}
		}
		if err := db.appendEvents(ctx, tx, events, &after); err != nil {
			return err
		}
		if t, is := learnOf(before, after); is {
			tx.lessons = append(tx.lessons, t)
		}
		return db.appendAudit(ctx, tx, audit.Entry{
			Merchant: m, Actor: actor, Action: "payment.advance", Object: id, Detail: string(before.State) + " → " + string(after.State) + modified(before, after),
		})
	})
	return after, err
}

// advance applies a step to the payment that is known, or else to the one that is read,
// and writes what it makes of it.
func (tx *transaction) advance(ctx context.Context, m, id string, known *payment.Payment, step payment.Step, after *payment.Payment) (before payment.Payment, events []event.Event, err error) {
	if known != nil {
		if *after, events, err = step(*known); err == nil {
			if current, err := updatePayment(ctx, tx, *known, *after); err != nil || current {
				return *known, events, err
			}
		}
	}
	if before, err = readPayment(ctx, tx, m, id); err != nil {
		return before, nil, err
	}
	if *after, events, err = step(before); err != nil {
		return before, nil, err
	}
	current, err := updatePayment(ctx, tx, before, *after)
	if err == nil && !current {
		err = fmt.Errorf("store: payment %s changed under a step", id)
	}
	return before, events, err
}

// updatePayment writes a payment after a step, and tells whether it was still what it
// was before.
func updatePayment(ctx context.Context, tx *transaction, before, after payment.Payment) (bool, error) {
	result, err := tx.ExecContext(ctx, tx.Rebind(`UPDATE payments SET sequence = ?, state = ?, processor = ?, processor_reference = ?, processor_id = ?,
		decline_code = ?, network_code = ?, approval_code = ?, scheme_reference = ?, avs = ?, cvv_result = ?, challenge_url = ?, authentication = ?, eci = ?, return_key = ?,
		capturable = ?, captured = ?, refunded = ?, attempts = ?, modifications = ?, check_at = ?, checks = ?, not_found_at = ?, updated_at = ?
		WHERE merchant = ? AND id = ? AND sequence = ?`),
		after.Sequence, after.State, after.Processor, after.ProcessorReference, after.ProcessorID,
		after.DeclineCode, after.NetworkCode, after.ApprovalCode, after.SchemeReference, after.AVS, after.CVVResult, after.ChallengeURL, after.Authentication, after.ECI, after.ReturnKey,
		after.Capturable, after.Captured, after.Refunded, encode(after.Attempts), len(after.Modifications),
		millis(after.CheckAt), after.Checks, millis(after.NotFoundAt), millis(after.UpdatedAt), before.Merchant, before.ID, before.Sequence)
	if err != nil {
		return false, err
	}
	n, err := result.RowsAffected()
	return n == 1, err
}

func readPayment(ctx context.Context, q queryer, m, id string) (payment.Payment, error) {
	var row paymentRow
	if err := q.GetContext(ctx, &row, q.Rebind(selectPayment+`WHERE p.merchant = ? AND p.id = ?`), m, id); err != nil {
		return payment.Payment{}, missing(err)
	}
	return row.withModifications(ctx, q)
}

// FindPayment gives a merchant's payment.
func (db *DB) FindPayment(ctx context.Context, m, id string) (payment.Payment, error) {
	return readPayment(brief(ctx), db.reader, m, id)
}

// ClaimDue gives payments of all merchants whose time to be asked about has come, each
// to one caller only until their time comes again: the resolver works for the whole
// house, and goes on by merchant and id.
func (db *DB) ClaimDue(ctx context.Context, now, until time.Time, limit int) ([]payment.Payment, error) {
	const due = `SELECT p.merchant, p.id FROM payments p WHERE p.check_at > 0 AND p.check_at <= ? ORDER BY p.check_at LIMIT ?`
	var any []struct{ Merchant, ID string }
	if err := db.reader.SelectContext(brief(ctx), &any, db.reader.Rebind(due), millis(now), 1); err != nil || len(any) == 0 {
		return nil, err
	}
	var claimed []payment.Payment
	err := db.write(ctx, func(ctx context.Context, tx *transaction) error {
		claimed = nil
		if err := tx.SelectContext(ctx, &any, tx.Rebind(due), millis(now), limit); err != nil {
			return err
		}
		for _, one := range any {
			p, err := readPayment(ctx, tx, one.Merchant, one.ID)
			if err != nil {
				return err
			}
			claimed = append(claimed, p)
			if _, err := tx.ExecContext(ctx, tx.Rebind(`UPDATE payments SET check_at = ? WHERE merchant = ? AND id = ?`), millis(until), p.Merchant, p.ID); err != nil {
				return err
			}
		}
		return nil
	})
	return claimed, err
}
