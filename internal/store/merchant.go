package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"reflect"

	"github.com/paywicket/paywicket/internal/audit"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/merchant"
)

var _ merchant.Store = (*DB)(nil)

// notFound is the one answer for what does not exist and what is somebody else's.
var notFound = fault.New(fault.NotFound, "There is nothing of that id here.")

// missing turns the driver's "no rows" into the house's not-found.
func missing(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return notFound
	}
	return err
}

// CreateMerchant keeps an account with its first site and credentials.
func (db *DB) CreateMerchant(ctx context.Context, m merchant.Merchant, site merchant.Site, credentials []merchant.Credential) error {
	return db.write(ctx, func(ctx context.Context, tx *transaction) error {
		if _, err := tx.ExecContext(ctx, tx.Rebind(`INSERT INTO merchants (id, name, environment, created_at) VALUES (?, ?, ?, ?)`),
			m.ID, m.Name, m.Environment, millis(m.CreatedAt)); err != nil {
			return err
		}
		if err := insertSite(ctx, tx, site); err != nil {
			return err
		}
		for _, c := range credentials {
			hash := c.Hash
			if hash == nil {
				hash = []byte{}
			}
			if _, err := tx.ExecContext(ctx, tx.Rebind(`INSERT INTO credentials (id, merchant, role, environment, hash, created_at, revoked_at) VALUES (?, ?, ?, ?, ?, ?, ?)`),
				c.ID, c.Merchant, c.Role, c.Environment, hash, millis(c.CreatedAt), millis(c.RevokedAt)); err != nil {
				return err
			}
		}
		return db.appendAudit(ctx, tx, audit.Entry{Merchant: m.ID, Actor: "operator", Action: "merchant.create", Object: m.ID, Detail: m.Name})
	})
}

// CreateUser keeps a person who may sign in.
func (db *DB) CreateUser(ctx context.Context, user merchant.User) error {
	return db.write(ctx, func(ctx context.Context, tx *transaction) error {
		if _, err := tx.ExecContext(ctx, tx.Rebind(`INSERT INTO users (id, merchant, email, password_hash, created_at) VALUES (?, ?, ?, ?, ?)`),
			user.ID, user.Merchant, user.Email, user.PasswordHash, millis(user.CreatedAt)); err != nil {
			return err
		}
		return db.appendAudit(ctx, tx, audit.Entry{Merchant: user.Merchant, Actor: "operator", Action: "user.create", Object: user.ID})
	})
}

// FindMerchant gives an account, or fault.NotFound.
func (db *DB) FindMerchant(ctx context.Context, id string) (merchant.Merchant, error) {
	var row struct {
		ID          string
		Name        string
		Environment merchant.Environment
		Fees        string
		Processors  string
		Guard       string
		RescueOff   string `db:"rescue_off"`
		CreatedAt   int64  `db:"created_at"`
	}
	if err := db.reader.GetContext(brief(ctx), &row, db.reader.Rebind(`SELECT id, name, environment, fees, processors, guard, rescue_off, created_at FROM merchants WHERE id = ?`), id); err != nil {
		return merchant.Merchant{}, missing(err)
	}
	m := merchant.Merchant{ID: row.ID, Name: row.Name, Environment: row.Environment, CreatedAt: at(row.CreatedAt)}
	if err := json.Unmarshal([]byte(row.Fees), &m.Fees); err != nil {
		return m, err
	}
	return m, errors.Join(json.Unmarshal([]byte(row.Processors), &m.Processors), json.Unmarshal([]byte(row.Guard), &m.Guard), json.Unmarshal([]byte(row.RescueOff), &m.RescueOff))
}

// SetTerms replaces what a merchant pays and where its payments go.
func (db *DB) SetTerms(ctx context.Context, m merchant.Merchant) error {
	return db.write(ctx, func(ctx context.Context, tx *transaction) error {
		result, err := tx.ExecContext(ctx, tx.Rebind(`UPDATE merchants SET fees = ?, processors = ?, guard = ? WHERE id = ?`), encode(m.Fees), encode(m.Processors), encode(m.Guard), m.ID)
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil || n != 1 {
			return errors.Join(notFound, err)
		}
		return db.appendAudit(ctx, tx, audit.Entry{
			Merchant: m.ID, Actor: "operator", Action: "merchant.terms", Object: m.ID, Detail: "fees " + encode(m.Fees) + ", processors " + encode(m.Processors) + ", guard " + encode(m.Guard),
		})
	})
}

