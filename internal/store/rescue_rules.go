package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"github.com/paywicket/paywicket/internal/audit"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/rescue"
)

// Rules gives the newest of a merchant's own decision tables.
func (db *DB) Rules(ctx context.Context, m string) (rescue.Table, int, error) {
	var row struct {
		Version int
		Rules   []byte
	}
	err := db.reader.GetContext(brief(ctx), &row, db.reader.Rebind(`SELECT version, rules FROM rescue_rules WHERE merchant = ? ORDER BY version DESC LIMIT 1`), m)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, 0, nil
	}
	if err != nil {
		return nil, 0, err
	}
	var table rescue.Table
	return table, row.Version, json.Unmarshal(row.Rules, &table)
}

// SetRules keeps a decision table under the next version.
func (db *DB) SetRules(ctx context.Context, m string, table rescue.Table, version int, actor string) error {
	return db.write(ctx, func(ctx context.Context, tx *transaction) error {
		var newest int
		if err := tx.GetContext(ctx, &newest, tx.Rebind(`SELECT COALESCE(max(version), 0) FROM rescue_rules WHERE merchant = ?`), m); err != nil {
			return err
		}
		if newest != version-1 {
			return fault.New(fault.Conflict, "There is version %d of these rules by now. Look at it, and try again.", newest)
		}
		if _, err := tx.ExecContext(ctx, tx.Rebind(`INSERT INTO rescue_rules (merchant, version, rules, actor, at) VALUES (?, ?, ?, ?, ?)`),
			m, version, encode(table), actor, millis(db.now())); err != nil {
			return err
		}
		return db.appendAudit(ctx, tx, audit.Entry{Merchant: m, Actor: actor, Action: "rescue.rules", Object: m, Detail: audit.Revision(version)})
	})
}

// KeepDecision keeps what was decided.
func (db *DB) KeepDecision(ctx context.Context, d rescue.Decision) error {
	return db.write(ctx, func(ctx context.Context, tx *transaction) error { return keepDecision(ctx, tx, d) })
}

func keepDecision(ctx context.Context, tx *transaction, d rescue.Decision) error {
	_, err := tx.ExecContext(ctx, tx.Rebind(`INSERT INTO rescue_decisions (merchant, id, site, order_id, payment, amount, currency, facts, rule, why, action, version, at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`),
		d.Merchant, d.ID, d.Site, d.Order, d.Payment, d.Amount.Minor, d.Amount.Currency, encode(d.Facts), d.Rule, d.Why, d.Action, d.Version, millis(d.At))
	return err
}

// decisionRow is a row of rescue_decisions.
type decisionRow struct {
	Merchant string
	ID       string
	Site     string
	OrderID  string `db:"order_id"`
	Payment  string
	Amount   int64
	Currency string
	Facts    []byte
	Rule     string
	Why      string
	Action   rescue.Action
	Version  int
	At       int64
}

func (r decisionRow) decision() (rescue.Decision, error) {
	d := rescue.Decision{
		Merchant: r.Merchant, ID: r.ID, Site: r.Site, Order: r.OrderID, Payment: r.Payment, Amount: money.Amount{Minor: r.Amount, Currency: r.Currency},
		Rule: r.Rule, Why: r.Why, Action: r.Action, Version: r.Version, At: at(r.At),
	}
	return d, json.Unmarshal(r.Facts, &d.Facts)
}

// decisionPage is how many decisions are read at a time.
const decisionPage = 500

// Decisions gives a merchant's decisions of a span of time to each, oldest first.
func (db *DB) Decisions(ctx context.Context, m string, from, to time.Time, each func(rescue.Decision) error) error {
	when, after := millis(from), ""
	for {
		var rows []decisionRow
		if err := db.reader.SelectContext(ctx, &rows, db.reader.Rebind(`SELECT merchant, id, site, order_id, payment, amount, currency, facts, rule, why, action, version, at FROM rescue_decisions
			WHERE merchant = ? AND at >= ? AND (at > ? OR id > ?) AND at < ? ORDER BY at, id LIMIT ?`), m, when, when, after, millis(to), decisionPage); err != nil {
			return err
		}
		for _, row := range rows {
			d, err := row.decision()
			if err == nil {
				err = each(d)
			}
			if err != nil {
				return err
			}
		}
		if len(rows) < decisionPage {
			return nil
		}
		last := rows[len(rows)-1]
		when, after = last.At, last.ID
	}
}
