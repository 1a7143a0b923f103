package checkout_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/checkout"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/pan"
	"github.com/paywicket/paywicket/internal/pan/pantest"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/processor"
	"github.com/paywicket/paywicket/internal/vault"
)

// stopwatch times one payment's legs, from the end of its opening to the beginning of its
// settling. One payment at a time.
type stopwatch struct {
	opened, settling time.Time
	asking, keeping  time.Duration
}

// What is timed, each beside the watch.
type (
	timedStore struct {
		checkout.Store
		*stopwatch
	}
	timedPayments struct {
		checkout.Payments
		*stopwatch
	}
	timedVault struct {
		checkout.Vault
		*stopwatch
	}
)

func (s timedStore) OpenPayment(ctx context.Context, known checkout.View, admit func(checkout.View) (payment.Payment, error)) (payment.Payment, error) {
	p, err := s.Store.OpenPayment(ctx, known, admit)
	s.opened = time.Now()
	return p, err
}

func (s timedPayments) AskAll(ctx context.Context, p payment.Payment, how payment.Asking, c pan.Card) (payment.Payment, payment.Reply) {
	began := time.Now()
	defer func() { s.asking = time.Since(began) }()
	return s.Payments.AskAll(ctx, p, how, c)
}

func (s timedVault) Tokenize(ctx context.Context, m string, token id.Token, customer vault.Customer, consent vault.Consent, c pan.Card, actor string) (vault.Record, error) {
	began := time.Now()
	defer func() { s.keeping = time.Since(began) }()
	return s.Vault.Tokenize(ctx, m, token, customer, consent, c, actor)
}

func (s timedPayments) Settle(ctx context.Context, p payment.Payment, actor string, reply payment.Reply) (payment.Payment, error) {
	s.settling = time.Now()
	return s.Payments.Settle(ctx, p, actor, reply)
}

// BenchmarkFanOut measures what sending a card two ways at once takes beyond the slower of
// the two, with a processor that takes 20 ms.
func BenchmarkFanOut(b *testing.B) {
	h := open(b)
	h.says.authorize = func(_ context.Context, r processor.Request, _ processor.Instrument) (processor.Outcome, error) {
		time.Sleep(20 * time.Millisecond)
		return echo(r, processor.Approved), nil
	}
	watch := &stopwatch{}
	h.Service.Store, h.Service.Payments, h.Service.Vault = timedStore{h.Service.Store, watch}, timedPayments{h.Service.Payments, watch}, timedVault{h.Service.Vault, watch}
	var added, slower []time.Duration
	for b.Loop() {
		for range 200 {
			if _, err := h.Submit(b.Context(), h.session(), checkout.Submission{Card: pantest.Card(b, "4111111111111111")}, checkout.Client{}); err != nil {
				b.Fatal(err)
			}
			longest := max(watch.asking, watch.keeping)
			added, slower = append(added, watch.settling.Sub(watch.opened)-longest), append(slower, longest)
		}
	}
	slices.Sort(added)
	slices.Sort(slower)
	b.ReportMetric(float64(slower[len(slower)/2].Microseconds())/1000, "slower-leg-p50-ms")
	b.ReportMetric(float64(added[len(added)/2].Microseconds())/1000, "added-p50-ms")
}
