// Package storetest is the suite that every database behind the store must pass:
// what the domain relies on, tried against the real thing.
package storetest

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/paywicket/paywicket/internal/card"
	"github.com/paywicket/paywicket/internal/checkout"
	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/merchant"
	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/store"
	"github.com/paywicket/paywicket/internal/vault"
)

// Run runs the suite on the database that Open gives.
func Run(t *testing.T) {
	for name, test := range map[string]func(*testing.T, *house){
		"accounts":                         accounts,
		"credentials":                      credentials,
		"sites":                            sites,
		"sessions":                         sessions,
		"intents":                          intents,
		"one of many intents":              oneOfManyIntents,
		"one live payment":                 oneLivePayment,
		"steps":                            steps,
		"steps from what was":              stepsFromWhatWas,
		"steps that fail":                  stepsThatFail,
		"steps at once":                    stepsAtOnce,
		"due payments":                     duePayments,
		"modifications":                    modifications,
		"idempotency keys":                 idempotencyKeys,
		"idempotency keys that are old":    idempotencyKeysThatAreOld,
		"payments without a session":       paymentsWithoutASession,
		"cards":                            cards,
		"cards that change":                cardsThatChange,
		"cards that expire":                cardsThatExpire,
		"saved cards":                      savedCards,
		"saved cards of others":            savedCardsOfOthers,
		"BIN tables":                       binTables,
		"builds of the page":               pageBuilds,
		"what is known of the page":        pageState,
		"events":                           events,
		"deliveries":                       deliveries,
		"deliveries in order":              deliveriesInOrder,
		"deliveries that wait":             deliveriesThatWait,
		"deliveries again":                 deliveriesAgain,
		"watching":                         watching,
		"observations":                     observations,
		"observations at once":             observationsAtOnce,
		"sense keys":                       senseKeys,
		"an audit trail":                   auditTrail,
		"an audit trail tampered with":     auditTrailTamperedWith,
		"orders":                           orders,
		"orders that are due":              ordersThatAreDue,
		"orders that go on":                ordersThatGoOn,
		"tries of a card":                  triesOfACard,
		"lessons":                          lessons,
		"rules of rescue":                  rulesOfRescue,
		"decisions":                        decisions,
		"arrivals of cards":                arrivals,
		"orders of an erased card":         ordersOfAnErasedCard,
		"rescues that are old":             rescuesThatAreOld,
		"switches of rescue":               switches,
		"reports":                          reports,
		"reports of many pages":            reportsOfManyPages,
		"decisions in pages":               decisionsInPages,
		"transactions":                     transactions,
		"transactions that are forgotten":  transactionsThatAreForgotten,
		"transactions in pages":            transactionsInPages,
		"refunds of transactions":          refundsOfTransactions,
		"batches":                          batches,
		"items of a batch":                 itemsOfABatch,
		"everything is the merchant's own": everythingIsTheMerchantsOwn,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := &house{T: t}
			h.clock.Store(time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC).UnixMilli())
			h.db, h.intruder = Open(t, h.now)
			test(t, h)
		})
	}
}

// house is a database with what a test needs around it.
type house struct {
	*testing.T
	db       *store.DB
	intruder *sqlx.DB
	clock    atomic.Int64 // unix milliseconds
}

func (h *house) now() time.Time { return time.UnixMilli(h.clock.Load()).UTC() }

func (h *house) pass(d time.Duration) { h.clock.Add(d.Milliseconds()) }

func (h *house) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

// refused checks that err is a fault of a code.
func (h *house) refused(what string, err error, code fault.Code) {
	h.Helper()
	if err == nil || fault.CodeOf(err) != code {
		h.Errorf("%s: %v, want %s", what, err, code)
	}
}

// count asks the intruder how many rows there are.
func (h *house) count(query string, args ...any) int {
	h.Helper()
	var n int
	h.must(h.intruder.QueryRow(h.intruder.Rebind(query), args...).Scan(&n))
	return n
}

// open opens an account with one site.
func (h *house) open(name string) merchant.Opening {
	h.Helper()
	service := &merchant.Service{Store: h.db, Now: h.now}
	o, err := service.Open(h.Context(), name, merchant.Test, "KESTREL KETTLES", []string{"https://shop.example"})
	h.must(err)
	return o
}

