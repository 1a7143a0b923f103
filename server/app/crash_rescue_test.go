package app_test

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/pan"
	"github.com/paywicket/paywicket/internal/pan/pantest"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/rescue"
	"github.com/paywicket/paywicket/internal/vault"
)

// card is a card that is good for longer than the clock is moved.
func (w *town) card(number string) pan.Card {
	w.Helper()
	c := pantest.Card(w, number)
	c.Expiry.Year = 2099
	return c
}

// keep keeps a card before anything can die.
func (w *town) keep(number string) id.Token {
	w.Helper()
	c := w.card(number)
	defer c.Wipe()
	r, err := (&vault.Service{Store: w.db, Keys: w.ring, Now: w.now}).Keep(w.Context(), w.account.Merchant.ID, c, vault.Permanent, "key 1")
	w.must(err)
	return r.Token
}

// sale is a sale that somebody else has declined softly.
func (w *town) sale(kind rescue.Kind, token id.Token, reference string) rescue.Sale {
	return rescue.Sale{
		Merchant: w.account.Merchant.ID, Kind: kind, Source: rescue.Website, Reference: reference, Amount: money.Amount{Minor: 4900, Currency: "USD"}, Capture: true,
		Recurring: kind == rescue.MIT, Declined: true, Answer: rescue.Answer{Code: "05", Source: "iso8583"}, Transaction: "t-" + reference, Token: token, CVV: true, Phone: true, At: w.now(), Until: w.now().Add(60 * time.Hour),
	}
}

// evaluate has a declined sale evaluated under a key, and asks again when no answer came.
func evaluate(kind rescue.Kind, number string, cue rescue.Cue) func(context.Context, *town, *server, *told) {
	return func(ctx context.Context, w *town, s *server, told *told) {
		if told.kept.IsZero() {
			told.kept, told.key = w.keep(number), id.Random()
		}
		sale := w.sale(kind, told.kept, told.key)
		sale.Cue = cue
		v, err := s.rescues.Evaluate(id.WithSeed(ctx, []byte(told.key)), sale, nil, "key 1")
		w.must(err)
		told.order = v.ID
		told.noteOrder(v)
		if cue == rescue.ToChallenge {
			w.agree(ctx, s, v, told)
		}
		w.must(s.goOn(ctx))
		s.deliver(ctx, w)
	}
}

// agree says yes to a challenge, and passes the issuer's.
func (w *town) agree(ctx context.Context, s *server, v rescue.View, told *told) {
	asked, err := s.rescues.Answer(ctx, v.Key, true, "Try again?", "203.0.113.0/24")
	w.must(err)
	if asked.Paid == nil || asked.Paid.State != payment.RequiresAction {
		return
	}
	response, err := http.DefaultTransport.RoundTrip(form(asked.Paid.ChallengeURL, url.Values{"decision": {"confirm"}}))
	w.must(err)
	response.Body.Close()
	asked, err = s.rescues.Returned(ctx, v.Order.Merchant, v.ID, asked.Paid.ReturnKey)
	w.must(err)
	told.noteOrder(asked.View)
}

// goOn works on orders and learns, until nothing is due.
func (s *server) goOn(ctx context.Context) error {
	for {
		worked, err := s.rescues.Work(ctx)
		if err != nil {
			return err
		}
		studied, err := s.rescues.Study(ctx)
		if err != nil || worked+studied == 0 {
			return err
		}
	}
}

// noteOrder keeps what an order was said to be.
func (t *told) noteOrder(v rescue.View) {
	if v.Paid != nil {
		t.note(*v.Paid)
	}
}

// restOrders lets what is scheduled come, and tells whether every order has an end.
func (w *town) restOrders(ctx context.Context) bool {
	orders, _, err := w.db.ListOrders(ctx, w.account.Merchant.ID, "", 20)
	w.must(err)
	rest := true
	for _, o := range orders {
		if o.NextAt.IsZero() {
			continue
		}
		rest = false
		if o.State == rescue.Scheduled && o.NextAt.After(w.now()) {
			w.clock.Store(o.NextAt.UnixMilli())
		}
	}
	return rest
}

