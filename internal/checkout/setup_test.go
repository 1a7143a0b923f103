package checkout_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/paywicket/paywicket/internal/card"
	"github.com/paywicket/paywicket/internal/checkout"
	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/keyring"
	"github.com/paywicket/paywicket/internal/merchant"
	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/pan"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/processor"
	"github.com/paywicket/paywicket/internal/risk"
	"github.com/paywicket/paywicket/internal/sense"
	"github.com/paywicket/paywicket/internal/store"
	"github.com/paywicket/paywicket/internal/store/storetest"
	"github.com/paywicket/paywicket/internal/vault"
)

// house is a checkout on a real database, with a processor and a vault that a
// test can hold up, break, or make say what it wants.
type house struct {
	testing.TB
	*checkout.Service
	db       *store.DB
	rows     *sqlx.DB
	payments *payment.Service
	vault    *heldVault
	says     *scripted
	account  merchant.Opening
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

func open(t testing.TB) *house {
	t.Helper()
	h := &house{TB: t}
	h.clock.Store(time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC).UnixMilli())
	dir := t.TempDir()
	h.db, h.rows = storetest.Open(t, h.now)
	master, err := keyring.MasterFile(filepath.Join(dir, "master.key"))
	h.must(err)
	ring, err := keyring.Open(t.Context(), h.db, master)
	h.must(err)
	h.account, err = (&merchant.Service{Store: h.db, Now: h.now}).Open(t.Context(), "Kestrel Kettles", merchant.Test, "KESTREL KETTLES", []string{"https://shop.example"})
	h.must(err)

	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	h.says = &scripted{}
	h.vault = &heldVault{Vault: &vault.Service{Store: h.db, Keys: ring, Now: h.now}}
	h.payments = &payment.Service{Store: h.db, Gateways: map[string]processor.Gateway{"scripted": h.says}, Now: h.now, Log: log, Budget: 5 * time.Second}
	senses := &sense.Service{Store: h.db, Keys: ring, Now: h.now}
	h.Service = &checkout.Service{
		Sense: senses, Risk: risk.New(h.db, ring, h.now),
		Store: h.db, Merchants: h.db, Payments: h.payments, Vault: h.vault, Processors: []checkout.Processor{{Name: "scripted", Can: h.says.Abilities()}}, Now: h.now, Log: log,
		ReturnURL: func(p payment.Payment) string {
			return "https://pay.example/checkout/" + p.Session + "/challenge/" + p.ReturnKey
		},
	}
	return h
}

// session opens a session for $49.00.
func (h *house) session() string {
	h.Helper()
	v, err := h.Create(h.Context(), h.account.Merchant.ID, checkout.Order{Amount: money.Amount{Minor: 4900, Currency: "USD"}}, "key 1")
	h.must(err)
	return v.Session.ID
}

// view is a session as it is now.
func (h *house) view(session string) checkout.View {
	h.Helper()
	v, err := h.Show(h.Context(), session)
	h.must(err)
	return v
}

// pay submits a good card, and wipes it.
func (h *house) pay(session string) (checkout.View, error) {
	h.Helper()
	number, err := pan.ParseNumber([]byte("4111111111111111"))
	h.must(err)
	cvv, err := pan.ParseCVV([]byte("123"), card.Visa)
	h.must(err)
	c := pan.Card{Number: number, CVV: cvv, Expiry: card.Expiry{Month: 12, Year: 2030}}
	defer c.Wipe()
	return h.Submit(h.Context(), session, checkout.Submission{Card: c}, checkout.Client{})
}

// events lists what was announced, oldest first.
func (h *house) events() []event.Type {
	h.Helper()
	list, err := h.db.ListEvents(h.Context(), h.account.Merchant.ID, "", 100)
	h.must(err)
	var out []event.Type
	for i := range list {
		out = append(out, list[len(list)-1-i].Type)
	}
	return out
}

