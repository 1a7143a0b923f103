package app_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/processor"
	"github.com/paywicket/paywicket/server/sandbox"
)

// pair is a house with a second processor; the first is as first makes it.
func pair(t *testing.T, first func(*sandbox.Server)) (*house, *sandbox.Ledger) {
	t.Helper()
	h := open(t, first)
	ledger, err := sandbox.OpenLedger("")
	if err != nil {
		t.Fatal(err)
	}
	second := httptest.NewServer((&sandbox.Server{Label: "sandbox-2", Ledger: ledger, Now: time.Now, Log: slog.New(slog.DiscardHandler)}).Handler())
	t.Cleanup(second.Close)
	h.stop()
	h.fallbacks = []string{second.URL}
	h.serve(slog.New(slog.DiscardHandler))
	return h, ledger
}

// A second processor is asked when the first provably has nothing, or declines for a
// reason that another may not have; never when the card may have been charged.
func TestASecondProcessorIsAsked(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		first    func(*sandbox.Server)
		down     bool
		number   string
		status   string // of the payment
		by       string // which processor
		attempts int
	}{
		"the first approves":     {func(*sandbox.Server) {}, false, "4111111111111111", "authorized", "sandbox", 0},
		"the first is down":      {func(*sandbox.Server) {}, true, "4111111111111111", "authorized", "sandbox-2", 1},
		"it declines softly":     {func(s *sandbox.Server) { s.Declines = processor.DoNotHonor }, false, "4111111111111111", "authorized", "sandbox-2", 1},
		"both decline softly":    {func(*sandbox.Server) {}, false, "4000300011112220", "declined", "sandbox-2", 1},
		"only the first is so":   {func(*sandbox.Server) {}, false, "4005559900000037", "authorized", "sandbox-2", 1},
		"it declines for good":   {func(s *sandbox.Server) { s.Declines = processor.StolenCard }, false, "4111111111111111", "declined", "sandbox", 0},
		"there is no money":      {func(*sandbox.Server) {}, false, "4000000000009995", "declined", "sandbox", 0},
		"nobody knows":           {func(s *sandbox.Server) { s.Faults = armed(sandbox.ResetAfter) }, false, "4111111111111111", "processing", "sandbox", 0},
		"it answers another sum": {func(s *sandbox.Server) { s.Faults = armed(sandbox.WrongAmount) }, false, "4111111111111111", "processing", "sandbox", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, second := pair(t, c.first)
			if c.down {
				h.stop()
				h.processor = "http://127.0.0.1:1"
				h.serve(slog.New(slog.DiscardHandler))
			}
			paid := h.pay(h.session(), c.number)
			if paid.text("status") != c.status {
				t.Fatalf("%d %s", paid.Status, paid.Body)
			}
			a := h.api("GET", "/v1/payments/"+paid.text("payment"), "")
			attempts, _ := a.field("attempts").([]any)
			if a.text("processor.name") != c.by || len(attempts) != c.attempts {
				t.Errorf("%s", a.Body)
			}
			if n := len(second.List()); n != c.attempts {
				t.Errorf("the second processor was asked %d times", n)
			}
		})
	}
}

// armed makes the next answer go wrong.
func armed(fault sandbox.Fault) *sandbox.Faults {
	f := &sandbox.Faults{}
	f.Arm(fault)
	return f
}

// A merchant's payments go where it wants, and nowhere else.
func TestAMerchantChoosesItsProcessors(t *testing.T) {
	t.Parallel()
	h, second := pair(t, func(*sandbox.Server) {})
	id := h.account.Merchant.ID
	known := []string{"sandbox", "sandbox-2"}
	if err := h.app.Merchants.SetProcessors(t.Context(), id, []string{"sandbox-2"}, known); err != nil {
		t.Fatal(err)
	}
	if a := h.pay(h.session(), "4111111111111111"); a.text("status") != "authorized" || len(second.List()) != 1 || len(h.ledger.List()) != 0 {
		t.Errorf("%s", a.Body)
	}
	for _, bad := range [][]string{{"nobody"}, {"sandbox", "sandbox"}} {
		if err := h.app.Merchants.SetProcessors(t.Context(), id, bad, known); err == nil {
			t.Errorf("%v was taken", bad)
		}
	}
	// One that is not set up on this server cannot be asked, and nothing is left open.
	if err := h.app.Merchants.SetProcessors(t.Context(), id, []string{"sandbox-3"}, []string{"sandbox-3"}); err != nil {
		t.Fatal(err)
	}
	session := h.session()
	if a := h.pay(session, "4111111111111111"); a.Status != http.StatusServiceUnavailable {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	if a := h.api("GET", "/v1/checkout_sessions/"+session, ""); a.field("payment") != nil {
		t.Errorf("%s", a.Body)
	}
}

// A processor that does not answer is left alone for a while: shoppers are not kept
// waiting for it, and the second is asked at once.
func TestAProcessorThatHangsIsLeftAlone(t *testing.T) {
	t.Parallel()
	h, second := pair(t, func(s *sandbox.Server) {
		s.Faults = &sandbox.Faults{}
		for range 5 {
			s.Faults.Arm(sandbox.Broken500)
		}
	})
	for range 5 {
		if a := h.pay(h.session(), "4111111111111111"); a.text("status") != "processing" {
			t.Fatalf("%s", a.Body)
		}
	}
	a := h.pay(h.session(), "4111111111111111")
	if a.text("status") != "authorized" || len(second.List()) != 1 || len(h.ledger.List()) != 0 {
		t.Errorf("%s: the first has %d, the second %d", a.Body, len(h.ledger.List()), len(second.List()))
	}
}
