package store

import (
	"context"
	"encoding/json"
	"time"

	"github.com/paywicket/paywicket/internal/audit"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/webhook"
)

var _ webhook.Store = (*DB)(nil)

// CreateEndpoint keeps a webhook endpoint.
func (db *DB) CreateEndpoint(ctx context.Context, e webhook.Endpoint, actor string) error {
	return db.write(ctx, func(ctx context.Context, tx *transaction) error {
		var n int
		if err := tx.GetContext(ctx, &n, tx.Rebind(`SELECT count(*) FROM webhook_endpoints WHERE merchant = ?`), e.Merchant); err != nil {
			return err
		}
		if n >= webhook.MaxEndpoints {
			return fault.New(fault.TooMany, "A merchant has %d webhook endpoints at most. Delete one first.", webhook.MaxEndpoints)
		}
		if _, err := tx.ExecContext(ctx, tx.Rebind(`INSERT INTO webhook_endpoints (merchant, id, url, form, types, wait, sealed, old_sealed, old_until, revision, created_at, disabled_at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`), e.Merchant, e.ID, e.URL, e.Form, encode(e.Types), int64(e.Wait/time.Second), e.Sealed, bytesOf(e.OldSealed), millis(e.OldUntil),
			e.Revision, millis(e.CreatedAt), millis(e.DisabledAt)); err != nil {
			return err
		}
		tx.endpoints = nil
		return db.appendAudit(ctx, tx, audit.Entry{Merchant: e.Merchant, Actor: actor, Action: "endpoint.create", Object: e.ID})
	})
}

