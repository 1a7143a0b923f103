package app_test

import (
	"fmt"
	"log/slog"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/merchant"
	"github.com/paywicket/paywicket/internal/processor"
	"github.com/paywicket/paywicket/internal/rescue"
	"github.com/paywicket/paywicket/server/sandbox"
)

// decided gives what was decided about a house's declines, oldest first.
func (h *house) decided() []rescue.Decision {
	h.t.Helper()
	var all []rescue.Decision
	err := h.app.Rescues().Store.Decisions(h.t.Context(), h.account.Merchant.ID, time.Now().Add(-time.Hour), time.Now().Add(time.Hour), func(d rescue.Decision) error {
		all = append(all, d)
		return nil
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return all
}

// After a decline in a checkout the engine goes on in the same request.
func TestACheckoutIsRescued(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		number string
		status string // on the shopper's screen
		tries  int    // at either processor
		rule   string // the first that decided
	}{
		"another processor approves":    {"4005559900000037", "authorized", 2, "another-way-to-the-issuer"},
		"the issuer wants the shopper":  {"4005559900000045", "requires_action", 2, "issuer-wants-to-see-the-shopper"},
		"the issuer suspects fraud":     {"4005559900000052", "authorized", 2, "suspected-fraud-proved-wrong"},
		"both decline":                  {"4000300011112220", "declined", 2, "another-way-to-the-issuer"},
		"there is no money":             {"4000000000009995", "declined", 1, "nothing-fits"},
		"it is stolen":                  {"4000000000009979", "declined", 1, ""},
		"it is approved at first":       {"4111111111111111", "authorized", 1, ""},
		"the way to the issuer is shut": {"4009830000001985", "declined", 3, "another-way-to-the-issuer"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, second := pair(t, func(*sandbox.Server) {})
			paid := h.pay(h.session(), c.number)
			if paid.text("status") != c.status {
				t.Fatalf("%d %s", paid.Status, paid.Body)
			}
			if tries := len(h.ledger.List()) + len(second.List()); tries != c.tries {
				t.Errorf("it was tried %d times", tries)
			}
			first := ""
			if all := h.decided(); len(all) > 0 {
				first = all[0].Rule
				if all[0].Payment != paid.text("payment") || all[0].Amount.Minor != 4900 || all[0].Why == "" {
					t.Errorf("%+v", all[0])
				}
			}
			if first != c.rule {
				t.Errorf("decided by %q: %+v", first, h.decided())
			}
		})
	}
}

// A shopper waits a second more at most, whatever the second processor does; what it says
// later counts all the same.
func TestARescueTakesASecond(t *testing.T) {
	t.Parallel()
	h := open(t, func(s *sandbox.Server) { s.Declines = processor.DoNotHonor })
	ledger, err := sandbox.OpenLedger("")
	if err != nil {
		t.Fatal(err)
	}
	slow := httptest.NewServer((&sandbox.Server{Ledger: ledger, Now: time.Now, Log: slog.New(slog.DiscardHandler), Latency: 1500 * time.Millisecond}).Handler())
	t.Cleanup(slow.Close)
	h.stop()
	h.fallbacks = []string{slow.URL}
	h.serve(slog.New(slog.DiscardHandler))
	session := h.session()
	// The second answers after one and a half, well within what a processor is given.
	if paid := h.pay(session, "4111111111111111"); paid.text("status") != "processing" {
		t.Errorf("%s", paid.Body)
	}
	h.eventually(func() bool {
		return h.call("GET", "/checkout/"+session+"/result", "").text("status") == "authorized"
	})
	if len(ledger.List()) != 1 {
		t.Errorf("it was asked for %d times", len(ledger.List()))
	}
}

// What is switched off is not done, for the merchant or one of its sites.
func TestARescueCanBeSwitchedOff(t *testing.T) {
	t.Parallel()
	h, second := pair(t, func(*sandbox.Server) {})
	m, site := h.account.Merchant.ID, h.account.Site.ID
	for _, c := range []struct {
		merchant, site []merchant.Switch
		tries          int
	}{
		{[]merchant.Switch{"cit.website.sandbox"}, nil, 0},
		{nil, []merchant.Switch{"cit.website.sandbox"}, 0},
		{[]merchant.Switch{"mit.website.sandbox", "cit.call_center.sandbox", "cit.website.live"}, []merchant.Switch{"mit.call_center.sandbox"}, 1},
	} {
		for of, off := range map[string][]merchant.Switch{"": c.merchant, site: c.site} {
			if err := h.app.Merchants.SetRescue(t.Context(), m, of, off, "test"); err != nil {
				t.Fatal(err)
			}
		}
		before := len(second.List())
		h.pay(h.session(), "4005559900000037")
		if tries := len(second.List()) - before; tries != c.tries {
			t.Errorf("off for the merchant %v and the site %v: %d tries", c.merchant, c.site, tries)
		}
	}
}

