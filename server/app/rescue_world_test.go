package app_test

import (
	"cmp"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/paywicket/paywicket/internal/checkout"
	"github.com/paywicket/paywicket/internal/egress"
	"github.com/paywicket/paywicket/internal/keyring"
	"github.com/paywicket/paywicket/internal/lookup"
	"github.com/paywicket/paywicket/internal/merchant"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/processor"
	gateway "github.com/paywicket/paywicket/internal/processor/sandbox"
	"github.com/paywicket/paywicket/internal/rescue"
	"github.com/paywicket/paywicket/internal/risk"
	"github.com/paywicket/paywicket/internal/sense"
	"github.com/paywicket/paywicket/internal/store"
	"github.com/paywicket/paywicket/internal/store/storetest"
	"github.com/paywicket/paywicket/internal/vault"
	"github.com/paywicket/paywicket/server/sandbox"
)

// world is a shop with everything behind it, on one clock that only moves when it is told
// to: a real database and vault, our two processors, and the one that the shop asks by
// itself. All three ask the same issuers, and have one ledger.
type world struct {
	testing.TB
	rows      *sqlx.DB
	vault     *vault.Service
	payments  *payment.Service
	checkouts *checkout.Service
	rescues   *rescue.Service
	senses    *sense.Service
	ledger    *sandbox.Ledger
	own       *gateway.Gateway // the shop's, before it asks us
	account   merchant.Opening
	millis    atomic.Int64 // the time, unix
	thinking  atomic.Int64 // of every processor, in nanoseconds
	agenda    []appointment
}

// appointment is something that is to happen.
type appointment struct {
	at time.Time
	do func()
}

func (w *world) now() time.Time { return time.UnixMilli(w.millis.Load()).UTC() }

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// newWorld opens a shop some time before the month.
func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{TB: t}
	w.millis.Store(start.Add(-span - 24*time.Hour).UnixMilli())
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	var db *store.DB
	db, w.rows = storetest.Open(t, w.now)
	master, err := keyring.MasterFile(filepath.Join(t.TempDir(), "master.key"))
	w.must(err)
	ring, err := keyring.Open(t.Context(), db, master)
	w.must(err)
	w.account, err = (&merchant.Service{Store: db, Now: w.now}).Open(t.Context(), "Kestrel Kettles", merchant.Live, "KESTREL KETTLES", []string{"https://shop.example"})
	w.must(err)

	w.ledger, err = sandbox.OpenLedger("")
	w.must(err)
	w.own = w.processor("", log)
	ours := []*gateway.Gateway{w.processor("sandbox", log), w.processor("sandbox-2", log)}
	byName, able := map[string]processor.Gateway{}, []checkout.Processor(nil)
	for _, g := range ours {
		byName[g.Name()] = &processor.Breaker{Gateway: g, Now: w.now}
		able = append(able, checkout.Processor{Name: g.Name(), Can: g.Abilities()})
	}

	bins := &lookup.Live{}
	w.vault = &vault.Service{Store: db, Keys: ring, BINs: bins, Now: w.now}
	w.payments = &payment.Service{Store: db, Gateways: byName, Now: w.now, Log: log}
	w.senses = &sense.Service{Store: db, Keys: ring, Now: w.now}
	risks := risk.New(db, ring, w.now)
	w.checkouts = &checkout.Service{
		Sense: w.senses, Risk: risks, Store: db, Merchants: db, Payments: w.payments, Vault: w.vault, Processors: able, Now: w.now, Log: log,
		ReturnURL: func(p payment.Payment) string { return "https://pay.example/confirm/" + p.ReturnKey },
	}
	w.rescues = &rescue.Service{
		Store: db, Merchants: db, Charges: w.checkouts, Payments: w.payments, Cards: w.vault, Sense: w.senses, Risk: risks, Keys: ring, BINs: bins,
		ChallengeURL: func(key string) string { return "https://pay.example/confirm/" + key }, Now: w.now, Log: log,
	}
	w.checkouts.Rescue = w.rescues
	return w
}

// processor starts a sandbox on the world's clock, and gives the way to it.
func (w *world) processor(label string, log *slog.Logger) *gateway.Gateway {
	w.Helper()
	peer := (&sandbox.Server{Ledger: w.ledger, Now: w.now, Log: log, Label: label}).Handler()
	front := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if thinking := time.Duration(w.thinking.Load()); thinking > 0 && r.Method == http.MethodPost {
			time.Sleep(thinking)
		}
		peer.ServeHTTP(rw, r)
	}))
	w.Cleanup(front.Close)
	g, err := gateway.New(front.URL, egress.Policy{Loopback: true}.Client(time.Minute))
	w.must(err)
	g.Label = label
	return g
}

// plan has something happen later.
func (w *world) plan(at time.Time, do func()) {
	place, _ := slices.BinarySearchFunc(w.agenda, at, func(e appointment, at time.Time) int { return cmp.Or(e.at.Compare(at), -1) })
	w.agenda = slices.Insert(w.agenda, place, appointment{at, do})
}

// due is when the services have something to do next; zero for never.
func (w *world) due() time.Time {
	var next int64
	w.must(w.rows.Get(&next, `SELECT coalesce(min(at), 0) FROM (
		SELECT min(next_at) AS at FROM rescue_orders WHERE next_at > 0 UNION ALL
		SELECT min(due_at) AS at FROM transmissions WHERE due_at > 0 UNION ALL
		SELECT min(check_at) AS at FROM payments WHERE check_at > 0) AS due`))
	if next == 0 {
		return time.Time{}
	}
	return time.UnixMilli(next).UTC()
}

// run lets time pass until nothing is left to happen: from one thing to the next, and
// nothing in between is waited for. It gives how often the services were called.
func (w *world) run(ctx context.Context) int {
	w.Helper()
	calls := 0
	for end := start.Add(3 * span); ; calls++ {
		due := w.due()
		switch {
		case len(w.agenda) > 0 && (due.IsZero() || !w.agenda[0].at.After(due)):
			next := w.agenda[0]
			w.agenda = w.agenda[1:]
			w.move(next.at)
			next.do()
		case due.IsZero():
			return calls
		case due.After(end):
			w.Fatalf("something is still to be done at %s", due)
		default:
			w.move(due)
			_, err := w.payments.Resolve(ctx)
			w.must(err)
			_, err = w.rescues.Work(ctx)
			w.must(err)
			_, err = w.rescues.Study(ctx)
			w.must(err)
		}
	}
}

// move moves the clock, never back.
func (w *world) move(to time.Time) {
	if to.After(w.now()) {
		w.millis.Store(to.UnixMilli())
	}
}
