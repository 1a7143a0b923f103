// Package app puts the house together: the one place that knows both HTTP and the
// database, and the only importer of the store and of concrete processors.
package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/paywicket/paywicket/internal/bulk"
	"github.com/paywicket/paywicket/internal/checkout"
	"github.com/paywicket/paywicket/internal/config"
	"github.com/paywicket/paywicket/internal/egress"
	"github.com/paywicket/paywicket/internal/idempotency"
	"github.com/paywicket/paywicket/internal/integrity"
	"github.com/paywicket/paywicket/internal/lookup"
	"github.com/paywicket/paywicket/internal/merchant"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/report"
	"github.com/paywicket/paywicket/internal/rescue"
	"github.com/paywicket/paywicket/internal/risk"
	"github.com/paywicket/paywicket/internal/sense"
	"github.com/paywicket/paywicket/internal/store"
	"github.com/paywicket/paywicket/internal/vault"
	"github.com/paywicket/paywicket/internal/webhook"
	"github.com/paywicket/paywicket/server"
	"github.com/paywicket/paywicket/server/dialect/flexcharge"
	"github.com/paywicket/paywicket/server/dialect/flutterwave"
	"github.com/paywicket/paywicket/server/docs"
	"github.com/paywicket/paywicket/server/native"
	"github.com/paywicket/paywicket/server/page"
	"github.com/paywicket/paywicket/server/seal"
	"github.com/paywicket/paywicket/server/wire"
)

// clock is the time that everything is stamped with: to the millisecond, as it is
// stored, so that a thing looks the same before and after.
func clock() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }

// App is an opened server.
type App struct {
	Merchants  *merchant.Service
	config     config.Server
	db         *store.DB
	keys       *keys
	cards      *vault.Service
	bins       lookup.Live
	binTable   int64 // the version in force
	payments   *payment.Service
	risk       *risk.Service
	webhooks   *webhook.Service
	rescues    *rescue.Service
	bulk       *bulk.Service
	idempotent *idempotency.Service
	front      *fiber.App
	page       *integrity.Monitor
	building   sync.Mutex
	built      *integrity.Build // what is served; nil until it was read
	opened     time.Time
	closing    chan struct{} // closed when the server is about to end
	log        *slog.Logger
}

// Open opens everything a server needs and starts nothing. extra is mounted last,
// such as the demo shop.
func Open(ctx context.Context, settings config.Server, log *slog.Logger, extra ...server.Mounter) (*App, error) {
	settings, err := settings.Check()
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(settings.Data, 0o700); err != nil {
		return nil, fmt.Errorf("app: data directory: %w", err)
	}
	db, err := OpenStore(ctx, settings.Data, settings.Database)
	if err != nil {
		return nil, err
	}
	a := &App{config: settings, db: db, log: log, closing: make(chan struct{}), opened: clock()}
	if err := a.wire(ctx, extra); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return a, nil
}

// OpenStore opens the PostgreSQL database at a URL, or the SQLite one of a data
// directory when that is empty.
func OpenStore(ctx context.Context, data, database string) (*store.DB, error) {
	return store.Open(ctx, databaseAt(data, database), clock)
}

// databaseAt is where the store of a data directory is.
func databaseAt(data, database string) string {
	if database == "" {
		return filepath.Join(data, "paywicket.db")
	}
	return database
}

