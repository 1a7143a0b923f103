package app_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/paywicket/paywicket/internal/checkout"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/idempotency"
	"github.com/paywicket/paywicket/internal/keyring"
	"github.com/paywicket/paywicket/internal/lookup"
	"github.com/paywicket/paywicket/internal/merchant"
	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/processor"
	gateway "github.com/paywicket/paywicket/internal/processor/sandbox"
	"github.com/paywicket/paywicket/internal/rescue"
	"github.com/paywicket/paywicket/internal/risk"
	"github.com/paywicket/paywicket/internal/sense"
	"github.com/paywicket/paywicket/internal/store"
	"github.com/paywicket/paywicket/internal/store/storetest"
	"github.com/paywicket/paywicket/internal/vault"
	"github.com/paywicket/paywicket/internal/webhook"
	"github.com/paywicket/paywicket/server/sandbox"
)

// town is what outlives a server: the database, the processor with its ledger, and a
// merchant's webhook receiver with its own.
type town struct {
	testing.TB
	db       *store.DB
	intruder *sqlx.DB // changes what nobody should
	ring     *keyring.Ring
	sandbox  *sandbox.Server
	gateway  processor.Gateway
	clock    atomic.Int64 // unix milliseconds, of everybody
	account  merchant.Opening
	saved    id.Token      // a card of the customer cus_1
	budget   time.Duration // what the processor is given to answer
	mu       sync.Mutex
	received map[string]string // bodies by event id
	changed  []string          // ids that came with two bodies
}

func (w *town) now() time.Time { return time.UnixMilli(w.clock.Load()).UTC() }

func (w *town) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func openTown(t testing.TB) *town {
	t.Helper()
	w := &town{TB: t, received: map[string]string{}, budget: 5 * time.Second}
	w.clock.Store(time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC).UnixMilli())
	w.db, w.intruder = storetest.Open(t, w.now)
	master, err := keyring.MasterFile(filepath.Join(t.TempDir(), "master.key"))
	w.must(err)
	w.ring, err = keyring.Open(t.Context(), w.db, master)
	w.must(err)
	ledger, err := sandbox.OpenLedger("")
	w.must(err)
	w.sandbox = &sandbox.Server{Ledger: ledger, Now: w.now, Log: slog.New(slog.DiscardHandler), Faults: &sandbox.Faults{}}
	front := httptest.NewServer(w.sandbox.Handler())
	t.Cleanup(front.Close)
	w.gateway, err = gateway.New(front.URL, &http.Client{Transport: &http.Transport{}})
	w.must(err)
	receiver := httptest.NewServer(http.HandlerFunc(w.receive))
	t.Cleanup(receiver.Close)
	w.account, err = (&merchant.Service{Store: w.db, Now: w.now}).Open(t.Context(), "Kestrel Kettles", merchant.Test, "KESTREL KETTLES", []string{"https://shop.example"})
	w.must(err)
	_, _, err = (&webhook.Service{Store: w.db, Keys: w.ring, Now: w.now, Loopback: true}).Register(t.Context(), webhook.Endpoint{Merchant: w.account.Merchant.ID, URL: receiver.URL}, "test")
	w.must(err)
	return w
}

// receive keeps what came. An event's id always stands for the same body.
func (w *town) receive(_ http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	w.mu.Lock()
	defer w.mu.Unlock()
	name := r.Header.Get("webhook-id")
	if before, ok := w.received[name]; ok && before != string(body) {
		w.changed = append(w.changed, name)
	}
	w.received[name] = string(body)
}

// server is one life of the program.
type server struct {
	checkout *checkout.Service
	payments *payment.Service
	webhooks *webhook.Service
	keys     *idempotency.Service
	rescues  *rescue.Service
}

func (w *town) serve(m *mortal) *server {
	log := slog.New(slog.DiscardHandler)
	db := mortalStore{w.db, m}
	g := mortalGateway{w.gateway, m}
	cards := &vault.Service{Store: db, Keys: w.ring, Now: w.now}
	payments := &payment.Service{Store: db, Gateways: map[string]processor.Gateway{"sandbox": g}, Now: w.now, Log: log, Budget: w.budget}
	senses, risks := &sense.Service{Store: w.db, Keys: w.ring, Now: w.now}, risk.New(w.db, w.ring, w.now)
	s := &server{
		payments: payments,
		checkout: &checkout.Service{
			Store: db, Merchants: w.db, Payments: payments, Vault: cards, Sense: senses, Risk: risks, Processors: []checkout.Processor{{Name: "sandbox", Can: g.Abilities()}},
			ReturnURL: func(payment.Payment) string { return "https://pay.example/back" }, Now: w.now, Log: log,
		},
		webhooks: &webhook.Service{Store: db, Keys: w.ring, Client: &http.Client{Transport: mortalTransport{m}}, Now: w.now, Log: log, Loopback: true},
		keys:     &idempotency.Service{Store: db, Keys: w.ring, Now: w.now},
	}
	s.rescues = &rescue.Service{
		Store: db, Merchants: w.db, Charges: s.checkout, Payments: payments, Cards: cards, Sense: senses, Risk: risks, Keys: w.ring, BINs: &lookup.Live{},
		ChallengeURL: func(key string) string { return "https://pay.example/confirm/" + key }, Now: w.now, Log: log,
	}
	s.checkout.Rescue = s.rescues
	return s
}