// checkOrder holds an order to its payments and to what was told of it.
func (w *town) checkOrder(ctx context.Context, what string, told *told) {
	o, err := w.db.FindOrder(ctx, w.account.Merchant.ID, told.order)
	w.must(err)
	v := rescue.View{Order: o}
	if o.Payment != "" {
		p, err := w.db.FindPayment(ctx, w.account.Merchant.ID, o.Payment)
		w.must(err)
		v.Paid = &p
	}
	approved := v.Paid != nil && v.Paid.State.Paid()
	if approved != (v.Status() == rescue.StatusApproved) {
		w.Errorf("%s: the order is %s, and its payment %+v", what, v.Status(), v.Paid)
	}
	if told.paid && !approved {
		w.Errorf("%s: acknowledged as paid, and it is %s", what, v.Status())
	}
	list, err := w.db.ListEvents(ctx, w.account.Merchant.ID, "", 200)
	w.must(err)
	var kinds []event.Type
	for _, e := range slices.Backward(list) {
		if e.Object == o.ID {
			kinds = append(kinds, e.Type)
		}
	}
	for _, kind := range kinds {
		if n := count(kinds, kind); n > 1 {
			w.Errorf("%s: %s was announced %d times: %v", what, kind, n, kinds)
		}
	}
	if approved != slices.Contains(kinds, event.OrderCompleted) {
		w.Errorf("%s: approved is %t, and it was announced as %v", what, approved, kinds)
	}
}

func count[T comparable](all []T, one T) int {
	n := 0
	for _, other := range all {
		if other == one {
			n++
		}
	}
	return n
}

// TestTwoServersHaveOneOrder lets many evaluate the same order and many work on it at the
// same time: it is one order, and charged once.
func TestTwoServersHaveOneOrder(t *testing.T) {
	t.Parallel()
	w := openTown(t)
	for _, kind := range []rescue.Kind{rescue.CIT, rescue.MIT} {
		before := len(w.sandbox.Ledger.List())
		sale := w.sale(kind, w.keep("4111111111111111"), id.Random())
		ids := make(chan string, 16)
		all(16, func(int) {
			v, err := w.serve(&mortal{}).rescues.Evaluate(t.Context(), sale, nil, "key 1")
			w.must(err)
			ids <- v.ID
		})
		first := <-ids
		for range 15 {
			if again := <-ids; again != first {
				t.Errorf("%s: %s and %s are one order", kind, first, again)
			}
		}
		w.restOrders(t.Context())
		all(8, func(int) { w.must(w.serve(&mortal{}).goOn(t.Context())) })
		if n := len(w.sandbox.Ledger.List()) - before; n != 1 {
			t.Errorf("%s: the processor was asked for %d payments", kind, n)
		}
		w.clock.Add(time.Hour.Milliseconds())
		v, err := w.serve(&mortal{}).rescues.Find(t.Context(), w.account.Merchant.ID, first)
		if w.must(err); v.Status() != rescue.StatusApproved {
			t.Errorf("%s: %s (%s)", kind, v.Status(), v.Reason)
		}
	}
}

// TestAYesIsChargedOnce lets a shopper press the button many times.
func TestAYesIsChargedOnce(t *testing.T) {
	t.Parallel()
	w := openTown(t)
	sale := w.sale(rescue.CIT, w.keep("4111111111111111"), id.Random())
	sale.Cue = rescue.ToChallenge
	v, err := w.serve(&mortal{}).rescues.Evaluate(t.Context(), sale, nil, "key 1")
	if w.must(err); v.Status() != rescue.StatusChallenge {
		t.Fatalf("%s (%s)", v.Status(), v.Reason)
	}
	all(16, func(int) {
		_, err := w.serve(&mortal{}).rescues.Answer(t.Context(), v.Key, true, "Try again?", "")
		w.must(err)
	})
	if rows := w.sandbox.Ledger.List(); len(rows) != 1 {
		t.Errorf("the processor was asked for %d payments: %+v", len(rows), rows)
	}
}

// all does something n times at once.
func all(n int, do func(i int)) {
	var doing sync.WaitGroup
	for i := range n {
		doing.Go(func() { do(i) })
	}
	doing.Wait()
}

// form is a browser's form.
func form(address string, values url.Values) *http.Request {
	r, err := http.NewRequest(http.MethodPost, address, strings.NewReader(values.Encode()))
	if err != nil {
		panic(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}
