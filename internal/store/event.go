package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strconv"
	"time"

	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/webhook"
)

// appendEvents keeps events and the deliveries of them, in the transaction of the
// change they tell of. Those of a payment may have to wait until the merchant knows it.
func (db *DB) appendEvents(ctx context.Context, tx *transaction, events []event.Event, about *payment.Payment) error {
	if len(events) == 0 {
		return nil
	}
	endpoints, err := tx.receivers(ctx, events[0].Merchant)
	if err != nil {
		return err
	}
	tx.events = append(tx.events, events...)
	for _, e := range events {
		for _, to := range endpoints {
			if !to.Wants(e.Type) {
				continue
			}
			tx.deliveries = append(tx.deliveries, newDelivery(e, to, about, db.now()))
		}
	}
	return nil
}

// newDelivery is an event for an endpoint that wants it: at once, or when the merchant
// is ready or has had its time.
func newDelivery(e event.Event, to webhook.Endpoint, about *payment.Payment, now time.Time) webhook.Delivery {
	d := webhook.Delivery{
		Merchant: e.Merchant, Endpoint: to.ID, Event: e.ID, Object: e.Object, State: webhook.Pending, DueAt: now, CreatedAt: now, UpdatedAt: now,
	}
	if about != nil && to.Wait > 0 && about.ReadyAt.IsZero() && now.Before(about.CreatedAt.Add(to.Wait)) {
		d.State, d.DueAt = webhook.Waiting, about.CreatedAt.Add(to.Wait)
	}
	return d
}

// receivers gives a merchant's endpoints, read once in a transaction.
func (tx *transaction) receivers(ctx context.Context, m string) ([]webhook.Endpoint, error) {
	if known, ok := tx.endpoints[m]; ok {
		return known, nil
	}
	found, err := listEndpoints(ctx, tx, m)
	if err != nil {
		return nil, err
	}
	if tx.endpoints == nil {
		tx.endpoints = map[string][]webhook.Endpoint{}
	}
	tx.endpoints[m] = found
	return found, nil
}

// eventRow is a row of events.
type eventRow struct {
	Position int64
	Merchant string
	ID       string
	Type     event.Type
	Object   string
	Sequence int
	At       int64
	Data     string
}

const eventColumns = `merchant, id, type, object, sequence, at, data`

func (r eventRow) event() (event.Event, error) {
	return event.Event{
		Merchant: r.Merchant, ID: r.ID, Type: r.Type, Object: r.Object, Sequence: r.Sequence,
		At: at(r.At), Data: json.RawMessage(r.Data),
	}, nil
}

// FindEvent gives a merchant's event.
func (db *DB) FindEvent(ctx context.Context, m, name string) (event.Event, error) {
	var row eventRow
	if err := db.reader.GetContext(brief(ctx), &row, db.reader.Rebind(`SELECT `+eventColumns+` FROM events WHERE merchant = ? AND id = ?`), m, name); err != nil {
		return event.Event{}, missing(err)
	}
	return row.event()
}

// ListEvents gives a merchant's events, newest first, from before cursor.
func (db *DB) ListEvents(ctx context.Context, m, cursor string, limit int) ([]event.Event, error) {
	before := int64(1)<<62 - 1
	if cursor != "" {
		err := db.reader.GetContext(brief(ctx), &before, db.reader.Rebind(`SELECT position FROM events WHERE merchant = ? AND id = ?`), m, cursor)
		if errors.Is(err, sql.ErrNoRows) {
			return nil, fault.Field("before", "There is no such event. Give the id of the last event of the page before.")
		}
		if err != nil {
			return nil, err
		}
	}
	var rows []eventRow
	if err := db.reader.SelectContext(ctx, &rows, db.reader.Rebind(`SELECT `+eventColumns+` FROM events WHERE merchant = ? AND position < ? ORDER BY position DESC LIMIT ?`), m, before, limit); err != nil {
		return nil, err
	}
	return collect(rows, eventRow.event)
}

// EventsAfter gives a merchant's events, oldest first, from after cursor: an event's id, a
// position that was given before, or empty for the newest of all, after which there is nothing yet.
func (db *DB) EventsAfter(ctx context.Context, m, cursor string, limit int) ([]event.Event, string, error) {
	if cursor == "" {
		var newest int64
		err := db.reader.GetContext(brief(ctx), &newest, db.reader.Rebind(`SELECT COALESCE(max(position), 0) FROM events WHERE merchant = ?`), m)
		return nil, strconv.FormatInt(newest, 10), err
	}
	after, err := strconv.ParseInt(cursor, 10, 64)
	if id.Valid(id.Event, cursor) {
		err = db.reader.GetContext(brief(ctx), &after, db.reader.Rebind(`SELECT position FROM events WHERE merchant = ? AND id = ?`), m, cursor)
	}
	if err != nil {
		return nil, cursor, fault.Field("Last-Event-ID", "There is no such event.")
	}
	var rows []eventRow
	if err := db.reader.SelectContext(brief(ctx), &rows, db.reader.Rebind(`SELECT position, `+eventColumns+` FROM events WHERE merchant = ? AND position > ? ORDER BY position LIMIT ?`), m, after, limit); err != nil || len(rows) == 0 {
		return nil, cursor, err
	}
	events, err := collect(rows, eventRow.event)
	return events, strconv.FormatInt(rows[len(rows)-1].Position, 10), err
}
