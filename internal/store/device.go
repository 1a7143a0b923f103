package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strings"

	"github.com/paywicket/paywicket/internal/audit"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/sense"
)

// perKey is how many devices are looked at under one key.
const perKey = 10

// deviceLookup looks a merchant's devices up.
type deviceLookup struct {
	ctx      context.Context
	q        queryer
	merchant string
}

// deviceRow is a row of devices.
type deviceRow struct {
	Merchant, ID                 string
	Features, Visitors, Networks []byte
	Visits                       int
	FirstAt                      int64 `db:"first_at"`
	LastAt                       int64 `db:"last_at"`
}

const selectDevices = `SELECT merchant, id, features, visitors, networks, visits, first_at, last_at FROM devices `

func (r deviceRow) device() (sense.Device, error) {
	d := sense.Device{ID: r.ID, Merchant: r.Merchant, Visits: r.Visits, FirstAt: at(r.FirstAt), LastAt: at(r.LastAt)}
	return d, errors.Join(json.Unmarshal(r.Features, &d.Features), json.Unmarshal(r.Visitors, &d.Visitors), json.Unmarshal(r.Networks, &d.Networks))
}

// Devices gives those that have one of the keys, in one go. Names begin with the time they
// were given, so the newest of a key come first.
func (l deviceLookup) Devices(keys []int64) ([]sense.Device, error) {
	var texts []string
	var args []any
	for _, key := range keys {
		texts = append(texts, `SELECT * FROM (SELECT device FROM device_keys WHERE merchant = ? AND key = ? ORDER BY device DESC LIMIT ?) k`)
		args = append(args, l.merchant, key, perKey)
	}
	if len(keys) == 0 {
		return nil, nil
	}
	var rows []deviceRow
	if err := l.q.SelectContext(l.ctx, &rows, l.q.Rebind(selectDevices+`WHERE merchant = ? AND id IN (`+strings.Join(texts, ` UNION `)+`)`), append([]any{l.merchant}, args...)...); err != nil {
		return nil, err
	}
	return collect(rows, deviceRow.device)
}

// Recorded tells whether the very same signals were sent before.
func (l deviceLookup) Recorded(exact int64) (bool, error) {
	if exact == 0 {
		return false, nil
	}
	var n int
	err := l.q.GetContext(l.ctx, &n, l.q.Rebind(`SELECT count(*) FROM (SELECT 1 FROM sense_pages WHERE merchant = ? AND exact = ? LIMIT 1) t`), l.merchant, exact)
	return n > 0, err
}

// LookUp is how a merchant's devices are found.
func (db *DB) LookUp(ctx context.Context, m string) sense.Lookup {
	return deviceLookup{ctx, db.reader, m}
}

// FindDevice gives a merchant's device.
func (db *DB) FindDevice(ctx context.Context, m, device string) (sense.Device, error) {
	var row deviceRow
	if err := db.reader.GetContext(ctx, &row, db.reader.Rebind(selectDevices+`WHERE merchant = ? AND id = ?`), m, device); err != nil {
		return sense.Device{}, missing(err)
	}
	return row.device()
}

// EraseDevice takes a merchant's device away, with all that its pages sent.
func (db *DB) EraseDevice(ctx context.Context, m, device, actor string) error {
	return db.write(ctx, func(ctx context.Context, tx *transaction) error {
		result, err := tx.ExecContext(ctx, tx.Rebind(`DELETE FROM devices WHERE merchant = ? AND id = ?`), m, device)
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, missing(sql.ErrNoRows))
		}
		if _, err := tx.ExecContext(ctx, tx.Rebind(`DELETE FROM sense_pages WHERE merchant = ? AND device = ?`), m, device); err != nil {
			return err
		}
		return db.appendAudit(ctx, tx, audit.Entry{Merchant: m, Actor: actor, Action: "device.erase", Object: device})
	})
}

// FindCustomer gives the tokens of cards that a merchant says belong to a customer, by
// its own name for it or by an address, and the devices that paid with them.
func (db *DB) FindCustomer(ctx context.Context, m, customer, email string) (tokens []id.Token, devices []string, err error) {
	theirs, whose := `c.customer_email = ?`, email
	if customer != "" {
		theirs, whose = `c.customer_id = ? AND c.customer_id <> ''`, customer
	}
	if tokens, err = db.tokens(ctx, `SELECT token FROM cards c WHERE merchant = ? AND `+theirs+` ORDER BY created_at`, m, whose); err != nil {
		return nil, nil, err
	}
	err = db.reader.SelectContext(ctx, &devices, db.reader.Rebind(`SELECT DISTINCT v.device FROM cards c
		JOIN payments p ON p.merchant = c.merchant AND p.token = c.token JOIN checkout_sessions s ON s.merchant = p.merchant AND s.id = p.session
		JOIN sense_pages v ON v.merchant = s.merchant AND v.sense_key IN (s.sense_key, s.joined_key)
		WHERE c.merchant = ? AND `+theirs+` AND v.device <> '' AND EXISTS (SELECT 1 FROM devices d WHERE d.merchant = v.merchant AND d.id = v.device)`), m, whose)
	return tokens, devices, err
}