// wire makes the services and the front.
func (a *App) wire(ctx context.Context, extra []server.Mounter) error {
	var err error
	if a.keys, err = openKeys(ctx, a.db, a.config.Data, a.config.Master); err != nil {
		return err
	}
	gateways, err := a.openGateways()
	if err != nil {
		return err
	}
	if err := a.watchPage(); err != nil {
		return err
	}
	policy := egress.Policy{Loopback: a.config.Loopback}
	a.Merchants = &merchant.Service{Store: a.db, Now: clock}
	a.payments = &payment.Service{Store: a.db, Gateways: gateways.byName(), Now: clock, Log: a.log, Budget: a.config.Budget}
	a.cards = &vault.Service{Store: a.db, Keys: a.keys.ring, BINs: &a.bins, Now: clock}
	a.payments.Stored = func(ctx context.Context, p payment.Payment, storedAs string) error {
		return a.cards.NoteStored(ctx, p.Merchant, p.Token, p.Processor, storedAs, "payment "+p.ID)
	}
	a.idempotent = &idempotency.Service{Store: a.db, Keys: a.keys.ring, Now: clock}
	if err = a.loadBINs(ctx); err != nil {
		return err
	}
	a.risk = risk.New(a.db, a.keys.ring, clock)
	senses := &sense.Service{Store: a.db, Keys: a.keys.ring, Now: clock}
	checkouts := &checkout.Service{
		Sense: senses, Risk: a.risk,
		Store: a.db, Merchants: a.db, Payments: a.payments, Vault: a.cards, Processors: gateways.abilities(), Now: clock, Log: a.log,
		ReturnURL: a.returnURL,
	}
	a.rescues = &rescue.Service{
		Store: a.db, Merchants: a.db, Charges: checkouts, Payments: a.payments, Cards: a.cards, Sense: senses, Risk: a.risk, Keys: a.keys.ring, BINs: &a.bins,
		Models: gateways.models(), ChallengeURL: a.challengeURL, Now: clock, Log: a.log,
	}
	checkouts.Rescue = a.rescues
	a.bulk = &bulk.Service{Store: a.db, Batches: a.db, Charges: checkouts, Payments: a.payments, Cards: a.cards, Accounts: a.db, Senses: senses, Risks: a.risk, Now: clock, Log: a.log}
	flutter := &flutterwave.API{
		Merchants: a.Merchants, Accounts: a.db, Vault: a.cards, Checkout: checkouts, Payments: a.payments, Bulk: a.bulk, Once: a.idempotent, Keys: a.keys.ring, Now: clock, Log: a.log,
	}
	a.webhooks = &webhook.Service{
		Store: a.db, Keys: a.keys.ring, Client: policy.Client(webhook.AttemptTimeout), Now: clock, Log: a.log,
		Forms: map[string]webhook.Form{"flexcharge": flexcharge.Form{}, flutterwave.FormName: flutterwave.Form{API: flutter}},
		Wake:  a.db.Deliverable(), Loopback: a.config.Loopback,
	}
	flutter.Webhooks = a.webhooks
	mounts := []server.Mounter{
		giveWay{a.bulk},
		&page.Pages{
			Checkout: checkouts, Payments: a.payments, Sense: senses, Rescue: a.rescues, Merchants: a.db, Inventory: a.inventory, Proxied: a.config.Proxied,
			Origin: a.config.BaseURL, Challenges: gateways.challengeOrigins(), Watch: a.db.Watch, Closing: a.closing, Now: clock, Log: a.log,
			Back: flutter.Back,
		},
		&native.API{
			Merchants: a.Merchants, Checkout: checkouts, Payments: a.payments, Vault: a.cards, Sense: senses, Customers: a.db, Webhooks: a.webhooks, Keys: a.idempotent,
			Rescues: a.rescues, Decisions: a.db, Reports: &report.Service{Store: a.db, Merchants: a.db, Now: clock},
			Watch: a.db.Watch, Closing: a.closing,
			BaseURL: a.config.BaseURL, Log: a.log,
		},
		&flexcharge.API{
			Merchants: a.Merchants, Vault: a.cards, Checkout: checkouts, Rescues: a.rescues, Once: a.idempotent, Keys: a.keys.ring, Now: clock, Log: a.log,
		},
		flutter,
		docs.Docs{},
		&seal.Seal{Keys: a.keys, Log: a.log},
	}
	a.front = server.New(server.Config{Ready: a.db.Ready, Sealed: a.keys.ring.Ready, Now: clock, Log: a.log}, append(mounts, extra...)...)
	return nil
}

// returnURL is where an issuer's page sends the shopper of a payment: its checkout's frame,
// or when it has none, on to the merchant.
func (a *App) returnURL(p payment.Payment) string {
	if p.Session != "" {
		return a.config.BaseURL + "/checkout/" + p.Session + "/challenge/" + p.ReturnKey
	}
	if p.Terms.Order != "" {
		return a.config.BaseURL + "/confirm/" + p.Merchant + "/" + p.Terms.Order + "/" + p.ReturnKey
	}
	return a.config.BaseURL + "/return/" + p.Merchant + "/" + p.ID + "/" + p.ReturnKey
}

// challengeURL is where a shopper is asked about a declined order.
func (a *App) challengeURL(key string) string { return a.config.BaseURL + "/confirm/" + key }

