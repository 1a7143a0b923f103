package app_test

import (
	"testing"

	"github.com/paywicket/paywicket/internal/id"
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
