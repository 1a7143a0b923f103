package app_test

import (
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/config"
	"github.com/paywicket/paywicket/internal/processor/flexcharge/flexchargetest"
	"github.com/paywicket/paywicket/internal/processor/flutterwave/flutterwavetest"
)

// with starts the house's server again, with accounts elsewhere.
func (h *house) with(partners config.Server) {
	h.t.Helper()
	h.stop()
	h.partners = partners
	h.serve(slog.New(slog.NewJSONHandler(h.log, nil)))
}

// FlexCharge keeps every card of a checkout, and is asked for what was declined softly:
// with the card itself, and later by its own token.
func TestFlexChargeTakesWhatWasDeclined(t *testing.T) {
	t.Parallel()
	h := open(t)
	peer := flexchargetest.Start(t)
	h.with(config.Server{FlexCharge: config.FlexCharge{AppKey: "app", AppSecret: "secret", MID: "mid-1", URL: peer.URL}})

	const number = "4000000000000002" // declined by the sandbox, and unknown to the peer
	paid := h.pay(h.session(), number)
	if paid.text("status") != "authorized" {
		t.Fatalf("%s", paid.Body)
	}
	a := h.api("GET", "/v1/payments/"+paid.text("payment"), "")
	attempts, _ := a.field("attempts").([]any)
	if a.text("processor.name") != "flexcharge" || len(attempts) != 1 || !strings.Contains(a.Body, `"decline_code":"generic_decline"`) {
		t.Errorf("%s", a.Body)
	}
	// What the processors approve is none of its business, and it keeps the card all the same.
	if paid := h.pay(h.session(), "4111111111111111"); paid.text("status") != "authorized" {
		t.Errorf("%s", paid.Body)
	}
	if peer.Cards() != 2 {
		t.Errorf("its vault has %d cards", peer.Cards())
	}
	// Without the shopper, by its own token.
	later := h.api("POST", "/v1/payments", `{"token":"`+a.text("token")+`","amount":1900,"currency":"USD"}`)
	if later.text("status") != "authorized" || later.text("processor.name") != "flexcharge" || peer.ByToken() != 1 {
		t.Errorf("%d by token, %s", peer.ByToken(), later.Body)
	}
	for _, what := range []string{"capture", "refunds"} {
		if a := h.api("POST", "/v1/payments/"+later.text("id")+"/"+what, ""); a.Status >= 300 || strings.Contains(a.Body, "processing") {
			t.Errorf("%s: %d %s", what, a.Status, a.Body)
		}
	}
	h.expectNoTrace(number, "4111111111111111")
}

// FlexCharge is told what became of every payment that it did not decide itself, after the
// shopper was answered, and once.
func TestFlexChargeLearnsOfPayments(t *testing.T) {
	t.Parallel()
	h := open(t)
	peer := flexchargetest.Start(t)
	h.with(config.Server{FlexCharge: config.FlexCharge{AppKey: "app", AppSecret: "secret", MID: "mid-1", URL: peer.URL}})
	approved := h.pay(h.session(), "4111111111111111").text("payment")
	stolen := h.pay(h.session(), "4000000000009979").text("payment")
	rescued := h.pay(h.session(), "4000000000000002") // by FlexCharge, which knows that
	if rescued.text("status") != "authorized" {
		t.Errorf("%s", rescued.Body)
	}
	h.eventually(func() bool { return len(peer.Copies()) == 2 })
	for _, one := range peer.Copies() {
		if one.Reference != approved && one.Reference != stolen || one.Declined != (one.Reference == stolen) || !one.ByToken || len(one.Bodies) != 1 {
			t.Errorf("%+v", one)
		}
	}
	h.expectNoTrace("4111111111111111", "4000000000009979")
}

// A vault elsewhere that hangs costs a shopper a second, and nobody the payment.
func TestAPartnersVaultThatHangs(t *testing.T) {
	t.Parallel()
	h := open(t)
	peer := flexchargetest.Start(t)
	peer.Hang = make(chan struct{})
	t.Cleanup(func() { close(peer.Hang) })
	h.with(config.Server{FlexCharge: config.FlexCharge{AppKey: "app", AppSecret: "secret", MID: "mid-1", URL: peer.URL}})
	began := time.Now()
	if paid := h.pay(h.session(), "4111111111111111"); paid.text("status") != "authorized" {
		t.Errorf("%s", paid.Body)
	}
	t.Logf("it took %s", time.Since(began))
	if !strings.Contains(h.log.String(), "did not take a card") {
		t.Error("the log says nothing of it")
	}
}

