package app_test

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"log/slog"
	"math/bits"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/paywicket/paywicket/internal/merchant"
	"github.com/paywicket/paywicket/internal/processor"
	"github.com/paywicket/paywicket/internal/sense"
	"github.com/paywicket/paywicket/server/sandbox"
)

// guarded is a house whose merchant wants its guard to hold in the test environment.
func guarded(t *testing.T, g merchant.Guard) *house {
	t.Helper()
	h := open(t)
	g.InTest = true
	if err := h.app.Merchants.SetGuard(t.Context(), h.account.Merchant.ID, g, sense.SignalNames()); err != nil {
		t.Fatal(err)
	}
	return h
}

// submit sends a card with what the browser worked out.
func (h *house) submit(session, number, proof string) answer {
	h.t.Helper()
	return h.call("POST", "/checkout/"+session+"/pay", `{"number":"`+number+`","exp_month":12,"exp_year":2030,"cvv":"123"}`, "Paywicket-Proof", proof)
}

// workOut works a puzzle out.
func workOut(puzzle string) string {
	text, _, _ := strings.Cut(puzzle, ".")
	wanted, _ := strconv.Atoi(text)
	for n := 0; ; n++ {
		solved := puzzle + "." + strconv.Itoa(n)
		sum := sha256.Sum256([]byte(solved))
		if bits.LeadingZeros64(binary.BigEndian.Uint64(sum[:])) >= wanted {
			return solved
		}
	}
}

// luhn makes a card number of fifteen digits.
func luhn(fifteen string) string {
	sum := 0
	for i, r := range fifteen {
		d := int(r - '0')
		if i%2 == 0 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return fifteen + strconv.Itoa((10-sum%10)%10)
}

// Who tries card after card is refused without a reason before the processor is asked; a
// restart does not forget it, and what the merchant reads says why.
func TestCardsAreNotTestedHere(t *testing.T) {
	t.Parallel()
	h := guarded(t, merchant.Guard{})
	try := func(i int) answer { return h.submit(h.session(), luhn(fmt.Sprintf("4000000000%05d", i)), "") }
	asked := 0
	for i := range 12 {
		if i == 8 {
			h.stop()
			h.serve(slog.New(slog.NewJSONHandler(h.log, nil)))
		}
		switch a := try(i); a.Status {
		case http.StatusOK:
			asked++
		case http.StatusForbidden:
			if strings.Contains(a.Body, "device") || strings.Contains(a.Body, "too many") {
				t.Errorf("the shopper is told %s", a.Body)
			}
		default:
			t.Fatalf("%d %s", a.Status, a.Body)
		}
	}
	if asked != 6 || len(h.ledger.List()) != 6 {
		t.Errorf("%d cards were let through, the processor was asked %d times", asked, len(h.ledger.List()))
	}
	if !strings.Contains(h.log.String(), "too many cards were tried from this network") {
		t.Error("the log does not say why")
	}
}

// While cards are tested, a browser works something out before its card is taken; what it
// worked out is good once, and nothing was opened before.
func TestABrowserWorksSomethingOut(t *testing.T) {
	t.Parallel()
	h := open(t, func(s *sandbox.Server) { s.Declines = processor.InsufficientFunds })
	if err := h.app.Merchants.SetGuard(t.Context(), h.account.Merchant.ID, merchant.Guard{InTest: true}, sense.SignalNames()); err != nil {
		t.Fatal(err)
	}
	// A card each, on a device each.
	try := func(i int) (session, number string, a answer) {
		session, number = h.session(), luhn(fmt.Sprintf("4000000000%05d", i))
		key, nonce := h.opened(session)
		h.see(key, nonce, signals(100+i, "graphics", fmt.Sprintf(`["maker","unit %d"]`, i)))
		return session, number, h.submit(session, number, "")
	}
	i := 0
	session, number, a := try(i)
	for ; a.Status == http.StatusOK && i < 40; i++ {
		session, number, a = try(i + 1)
	}
	puzzle := a.Header.Get("Paywicket-Puzzle")
	if a.Status != http.StatusPreconditionRequired || puzzle == "" || a.text("code") != "proof_needed" || i != 20 {
		t.Fatalf("after %d declines: %d %s", i, a.Status, a.Body)
	}
	if a := h.api("GET", "/v1/checkout_sessions/"+session, ""); a.field("payment") != nil {
		t.Errorf("something was opened: %s", a.Body)
	}
	if a := h.submit(session, number, puzzle+".0"); a.Status != http.StatusPreconditionRequired {
		t.Errorf("a guess: %d %s", a.Status, a.Body)
	}
	proof := workOut(puzzle)
	if a := h.submit(session, number, proof); a.Status != http.StatusOK {
		t.Errorf("worked out: %d %s", a.Status, a.Body)
	}
	if a := h.submit(session, number, proof); a.Status != http.StatusPreconditionRequired || a.Header.Get("Paywicket-Puzzle") == puzzle {
		t.Errorf("a second time: %d %s", a.Status, a.Body)
	}
}

// A score leads to 3-D Secure, and the payment says why.
func TestAScoreLeadsToAChallenge(t *testing.T) {
	t.Parallel()
	h := guarded(t, merchant.Guard{ChallengeAt: 20})
	paid := h.submit(h.session(), "4111111111111111", "") // its page says nothing of its device
	if paid.text("status") != "requires_action" {
		t.Fatalf("%s", paid.Body)
	}
	a := h.api("GET", "/v1/payments/"+paid.text("payment"), "")
	if a.text("risk.action") != "challenge" || a.field("risk.score") != 20.0 || !strings.Contains(a.Body, "said nothing of its device") || a.field("risk.device") != nil {
		t.Errorf("%s", a.Body)
	}
	// By default, in the test environment, it is told and leads to nothing.
	plain := open(t)
	paid = plain.submit(plain.session(), "4111111111111111", "")
	if a := plain.api("GET", "/v1/payments/"+paid.text("payment"), ""); paid.text("status") != "authorized" || a.text("risk.action") != "allow" {
		t.Errorf("%s", a.Body)
	}
}
