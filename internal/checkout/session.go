// Package checkout is the session a merchant's server opens for one purchase, and
// the moment both legs run.
//
// The life of a session: the merchant's server creates it with a fixed amount; a
// shopper opens it in a frame and submits a card; the card goes to authorization
// and to the vault at the same time. A decline leaves the session open for another
// card, three in all; an authorization completes it; time ends it.
//
// Whether a session is paid, busy or open is read off its newest payment, never
// kept beside it, so the two cannot disagree.
//
// Refused here: a second attempt while one is running, an amount from a browser,
// and a number that outlives Submit.
package checkout

import (
	"cmp"
	"context"
	"strings"
	"time"
	"unicode"

	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/merchant"
	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/pan"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/processor"
	"github.com/paywicket/paywicket/internal/vault"
)

// Limits of a session.
const (
	// MaxAttempts is how many cards may be tried, against card testing.
	MaxAttempts = 3
	// DefaultLife and the bounds of expires_in.
	DefaultLife = 15 * time.Minute
	minLife     = time.Minute
	maxLife     = 24 * time.Hour

	maxText          = 200
	maxMetadata      = 20
	maxMetadataName  = 40
	maxMetadataValue = 500
)

// Session is one purchase waiting to be paid.
type Session struct {
	ID          string
	Merchant    string
	Site        string
	Amount      money.Amount
	Reference   string // the merchant's own name for the order
	Description string // shown to the shopper
	Metadata    map[string]string
	Terms       payment.Terms
	Form        Form
	SenseKey    string // its own
	JoinedKey   string // of the merchant's pages that led here; empty for none
	CreatedAt   time.Time
	ExpiresAt   time.Time
}

// Visit is the sense key under which the checkout sends what it sees: that of the
// merchant's pages, so that all of one visit is together, or its own.
func (s Session) Visit() string { return cmp.Or(s.JoinedKey, s.SenseKey) }

// Order is what a merchant's server asks a session for.
type Order struct {
	Site        string // empty for the merchant's first site
	Amount      money.Amount
	Reference   string
	Description string
	Metadata    map[string]string
	Customer    vault.Customer // who pays: told to processors, and kept with the card
	SenseKey    string         // of the merchant's pages that lead here; empty for none
	Terms       payment.Terms
	Form        Form          // of a session
	Life        time.Duration // 0 for DefaultLife

	// Of a charge of a kept card.
	Payment string       // the payment's id, for who has kept it before; empty for a new one
	CVV     pan.CVV      // that the shopper has just given; none for none. It is wiped with the card.
	Last    string       // a processor that has just declined it, and is asked last; empty for none
	Next    payment.Next // what is tried after a decline; nil for what Rescue says
}

// Status is what a session is good for now.
type Status string

// The statuses of a session.
const (
	Open      Status = "open"
	Completed Status = "completed"
	Expired   Status = "expired"
)

// View is a session with what is needed to show or pay it.
type View struct {
	Session  Session
	Merchant merchant.Merchant
	Site     merchant.Site
	Latest   *payment.Payment // the newest attempt, nil at first
	Attempts int              // attempts that reached a processor, or may have
	Version  Version
}

// Version tells one state of a session's payments from another: how many there are, and
// how many steps they have taken together. The session itself never changes.
type Version struct{ Payments, Steps int }

// Status reads off what the session is good for.
func (v View) Status(now time.Time) Status {
	switch {
	case v.Latest != nil && v.Latest.State.Paid():
		return Completed
	case v.Latest != nil && v.Latest.State.Pending():
		return Open // it may have been paid in time; what comes of it decides
	case !now.Before(v.Session.ExpiresAt):
		return Expired
	}
	return Open
}

// AttemptsLeft is how many more cards may be tried.
func (v View) AttemptsLeft() int { return max(0, MaxAttempts-v.Attempts) }

// Admit tells whether another attempt may start now.
// Errors: fault.Conflict when paid or busy, fault.Gone when expired,
// fault.TooMany when no attempt is left.
func (v View) Admit(now time.Time) error {
	switch {
	case v.Status(now) == Completed:
		return fault.New(fault.Conflict, "This has been paid already. There is nothing left to do.")
	case v.Status(now) == Expired:
		return fault.New(fault.Gone, "This checkout has expired. Go back to the shop and start again.")
	case v.Latest != nil && v.Latest.State.Pending():
		return fault.New(fault.Conflict, "A payment is being processed. Wait for its result before trying another card.")
	case v.AttemptsLeft() == 0:
		return fault.New(fault.TooMany, "All attempts are used up. Go back to the shop and start again.")
	}
	return nil
}

