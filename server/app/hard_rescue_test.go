package app_test

import (
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/merchant"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/rescue"
)

// TestNoTableTriesAHardDecline gives a merchant a table that tries everything.
func TestNoTableTriesAHardDecline(t *testing.T) {
	t.Parallel()
	w := openTown(t)
	s := w.serve(&mortal{})
	bold := rescue.Table{{Name: "always", Why: "Why not.", Then: rescue.Reroute}, {Name: "or-later", Why: "Why not.", Then: rescue.Schedule}}
	w.must(s.rescues.SetRules(t.Context(), w.account.Merchant.ID, bold, 0, "test"))
	for _, kind := range []rescue.Kind{rescue.CIT, rescue.MIT} {
		sale := w.sale(kind, w.keep("4111111111111111"), id.Random())
		sale.Answer.Code = "41" // lost
		v, err := s.rescues.Evaluate(t.Context(), sale, nil, "key 1")
		w.must(err)
		w.must(s.goOn(t.Context()))
		if n := len(w.sandbox.Ledger.List()); n != 0 || v.Status() != rescue.StatusDeclined {
			t.Errorf("%s: a lost card was tried %d times, and its order is %s", kind, n, v.Status())
		}
	}
	// What its issuer has said once holds for the next sale with it.
	sale := w.sale(rescue.CIT, w.keep("4111111111111111"), id.Random())
	v, err := s.rescues.Evaluate(t.Context(), sale, nil, "key 1")
	w.must(err)
	if n := len(w.sandbox.Ledger.List()); n != 0 || v.Status() != rescue.StatusDeclined {
		t.Errorf("a card that was lost before was tried %d times, and its order is %s", n, v.Status())
	}
}

// TestWhatHasChangedSince holds an order that is to be charged later to what holds then.
func TestWhatHasChangedSince(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*town, *server, id.Token)
		status rescue.Status
	}{
		"nothing": {func(*town, *server, id.Token) {}, rescue.StatusApproved},
		"the card was reported lost": {func(w *town, s *server, token id.Token) {
			sale := w.sale(rescue.MIT, token, id.Random())
			sale.Answer.Code = "41"
			_, err := s.rescues.Evaluate(w.Context(), sale, nil, "key 1")
			w.must(err)
			_, err = s.rescues.Study(w.Context())
			w.must(err)
		}, rescue.StatusDeclined},
		"the merchant turned it off": {func(w *town, _ *server, _ id.Token) {
			w.must(w.db.SetRescue(w.Context(), w.account.Merchant.ID, "", []merchant.Switch{"cit.website.sandbox", "mit.website.sandbox"}, "test"))
		}, rescue.StatusDeclined},
	} {
		for _, kind := range []rescue.Kind{rescue.MIT, rescue.CIT} {
			t.Run(name+" "+string(kind), func(t *testing.T) {
				t.Parallel()
				w := openTown(t)
				s := w.serve(&mortal{})
				token := w.keep("4111111111111111")
				sale := w.sale(kind, token, id.Random())
				sale.Cue = rescue.ToChallenge
				v, err := s.rescues.Evaluate(t.Context(), sale, nil, "key 1")
				w.must(err)
				c.change(w, s, token)
				if kind == rescue.CIT {
					_, err = s.rescues.Answer(t.Context(), v.Key, true, "Try again?", "")
					w.must(err)
				} else {
					w.restOrders(t.Context())
				}
				w.must(s.goOn(t.Context()))
				v, err = s.rescues.Find(t.Context(), w.account.Merchant.ID, v.ID)
				w.must(err)
				status := v.Status()
				if v.Paid != nil && v.Paid.State == payment.RequiresAction {
					status = rescue.StatusApproved // all that was left is the issuer's question
				}
				if n := len(w.sandbox.Ledger.List()); status != c.status || (n > 0) != (c.status == rescue.StatusApproved) {
					t.Errorf("the order is %s (%s), and was tried %d times", v.Status(), v.Reason, n)
				}
			})
		}
	}
}

// TestTooLateToGoOn has the only server die after it was agreed to charge, for two days.
func TestTooLateToGoOn(t *testing.T) {
	t.Parallel()
	for _, kind := range []rescue.Kind{rescue.MIT, rescue.CIT} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			w := openTown(t)
			sale := w.sale(kind, w.keep("4111111111111111"), id.Random())
			sale.Cue = rescue.ToChallenge
			v, err := w.serve(&mortal{}).rescues.Evaluate(t.Context(), sale, nil, "key 1")
			w.must(err)
			live(func() {
				if kind == rescue.CIT {
					_, _ = w.serve(&mortal{point: "after AdvanceOrder 1"}).rescues.Answer(t.Context(), v.Key, true, "Try again?", "")
					return
				}
				w.restOrders(t.Context())
				o, err := w.db.FindOrder(t.Context(), w.account.Merchant.ID, v.ID)
				w.must(err)
				_, err = w.db.AdvanceOrder(t.Context(), o.Merchant, o.ID, "test", func(o rescue.Order, _ rescue.Tried) (rescue.Order, []event.Event, error) {
					o.State, o.Payment, o.NextAt, o.Sequence = rescue.Charging, id.New(id.Payment), w.now().Add(time.Minute), o.Sequence+1
					return o, nil, nil
				})
				w.must(err)
			})
			w.clock.Add((72 * time.Hour).Milliseconds())
			w.must(w.serve(&mortal{}).goOn(t.Context()))
			v, err = w.serve(&mortal{}).rescues.Find(t.Context(), w.account.Merchant.ID, v.ID)
			w.must(err)
			if n := len(w.sandbox.Ledger.List()); n != 0 || v.Status() != rescue.StatusExpired {
				t.Errorf("after three days it was tried %d times, and is %s (%s)", n, v.Status(), v.Reason)
			}
		})
	}
}
