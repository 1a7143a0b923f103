package app_test

import (
	"context"
	"net/http"
	"runtime"
	"strconv"
	"sync"
	"time"

	"github.com/paywicket/paywicket/internal/checkout"
	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/idempotency"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/processor"
	"github.com/paywicket/paywicket/internal/store"
	"github.com/paywicket/paywicket/internal/vault"
	"github.com/paywicket/paywicket/internal/webhook"
)

// mortal is a server that dies at a point: before or after a step that is durable, or one
// on the network. Whatever of it comes to any point after that dies there too. What it
// had sent is on its way, and what was durable is durable.
type mortal struct {
	mu    sync.Mutex
	seen  map[string]int
	trace []string // the points it came to, each with how often before
	point string   // where it dies; nowhere when empty
	dead  bool
}

// at is a point.
func (m *mortal) at(name string) {
	m.mu.Lock()
	if m.seen == nil {
		m.seen = map[string]int{}
	}
	m.seen[name]++
	here := name + " " + strconv.Itoa(m.seen[name])
	if !m.dead {
		m.trace = append(m.trace, here)
	}
	m.dead = m.dead || here == m.point
	dead := m.dead
	m.mu.Unlock()
	if dead {
		runtime.Goexit()
	}
}

// around is a step with its two points.
func around[T any](m *mortal, name string, do func() (T, error)) (T, error) {
	m.at("before " + name)
	result, err := do()
	m.at("after " + name)
	return result, err
}

// aroundOnly is a step that gives nothing.
func aroundOnly(m *mortal, name string, do func() error) error {
	_, err := around(m, name, func() (struct{}, error) { return struct{}{}, do() })
	return err
}

// mortalStore is the database of one.
type mortalStore struct {
	*store.DB
	m *mortal
}

func (s mortalStore) OpenPayment(ctx context.Context, known checkout.View, admit func(checkout.View) (payment.Payment, error)) (payment.Payment, error) {
	return around(s.m, "OpenPayment", func() (payment.Payment, error) { return s.DB.OpenPayment(ctx, known, admit) })
}

func (s mortalStore) KeepPayment(ctx context.Context, p payment.Payment, actor string) error {
	return aroundOnly(s.m, "KeepPayment", func() error { return s.DB.KeepPayment(ctx, p, actor) })
}

func (s mortalStore) Advance(ctx context.Context, merchant, name, actor string, step payment.Step) (payment.Payment, error) {
	return around(s.m, "Advance", func() (payment.Payment, error) { return s.DB.Advance(ctx, merchant, name, actor, step) })
}

func (s mortalStore) AdvanceFrom(ctx context.Context, p payment.Payment, actor string, step payment.Step) (payment.Payment, error) {
	return around(s.m, "AdvanceFrom", func() (payment.Payment, error) { return s.DB.AdvanceFrom(ctx, p, actor, step) })
}

func (s mortalStore) ClaimDue(ctx context.Context, now, until time.Time, limit int) ([]payment.Payment, error) {
	return around(s.m, "ClaimDue", func() ([]payment.Payment, error) { return s.DB.ClaimDue(ctx, now, until, limit) })
}

func (s mortalStore) KeepCard(ctx context.Context, r vault.Record, e event.Event, actor string) (id.Token, error) {
	return around(s.m, "KeepCard", func() (id.Token, error) { return s.DB.KeepCard(ctx, r, e, actor) })
}

func (s mortalStore) UseCard(ctx context.Context, before, after vault.Record, actor, purpose string) error {
	return aroundOnly(s.m, "UseCard", func() error { return s.DB.UseCard(ctx, before, after, actor, purpose) })
}

func (s mortalStore) ClaimDeliveries(ctx context.Context, now, until time.Time, free func(string) int) ([]webhook.Claimed, error) {
	return around(s.m, "ClaimDeliveries", func() ([]webhook.Claimed, error) { return s.DB.ClaimDeliveries(ctx, now, until, free) })
}

func (s mortalStore) FinishDelivery(ctx context.Context, d webhook.Delivery) error {
	return aroundOnly(s.m, "FinishDelivery", func() error { return s.DB.FinishDelivery(ctx, d) })
}

// claimedKey is what ClaimKey gives.
type claimedKey struct {
	idempotency.Record
	mine bool
}

func (s mortalStore) ClaimKey(ctx context.Context, r idempotency.Record, now time.Time) (idempotency.Record, bool, error) {
	c, err := around(s.m, "ClaimKey", func() (claimedKey, error) {
		r, mine, err := s.DB.ClaimKey(ctx, r, now)
		return claimedKey{r, mine}, err
	})
	return c.Record, c.mine, err
}

func (s mortalStore) AnswerKey(ctx context.Context, r idempotency.Record) error {
	return aroundOnly(s.m, "AnswerKey", func() error { return s.DB.AnswerKey(ctx, r) })
}

// mortalGateway is the way to the processor of one.
type mortalGateway struct {
	processor.Gateway
	m *mortal
}

func (g mortalGateway) Authorize(ctx context.Context, ask processor.Request, card processor.Instrument) (processor.Outcome, error) {
	return around(g.m, "Authorize", func() (processor.Outcome, error) { return g.Gateway.Authorize(ctx, ask, card) })
}

func (g mortalGateway) Lookup(ctx context.Context, of processor.Original) (processor.Outcome, error) {
	return around(g.m, "Lookup", func() (processor.Outcome, error) { return g.Gateway.Lookup(ctx, of) })
}

func (g mortalGateway) CancelChallenge(ctx context.Context, of processor.Original) (processor.Outcome, error) {
	return around(g.m, "CancelChallenge", func() (processor.Outcome, error) { return g.Gateway.CancelChallenge(ctx, of) })
}

func (g mortalGateway) Modify(ctx context.Context, m processor.Modification) (processor.Outcome, error) {
	return around(g.m, "Modify", func() (processor.Outcome, error) { return g.Gateway.Modify(ctx, m) })
}

func (g mortalGateway) LookupModification(ctx context.Context, m processor.Modification) (processor.Outcome, error) {
	return around(g.m, "LookupModification", func() (processor.Outcome, error) { return g.Gateway.LookupModification(ctx, m) })
}

// mortalTransport is the way to webhook receivers of one.
type mortalTransport struct{ m *mortal }

func (t mortalTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	return around(t.m, "Send", func() (*http.Response, error) { return http.DefaultTransport.RoundTrip(r) })
}
