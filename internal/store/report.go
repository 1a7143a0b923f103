package store

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/report"
	"github.com/paywicket/paywicket/internal/rescue"
)

var _ report.Store = (*DB)(nil)

// reportPage is how many rows are read at a time for a report.
const reportPage = 500

// ReportSales gives the sales that a merchant told of. Those that came as orders have no id
// of their own here, and are counted as orders.
func (db *DB) ReportSales(ctx context.Context, m string, from, to time.Time, each func(report.Sale)) error {
	when, after := millis(from), int64(0)
	for {
		var rows []struct {
			Position, At int64
			Sale         string
		}
		if err := db.reader.SelectContext(ctx, &rows, db.reader.Rebind(`SELECT position, at, sale FROM transmissions
			WHERE merchant = ? AND id <> '' AND at >= ? AND at < ? AND (at > ? OR position > ?) ORDER BY at, position LIMIT ?`), m, when, millis(to), when, after, reportPage); err != nil {
			return err
		}
		for _, row := range rows {
			var told rescue.Told
			if err := json.Unmarshal([]byte(row.Sale), &told); err != nil {
				return err
			}
			each(report.Sale{Site: told.Site, Kind: told.Kind, Source: told.Source, Amount: told.Amount, Declined: told.Declined})
			when, after = row.At, row.Position
		}
		if len(rows) < reportPage {
			return nil
		}
	}
}

// ReportOrders gives the orders of a merchant that were evaluated.
func (db *DB) ReportOrders(ctx context.Context, m string, from, to time.Time, each func(report.Order)) error {
	when, after := millis(from), int64(0)
	for {
		var rows []struct {
			Position  int64
			Site      string
			Kind      rescue.Kind
			Source    rescue.Source
			Amount    int64
			Currency  string
			Rest      string
			CreatedAt int64 `db:"created_at"`
		}
		if err := db.reader.SelectContext(ctx, &rows, db.reader.Rebind(`SELECT position, site, kind, source, amount, currency, rest, created_at FROM rescue_orders
			WHERE merchant = ? AND created_at >= ? AND created_at < ? AND (created_at > ? OR position > ?) ORDER BY created_at, position LIMIT ?`), m, when, millis(to), when, after, reportPage); err != nil {
			return err
		}
		for _, row := range rows {
			var rest struct{ Trial bool }
			if err := json.Unmarshal([]byte(row.Rest), &rest); err != nil {
				return err
			}
			each(report.Order{Site: row.Site, Kind: row.Kind, Source: row.Source, Amount: money.Amount{Minor: row.Amount, Currency: row.Currency}, Trial: rest.Trial})
			when, after = row.CreatedAt, row.Position
		}
		if len(rows) < reportPage {
			return nil
		}
	}
}

// reportedPayment is what a report needs of a row of payments.
type reportedPayment struct {
	ID         string
	Site       string
	State      payment.State
	Amount     int64
	Currency   string
	Terms      string
	Attempts   string
	Capturable int64
	Captured   int64
	Refunded   int64
	CreatedAt  int64 `db:"created_at"`
}

// payment reads a row, and gives the order that it was made to rescue; empty for none.
func (r reportedPayment) payment() (p report.Payment, order string, err error) {
	p = report.Payment{
		Site: r.Site, State: r.State, Amount: money.Amount{Minor: r.Amount, Currency: r.Currency}, Capturable: r.Capturable, Captured: r.Captured, Refunded: r.Refunded,
	}
	var terms struct{ Descriptor, Order string }
	if err := json.Unmarshal([]byte(r.Terms), &terms); err != nil {
		return p, "", err
	}
	p.Descriptor, p.Order = terms.Descriptor, terms.Order != ""
	if r.Attempts == "[]" {
		return p, terms.Order, nil
	}
	var attempts []struct{ State payment.State }
	err = json.Unmarshal([]byte(r.Attempts), &attempts)
	for _, a := range attempts {
		if a.State == payment.Declined {
			p.Declines++
		}
	}
	return p, terms.Order, err
}

// ReportPayments gives the payments of a merchant that were opened.
func (db *DB) ReportPayments(ctx context.Context, m string, from, to time.Time, each func(report.Payment)) error {
	when, after := millis(from), ""
	for {
		var rows []reportedPayment
		if err := db.reader.SelectContext(ctx, &rows, db.reader.Rebind(`SELECT id, site, state, amount, currency, terms, attempts, capturable, captured, refunded, created_at FROM payments
			WHERE merchant = ? AND created_at >= ? AND created_at < ? AND (created_at > ? OR id > ?) ORDER BY created_at, id LIMIT ?`), m, when, millis(to), when, after, reportPage); err != nil {
			return err
		}
		if err := db.reportPayments(ctx, m, rows, each); err != nil || len(rows) < reportPage {
			return err
		}
		last := rows[len(rows)-1]
		when, after = last.CreatedAt, last.ID
	}
}

// reportPayments gives a page of payments, with what there is to tell of their orders.
func (db *DB) reportPayments(ctx context.Context, m string, rows []reportedPayment, each func(report.Payment)) error {
	payments, orders, args := make([]report.Payment, len(rows)), make([]string, len(rows)), []any{m}
	for i, row := range rows {
		var err error
		if payments[i], orders[i], err = row.payment(); err != nil {
			return err
		}
		if orders[i] != "" {
			args = append(args, orders[i])
		}
	}
	type kind struct {
		ID     string
		Kind   rescue.Kind
		Source rescue.Source
	}
	var kinds []kind
	if len(args) > 1 {
		if err := db.reader.SelectContext(ctx, &kinds, db.reader.Rebind(`SELECT id, kind, source FROM rescue_orders WHERE merchant = ? AND id IN (?`+strings.Repeat(`, ?`, len(args)-2)+`)`), args...); err != nil {
			return err
		}
	}
	by := map[string]kind{}
	for _, k := range kinds {
		by[k.ID] = k
	}
	for i, p := range payments {
		p.Kind, p.Source = by[orders[i]].Kind, by[orders[i]].Source
		each(p)
	}
	return nil
}
