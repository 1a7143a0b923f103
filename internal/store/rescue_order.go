package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/paywicket/paywicket/internal/audit"
	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/processor"
	"github.com/paywicket/paywicket/internal/rescue"
	"github.com/paywicket/paywicket/internal/vault"
)

var _ rescue.Store = (*DB)(nil)

// orderRow is a row of rescue_orders. What is not looked for stands in Rest.
type orderRow struct {
	Merchant  string
	ID        string
	Site      string
	Sequence  int
	State     rescue.State
	Kind      rescue.Kind
	Source    rescue.Source
	Reference string
	Amount    int64
	Currency  string
	Payment   string
	Challenge string
	Mark      string
	Rest      string
	NextAt    int64 `db:"next_at"`
	CreatedAt int64 `db:"created_at"`
	UpdatedAt int64 `db:"updated_at"`
}

const selectOrders = `SELECT merchant, id, site, sequence, state, kind, source, reference, amount, currency, payment, challenge, mark, rest, next_at, created_at, updated_at FROM rescue_orders `

// order reads a row: the columns count, and what has none stands in Rest.
func (r orderRow) order() (rescue.Order, error) {
	var o rescue.Order
	err := json.Unmarshal([]byte(r.Rest), &o.Rest)
	o.Merchant, o.ID, o.Site, o.Sequence, o.State, o.Kind, o.Source, o.Reference = r.Merchant, r.ID, r.Site, r.Sequence, r.State, r.Kind, r.Source, r.Reference
	o.Amount, o.Payment, o.Key, o.Mark = money.Amount{Minor: r.Amount, Currency: r.Currency}, r.Payment, r.Challenge, r.Mark
	o.NextAt, o.CreatedAt, o.UpdatedAt = at(r.NextAt), at(r.CreatedAt), at(r.UpdatedAt)
	return o, err
}

// findOrder gives the first order of a condition.
func findOrder(ctx context.Context, q queryer, where string, args ...any) (rescue.Order, error) {
	var row orderRow
	if err := q.GetContext(ctx, &row, q.Rebind(selectOrders+where+` LIMIT 1`), args...); err != nil {
		return rescue.Order{}, missing(err)
	}
	return row.order()
}

const ofMerchant = `WHERE merchant = ? AND id = ?`

// FindOrder gives a merchant's order.
func (db *DB) FindOrder(ctx context.Context, m, order string) (rescue.Order, error) {
	return findOrder(brief(ctx), db.reader, ofMerchant, m, order)
}

// ShowOrder gives an order by its key, which is all a shopper brings: it names the merchant.
func (db *DB) ShowOrder(ctx context.Context, key string) (rescue.Order, error) {
	return findOrder(brief(ctx), db.reader, `WHERE challenge = ?`, key)
}

// OpenOrder keeps a new order, unless an older one is the answer.
func (db *DB) OpenOrder(ctx context.Context, o rescue.Order, d rescue.Decision, sale *rescue.Told, events []event.Event, actor string, keep func(rescue.Order) bool) (rescue.Order, bool, error) {
	if err := db.space.check(); err != nil {
		return o, false, err
	}
	var kept rescue.Order
	fresh := false
	err := db.write(ctx, func(ctx context.Context, tx *transaction) error {
		known, err := findOrder(ctx, tx, `WHERE merchant = ? AND reference = ? ORDER BY position DESC`, o.Merchant, o.Reference)
		if err != nil && fault.CodeOf(err) != fault.NotFound {
			return err
		}
		if err == nil && (known.ID == o.ID || keep(known)) {
			kept, fresh = known, false
			return nil
		}
		kept, fresh = o, true
		if _, err := tx.ExecContext(ctx, tx.Rebind(`INSERT INTO rescue_orders (merchant, id, site, sequence, state, kind, source, reference, amount, currency, payment, challenge, mark, rest, next_at, created_at, updated_at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`),
			o.Merchant, o.ID, o.Site, o.Sequence, o.State, o.Kind, o.Source, o.Reference, o.Amount.Minor, o.Amount.Currency, o.Payment, o.Key, o.Mark, encode(o.Rest),
			millis(o.NextAt), millis(o.CreatedAt), millis(o.UpdatedAt)); err != nil {
			return err
		}
		if err := keepDecision(ctx, tx, d); err != nil {
			return err
		}
		if o.Mark != "" {
			if err := keepTry(ctx, tx, o.Merchant, o.Mark, "sale:"+o.Reference+":"+o.Sale, o.CreatedAt); err != nil {
				return err
			}
		}
		if err := db.appendEvents(ctx, tx, events, nil); err != nil {
			return err
		}
		tx.lessons = append(tx.lessons, toLearn{merchant: o.Merchant, sale: encode(sale), at: o.CreatedAt})
		return db.appendAudit(ctx, tx, audit.Entry{
			Merchant: o.Merchant, Actor: actor, Action: "rescue.open", Object: o.ID, Detail: o.Amount.String() + " → " + string(o.State) + " (" + o.Reason + ")",
		})
	})
	return kept, fresh, err
}