// live runs a life until it is done or dies.
func live(do func()) {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		do()
	}()
	<-ended
}

// deliver sends everything that is due, one after the other.
func (s *server) deliver(ctx context.Context, w *town) int {
	sent := 0
	for {
		claimed, err := s.webhooks.Store.ClaimDeliveries(ctx, w.now(), w.now().Add(30*time.Second), func(string) int { return 8 })
		w.must(err)
		for _, c := range claimed {
			d, err := s.webhooks.Send(ctx, c)
			w.must(err)
			w.must(s.webhooks.Store.FinishDelivery(ctx, d))
			sent++
		}
		if len(claimed) == 0 {
			return sent
		}
	}
}

// recover is the life after: it asks and delivers until nothing is left to do.
func (w *town) recover(ctx context.Context) {
	s := w.serve(&mortal{})
	for range 90 {
		w.clock.Add((31 * time.Second).Milliseconds())
		asked, err := s.payments.Resolve(ctx)
		w.must(err)
		w.must(s.goOn(ctx))
		if sent := s.deliver(ctx, w); asked+sent == 0 && w.settled(ctx) && w.restOrders(ctx) {
			return
		}
	}
	w.Error("it does not come to rest")
}

// settled tells whether every payment has an end, or is only watched.
func (w *town) settled(ctx context.Context) bool {
	due, err := w.db.ClaimDue(ctx, w.now().Add(10*time.Minute), w.now().Add(10*time.Minute), 100)
	w.must(err)
	for _, p := range due {
		if p.State.Pending() || p.State == payment.Reversing {
			return false
		}
	}
	return true
}

// play is one story, told by a client that keeps asking until it has an answer.
type play struct {
	name   string
	number string
	// act makes the client's calls on a server, and notes what was acknowledged.
	act func(ctx context.Context, w *town, s *server, told *told)
	// before is what must have happened; nil for nothing.
	before func(ctx context.Context, w *town)
}

// told is what a client has been told, and must be able to rely on.
type told struct {
	session  string
	customer string // whose card is to be saved
	payment  string
	paid     bool
	token    id.Token
	captured int64
	key      string
	kept     id.Token
	order    string
}

// submit pays a session with a card, captures it and refunds a part.
func submit(number string) func(context.Context, *town, *server, *told) {
	return pay("", func(w *town) checkout.Submission { return checkout.Submission{Card: w.card(number)} })
}

// pay pays a customer's session with what is submitted.
func pay(customer string, what func(*town) checkout.Submission) func(context.Context, *town, *server, *told) {
	return func(ctx context.Context, w *town, s *server, told *told) {
		sub := what(w)
		defer sub.Card.Wipe()
		if told.session == "" {
			order := checkout.Order{Amount: money.Amount{Minor: 4900, Currency: "USD"}, Customer: vault.Customer{ID: customer}}
			if sub.Consent != "" {
				order.Customer.ID, order.Form.Save = "cus_"+id.Random(), checkout.AskToSave
				told.customer = order.Customer.ID
			}
			v, err := s.checkout.Create(ctx, w.account.Merchant.ID, order, "key 1")
			w.must(err)
			told.session = v.Session.ID
		}
		v, err := s.checkout.Submit(ctx, told.session, sub, checkout.Client{})
		if err != nil {
			return // paid or busy: that is what Submit said before it died
		}
		told.note(*v.Latest)
		modifyAll(ctx, s, w, told)
		s.deliver(ctx, w)
	}
}