// session opens a session of an account.
func (h *house) session(o merchant.Opening) checkout.Session {
	h.Helper()
	s := checkout.Session{
		ID: id.New(id.Session), Merchant: o.Merchant.ID, Site: o.Site.ID, Amount: money.Amount{Minor: 4900, Currency: "USD"},
		Reference: "order-1", Description: "Kettle", Metadata: map[string]string{"colour": "black"},
		SenseKey: id.New(id.SenseKey), CreatedAt: h.now(), ExpiresAt: h.now().Add(15 * time.Minute),
		Form: checkout.Form{Locale: "de", Email: checkout.Required, Save: checkout.AskToSave, Plans: []checkout.Plan{{Count: 3, Total: 5000}}},
	}
	h.must(h.db.CreateSession(h.Context(), s, "key 1"))
	return s
}

// intent is a payment as a checkout opens it.
func (h *house) intent(v checkout.View) payment.Payment {
	return payment.Payment{
		ID: id.New(id.Payment), Merchant: v.Session.Merchant, Session: v.Session.ID, Site: v.Session.Site, State: payment.Inflight,
		Sequence: 1, Amount: v.Session.Amount, Reference: v.Session.Reference, Metadata: v.Session.Metadata,
		Card:  card.Summary{Brand: card.Visa, BIN: "411111", Last4: "1111", ExpMonth: 12, ExpYear: 2030},
		Token: id.NewToken(), Processor: "sandbox", ProcessorReference: id.Random(),
		CheckAt: h.now().Add(30 * time.Second), CreatedAt: h.now(), UpdatedAt: h.now(),
	}
}

// view is a session as a shopper finds it.
func (h *house) view(session string) checkout.View {
	h.Helper()
	v, err := h.db.ShowSession(h.Context(), session)
	h.must(err)
	return v
}

// pay opens a payment on a session, as Admit allows.
func (h *house) pay(session string) (payment.Payment, error) {
	return h.db.OpenPayment(h.Context(), h.view(session), func(v checkout.View) (payment.Payment, error) {
		if err := v.Admit(h.now()); err != nil {
			return payment.Payment{}, err
		}
		return h.intent(v), nil
	})
}

// inflight is a payment that has just been opened on a session of its own.
func (h *house) inflight(o merchant.Opening) payment.Payment {
	h.Helper()
	p, err := h.pay(h.session(o).ID)
	h.must(err)
	return p
}

// become is a step to a state, which announces it.
func (h *house) become(state payment.State) payment.Step {
	return func(p payment.Payment) (payment.Payment, []event.Event, error) {
		p.State, p.Sequence, p.UpdatedAt, p.CheckAt = state, p.Sequence+1, h.now(), time.Time{}
		return p, []event.Event{event.New(event.PaymentAuthorized, p.Merchant, p.ID, p.Sequence, h.now(), p.Payload())}, nil
	}
}

// keep keeps a card under a token. What is sealed is none: that is the vault's.
func (h *house) keep(m string, token id.Token) error { return h.keepUntil(m, token, time.Time{}) }

func (h *house) keepUntil(m string, token id.Token, expires time.Time) error {
	r := vault.Record{
		Token: token, Merchant: m, Version: 1, Sealed: []byte("sealed"), Fingerprint: "f", Revision: 1, CreatedAt: h.now(), ExpiresAt: expires, Tag: []byte("tag"),
		Summary: card.Summary{Brand: card.Visa, BIN: "411111", Last4: "1111", ExpMonth: 12, ExpYear: 2030},
	}
	_, err := h.db.KeepCard(context.Background(), r, event.New(event.TokenCreated, m, token.String(), 1, h.now(), r.Payload()), "shopper")
	return err
}

// same compares two things by how they print, which is enough for plain structs.
func (h *house) same(what string, got, want any) {
	h.Helper()
	if g, w := fmt.Sprintf("%+v", got), fmt.Sprintf("%+v", want); g != w {
		h.Errorf("%s:\n got %s\nwant %s", what, g, w)
	}
}