// Flutterwave wants the shopper's address, and charges a card without its CVV by the
// token that it gave.
func TestAPaymentAtFlutterwave(t *testing.T) {
	t.Parallel()
	h := open(t)
	peer := flutterwavetest.Start(t)
	h.with(config.Server{Flutterwave: config.Flutterwave{Key: flutterwavetest.Key, URL: peer.URL}})
	if err := h.app.Merchants.SetProcessors(t.Context(), h.account.Merchant.ID, []string{"flutterwave"}, []string{"flutterwave"}); err != nil {
		t.Fatal(err)
	}
	if a := h.api("POST", "/v1/checkout_sessions", `{"amount":490050,"currency":"NGN"}`); a.Status != http.StatusBadRequest || a.text("field") != "customer.email" {
		t.Errorf("without an address: %d %s", a.Status, a.Body)
	}
	if a := h.api("POST", "/v1/checkout_sessions", `{"amount":1,"currency":"NGN","customer":{"email":"nobody"}}`); a.Status != http.StatusBadRequest || a.text("field") != "customer.email" {
		t.Errorf("with a bad address: %d %s", a.Status, a.Body)
	}
	session := h.api("POST", "/v1/checkout_sessions", `{"amount":490050,"currency":"NGN","customer":{"email":"ada@shop.example","phone":"+234 803 000 0000"}}`).text("id")
	paid := h.pay(session, "4111111111111111")
	if paid.text("status") != "authorized" {
		t.Fatalf("%s", paid.Body)
	}
	first := h.api("GET", "/v1/payments/"+paid.text("payment"), "")
	token := first.text("token")
	if a := h.api("GET", "/v1/tokens/"+token, ""); a.text("customer.email") != "ada@shop.example" || strings.Contains(a.Body, "flw-") {
		t.Errorf("%s", a.Body)
	}
	later := h.api("POST", "/v1/payments", `{"token":"`+token+`","amount":1900,"currency":"NGN","capture":"automatic"}`)
	if later.text("status") != "captured" || later.text("processor.name") != "flutterwave" {
		t.Errorf("%s", later.Body)
	}
	// A card that it has never charged it does not charge without the CVV.
	stranger := h.api("POST", "/v1/tokens", `{"number":"5555555555554444","exp_month":12,"exp_year":2030}`).text("id")
	h.api("PATCH", "/v1/tokens/"+stranger, `{"customer":{"email":"ada@shop.example"}}`)
	if a := h.api("POST", "/v1/payments", `{"token":"`+stranger+`","amount":1900,"currency":"NGN"}`); a.text("status") != "failed" {
		t.Errorf("%s", a.Body)
	}
	h.expectNoTrace("4111111111111111", "5555555555554444")
}

// A page of the issuer's that Flutterwave cannot take back: who leaves it for another card
// can pay with that, and what is confirmed there afterwards is given back.
func TestAChallengeThatCannotBeTakenBack(t *testing.T) {
	t.Parallel()
	h := open(t)
	peer := flutterwavetest.Start(t)
	h.with(config.Server{Flutterwave: config.Flutterwave{Key: flutterwavetest.Key, URL: peer.URL}})
	if err := h.app.Merchants.SetProcessors(t.Context(), h.account.Merchant.ID, []string{"flutterwave"}, []string{"flutterwave"}); err != nil {
		t.Fatal(err)
	}
	session := h.api("POST", "/v1/checkout_sessions", `{"amount":490050,"currency":"NGN","customer":{"email":"ada@shop.example"}}`).text("id")
	left := h.pay(session, flutterwavetest.Challenged)
	if left.text("status") != "requires_action" {
		t.Fatalf("%s", left.Body)
	}
	first := h.api("GET", "/v1/payments/"+left.text("payment"), "")
	if paid := h.pay(session, "4111111111111111"); paid.text("status") != "authorized" {
		t.Fatalf("%s", paid.Body)
	}
	if a := h.api("GET", "/v1/payments/"+left.text("payment"), ""); a.text("status") != "declined" {
		t.Fatalf("%s", a.Body)
	}
	response, err := http.Post(first.text("action.url")+"?decision=confirm", "", nil)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%v, %v", response, err)
	}
	response.Body.Close()
	h.tamper(`UPDATE payments SET check_at = 1 WHERE id = '` + left.text("payment") + `' AND check_at > 0`)
	h.eventually(func() bool {
		return h.api("GET", "/v1/payments/"+left.text("payment"), "").text("status") == "reversed"
	})
}