// charge charges a kept card under a key, and repeats the same request when no answer came.
func charge(ctx context.Context, w *town, s *server, told *told) {
	if told.kept.IsZero() {
		c := w.card("4111111111111111")
		r, err := (&vault.Service{Store: w.db, Keys: w.ring, Now: w.now}).Keep(ctx, w.account.Merchant.ID, c, vault.Permanent, "key 1")
		c.Wipe()
		w.must(err)
		told.kept, told.key = r.Token, id.Random()
	}
	name := idempotency.Name{Merchant: w.account.Merchant.ID, Scope: "native", Key: told.key}
	run, answer, err := s.keys.Begin(ctx, name, []byte("charge"))
	w.must(err)
	if answer == nil {
		p, err := s.checkout.Charge(run.Context(ctx), w.account.Merchant.ID, told.kept, checkout.Order{Amount: money.Amount{Minor: 1200, Currency: "USD"}}, "key 1")
		w.must(err)
		body, _ := json.Marshal(p.ID)
		w.must(run.End(ctx, idempotency.Answer{Status: 201, Body: body, Payment: p.ID}))
		answer = &idempotency.Answer{Body: body}
	}
	var name2 string
	w.must(json.Unmarshal(answer.Body, &name2))
	if told.payment != "" && told.payment != name2 {
		w.Errorf("one key stands for %s and %s", told.payment, name2)
	}
	p, err := w.db.FindPayment(ctx, w.account.Merchant.ID, name2)
	w.must(err)
	told.note(p)
	modifyAll(ctx, s, w, told)
	s.deliver(ctx, w)
}

// note keeps what a payment was said to be.
func (t *told) note(p payment.Payment) {
	t.payment = p.ID
	t.paid = t.paid || p.State.Paid()
	t.captured = max(t.captured, p.Captured)
	if p.Vaulted {
		t.token = p.Token
	}
}

// modifyAll captures what was authorized, and refunds a part of it.
func modifyAll(ctx context.Context, s *server, w *town, told *told) {
	if !told.paid {
		return
	}
	if p, err := s.payments.Modify(ctx, w.account.Merchant.ID, told.payment, processor.Capture, 0, false, "key 1"); err == nil {
		told.note(p)
	}
	if p, err := s.payments.Modify(ctx, w.account.Merchant.ID, told.payment, processor.Refund, 100, false, "key 1"); err == nil {
		told.note(p)
	}
}

// check holds what is there in the end to what must always hold.
func (w *town) check(ctx context.Context, what string, told *told, before int) {
	standing := 0
	rows := w.sandbox.Ledger.List()[before:]
	for _, row := range rows {
		if row.Status == processor.Approved && !(row.Voided && row.Captured == 0) && row.Refunded < max(row.Captured, 1) {
			standing++
		}
		if n := w.sandbox.Ledger.Asked(row.Reference); n > 1 {
			w.Errorf("%s: the processor was asked %d times for one reference", what, n)
		}
	}
	if standing > 1 {
		w.Errorf("%s: the shopper is charged %d times: %+v", what, standing, rows)
	}
	if told.token != (id.Token{}) {
		if _, err := w.db.FindCard(ctx, w.account.Merchant.ID, told.token); err != nil {
			w.Errorf("%s: an acknowledged token is lost: %v", what, err)
		}
	}
	if told.payment != "" {
		p, err := w.db.FindPayment(ctx, w.account.Merchant.ID, told.payment)
		w.must(err)
		w.checkPayment(what, told, p, rows)
	}
	if told.customer != "" && told.session != "" {
		w.checkSaved(ctx, what, told)
	}
	if told.order != "" {
		w.checkOrder(ctx, what, told)
	}
	list, err := w.db.ListEvents(ctx, w.account.Merchant.ID, "", 1000)
	w.must(err)
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, e := range list {
		if _, ok := w.received[e.ID]; !ok {
			w.Errorf("%s: %s was announced and never delivered", what, e.Type)
		}
	}
	if len(w.changed) > 0 {
		w.Errorf("%s: an event's id stands for two bodies: %v", what, w.changed)
	}
}

// checkPayment holds a payment to what was said of it and to the processor's ledger.
func (w *town) checkPayment(what string, told *told, p payment.Payment, rows []sandbox.Authorization) {
	if told.paid && !p.State.Paid() {
		w.Errorf("%s: acknowledged as paid, and it is %s", what, p.State)
	}
	if p.Captured < told.captured {
		w.Errorf("%s: %d acknowledged as captured, and %d are", what, told.captured, p.Captured)
	}
	if p.State.Pending() && p.CheckAt.IsZero() {
		w.Errorf("%s: %s, and nobody will ask", what, p.State)
	}
	for _, m := range p.Modifications {
		if m.State != payment.Succeeded && m.State != payment.Refused {
			w.Errorf("%s: a %s is %s", what, m.Kind, m.State)
		}
	}
	for _, row := range rows {
		if row.Reference != p.ProcessorReference {
			continue
		}
		approved := row.Status == processor.Approved
		if p.State.Paid() != approved && p.State != payment.Reversed {
			w.Errorf("%s: here %s, at the processor %s", what, p.State, row.Status)
		}
		if p.State.Paid() && (p.Captured != row.Captured || p.Refunded != row.Refunded) {
			w.Errorf("%s: captured %d and refunded %d, at the processor %d and %d", what, p.Captured, p.Refunded, row.Captured, row.Refunded)
		}
	}
}