// AdvanceOrder applies a step to a merchant's order. The update compares the sequence that
// was read, so a step never lands on another's result; whoever names a payment holds the
// card's tries meanwhile, so that two orders of one card do not both have the last.
func (db *DB) AdvanceOrder(ctx context.Context, m, id, actor string, step rescue.Step) (rescue.Order, error) {
	var after rescue.Order
	err := db.write(ctx, func(ctx context.Context, tx *transaction) error {
		before, err := findOrder(ctx, tx, ofMerchant, m, id)
		if err != nil {
			return err
		}
		tried, err := triesOf(ctx, tx, m, before.Mark, db.now())
		if err != nil {
			return err
		}
		dead, err := isDead(ctx, tx, m, before.Mark)
		if err != nil {
			return err
		}
		var events []event.Event
		if after, events, err = step(before, rescue.Tried{At: tried, Dead: dead}); err != nil {
			return err
		}
		result, err := tx.ExecContext(ctx, tx.Rebind(`UPDATE rescue_orders SET sequence = ?, state = ?, payment = ?, rest = ?, next_at = ?, updated_at = ? WHERE merchant = ? AND id = ? AND sequence = ?`),
			after.Sequence, after.State, after.Payment, encode(after.Rest), millis(after.NextAt), millis(after.UpdatedAt), m, id, before.Sequence)
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil || n != 1 {
			return errors.Join(fmt.Errorf("store: order %s changed under a step", id), err)
		}
		if before.State == rescue.Charging && before.Payment != "" && after.Payment == "" {
			if err := unopened(ctx, tx, m, before.Payment); err != nil {
				return err
			}
		}
		if after.Payment != before.Payment && after.Payment != "" && after.Mark != "" {
			if err := keepTry(ctx, tx, m, after.Mark, after.Payment, db.now()); err != nil {
				return err
			}
		}
		if err := db.appendEvents(ctx, tx, events, nil); err != nil {
			return err
		}
		return db.appendAudit(ctx, tx, audit.Entry{
			Merchant: m, Actor: actor, Action: "rescue.advance", Object: id, Detail: string(before.State) + " → " + string(after.State) + " (" + after.Reason + ")",
		})
	})
	return after, err
}

// expected refuses a payment that is to rescue an order which does not name it any more:
// whoever stood still since they named it would charge what was given up.
func expected(ctx context.Context, tx *transaction, p payment.Payment) error {
	if p.Terms.Order == "" {
		return nil
	}
	o, err := findOrder(ctx, tx, ofMerchant, p.Merchant, p.Terms.Order)
	if err != nil {
		return err
	}
	if o.State != rescue.Charging || o.Payment != p.ID {
		return fault.New(fault.Conflict, "This order is not being charged with this payment any more.")
	}
	return nil
}

// unopened refuses to let go of a payment that was opened meanwhile: it may be approved.
func unopened(ctx context.Context, tx *transaction, m, p string) error {
	var opened int
	if err := tx.GetContext(ctx, &opened, tx.Rebind(`SELECT count(*) FROM payments WHERE merchant = ? AND id = ?`), m, p); err != nil {
		return err
	}
	if opened > 0 {
		return fault.New(fault.Conflict, "This order is being charged.")
	}
	return nil
}

// How far back the schemes count tries, and how many are read: more than any of their
// limits allows, and not the tens of thousands that a card for tests may have.
const (
	triesFor  = 30 * 24 * time.Hour
	mostTries = 100
)

// triesOf gives when a card was tried last, oldest first; one writer at a time counts.
func triesOf(ctx context.Context, tx *transaction, m, mark string, now time.Time) ([]time.Time, error) {
	if mark == "" {
		return nil, nil
	}
	var rows []int64
	if err := tx.SelectContext(ctx, &rows, tx.Rebind(`SELECT at FROM rescue_tries WHERE merchant = ? AND mark = ? AND at > ? ORDER BY at DESC LIMIT ?`), m, mark, millis(now.Add(-triesFor)), mostTries); err != nil {
		return nil, err
	}
	tried := make([]time.Time, len(rows))
	for i, row := range rows {
		tried[len(rows)-1-i] = at(row)
	}
	return tried, nil
}

// isDead tells whether a card was refused for good.
func isDead(ctx context.Context, tx *transaction, m, mark string) (bool, error) {
	var n int
	err := tx.GetContext(ctx, &n, tx.Rebind(`SELECT count(*) FROM rescue_history WHERE merchant = ? AND subject = ? AND hard > 0`), m, "card:"+mark)
	return n > 0, err
}