// Store keeps sessions and opens payments on them.
type Store interface {
	// CreateSession keeps a new session.
	CreateSession(ctx context.Context, session Session, actor string) error
	// FindSession gives a merchant's session, or fault.NotFound.
	FindSession(ctx context.Context, merchant, session string) (View, error)
	// ShowSession gives a session by its id alone, for the shopper who holds it as
	// a capability; the merchant is read from it. Errors: fault.NotFound.
	ShowSession(ctx context.Context, session string) (View, error)
	// OpenPayment makes the intent to pay durable: in one transaction it makes sure that
	// the session is still as known has it, or reads it again, lets admit decide and name
	// the payment, and keeps that inflight.
	OpenPayment(ctx context.Context, known View, admit func(View) (payment.Payment, error)) (payment.Payment, error)
	// KeepPayment makes the intent of a payment without a session durable. Errors:
	// fault.Conflict when it is to rescue an order that has given it up.
	KeepPayment(ctx context.Context, p payment.Payment, actor string) error
}

// Check refuses an order that cannot be. Errors: faults that name the field.
func (o Order) Check() error {
	if _, ok := money.Exponent(o.Amount.Currency); !ok {
		return fault.Field("currency", "%q is not a currency in use. Give its ISO 4217 code in upper case, such as USD.", clip(o.Amount.Currency))
	}
	if o.Amount.Minor < 0 || o.Amount.Minor > money.Max {
		return fault.Field("amount", "The amount must be a whole number of minor units (cents) from 0 to %d; 0 checks the card without charging it.", int64(money.Max))
	}
	if len(o.Reference) > maxText || !plain(o.Reference) {
		return fault.Field("reference", "The reference may have %d bytes at most, and no control characters.", maxText)
	}
	if len(o.Description) > maxText || !plain(o.Description) {
		return fault.Field("description", "The description may have %d bytes at most, and no control characters.", maxText)
	}
	if len(o.Metadata) > maxMetadata {
		return fault.Field("metadata", "Metadata may have %d entries at most.", maxMetadata)
	}
	for name, value := range o.Metadata {
		if name == "" || len(name) > maxMetadataName || len(value) > maxMetadataValue || !plain(name) || strings.ContainsRune(value, 0) {
			return fault.Field("metadata", "A metadata entry has a name of 1 to %d bytes without control characters, and a value of at most %d without a NUL.", maxMetadataName, maxMetadataValue)
		}
	}
	if err := o.Customer.Check(); err != nil {
		return err
	}
	return o.Terms.Check(o.Amount)
}

// newSession makes a session of an order. Errors: those of Check, of Form.check, and a
// fault on expires_in.
func newSession(name, m string, site merchant.Site, order Order, now time.Time) (Session, error) {
	if err := order.Check(); err != nil {
		return Session{}, err
	}
	if err := order.Form.check(order, site); err != nil {
		return Session{}, err
	}
	order.Terms.Payer = processor.Payer(order.Customer)
	life := order.Life
	if life == 0 {
		life = DefaultLife
	}
	if life < minLife || life > maxLife {
		return Session{}, fault.Field("expires_in", "A session lives from %d to %d seconds.", int(minLife.Seconds()), int(maxLife.Seconds()))
	}
	return Session{
		ID: name, Merchant: m, Site: site.ID, Amount: order.Amount, Reference: order.Reference,
		Description: order.Description, Metadata: order.Metadata, Terms: order.Terms, Form: order.Form, SenseKey: id.New(id.SenseKey), JoinedKey: order.SenseKey,
		CreatedAt: now, ExpiresAt: now.Add(life),
	}, nil
}

// plain tells whether a text has no control characters. A NUL could not even be kept:
// PostgreSQL's texts hold none.
func plain(text string) bool { return strings.IndexFunc(text, unicode.IsControl) < 0 }

// clip shortens what a message repeats of the caller's input.
func clip(text string) string {
	if len(text) > 10 {
		return text[:10] + "…"
	}
	return text
}
