package app_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/checkout"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/processor"
	"github.com/paywicket/paywicket/internal/rescue"
)

// stalled is the database of a server that stands still before it makes an intent durable.
type stalled struct {
	checkout.Store
	meanwhile func()
}

func (s stalled) KeepPayment(ctx context.Context, p payment.Payment, actor string) error {
	s.meanwhile()
	return s.Store.KeepPayment(ctx, p, actor)
}

// TestAServerThatStandsStill lets another server find an order unattended while the first
// is between naming its payment and opening it: the order and the processor agree after.
func TestAServerThatStandsStill(t *testing.T) {
	t.Parallel()
	for _, kind := range []rescue.Kind{rescue.CIT, rescue.MIT} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			w := openTown(t)
			slow, other := w.serve(&mortal{}), w.serve(&mortal{})
			slow.checkout.Store = stalled{slow.checkout.Store, func() {
				w.clock.Add((2 * time.Minute).Milliseconds())
				w.must(other.goOn(t.Context()))
			}}
			v, err := slow.rescues.Evaluate(t.Context(), w.sale(kind, w.keep("4111111111111111"), id.Random()), nil, "key 1")
			w.must(err)
			if kind == rescue.MIT {
				w.restOrders(t.Context())
				w.must(slow.goOn(t.Context()))
			}
			for range 5 {
				w.clock.Add((2 * time.Hour).Milliseconds())
				w.must(other.goOn(t.Context()))
			}
			v, err = other.rescues.Find(t.Context(), w.account.Merchant.ID, v.ID)
			w.must(err)
			charges := 0
			for _, row := range w.sandbox.Ledger.List() {
				if row.Captured > 0 {
					charges++
				}
			}
			if charges > 1 || (charges == 1) != (v.Status() == rescue.StatusApproved) {
				t.Errorf("the shopper was charged %d times, and the order is %s (%s)", charges, v.Status(), v.Reason)
			}
		})
	}
}

// slowClaims is the database of a server that takes long to come to what it claimed.
type slowClaims struct {
	rescue.Store
	meanwhile func()
}

func (s slowClaims) ClaimOrders(ctx context.Context, now, until time.Time, limit int) ([]rescue.Order, error) {
	claimed, err := s.Store.ClaimOrders(ctx, now, until, limit)
	if len(claimed) > 0 {
		s.meanwhile()
	}
	return claimed, err
}

// TestAClaimThatIsOver lets another server charge an order whose claim has run out, with no
// luck: whoever claimed it first does not try again before the next time has come.
func TestAClaimThatIsOver(t *testing.T) {
	t.Parallel()
	w := openTown(t)
	slow, other := w.serve(&mortal{}), w.serve(&mortal{})
	slow.rescues.Store = slowClaims{slow.rescues.Store, func() {
		w.clock.Add((2 * time.Minute).Milliseconds())
		_, err := other.rescues.Work(t.Context())
		w.must(err)
	}}
	sale := w.sale(rescue.MIT, w.keep("4000300011112220"), id.Random())
	sale.Until = w.now().Add(14 * 24 * time.Hour)
	v, err := slow.rescues.Evaluate(t.Context(), sale, nil, "key 1")
	w.must(err)
	w.restOrders(t.Context())
	_, err = slow.rescues.Work(t.Context())
	w.must(err)
	v, err = slow.rescues.Find(t.Context(), w.account.Merchant.ID, v.ID)
	w.must(err)
	if n := len(w.sandbox.Ledger.List()); n != 1 || v.Tries != 1 || !v.NextAt.After(w.now()) {
		t.Errorf("it was tried %d times in a row, and is next at %s", n, v.NextAt)
	}
}

// deaf is a processor whose model never answers.
type deaf struct{ asked chan struct{} }

func (d deaf) Name() string { return "partner" }

func (d deaf) Transmit(ctx context.Context, _ processor.Transmission) (string, error) {
	select {
	case d.asked <- struct{}{}:
	default:
	}
	<-ctx.Done()
	return "", ctx.Err()
}

// TestAModelThatDoesNotAnswer has orders charged while one is waited for.
func TestAModelThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	w := openTown(t)
	s := w.serve(&mortal{})
	model := deaf{make(chan struct{}, 1)}
	s.rescues.Models = map[string]processor.Model{"partner": model}
	token := w.keep("4111111111111111")
	_, err := s.checkout.Charge(t.Context(), w.account.Merchant.ID, token, checkout.Order{Amount: money.Amount{Minor: 100, Currency: "USD"}}, "key 1")
	w.must(err)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); s.rescues.Run(ctx) }()
	<-model.asked
	v, err := s.rescues.Evaluate(t.Context(), w.sale(rescue.MIT, token, id.Random()), nil, "key 1")
	w.must(err)
	w.restOrders(t.Context())
	charged := false
	for deadline := time.Now().Add(5 * time.Second); !charged && time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		v, err = s.rescues.Find(t.Context(), w.account.Merchant.ID, v.ID)
		w.must(err)
		charged = v.Status() == rescue.StatusApproved
	}
	stop()
	<-ended
	if !charged {
		t.Errorf("the order is still %s", v.Status())
	}
}

// TestWhatAnOrderKnowsIsNoStep learns of a payment whose order knows what became of it.
func TestWhatAnOrderKnowsIsNoStep(t *testing.T) {
	t.Parallel()
	w := openTown(t)
	_, err := w.serve(&mortal{}).rescues.Evaluate(t.Context(), w.sale(rescue.CIT, w.keep("4111111111111111"), id.Random()), nil, "key 1")
	w.must(err)
	m := &mortal{}
	n, err := w.serve(m).rescues.Study(t.Context())
	if w.must(err); n != 2 || slices.Contains(m.trace, "before AdvanceOrder 1") {
		t.Errorf("%d to learn from: %v", n, m.trace)
	}
}
