package checkout_test

import (
	"slices"
	"testing"

	"github.com/paywicket/paywicket/internal/card"
	"github.com/paywicket/paywicket/internal/checkout"
	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/pan"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/processor"
	"github.com/paywicket/paywicket/internal/vault"
)

// chargeCard charges a card of a year with no session, under a payment's id.
func (h *house) chargeCard(name string, year int, returnURL string) (payment.Payment, error) {
	h.Helper()
	number, err := pan.ParseNumber([]byte("4111111111111111"))
	h.must(err)
	cvv, err := pan.ParseCVV([]byte("123"), card.Visa)
	h.must(err)
	c := pan.Card{Number: number, CVV: cvv, Expiry: card.Expiry{Month: 12, Year: year}}
	defer c.Wipe()
	return h.ChargeCard(h.Context(), h.account.Merchant.ID, c, checkout.Order{
		Payment: name, Amount: money.Amount{Minor: 4900, Currency: "USD"}, Reference: "tx-1",
		Customer: vault.Customer{Email: "ada@shop.example"}, Terms: payment.Terms{ReturnURL: returnURL},
	}, "key 1")
}

// A card without a session is charged and kept at the same time, its customer with it, and
// once for a payment's id.
func TestACardIsChargedWithoutASession(t *testing.T) {
	t.Parallel()
	h := open(t)
	name := id.New(id.Payment)
	p, err := h.chargeCard(name, 2030, "")
	h.must(err)
	if p.ID != name || p.State != payment.Authorized || !p.Vaulted || p.Session != "" || p.Card.Last4 != "1111" || p.Reference != "tx-1" {
		t.Errorf("%+v", p)
	}
	if got, want := h.events(), []event.Type{event.TokenCreated, event.PaymentAuthorized}; !slices.Equal(got, want) {
		t.Errorf("announced %v, want %v", got, want)
	}
	kept, err := h.vault.Find(t.Context(), h.account.Merchant.ID, p.Token)
	h.must(err)
	if kept.Customer.Email != "ada@shop.example" {
		t.Errorf("kept for %+v", kept.Customer)
	}
	if again, err := h.chargeCard(name, 2030, ""); err != nil || again.Token != p.Token || len(h.says.asked) != 1 {
		t.Errorf("again: %+v, %v; the processor was asked %d times", again, err, len(h.says.asked))
	}
}

// A decline still keeps the card: that is what makes a later try possible.
func TestACardThatIsDeclinedWithoutASessionIsKept(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.says.authorize = says(processor.Declined)
	p, err := h.chargeCard("", 2030, "")
	if err != nil || p.State != payment.Declined || !p.Vaulted || h.count(`SELECT count(*) FROM cards`) != 1 {
		t.Errorf("%+v, %v", p, err)
	}
}

func TestARefusedCardWithoutASessionLeavesNothing(t *testing.T) {
	t.Parallel()
	h := open(t)
	if _, err := h.chargeCard("", 2025, ""); fault.Of(err).Field != "exp_year" {
		t.Errorf("an expired card: %v", err)
	}
	if _, err := h.chargeCard("", 2030, "https://elsewhere.example/"); fault.Of(err).Field != "return_url" {
		t.Errorf("a way back to somebody else: %v", err)
	}
	if n := h.count(`SELECT (SELECT count(*) FROM payments) + (SELECT count(*) FROM cards)`); n != 0 || len(h.says.asked) != 0 {
		t.Errorf("%d rows, the processor was asked %d times", n, len(h.says.asked))
	}
}
