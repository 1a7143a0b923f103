package store

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/jmoiron/sqlx"

	"github.com/paywicket/paywicket/internal/audit"
	"github.com/paywicket/paywicket/internal/checkout"
	"github.com/paywicket/paywicket/internal/merchant"
	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/payment"
)

var _ checkout.Store = (*DB)(nil)

// CreateSession keeps a new session.
func (db *DB) CreateSession(ctx context.Context, s checkout.Session, actor string) error {
	if err := db.space.check(); err != nil {
		return err
	}
	return db.write(ctx, func(ctx context.Context, tx *transaction) error {
		if _, err := tx.ExecContext(ctx, tx.Rebind(`INSERT INTO checkout_sessions
			(id, merchant, site, amount, currency, reference, description, metadata, terms, form, sense_key, joined_key, created_at, expires_at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`),
			s.ID, s.Merchant, s.Site, s.Amount.Minor, s.Amount.Currency, s.Reference, s.Description, encode(s.Metadata), encode(s.Terms), encode(s.Form),
			s.SenseKey, s.JoinedKey, millis(s.CreatedAt), millis(s.ExpiresAt)); err != nil {
			return err
		}
		return db.appendAudit(ctx, tx, audit.Entry{Merchant: s.Merchant, Actor: actor, Action: "session.create", Object: s.ID, Detail: s.Amount.String()})
	})
}

// sessionRow is a session joined with its merchant and site.
type sessionRow struct {
	ID          string
	Merchant    string
	Site        string
	Amount      int64
	Currency    string
	Reference   string
	Description string
	Metadata    string
	Terms       string
	Form        string
	SenseKey    string               `db:"sense_key"`
	JoinedKey   string               `db:"joined_key"`
	CreatedAt   int64                `db:"created_at"`
	ExpiresAt   int64                `db:"expires_at"`
	Seller      string               `db:"seller"`
	Environment merchant.Environment `db:"environment"`
	Fees        string
	Processors  string
	Guard       string
	SiteName    string `db:"site_name"`
	Descriptor  string
	Origins     string
	RescueOff   string `db:"rescue_off"`
	SiteOff     string `db:"site_off"`
}

const selectSession = `SELECT s.id, s.merchant, s.site, s.amount, s.currency, s.reference, s.description, s.metadata, s.terms, s.form,
	s.sense_key, s.joined_key, s.created_at, s.expires_at, m.name AS seller, m.environment, m.fees, m.processors, m.guard, w.name AS site_name, w.descriptor, w.origins, m.rescue_off, w.rescue_off AS site_off
	FROM checkout_sessions s JOIN merchants m ON m.id = s.merchant JOIN sites w ON w.merchant = s.merchant AND w.id = s.site `

func (r sessionRow) view() (checkout.View, error) {
	v := checkout.View{
		Session: checkout.Session{
			ID: r.ID, Merchant: r.Merchant, Site: r.Site, Amount: money.Amount{Minor: r.Amount, Currency: r.Currency},
			Reference: r.Reference, Description: r.Description, SenseKey: r.SenseKey, JoinedKey: r.JoinedKey,
			CreatedAt: at(r.CreatedAt), ExpiresAt: at(r.ExpiresAt),
		},
		Merchant: merchant.Merchant{ID: r.Merchant, Name: r.Seller, Environment: r.Environment},
		Site:     merchant.Site{ID: r.Site, Merchant: r.Merchant, Name: r.SiteName, Descriptor: r.Descriptor},
	}
	for _, part := range []struct {
		text string
		into any
	}{
		{r.Metadata, &v.Session.Metadata}, {r.Terms, &v.Session.Terms}, {r.Form, &v.Session.Form}, {r.Processors, &v.Merchant.Processors}, {r.Fees, &v.Merchant.Fees},
		{r.Guard, &v.Merchant.Guard}, {r.RescueOff, &v.Merchant.RescueOff}, {r.Origins, &v.Site.Origins}, {r.SiteOff, &v.Site.RescueOff},
	} {
		if part.text == "[]" || part.text == "{}" {
			continue // which is nothing, and read for every payment
		}
		if err := json.Unmarshal([]byte(part.text), part.into); err != nil {
			return v, err
		}
	}
	return v, nil
}

// queryer reads, in a transaction or outside one.
type queryer interface {
	GetContext(ctx context.Context, into any, query string, args ...any) error
	SelectContext(ctx context.Context, into any, query string, args ...any) error
	QueryRowxContext(ctx context.Context, query string, args ...any) *sqlx.Row
	Rebind(query string) string
}

// selectAttempts reads a session's payments, oldest first. It is asked for every payment.
const selectAttempts = selectPayment + `WHERE p.merchant = ? AND p.session = ? ORDER BY p.created_at, p.id`

// readSession reads a session with its attempts.
func readSession(ctx context.Context, q queryer, where string, args ...any) (checkout.View, error) {
	var row sessionRow
	if err := q.GetContext(ctx, &row, q.Rebind(selectSession+where), args...); err != nil {
		return checkout.View{}, missing(err)
	}
	v, err := row.view()
	if err != nil {
		return checkout.View{}, err
	}
	var attempts []paymentRow
	if err := q.SelectContext(ctx, &attempts, q.Rebind(selectAttempts), row.Merchant, row.ID); err != nil {
		return checkout.View{}, err
	}
	for _, a := range attempts {
		p, err := a.withModifications(ctx, q)
		if err != nil {
			return checkout.View{}, err
		}
		v.Latest = &p
		v.Version.Payments++
		v.Version.Steps += p.Sequence
		if p.State != payment.Failed {
			v.Attempts++
		}
	}
	return v, nil
}

// FindSession gives a merchant's session.
func (db *DB) FindSession(ctx context.Context, m, session string) (checkout.View, error) {
	return readSession(brief(ctx), db.reader, `WHERE s.merchant = ? AND s.id = ?`, m, session)
}

// ShowSession gives a session by its id alone: it is the shopper's capability, and
// names the merchant.
func (db *DB) ShowSession(ctx context.Context, session string) (checkout.View, error) {
	return readSession(brief(ctx), db.reader, `WHERE s.id = ?`, session)
}

// OpenPayment makes the intent to pay durable. What is known of the session is used when
// its payments are still as many steps on: that is one look instead of three reads.
func (db *DB) OpenPayment(ctx context.Context, known checkout.View, admit func(checkout.View) (payment.Payment, error)) (payment.Payment, error) {
	if err := db.space.check(); err != nil {
		return payment.Payment{}, err
	}
	session := known.Session.ID
	var p payment.Payment
	err := db.write(ctx, func(ctx context.Context, tx *transaction) error {
		if tx.opens(session) {
			if err := tx.flushPayments(); err != nil {
				return err
			}
		}
		var now checkout.Version
		err := tx.QueryRowxContext(ctx, tx.Rebind(`SELECT count(*), COALESCE(sum(sequence), 0) FROM payments WHERE session = ?`), session).Scan(&now.Payments, &now.Steps)
		v := known
		if err == nil && now != known.Version {
			v, err = readSession(ctx, tx, `WHERE s.id = ?`, session)
		}
		if err != nil {
			return err
		}
		if p, err = admit(v); err != nil {
			return err
		}
		tx.payments = append(tx.payments, p)
		return db.auditOpen(ctx, tx, p, "shopper "+session)
	})
	return p, err
}

// opens tells whether a payment of a session is among those to be kept.
func (tx *transaction) opens(session string) bool {
	return slices.ContainsFunc(tx.payments, func(p payment.Payment) bool { return p.Session == session })
}