// SetRescue replaces the switches of rescue that are off for a merchant or one of its sites.
func (db *DB) SetRescue(ctx context.Context, m, site string, off []merchant.Switch, actor string) error {
	text, args, object := `UPDATE merchants SET rescue_off = ? WHERE id = ?`, []any{encode(off), m}, m
	if site != "" {
		text, args, object = `UPDATE sites SET rescue_off = ? WHERE merchant = ? AND id = ?`, []any{encode(off), m, site}, site
	}
	return db.write(ctx, func(ctx context.Context, tx *transaction) error {
		result, err := tx.ExecContext(ctx, tx.Rebind(text), args...)
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil || n != 1 {
			return errors.Join(notFound, err)
		}
		return db.appendAudit(ctx, tx, audit.Entry{Merchant: m, Actor: actor, Action: "rescue.switches", Object: object, Detail: "off " + encode(off)})
	})
}

// FindCredential gives a credential by its public part, which is all a caller
// brings: it names the merchant.
func (db *DB) FindCredential(ctx context.Context, public string) (merchant.Credential, error) {
	var row struct {
		ID          string
		Merchant    string
		Role        merchant.Role
		Environment merchant.Environment
		Hash        []byte
		CreatedAt   int64 `db:"created_at"`
		RevokedAt   int64 `db:"revoked_at"`
	}
	err := db.reader.GetContext(brief(ctx), &row, db.reader.Rebind(`SELECT id, merchant, role, environment, hash, created_at, revoked_at FROM credentials WHERE id = ?`), public)
	return merchant.Credential{
		ID: row.ID, Merchant: row.Merchant, Role: row.Role, Environment: row.Environment,
		Hash: row.Hash, CreatedAt: at(row.CreatedAt), RevokedAt: at(row.RevokedAt),
	}, missing(err)
}

// CreateSite keeps another site.
func (db *DB) CreateSite(ctx context.Context, site merchant.Site, actor string) error {
	return db.write(ctx, func(ctx context.Context, tx *transaction) error {
		if err := insertSite(ctx, tx, site); err != nil {
			return err
		}
		return db.appendAudit(ctx, tx, audit.Entry{Merchant: site.Merchant, Actor: actor, Action: "site.create", Object: site.ID, Detail: site.Name})
	})
}

func insertSite(ctx context.Context, tx *transaction, site merchant.Site) error {
	_, err := tx.ExecContext(ctx, tx.Rebind(`INSERT INTO sites (merchant, id, name, descriptor, origins, created_at) VALUES (?, ?, ?, ?, ?, ?)`),
		site.Merchant, site.ID, site.Name, site.Descriptor, encode(site.Origins), millis(site.CreatedAt))
	return err
}

// siteRow is a row of sites.
type siteRow struct {
	Merchant   string
	ID         string
	Name       string
	Descriptor string
	Origins    string
	RescueOff  string `db:"rescue_off"`
	CreatedAt  int64  `db:"created_at"`
}

func (r siteRow) site() (merchant.Site, error) {
	s := merchant.Site{Merchant: r.Merchant, ID: r.ID, Name: r.Name, Descriptor: r.Descriptor, CreatedAt: at(r.CreatedAt)}
	return s, errors.Join(json.Unmarshal([]byte(r.Origins), &s.Origins), json.Unmarshal([]byte(r.RescueOff), &s.RescueOff))
}

const siteColumns = `merchant, id, name, descriptor, origins, rescue_off, created_at`

// FindSite gives a site of a merchant, the first one when site is empty.
func (db *DB) FindSite(ctx context.Context, m, site string) (merchant.Site, error) {
	var row siteRow
	err := db.reader.GetContext(brief(ctx), &row, db.reader.Rebind(`SELECT `+siteColumns+` FROM sites WHERE merchant = ? AND (id = ? OR ? = '') ORDER BY created_at, id LIMIT 1`), m, site, site)
	if err != nil {
		return merchant.Site{}, missing(err)
	}
	return row.site()
}

// ListSites gives a merchant's sites, oldest first.
func (db *DB) ListSites(ctx context.Context, m string) ([]merchant.Site, error) {
	var rows []siteRow
	if err := db.reader.SelectContext(ctx, &rows, db.reader.Rebind(`SELECT `+siteColumns+` FROM sites WHERE merchant = ? ORDER BY created_at, id`), m); err != nil {
		return nil, err
	}
	return collect(rows, siteRow.site)
}

// collect turns rows into what they stand for.
func collect[Row, Thing any](rows []Row, read func(Row) (Thing, error)) ([]Thing, error) {
	things := make([]Thing, len(rows))
	for i, row := range rows {
		var err error
		if things[i], err = read(row); err != nil {
			return nil, err
		}
	}
	return things, nil
}

// encode writes a value of our own as JSON: nothing is an empty list or object.
func encode(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		panic("store: " + err.Error()) // plain structs, lists and maps of texts always encode
	}
	if string(text) != "null" {
		return string(text)
	}
	if reflect.TypeOf(value).Kind() == reflect.Slice {
		return "[]"
	}
	return "{}"
}