// plays are the stories: each way in, each kind of decision.
var plays = []play{
	{name: "approved", number: "4111111111111111", act: submit("4111111111111111")},
	{name: "declined", number: "4000000000009995", act: submit("4000000000009995")},
	{name: "challenged", number: "4000002760003184", act: submit("4000002760003184")},
	{name: "charged", number: "4111111111111111", act: charge},
	{name: "rescued", number: "4111111111111111", act: evaluate(rescue.CIT, "4111111111111111", rescue.ToPass)},
	{name: "rescued later", number: "4111111111111111", act: evaluate(rescue.MIT, "4111111111111111", rescue.ToPass)},
	{name: "not rescued", number: "4000000000009995", act: evaluate(rescue.MIT, "4000000000009995", rescue.ToPass)},
	{name: "agreed", number: "4111111111111111", act: evaluate(rescue.CIT, "4111111111111111", rescue.ToChallenge)},
	{name: "saving", number: "4111111111111111", act: pay("", saving("4111111111111111"))},
	{name: "saving what is declined", number: "4000000000009995", act: pay("", saving("4000000000009995"))},
	{name: "saved", number: "4111111111111111", act: pay("cus_1", saved), before: saveCard},
}

// perform plays a story with a fault of the processor and a death, and looks at the end.
// It gives the points it came to.
func (w *town) perform(p play, fault sandbox.Fault, phase int, point string) []string {
	ctx := w.Context()
	what := fmt.Sprintf("%s, %s at call %d, dies %q", p.name, fault, phase, point)
	if p.before != nil {
		p.before(ctx, w)
	}
	before := len(w.sandbox.Ledger.List())
	told := &told{}
	if fault != "" {
		w.sandbox.Faults.Arm(slices.Concat(make([]sandbox.Fault, phase), []sandbox.Fault{fault})...)
	}
	first := &mortal{point: point}
	live(func() { p.act(ctx, w, w.serve(first), told) })
	w.sandbox.Faults.Disarm()
	w.recover(ctx)
	if first.dead && told.key != "" {
		w.clock.Add((2 * time.Minute).Milliseconds())
		live(func() { p.act(ctx, w, w.serve(&mortal{}), told) }) // the client asks again
		w.recover(ctx)
	}
	w.check(ctx, what, told, before)
	return first.trace
}

// TestCrashAtEveryPoint lets the server die before and after every step that is durable or
// on the network, with every fault of the processor, on the database at hand. Which cells
// are tried is drawn by a seed, unless PAYWICKET_TEST_EXHAUSTIVE is set: then all are.
func TestCrashAtEveryPoint(t *testing.T) {
	share, seed := 0.06, uint64(time.Now().UnixNano())
	if storetest.Server() != "" {
		share = 0.02
	}
	if os.Getenv("PAYWICKET_TEST_EXHAUSTIVE") != "" {
		share = 1
	}
	dice := rand.New(rand.NewPCG(seed, 0))
	w := openTown(t)
	w.budget = 60 * time.Millisecond // and so long its faults take
	cells, points := 0, map[string]bool{}
	for _, p := range plays {
		for phase := range 2 {
			for _, fault := range append([]sandbox.Fault{""}, sandbox.AllFaults...) {
				if fault == "" && phase > 0 || phase > 0 && p.name != "approved" {
					continue
				}
				if share < 1 && fault != "" && dice.Float64() > 4*share {
					continue
				}
				for _, point := range w.perform(p, fault, phase, "") {
					points[strings.TrimRight(point, " 0123456789")] = true
					if share == 1 || fault == "" || dice.Float64() < 4*share {
						w.perform(p, fault, phase, point)
						cells++
					}
				}
				if t.Failed() {
					t.Fatalf("seed %d", seed)
				}
			}
		}
	}
	t.Logf("%d cells of %d points, seed %d: no double charge, nothing acknowledged lost; the chance of a bad cell is below %.2f %% with 95 %% confidence", cells, len(points), seed, 300/float64(cells))
	if len(points) < 25 {
		t.Errorf("only %d points: %v", len(points), points)
	}
}
