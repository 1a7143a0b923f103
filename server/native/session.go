package native

import (
	"time"

	"github.com/paywicket/paywicket/internal/checkout"
	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/merchant"
	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/vault"
	"github.com/paywicket/paywicket/server/wire"
)

// sessionRequest opens a session.
type sessionRequest struct {
	Amount      *int64            `json:"amount" validate:"required"` // minor units; 0 checks the card without charging it
	Currency    string            `json:"currency"`                   // ISO 4217
	Site        string            `json:"site"`                       // the merchant's first site when empty
	Reference   string            `json:"reference"`                  // the merchant's own name for the order
	Description string            `json:"description"`                // shown to the shopper
	Metadata    map[string]string `json:"metadata"`
	Customer    event.Customer    `json:"customer"`   // who pays: told to processors, and kept with the card
	SenseKey    string            `json:"sense_key"`  // of your pages that lead to it
	ExpiresIn   int64             `json:"expires_in"` // seconds, 900 when 0
	Form
	Terms
}

// Session is a session as the API shows it.
type Session struct {
	ID           string            `json:"id"`
	Status       string            `json:"status"` // open | completed | expired
	Amount       int64             `json:"amount"`
	Currency     string            `json:"currency"`
	Site         string            `json:"site"`
	Reference    string            `json:"reference"`
	Description  string            `json:"description"`
	Metadata     map[string]string `json:"metadata"`
	Payment      *string           `json:"payment"` // the newest attempt
	AttemptsLeft int               `json:"attempts_left"`
	URL          string            `json:"url"` // the checkout's own page
	CreatedAt    time.Time         `json:"created_at"`
	ExpiresAt    time.Time         `json:"expires_at"`
	Form
}

func (a *API) createSession(call wire.Call, in sessionRequest) (Session, error) {
	// Any life in whole seconds that does not fit is refused as any other that is
	// out of bounds, before the multiplication could overflow.
	life := time.Duration(min(max(in.ExpiresIn, -1), 1<<30)) * time.Second
	form, err := in.form(in.Customer.ID)
	if err != nil {
		return Session{}, err
	}
	v, err := a.Checkout.Create(call, call.Merchant(), checkout.Order{
		Site: in.Site, Amount: money.Amount{Minor: *in.Amount, Currency: in.Currency},
		Reference: in.Reference, Description: in.Description, Metadata: in.Metadata, Customer: vault.Customer(in.Customer), SenseKey: in.SenseKey, Life: life, Terms: in.terms(), Form: form,
	}, call.Actor())
	if err != nil {
		return Session{}, err
	}
	return a.session(v), nil
}

// findSession serves servers and pages. A page holds the session's id already;
// what the merchant's server noted about the order is not for it.
func (a *API) findSession(call wire.Call, _ wire.Empty) (Session, error) {
	name := call.Param("id")
	if err := named(id.Session, name); err != nil {
		return Session{}, err
	}
	v, err := a.Checkout.Find(call, call.Merchant(), name)
	if err != nil {
		return Session{}, err
	}
	s := a.session(v)
	if call.Caller.Role == merchant.Publishable {
		s.Metadata = map[string]string{}
		s.Reference = ""
	}
	return s, nil
}

func (a *API) session(v checkout.View) Session {
	s := Session{
		ID: v.Session.ID, Status: string(v.Status(a.Checkout.Now())),
		Amount: v.Session.Amount.Minor, Currency: v.Session.Amount.Currency, Site: v.Session.Site,
		Reference: v.Session.Reference, Description: v.Session.Description, Metadata: v.Session.Metadata,
		AttemptsLeft: v.AttemptsLeft(), URL: a.BaseURL + "/checkout/" + v.Session.ID,
		CreatedAt: v.Session.CreatedAt.UTC(), ExpiresAt: v.Session.ExpiresAt.UTC(), Form: formOf(v.Session.Form),
	}
	if s.Metadata == nil {
		s.Metadata = map[string]string{}
	}
	if v.Latest != nil {
		s.Payment = &v.Latest.ID
	}
	return s
}
