package store

import (
	"context"
	"encoding/json"

	"github.com/paywicket/paywicket/internal/audit"
	"github.com/paywicket/paywicket/internal/webhook"
)

var _ webhook.Store = (*DB)(nil)

// CreateEndpoint keeps a webhook endpoint.
func (db *DB) CreateEndpoint(ctx context.Context, e webhook.Endpoint, actor string) error {
	types := make([]string, len(e.Types))
	for i, kind := range e.Types {
		types[i] = string(kind)
	}
	return db.write(ctx, func(ctx context.Context, tx *transaction) error {
		if _, err := tx.ExecContext(ctx, tx.Rebind(`INSERT INTO webhook_endpoints (merchant, id, url, types, sealed, created_at, disabled_at) VALUES (?, ?, ?, ?, ?, ?, ?)`),
			e.Merchant, e.ID, e.URL, encode(types), e.Sealed, millis(e.CreatedAt), millis(e.DisabledAt)); err != nil {
			return err
		}
		tx.endpoints = nil
		return db.appendAudit(ctx, tx, audit.Entry{Merchant: e.Merchant, Actor: actor, Action: "endpoint.create", Object: e.ID})
	})
}

// endpointRow is a row of webhook_endpoints.
type endpointRow struct {
	Merchant   string
	ID         string
	URL        string
	Types      string
	Sealed     []byte
	CreatedAt  int64 `db:"created_at"`
	DisabledAt int64 `db:"disabled_at"`
}

const endpointColumns = `merchant, id, url, types, sealed, created_at, disabled_at`

func (r endpointRow) endpoint() (webhook.Endpoint, error) {
	e := webhook.Endpoint{
		Merchant: r.Merchant, ID: r.ID, URL: r.URL, Sealed: r.Sealed, CreatedAt: at(r.CreatedAt), DisabledAt: at(r.DisabledAt),
	}
	return e, json.Unmarshal([]byte(r.Types), &e.Types)
}

// FindEndpoint gives a merchant's endpoint.
func (db *DB) FindEndpoint(ctx context.Context, m, id string) (webhook.Endpoint, error) {
	var row endpointRow
	if err := db.reader.GetContext(brief(ctx), &row, db.reader.Rebind(`SELECT `+endpointColumns+` FROM webhook_endpoints WHERE merchant = ? AND id = ?`), m, id); err != nil {
		return webhook.Endpoint{}, missing(err)
	}
	return row.endpoint()
}

func listEndpoints(ctx context.Context, q queryer, m string) ([]webhook.Endpoint, error) {
	var rows []endpointRow
	if err := q.SelectContext(ctx, &rows, q.Rebind(`SELECT `+endpointColumns+` FROM webhook_endpoints WHERE merchant = ? AND disabled_at = 0`), m); err != nil {
		return nil, err
	}
	return collect(rows, endpointRow.endpoint)
}

// DisableEndpoint stops deliveries to an endpoint.
func (db *DB) DisableEndpoint(ctx context.Context, m, id, actor string) error {
	return db.write(ctx, func(ctx context.Context, tx *transaction) error {
		if _, err := tx.ExecContext(ctx, tx.Rebind(`UPDATE webhook_endpoints SET disabled_at = ? WHERE merchant = ? AND id = ?`), millis(db.now()), m, id); err != nil {
			return err
		}
		tx.endpoints = nil
		return db.appendAudit(ctx, tx, audit.Entry{Merchant: m, Actor: actor, Action: "endpoint.disable", Object: id})
	})
}

// AllEndpoints gives every endpoint of all merchants: it is for the operator, who
// works for the whole house.
func (db *DB) AllEndpoints(ctx context.Context) ([]webhook.Endpoint, error) {
	var rows []endpointRow
	if err := db.reader.SelectContext(ctx, &rows, `SELECT `+endpointColumns+` FROM webhook_endpoints ORDER BY merchant, id`); err != nil {
		return nil, err
	}
	return collect(rows, endpointRow.endpoint)
}

// ReplaceSecret puts a newly sealed secret in the place of an endpoint's.
func (db *DB) ReplaceSecret(ctx context.Context, e webhook.Endpoint, sealed []byte, actor string) error {
	return db.write(ctx, func(ctx context.Context, tx *transaction) error {
		if _, err := tx.ExecContext(ctx, tx.Rebind(`UPDATE webhook_endpoints SET sealed = ? WHERE merchant = ? AND id = ? AND sealed = ?`), sealed, e.Merchant, e.ID, e.Sealed); err != nil {
			return err
		}
		return db.appendAudit(ctx, tx, audit.Entry{Merchant: e.Merchant, Actor: actor, Action: "endpoint.reseal", Object: e.ID})
	})
}