// What became of payments is learned beside them, and known at the next decline.
func TestPaymentsAreLearnedFrom(t *testing.T) {
	t.Parallel()
	h := open(t)
	for range 2 {
		if paid := h.pay(h.session(), "4111111111111111"); paid.text("status") != "authorized" {
			t.Fatal(paid.Body)
		}
	}
	stolen := h.pay(h.session(), "4000000000009979")
	token := h.api("GET", "/v1/payments/"+stolen.text("payment"), "").text("token")
	mark := h.api("GET", "/v1/tokens/"+token, "").text("fingerprint")
	h.eventually(func() bool {
		known, err := h.app.Rescues().Store.History(t.Context(), h.account.Merchant.ID, []string{"card:" + mark})
		return err == nil && known["card:"+mark].Hard == 1
	})
	good := h.api("GET", "/v1/tokens/"+h.pay(h.session(), "4111111111111111").text("token"), "").text("fingerprint")
	h.eventually(func() bool {
		known, err := h.app.Rescues().Store.History(t.Context(), h.account.Merchant.ID, []string{"card:" + good})
		return err == nil && known["card:"+good].Approved == 3 && known["card:"+good].Declined == 0
	})
}

// A merchant's own table decides, and can be tried on what was decided before.
func TestAMerchantsOwnRules(t *testing.T) {
	t.Parallel()
	h, second := pair(t, func(*sandbox.Server) {})
	m, rescues := h.account.Merchant.ID, h.app.Rescues()
	h.pay(h.session(), "4005559900000037")
	h.pay(h.session(), "4000300011112220")
	if n := len(second.List()); n != 2 {
		t.Fatalf("%d tries", n)
	}
	timid := rescue.Table{{Name: "never", Why: "Not here.", Then: rescue.Decline}}
	replay, err := rescues.Replay(t.Context(), m, timid, time.Now().Add(-time.Hour), time.Now().Add(time.Hour))
	if err != nil || replay.Changed != 2 || replay.Decisions < 2 || len(second.List()) != 2 {
		t.Errorf("%+v %v", replay, err)
	}
	for _, a := range replay.Actions {
		if a.Action == rescue.Reroute && (a.Did != 2 || a.DidAmount != 9800 || a.Would != 0 || a.Currency != "USD") {
			t.Errorf("%+v", a)
		}
	}
	if err := rescues.SetRules(t.Context(), m, timid, 0, "test"); err != nil {
		t.Fatal(err)
	}
	if paid := h.pay(h.session(), "4005559900000037"); paid.text("status") != "declined" || len(second.List()) != 2 {
		t.Errorf("%s", paid.Body)
	}
	if all := h.decided(); all[len(all)-1].Rule != "never" || all[len(all)-1].Version != 1 {
		t.Errorf("%+v", all[len(all)-1])
	}
}

// The first try of a payment is one of those that the schemes count, though it is only
// written down when the payment has come to an end.
func TestARescuesFirstTryCounts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ before, tries int }{{7, 1}, {8, 0}} {
		h, second := pair(t, func(*sandbox.Server) {})
		if err := h.app.Merchants.SetGuard(t.Context(), h.account.Merchant.ID, merchant.Guard{InTest: true}, nil); err != nil {
			t.Fatal(err)
		}
		number := "4005559900000037"
		kept := h.api("GET", "/v1/tokens/"+h.api("POST", "/v1/tokens", `{"number":"`+number+`","exp_month":12,"exp_year":2030}`).text("id"), "").text("fingerprint")
		for i := range c.before {
			if ok, err := h.app.Rescues().Store.CountTry(t.Context(), h.account.Merchant.ID, kept, fmt.Sprint("before ", i), time.Now().Add(-time.Hour), func([]time.Time) bool { return true }); err != nil || !ok {
				t.Fatal(ok, err)
			}
		}
		h.pay(h.session(), number)
		if n := len(second.List()); n != c.tries {
			t.Errorf("after %d tries and a first one, the second processor was asked %d times", c.before, n)
		}
	}
}
