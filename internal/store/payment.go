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
	AVS                string
	CVVResult          string `db:"cvv_result"`
	ChallengeURL       string `db:"challenge_url"`
	CheckAt            int64  `db:"check_at"`
	Checks             int
	NotFoundAt         int64 `db:"not_found_at"`
	CreatedAt          int64 `db:"created_at"`
	UpdatedAt          int64 `db:"updated_at"`
}

const selectPayment = `SELECT p.merchant, p.id, p.session, p.site, p.sequence, p.state, p.amount, p.currency, p.reference, p.metadata,
	p.brand, p.bin, p.last4, p.exp_month, p.exp_year, p.token,
	EXISTS (SELECT 1 FROM cards c WHERE c.merchant = p.merchant AND c.token = p.token) AS vaulted,
	p.processor, p.processor_reference, p.processor_id, p.decline_code, p.network_code, p.approval_code, p.avs, p.cvv_result,
	p.challenge_url, p.check_at, p.checks, p.not_found_at, p.created_at, p.updated_at FROM payments p `

func (r paymentRow) payment() (payment.Payment, error) {
	p := payment.Payment{
		ID: r.ID, Merchant: r.Merchant, Session: r.Session, Site: r.Site, Sequence: r.Sequence, State: r.State,
		Amount: money.Amount{Minor: r.Amount, Currency: r.Currency}, Reference: r.Reference,
		Card:  card.Summary{Brand: r.Brand, BIN: r.BIN, Last4: r.Last4, ExpMonth: r.ExpMonth, ExpYear: r.ExpYear},
		Token: id.Token(r.Token), Vaulted: r.Vaulted,
		Processor: r.Processor, ProcessorReference: r.ProcessorReference, ProcessorID: r.ProcessorID,
		DeclineCode: r.DeclineCode, NetworkCode: r.NetworkCode, ApprovalCode: r.ApprovalCode,
		AVS: r.AVS, CVVResult: r.CVVResult, ChallengeURL: r.ChallengeURL,
		CheckAt: at(r.CheckAt), Checks: r.Checks, NotFoundAt: at(r.NotFoundAt),
		CreatedAt: at(r.CreatedAt), UpdatedAt: at(r.UpdatedAt),
	}
	return p, json.Unmarshal([]byte(r.Metadata), &p.Metadata)
}

func insertPayment(ctx context.Context, tx *transaction, p payment.Payment) error {
	_, err := tx.ExecContext(ctx, tx.Rebind(`INSERT INTO payments (merchant, id, session, site, sequence, state, amount, currency, reference, metadata,
		brand, bin, last4, exp_month, exp_year, token, processor, processor_reference, processor_id, decline_code, network_code, approval_code,
		avs, cvv_result, challenge_url, check_at, checks, not_found_at, created_at, updated_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`),
		p.Merchant, p.ID, p.Session, p.Site, p.Sequence, p.State, p.Amount.Minor, p.Amount.Currency, p.Reference, encode(p.Metadata),
		p.Card.Brand, p.Card.BIN, p.Card.Last4, p.Card.ExpMonth, p.Card.ExpYear, p.Token[:], p.Processor, p.ProcessorReference,
		p.ProcessorID, p.DeclineCode, p.NetworkCode, p.ApprovalCode, p.AVS, p.CVVResult, p.ChallengeURL,
		millis(p.CheckAt), p.Checks, millis(p.NotFoundAt), millis(p.CreatedAt), millis(p.UpdatedAt))
	return err
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
		result, err := tx.ExecContext(ctx, tx.Rebind(`UPDATE payments SET sequence = ?, state = ?, processor_id = ?, decline_code = ?, network_code = ?,
			approval_code = ?, avs = ?, cvv_result = ?, challenge_url = ?, check_at = ?, checks = ?, not_found_at = ?, updated_at = ?
			WHERE merchant = ? AND id = ? AND sequence = ?`),
			after.Sequence, after.State, after.ProcessorID, after.DeclineCode, after.NetworkCode, after.ApprovalCode, after.AVS, after.CVVResult,
			after.ChallengeURL, millis(after.CheckAt), after.Checks, millis(after.NotFoundAt), millis(after.UpdatedAt), m, id, before.Sequence)
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil || n != 1 {
			return fmt.Errorf("store: payment %s changed under a step (%d rows, %v)", id, n, err)
		}
		if err := db.appendEvents(ctx, tx, events); err != nil {
			return err
		}
		return db.appendAudit(ctx, tx, audit.Entry{
			Merchant: m, Actor: actor, Action: "payment.advance", Object: id, Detail: string(before.State) + " → " + string(after.State),
		})
	})
	return after, err
}

func readPayment(ctx context.Context, q queryer, m, id string) (payment.Payment, error) {
	var row paymentRow
	if err := q.GetContext(ctx, &row, q.Rebind(selectPayment+`WHERE p.merchant = ? AND p.id = ?`), m, id); err != nil {
		return payment.Payment{}, missing(err)
	}
	return row.payment()
}

// FindPayment gives a merchant's payment.
func (db *DB) FindPayment(ctx context.Context, m, id string) (payment.Payment, error) {
	return readPayment(brief(ctx), db.reader, m, id)
}

// DuePayments gives payments of all merchants whose time to be asked about has
// come: the resolver works for the whole house, and goes on by merchant and id.
func (db *DB) DuePayments(ctx context.Context, now time.Time, limit int) ([]payment.Payment, error) {
	var rows []paymentRow
	if err := db.reader.SelectContext(ctx, &rows, db.reader.Rebind(selectPayment+`WHERE p.check_at > 0 AND p.check_at <= ? ORDER BY p.check_at LIMIT ?`), millis(now), limit); err != nil {
		return nil, err
	}
	return collect(rows, paymentRow.payment)
}