// bytesOf gives bytes for a column that holds no null.
func bytesOf(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// endpointRow is a row of webhook_endpoints.
type endpointRow struct {
	Merchant   string
	ID         string
	URL        string
	Form       string
	Types      string
	Wait       int64
	Sealed     []byte
	OldSealed  []byte `db:"old_sealed"`
	OldUntil   int64  `db:"old_until"`
	Revision   int
	CreatedAt  int64 `db:"created_at"`
	DisabledAt int64 `db:"disabled_at"`
}

const selectEndpoints = `SELECT merchant, id, url, form, types, wait, sealed, old_sealed, old_until, revision, created_at, disabled_at FROM webhook_endpoints `

func (r endpointRow) endpoint() (webhook.Endpoint, error) {
	e := webhook.Endpoint{
		Merchant: r.Merchant, ID: r.ID, URL: r.URL, Form: r.Form, Wait: time.Duration(r.Wait) * time.Second, Sealed: r.Sealed, OldSealed: r.OldSealed, OldUntil: at(r.OldUntil),
		Revision: r.Revision, CreatedAt: at(r.CreatedAt), DisabledAt: at(r.DisabledAt),
	}
	return e, json.Unmarshal([]byte(r.Types), &e.Types)
}

func findEndpoint(ctx context.Context, q queryer, m, id string) (webhook.Endpoint, error) {
	var row endpointRow
	if err := q.GetContext(ctx, &row, q.Rebind(selectEndpoints+`WHERE merchant = ? AND id = ?`), m, id); err != nil {
		return webhook.Endpoint{}, missing(err)
	}
	return row.endpoint()
}

// FindEndpoint gives a merchant's endpoint.
func (db *DB) FindEndpoint(ctx context.Context, m, id string) (webhook.Endpoint, error) {
	return findEndpoint(brief(ctx), db.reader, m, id)
}

func listEndpoints(ctx context.Context, q queryer, m string) ([]webhook.Endpoint, error) {
	var rows []endpointRow
	if err := q.SelectContext(ctx, &rows, q.Rebind(selectEndpoints+`WHERE merchant = ? ORDER BY created_at, id`), m); err != nil {
		return nil, err
	}
	return collect(rows, endpointRow.endpoint)
}

// ListEndpoints gives a merchant's endpoints, oldest first.
func (db *DB) ListEndpoints(ctx context.Context, m string) ([]webhook.Endpoint, error) {
	return listEndpoints(brief(ctx), db.reader, m)
}

// ChangeEndpoint changes an endpoint. Its form stays what it was.
func (db *DB) ChangeEndpoint(ctx context.Context, m, id, actor, action string, change func(webhook.Endpoint) (webhook.Endpoint, error)) (webhook.Endpoint, error) {
	var after webhook.Endpoint
	err := db.write(ctx, func(ctx context.Context, tx *transaction) error {
		before, err := findEndpoint(ctx, tx, m, id)
		if err != nil {
			return err
		}
		if after, err = change(before); err != nil {
			return err
		}
		after.Revision = before.Revision + 1
		if _, err := tx.ExecContext(ctx, tx.Rebind(`UPDATE webhook_endpoints SET url = ?, types = ?, wait = ?, sealed = ?, old_sealed = ?, old_until = ?, revision = ?, disabled_at = ?
			WHERE merchant = ? AND id = ?`), after.URL, encode(after.Types), int64(after.Wait/time.Second), after.Sealed, bytesOf(after.OldSealed), millis(after.OldUntil),
			after.Revision, millis(after.DisabledAt), m, id); err != nil {
			return err
		}
		if before.DisabledAt.IsZero() && !after.DisabledAt.IsZero() {
			if _, err := tx.ExecContext(ctx, tx.Rebind(`UPDATE webhook_deliveries SET state = ?, due_at = 0, updated_at = ? WHERE merchant = ? AND endpoint = ? AND due_at > 0`),
				webhook.Cancelled, millis(db.now()), m, id); err != nil {
				return err
			}
		}
		tx.endpoints = nil
		return db.appendAudit(ctx, tx, audit.Entry{Merchant: m, Actor: actor, Action: action, Object: id})
	})
	return after, err
}

// DeleteEndpoint takes an endpoint away with its deliveries.
func (db *DB) DeleteEndpoint(ctx context.Context, m, id, actor string) error {
	return db.write(ctx, func(ctx context.Context, tx *transaction) error {
		if _, err := findEndpoint(ctx, tx, m, id); err != nil {
			return err
		}
		for _, statement := range []string{`DELETE FROM webhook_deliveries WHERE merchant = ? AND endpoint = ?`, `DELETE FROM webhook_endpoints WHERE merchant = ? AND id = ?`} {
			if _, err := tx.ExecContext(ctx, tx.Rebind(statement), m, id); err != nil {
				return err
			}
		}
		tx.endpoints = nil
		return db.appendAudit(ctx, tx, audit.Entry{Merchant: m, Actor: actor, Action: "endpoint.delete", Object: id})
	})
}

// AllEndpoints gives every endpoint of all merchants: it is for the operator, who
// works for the whole house.
func (db *DB) AllEndpoints(ctx context.Context) ([]webhook.Endpoint, error) {
	var rows []endpointRow
	if err := db.reader.SelectContext(ctx, &rows, selectEndpoints+`ORDER BY merchant, id`); err != nil {
		return nil, err
	}
	return collect(rows, endpointRow.endpoint)
}

// ReplaceSecrets puts newly sealed secrets in the place of an endpoint's.
func (db *DB) ReplaceSecrets(ctx context.Context, e webhook.Endpoint, sealed, old []byte, actor string) error {
	return db.write(ctx, func(ctx context.Context, tx *transaction) error {
		if _, err := tx.ExecContext(ctx, tx.Rebind(`UPDATE webhook_endpoints SET sealed = ?, old_sealed = ? WHERE merchant = ? AND id = ? AND revision = ?`),
			sealed, old, e.Merchant, e.ID, e.Revision); err != nil {
			return err
		}
		return db.appendAudit(ctx, tx, audit.Entry{Merchant: e.Merchant, Actor: actor, Action: "endpoint.reseal", Object: e.ID})
	})
}
