package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/webhook"
)

// appendEvents keeps events and the jobs that deliver them, in the transaction of
// the change they tell of.
func (db *DB) appendEvents(ctx context.Context, tx *transaction, events []event.Event) error {
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
			if err := db.queued.deliver(ctx, tx.Tx.Tx, deliveryArgs{Merchant: e.Merchant, Endpoint: to.ID, Event: e.ID}); err != nil {
				return err
			}
		}
	}
	return nil
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
func (db *DB) FindEvent(ctx context.Context, m, id string) (event.Event, error) {
	var row eventRow
	if err := db.reader.GetContext(brief(ctx), &row, db.reader.Rebind(`SELECT `+eventColumns+` FROM events WHERE merchant = ? AND id = ?`), m, id); err != nil {
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