func (h *house) count(query string) int {
	h.Helper()
	var n int
	h.must(h.rows.QueryRow(query).Scan(&n))
	return n
}

// scripted is a gateway whose answers a test writes, and that counts what it is
// asked. With nothing written it approves.
type scripted struct {
	mu        sync.Mutex
	asked     []processor.Request
	authorize func(context.Context, processor.Request, processor.Instrument) (processor.Outcome, error)
	lookup    func(reference string) (processor.Outcome, error)
	cancel    func(reference string) (processor.Outcome, error)

	modify             func(processor.Modification) (processor.Outcome, error)
	lookupModification func(processor.Modification) (processor.Outcome, error)
}

func (s *scripted) Name() string               { return "scripted" }
func (s *scripted) ChallengeOrigins() []string { return nil }

func (s *scripted) Abilities() processor.Abilities {
	return processor.Abilities{
		Idempotent: true, Lookup: true, ManualCapture: true, PartialCapture: true, MultipleCaptures: true, Void: true,
		Refund: true, PartialRefund: true, ZeroAmount: true, Challenge: true, CancelChallenge: true, LookupModification: true, MerchantInitiated: true,
	}
}

func (s *scripted) Modify(_ context.Context, m processor.Modification) (processor.Outcome, error) {
	if s.modify == nil {
		return processor.Outcome{State: processor.Approved, ProcessorID: "mod_1", Reference: m.Reference, Amount: m.Amount}, nil
	}
	return s.modify(m)
}

func (s *scripted) LookupModification(_ context.Context, m processor.Modification) (processor.Outcome, error) {
	if s.lookupModification == nil {
		return processor.Outcome{}, errors.New("nobody answers")
	}
	return s.lookupModification(m)
}

func (s *scripted) List(context.Context, time.Time, time.Time, func(processor.Listed) error) error {
	return errors.New("nobody answers")
}

func (s *scripted) Authorize(ctx context.Context, r processor.Request, c processor.Instrument) (processor.Outcome, error) {
	s.mu.Lock()
	s.asked = append(s.asked, r)
	s.mu.Unlock()
	if s.authorize != nil {
		return s.authorize(ctx, r, c)
	}
	return echo(r, processor.Approved), nil
}

func (s *scripted) Lookup(_ context.Context, of processor.Original) (processor.Outcome, error) {
	if s.lookup == nil {
		return processor.Outcome{}, errors.New("nobody answers")
	}
	return s.lookup(of.Reference)
}

func (s *scripted) CancelChallenge(_ context.Context, of processor.Original) (processor.Outcome, error) {
	if s.cancel == nil {
		return processor.Outcome{}, errors.New("nobody answers")
	}
	return s.cancel(of.Reference)
}

// says makes every authorization end in a state.
func says(state processor.State) func(context.Context, processor.Request, processor.Instrument) (processor.Outcome, error) {
	return func(_ context.Context, r processor.Request, _ processor.Instrument) (processor.Outcome, error) {
		return echo(r, state), nil
	}
}

// echo is an outcome about a request.
func echo(r processor.Request, state processor.State) processor.Outcome {
	o := processor.Outcome{State: state, ProcessorID: "auth_1", Reference: r.Reference, Amount: r.Amount}
	if state == processor.Declined {
		o.DeclineCode = processor.DoNotHonor
	}
	if state == processor.Challenge {
		o.ChallengeURL = "https://bank.example/1"
	}
	return o
}

// heldVault keeps cards as the vault does, after whatever a test does first.
type heldVault struct {
	checkout.Vault
	before func() error
}

func (v *heldVault) Tokenize(ctx context.Context, m string, token id.Token, customer vault.Customer, consent vault.Consent, c pan.Card, actor string) (vault.Record, error) {
	if v.before != nil {
		if err := v.before(); err != nil {
			return vault.Record{}, err
		}
	}
	return v.Vault.Tokenize(ctx, m, token, customer, consent, c, actor)
}