// BaseURL is where browsers reach the server.
func (a *App) BaseURL() string { return a.config.BaseURL }

// Run serves on the listener until ctx ends, then finishes what is in flight:
// requests first, then deliveries, then the database is closed.
func (a *App) Run(ctx context.Context, listener net.Listener) error {
	working, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	var background sync.WaitGroup
	background.Go(func() {
		if a.keys.wait(working) == nil {
			a.work(working)
		}
	})
	served := make(chan error, 1)
	go func() { served <- a.front.Listener(wire.Wiping(listener)) }()
	var err error
	select {
	case err = <-served:
	case err = <-a.db.Broken():
		return err // and the process ends: nothing of it may reach the disk any more
	case <-ctx.Done():
		close(a.closing)
		err = a.front.ShutdownWithTimeout(2 * payment.DefaultBudget)
	}
	stop()
	background.Wait()
	if err := errors.Join(err, a.db.Close()); err != nil {
		return fmt.Errorf("app: %w", err)
	}
	return nil
}

// work does what a server does beside its requests, until ctx ends.
func (a *App) work(ctx context.Context) {
	var all sync.WaitGroup
	defer all.Wait()
	all.Go(func() { a.payments.Run(ctx) })
	all.Go(func() {
		a.keys.ring.Follow(ctx, func(err error) { a.log.Error("the keys could not be read again", "error", err) })
	})
	all.Go(func() { a.every(ctx, binsInterval, "the BIN table could not be read", a.loadBINs) })
	all.Go(func() { a.every(ctx, buildTell, "what is served could not be told", a.tellBuild) })
	all.Go(func() { a.webhooks.Run(ctx) })
	all.Go(func() { a.rescues.Run(ctx) })
	all.Go(func() {
		a.risk.Run(ctx, func(err error) { a.log.Error("what was tried could not be counted", "error", err) })
	})
	all.Go(func() {
		if err := a.db.Work(ctx, a.log, a.chores(), a.bulk.Turn); err != nil {
			a.log.Error("the job queue stopped", "error", err)
		}
	})
}

// sweepInterval is how long after it expired a temporary card may still be there.
const sweepInterval = time.Minute

// chores are what one of the servers on a database does now and then.
func (a *App) chores() []store.Chore {
	return []store.Chore{
		{Name: "reconcile", Every: reconcileLook, Do: func(ctx context.Context) error {
			_, err := a.payments.Reconcile(ctx, a.db)
			return err
		}},
		{Name: "compare-page", Every: pageLook, Do: a.comparePage},
		{Name: "erase-expired-cards", Every: sweepInterval, Do: a.sweepCards},
		{Name: "forget-idempotency-keys", Every: time.Hour, Do: a.idempotent.Sweep},
		{Name: "forget-visits", Every: time.Hour, Do: a.forgetVisits},
		{Name: "forget-counts", Every: time.Hour, Do: a.risk.Sweep},
		{Name: "forget-rescues", Every: time.Hour, Do: a.rescues.Sweep},
		{Name: "forget-batches", Every: time.Hour, Do: a.bulk.Sweep},
		{Name: "release-batches", Every: time.Minute, Do: a.db.ReleaseBatches},
		{Name: "forget-deliveries", Every: time.Hour, Do: a.webhooks.Sweep},
	}
}

// reconcileLook is how often it is looked whether it is time to reconcile, which it is
// once a day.
const reconcileLook = 15 * time.Minute

// sweepCards erases the temporary cards that have expired.
func (a *App) sweepCards(ctx context.Context) error {
	_, err := a.cards.Sweep(ctx)
	return err
}

// visitBatch is how much of what pages saw is forgotten at a time.
const visitBatch = 2000

// forgetVisits drops what pages saw, and devices that were not seen, for longer than the
// operator wants them kept.
func (a *App) forgetVisits(ctx context.Context) error {
	for {
		n, err := a.db.ForgetVisits(ctx, clock().Add(-a.config.SenseRetention), visitBatch)
		if err != nil || n < visitBatch {
			return err
		}
	}
}

// every does something now and then until ctx ends, at once first. What goes wrong is
// logged, and done again the next time.
func (a *App) every(ctx context.Context, interval time.Duration, trouble string, do func(context.Context) error) {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		if err := do(ctx); err != nil && ctx.Err() == nil {
			a.log.Error(trouble, "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}
