package store

import (
	"context"

	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/processor"
)

// modificationRow is a row of payment_modifications.
type modificationRow struct {
	ID          string
	Kind        processor.ModificationKind
	Amount      int64
	Final       int
	State       payment.ModificationState
	Reference   string
	ProcessorID string                `db:"processor_id"`
	DeclineCode processor.DeclineCode `db:"decline_code"`
	CheckAt     int64                 `db:"check_at"`
	Checks      int
	NotFoundAt  int64 `db:"not_found_at"`
	CreatedAt   int64 `db:"created_at"`
	UpdatedAt   int64 `db:"updated_at"`
}

const selectModifications = `SELECT id, kind, amount, final, state, reference, processor_id, decline_code, check_at, checks, not_found_at, created_at, updated_at
	FROM payment_modifications `

func (r modificationRow) modification() (payment.Modification, error) {
	return payment.Modification{
		ID: r.ID, Kind: r.Kind, Amount: r.Amount, Final: r.Final != 0, State: r.State, Reference: r.Reference,
		ProcessorID: r.ProcessorID, DeclineCode: r.DeclineCode, CheckAt: at(r.CheckAt), Checks: r.Checks, NotFoundAt: at(r.NotFoundAt),
		CreatedAt: at(r.CreatedAt), UpdatedAt: at(r.UpdatedAt),
	}, nil
}

// keepModifications keeps what a step did to a payment's captures, voids and refunds:
// those there were may have changed, and new ones stand at the end.
func keepModifications(ctx context.Context, tx *transaction, before, after payment.Payment) error {
	for i, m := range after.Modifications {
		var err error
		switch {
		case i >= len(before.Modifications):
			err = insertModification(ctx, tx, after, m, i)
		case m != before.Modifications[i]:
			_, err = tx.ExecContext(ctx, tx.Rebind(`UPDATE payment_modifications SET state = ?, processor_id = ?, decline_code = ?, check_at = ?, checks = ?, not_found_at = ?, updated_at = ?
				WHERE merchant = ? AND payment = ? AND id = ?`),
				m.State, m.ProcessorID, m.DeclineCode, millis(m.CheckAt), m.Checks, millis(m.NotFoundAt), millis(m.UpdatedAt), after.Merchant, after.ID, m.ID)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func insertModification(ctx context.Context, tx *transaction, p payment.Payment, m payment.Modification, number int) error {
	final := 0
	if m.Final {
		final = 1
	}
	_, err := tx.ExecContext(ctx, tx.Rebind(`INSERT INTO payment_modifications (merchant, payment, id, number, kind, amount, final, state, reference,
		processor_id, decline_code, check_at, checks, not_found_at, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`),
		p.Merchant, p.ID, m.ID, number, m.Kind, m.Amount, final, m.State, m.Reference,
		m.ProcessorID, m.DeclineCode, millis(m.CheckAt), m.Checks, millis(m.NotFoundAt), millis(m.CreatedAt), millis(m.UpdatedAt))
	return err
}

// modified says for the audit trail what a step did to modifications.
func modified(before, after payment.Payment) string {
	text := ""
	for i, m := range after.Modifications {
		switch {
		case i >= len(before.Modifications):
			text += ", " + string(m.Kind) + " " + m.ID + " " + string(m.State)
		case m.State != before.Modifications[i].State:
			text += ", " + string(m.Kind) + " " + m.ID + " " + string(before.Modifications[i].State) + " → " + string(m.State)
		}
	}
	return text
}
