package store

import (
	"context"
	"encoding/json"
	"fmt"
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
	p.challenge_url, p.capturable, p.captured, p.refunded, p.attempts, p.modifications,
	p.wait_until, p.ready_at, p.check_at, p.checks, p.not_found_at, p.created_at, p.updated_at FROM payments p `

func (r paymentRow) payment() (payment.Payment, error) {
	p := payment.Payment{
		ID: r.ID, Merchant: r.Merchant, Session: r.Session, Site: r.Site, Sequence: r.Sequence, State: r.State,
		Amount: money.Amount{Minor: r.Amount, Currency: r.Currency}, Reference: r.Reference,
		Card:  card.Summary{Brand: r.Brand, BIN: r.BIN, Last4: r.Last4, ExpMonth: r.ExpMonth, ExpYear: r.ExpYear},
		Token: id.Token(r.Token), Vaulted: r.Vaulted,
		Processor: r.Processor, ProcessorReference: r.ProcessorReference, ProcessorID: r.ProcessorID,
		DeclineCode: r.DeclineCode, NetworkCode: r.NetworkCode, ApprovalCode: r.ApprovalCode, SchemeReference: r.SchemeReference,
		AVS: r.AVS, CVVResult: r.CVVResult, ChallengeURL: r.ChallengeURL,
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

func insertPayment(ctx context.Context, tx *transaction, p payment.Payment) error {
	var session any
	if p.Session != "" {
		session = p.Session
	}
	_, err := tx.ExecContext(ctx, tx.Rebind(`INSERT INTO payments (merchant, id, session, site, sequence, state, amount, currency, reference, metadata, terms,
		brand, bin, last4, exp_month, exp_year, token, processor, processor_reference, processor_id, decline_code, network_code, approval_code,
		scheme_reference, avs, cvv_result, challenge_url, capturable, captured, refunded, attempts, modifications,
		wait_until, check_at, checks, not_found_at, created_at, updated_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`),
		p.Merchant, p.ID, session, p.Site, p.Sequence, p.State, p.Amount.Minor, p.Amount.Currency, p.Reference, encode(p.Metadata), encode(p.Terms),
		p.Card.Brand, p.Card.BIN, p.Card.Last4, p.Card.ExpMonth, p.Card.ExpYear, p.Token[:], p.Processor, p.ProcessorReference,
		p.ProcessorID, p.DeclineCode, p.NetworkCode, p.ApprovalCode, p.SchemeReference, p.AVS, p.CVVResult, p.ChallengeURL,
		p.Capturable, p.Captured, p.Refunded, encode(p.Attempts), len(p.Modifications),
		millis(p.WaitUntil), millis(p.CheckAt), p.Checks, millis(p.NotFoundAt), millis(p.CreatedAt), millis(p.UpdatedAt))
	return err
}

// KeepPayment makes the intent of a payment without a session durable.
func (db *DB) KeepPayment(ctx context.Context, p payment.Payment, actor string) error {
	if err := db.space.check(); err != nil {
		return err
	}
	return db.write(ctx, func(ctx context.Context, tx *transaction) error { return db.openPayment(ctx, tx, p, actor) })
}

// openPayment keeps an intent with its audit entry.
func (db *DB) openPayment(ctx context.Context, tx *transaction, p payment.Payment, actor string) error {
	if err := insertPayment(ctx, tx, p); err != nil {
		return err
	}
	return db.appendAudit(ctx, tx, audit.Entry{
		Merchant: p.Merchant, Actor: actor, Action: "payment.open", Object: p.ID, Detail: p.Amount.String(),
	})
}

// Advance applies a step to a merchant's payment in one transaction. The update
// compares the sequence it read, so a step never lands on another's result.
func (db *DB) Advance(ctx context.Context, m, id, actor string, step payment.Step) (payment.Payment, error) {
	var after payment.Payment
	err := db.write(ctx, func(ctx context.Context, tx *transaction) error {
		before, err := readPayment(ctx, tx, m, id)
		if err != nil {
			return err
		}
		var events []event.Event
		if after, events, err = step(before); err != nil {
			after = before
			return err
		}
		result, err := tx.ExecContext(ctx, tx.Rebind(`UPDATE payments SET sequence = ?, state = ?, processor = ?, processor_reference = ?, processor_id = ?,
			decline_code = ?, network_code = ?, approval_code = ?, scheme_reference = ?, avs = ?, cvv_result = ?, challenge_url = ?,
			capturable = ?, captured = ?, refunded = ?, attempts = ?, modifications = ?, check_at = ?, checks = ?, not_found_at = ?, updated_at = ?
			WHERE merchant = ? AND id = ? AND sequence = ?`),
			after.Sequence, after.State, after.Processor, after.ProcessorReference, after.ProcessorID,
			after.DeclineCode, after.NetworkCode, after.ApprovalCode, after.SchemeReference, after.AVS, after.CVVResult, after.ChallengeURL,
			after.Capturable, after.Captured, after.Refunded, encode(after.Attempts), len(after.Modifications),
			millis(after.CheckAt), after.Checks, millis(after.NotFoundAt), millis(after.UpdatedAt), m, id, before.Sequence)
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil || n != 1 {
			return fmt.Errorf("store: payment %s changed under a step (%d rows, %v)", id, n, err)
		}
		if err := keepModifications(ctx, tx, before, after); err != nil {
			return err
		}
		if err := db.appendEvents(ctx, tx, events, &after); err != nil {
			return err
		}
		return db.appendAudit(ctx, tx, audit.Entry{
			Merchant: m, Actor: actor, Action: "payment.advance", Object: id, Detail: string(before.State) + " → " + string(after.State) + modified(before, after),
		})
	})
	return after, err
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