// CountTry counts a try of a card if allow says so.
func (db *DB) CountTry(ctx context.Context, m, mark, name string, when time.Time, allow func(tried []time.Time) bool) (bool, error) {
	if mark == "" {
		return true, nil
	}
	counted := false
	err := db.write(ctx, func(ctx context.Context, tx *transaction) error {
		tried, err := triesOf(ctx, tx, m, mark, when)
		if err != nil {
			return err
		}
		if counted = allow(tried); !counted {
			return nil
		}
		return keepTry(ctx, tx, m, mark, name, when)
	})
	return counted, err
}

// keepTry counts a try once.
func keepTry(ctx context.Context, tx *transaction, m, mark, name string, when time.Time) error {
	_, err := tx.ExecContext(ctx, tx.Rebind(`INSERT INTO rescue_tries (merchant, mark, name, at) VALUES (?, ?, ?, ?) ON CONFLICT (merchant, mark, name) DO NOTHING`), m, mark, name, millis(when))
	return err
}

// ListOrders gives a merchant's orders, newest first, from before cursor.
func (db *DB) ListOrders(ctx context.Context, m, cursor string, limit int) ([]rescue.Order, int, error) {
	before := int64(1)<<62 - 1
	if cursor != "" {
		err := db.reader.GetContext(brief(ctx), &before, db.reader.Rebind(`SELECT position FROM rescue_orders `+ofMerchant), m, cursor)
		if errors.Is(err, sql.ErrNoRows) {
			return nil, 0, fault.Field("before", "There is no such order. Give the id of the last order of the page before.")
		}
		if err != nil {
			return nil, 0, err
		}
	}
	var total int
	if err := db.reader.GetContext(ctx, &total, db.reader.Rebind(`SELECT count(*) FROM rescue_orders WHERE merchant = ?`), m); err != nil {
		return nil, 0, err
	}
	var rows []orderRow
	if err := db.reader.SelectContext(ctx, &rows, db.reader.Rebind(selectOrders+`WHERE merchant = ? AND position < ? ORDER BY position DESC LIMIT ?`), m, before, limit); err != nil {
		return nil, 0, err
	}
	orders, err := collect(rows, orderRow.order)
	return orders, total, err
}

// ClaimOrders gives orders of all merchants whose time has come, each to one caller only
// until its time comes again: the worker works for the whole house.
func (db *DB) ClaimOrders(ctx context.Context, now, until time.Time, limit int) ([]rescue.Order, error) {
	rows, err := claim(ctx, db, selectOrders+`WHERE next_at > 0 AND next_at <= ? ORDER BY next_at LIMIT ?`, `UPDATE rescue_orders SET next_at = ? WHERE merchant = ? AND id = ?`,
		now, until, limit, func(r orderRow) []any { return []any{r.Merchant, r.ID} })
	if err != nil {
		return nil, err
	}
	return collect(rows, orderRow.order)
}

// claim reads rows that are due, of all merchants, and holds each until until by what names
// it. While nothing is due nobody is kept from writing.
func claim[Row any](ctx context.Context, db *DB, due, hold string, now, until time.Time, limit int, name func(Row) []any) ([]Row, error) {
	var rows []Row
	if err := db.reader.SelectContext(brief(ctx), &rows, db.reader.Rebind(due), millis(now), 1); err != nil || len(rows) == 0 {
		return nil, err
	}
	err := db.write(ctx, func(ctx context.Context, tx *transaction) error {
		rows = nil
		if err := tx.SelectContext(ctx, &rows, tx.Rebind(due), millis(now), limit); err != nil {
			return err
		}
		for _, row := range rows {
			if _, err := tx.ExecContext(ctx, tx.Rebind(hold), append([]any{millis(until)}, name(row)...)...); err != nil {
				return err
			}
		}
		return nil
	})
	return rows, err
}

// eraseOrders takes out of a card's orders who the shopper was, and of the history what is
// known of the card when no other token is left of it. When it was tried stays as long as
// the schemes count it: else whoever erases a card and keeps it again would begin anew.
func eraseOrders(ctx context.Context, tx *transaction, m string, token id.Token, mark string) error {
	var rows []orderRow
	if err := tx.SelectContext(ctx, &rows, tx.Rebind(selectOrders+`WHERE merchant = ? AND mark = ?`), m, mark); err != nil {
		return err
	}
	for _, row := range rows {
		o, err := row.order()
		if err != nil {
			return err
		}
		if o.Token != token {
			continue
		}
		o.Customer, o.Billing, o.SenseKey, o.Consent = vault.Customer{}, processor.Address{}, "", nil
		if _, err := tx.ExecContext(ctx, tx.Rebind(`UPDATE rescue_orders SET mark = '', rest = ?, sequence = sequence + 1 WHERE merchant = ? AND id = ?`), encode(o.Rest), m, o.ID); err != nil {
			return err
		}
	}
	_, err := tx.ExecContext(ctx, tx.Rebind(`DELETE FROM rescue_history WHERE merchant = ? AND subject = ? AND NOT EXISTS (SELECT 1 FROM cards WHERE merchant = ? AND fingerprint = ?)`), m, "card:"+mark, m, mark)
	return err
}
