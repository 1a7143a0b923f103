package checkout_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/card"
	"github.com/paywicket/paywicket/internal/checkout"
	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/merchant"
	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/pan"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/processor"
	"github.com/paywicket/paywicket/internal/vault"
)

const words = "Save this card for my next purchases at Kestrel Kettles"

// typed is a good card, as a shopper types it.
func typed(t testing.TB, digits string) pan.Card {
	t.Helper()
	number, err := pan.ParseNumber([]byte(digits))
	if err != nil {
		t.Fatal(err)
	}
	c := pan.Card{Number: number, CVV: cvv(t, "123"), Expiry: card.Expiry{Month: 12, Year: 2030}}
	t.Cleanup(c.Wipe)
	return c
}

func cvv(t testing.TB, digits string) pan.CVV {
	t.Helper()
	v, err := pan.ParseCVV([]byte(digits), card.Unknown)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// submit sends what is given, with a good card when there is none.
func (h *house) submit(session string, sub checkout.Submission) (checkout.View, error) {
	h.Helper()
	if sub.Saved.IsZero() && sub.Card.Number.Len() == 0 {
		sub.Card = typed(h.TB, "4111111111111111")
	}
	h.pass(time.Second)
	return h.Submit(h.Context(), session, sub, checkout.Client{})
}

// sessionOf opens a session of a customer's, with a form.
func (h *house) sessionOf(customer string, form checkout.Form) string {
	h.Helper()
	v, err := h.Create(h.Context(), h.account.Merchant.ID, checkout.Order{Amount: money.Amount{Minor: 4900, Currency: "USD"}, Customer: vault.Customer{ID: customer}, Form: form}, "key 1")
	h.must(err)
	return v.Session.ID
}

var saving = checkout.Form{Save: checkout.AskToSave}

// offered lists the tokens that a customer is offered.
func (h *house) offered(customer string) (tokens []id.Token) {
	h.Helper()
	list, err := h.SavedCards(h.Context(), h.view(h.sessionOf(customer, checkout.Form{})))
	h.must(err)
	for _, r := range list {
		tokens = append(tokens, r.Token)
	}
	return tokens
}

// save pays with a card that the customer cus_1 lets be saved.
func (h *house) save(digits string) id.Token {
	h.Helper()
	v, err := h.submit(h.sessionOf("cus_1", saving), checkout.Submission{Card: typed(h.TB, digits), Consent: words})
	h.must(err)
	return v.Latest.Token
}

func TestACardIsSavedAndChargedAgain(t *testing.T) {
	t.Parallel()
	h := open(t)
	token := h.save("4111111111111111")
	if got := h.offered("cus_1"); !slices.Equal(got, []id.Token{token}) {
		t.Fatalf("offered are %v", got)
	}
	var sent string
	h.says.authorize = func(_ context.Context, r processor.Request, c processor.Instrument) (processor.Outcome, error) {
		sent = string(c.Number.Bytes()) + " " + string(c.CVV.Bytes())
		return echo(r, processor.Approved), nil
	}
	before := h.count(`SELECT count(*) FROM cards`)
	session := h.sessionOf("cus_1", saving)
	v, err := h.submit(session, checkout.Submission{Saved: token, Card: pan.Card{CVV: cvv(t, "739")}, Consent: words})
	h.must(err)
	p := v.Latest
	if sent != "4111111111111111 739" || p.State != payment.Authorized || p.Token != token || !p.Vaulted || p.Card.Last4 != "1111" || v.Status(h.now()) != checkout.Completed {
		t.Errorf("sent %q: %+v", sent, p)
	}
	if after := h.count(`SELECT count(*) FROM cards`); after != before {
		t.Errorf("%d cards were kept again", after-before)
	}
	if got := h.events(); !slices.Equal(got, []event.Type{event.TokenCreated, event.PaymentAuthorized, event.PaymentAuthorized}) {
		t.Errorf("announced %v", got)
	}
	if n := h.count(`SELECT count(*) FROM audit_entries WHERE action = 'card.borrow' AND detail = 'authorize ` + p.ID + `'`); n != 1 {
		t.Errorf("its use is on record %d times", n)
	}
	if n := h.count(`SELECT count(*) FROM audit_entries WHERE action = 'card.save' AND detail = '` + words + `'`); n != 1 {
		t.Errorf("the words are on record %d times", n)
	}
	if again := h.view(session).Latest; again.Token != token || !again.Vaulted {
		t.Errorf("found again: %+v", again)
	}
}

// A card is offered once the payment that it was saved with is approved, whenever that
// comes to light.
func TestACardIsOfferedOnceItWasApproved(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.says.authorize = says(processor.Declined)
	declined := h.save("4111111111111111")
	h.says.authorize = says(processor.Unknown)
	lost := h.save("5555555555554444")
	if got := h.offered("cus_1"); got != nil {
		t.Errorf("offered are %v", got)
	}
	asked := h.says.asked[1]
	h.says.lookup = func(string) (processor.Outcome, error) { return echo(asked, processor.Approved), nil }
	h.pass(2 * time.Second)
	_, err := h.payments.Resolve(t.Context())
	h.must(err)
	if got := h.offered("cus_1"); !slices.Equal(got, []id.Token{lost}) {
		t.Errorf("offered are %v, not %v", got, declined)
	}
	if r, err := h.vault.Find(t.Context(), h.account.Merchant.ID, declined); err != nil || r.Customer.ID != "cus_1" {
		t.Errorf("what was declined is not kept: %+v, %v", r, err)
	}
}

// Nobody's card is saved without the form, the customer and the words.
func TestACardIsNotSavedUnasked(t *testing.T) {
	t.Parallel()
	h := open(t)
	for name, c := range map[string]struct {
		customer, words string
		form            checkout.Form
	}{"no words": {"cus_1", "", saving}, "no form": {"cus_1", words, checkout.Form{}}, "no customer": {"", words, checkout.Form{}}} {
		_, err := h.submit(h.sessionOf(c.customer, c.form), checkout.Submission{Consent: c.words})
		h.must(err)
		if n := h.count(`SELECT count(*) FROM cards WHERE consented_at > 0 OR consented_with <> ''`); n != 0 {
			t.Errorf("%s: saved", name)
		}
	}
	if _, err := h.submit(h.sessionOf("cus_1", saving), checkout.Submission{Consent: "a\nb"}); err == nil || fault.Of(err).Field != "save" {
		t.Errorf("words of two lines: %v", err)
	}
}

// Whatever is not the customer's own to use is answered alike, and nothing is asked.
func TestASavedCardThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	h := open(t)
	token := h.save("4111111111111111")
	revoked, gone, forgotten := h.save("5555555555554444"), h.save("378282246310005"), h.save("5061460410120223210")
	keeping := h.vault.Vault.(*vault.Service)
	_, err := keeping.Revoke(t.Context(), h.account.Merchant.ID, revoked, "key 1")
	h.must(errors.Join(err, keeping.Erase(t.Context(), h.account.Merchant.ID, gone, "key 1"), h.ForgetCard(t.Context(), h.sessionOf("cus_1", saving), forgotten)))
	v, err := h.submit(h.sessionOf("cus_1", saving), checkout.Submission{})
	h.must(err)
	other, err := (&merchant.Service{Store: h.db, Now: h.now}).Open(t.Context(), "Other", merchant.Test, "OTHER", []string{"https://other.example"})
	h.must(err)
	theirs, err := h.Create(t.Context(), other.Merchant.ID, checkout.Order{Amount: money.Amount{Minor: 4900, Currency: "USD"}, Customer: vault.Customer{ID: "cus_1"}}, "key 1")
	h.must(err)
	asked, answers := len(h.says.asked), map[string]bool{}
	for name, c := range map[string]struct {
		session string
		token   id.Token
	}{
		"another customer": {h.sessionOf("cus_2", saving), token}, "nobody": {h.session(), token}, "hidden": {h.sessionOf("cus_1", checkout.Form{HideSaved: true}), token},
		"another merchant": {theirs.Session.ID, token}, "unknown": {h.sessionOf("cus_1", saving), id.NewToken()}, "never saved": {h.sessionOf("cus_1", saving), v.Latest.Token},
		"revoked": {h.sessionOf("cus_1", saving), revoked}, "erased": {h.sessionOf("cus_1", saving), gone}, "forgotten": {h.sessionOf("cus_1", saving), forgotten},
	} {
		_, err := h.submit(c.session, checkout.Submission{Saved: c.token, Card: pan.Card{CVV: cvv(t, "123")}})
		if err == nil || fault.Of(err).Field != "saved" || fault.CodeOf(err) != fault.Invalid {
			t.Errorf("%s: %v", name, err)
			continue
		}
		answers[err.Error()] = true
	}
	if len(answers) != 1 || len(h.says.asked) != asked {
		t.Errorf("%d answers, and the processor was asked %d times: %v", len(answers), len(h.says.asked)-asked, answers)
	}
	for _, given := range []string{"", "1234"} {
		sub := checkout.Submission{Saved: token}
		if given != "" {
			sub.Card.CVV = cvv(t, given)
		}
		if _, err := h.submit(h.sessionOf("cus_1", saving), sub); err == nil || fault.Of(err).Field != "cvv" {
			t.Errorf("CVV %q: %v", given, err)
		}
	}
	if _, err := h.submit(h.sessionOf("cus_1", checkout.Form{SkipCVV: true}), checkout.Submission{Saved: token}); err != nil {
		t.Errorf("without a CVV where none is asked for: %v", err)
	}
	h.pass(5 * 365 * 24 * time.Hour)
	if _, err := h.submit(h.sessionOf("cus_1", saving), checkout.Submission{Saved: token, Card: pan.Card{CVV: cvv(t, "123")}}); err == nil || fault.Of(err).Field != "saved" {
		t.Errorf("an expired one: %v", err)
	}
}

func TestACustomerForgetsACard(t *testing.T) {
	t.Parallel()
	h := open(t)
	token := h.save("4111111111111111")
	mine, over := h.sessionOf("cus_1", saving), h.sessionOf("cus_1", saving)
	_, err := h.submit(over, checkout.Submission{})
	h.must(err)
	answers := map[string]bool{}
	for name, session := range map[string]string{"another customer": h.sessionOf("cus_2", saving), "nobody": h.session(), "hidden": h.sessionOf("cus_1", checkout.Form{HideSaved: true})} {
		err := h.ForgetCard(t.Context(), session, token)
		if err == nil || fault.CodeOf(err) != fault.NotFound {
			t.Errorf("%s: %v", name, err)
			continue
		}
		answers[err.Error()] = true
	}
	if err := h.ForgetCard(t.Context(), mine, id.NewToken()); err == nil || !answers[err.Error()] || len(answers) != 1 {
		t.Errorf("an unknown one: %v, unlike %v", err, answers)
	}
	if err := h.ForgetCard(t.Context(), over, token); err == nil || fault.CodeOf(err) != fault.Gone {
		t.Errorf("in a checkout that is over: %v", err)
	}
	h.must(h.ForgetCard(t.Context(), mine, token))
	if got := h.offered("cus_1"); got != nil {
		t.Errorf("offered are %v", got)
	}
	if told := h.events(); told[len(told)-1] != event.TokenUpdated {
		t.Errorf("announced %v", told)
	}
}

func TestAPlanIsCharged(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.Processors[0].Can.Installments = true
	form := checkout.Form{Plans: []checkout.Plan{{Count: 3, Total: 5100}, {Count: 6, Total: 5400}}}
	for count, want := range map[int]int64{0: 4900, 3: 5100, 6: 5400} {
		session := h.sessionOf("", form)
		v, err := h.submit(session, checkout.Submission{Plan: count})
		h.must(err)
		asked := h.says.asked[len(h.says.asked)-1]
		if asked.Amount.Minor != want || asked.Installments != count || v.Latest.State != payment.Authorized || v.Latest.Payload().Amount != want || v.Latest.Payload().Terms.Installments != count {
			t.Errorf("%d: asked for %v in %d, %+v", count, asked.Amount, asked.Installments, v.Latest)
		}
		if shown := h.view(session).Session; shown.Amount.Minor != 4900 {
			t.Errorf("the session's amount became %v", shown.Amount)
		}
	}
	if _, err := h.submit(h.sessionOf("", form), checkout.Submission{Plan: 4}); err == nil || fault.Of(err).Field != "plan" {
		t.Errorf("another plan: %v", err)
	}
}

func TestASchemeIsChosen(t *testing.T) {
	t.Parallel()
	h := open(t)
	both := []card.Brand{card.CartesBancaires, card.Visa}
	if got := h.Networks(h.account.Merchant, "40000025"); !slices.Equal(got, both) {
		t.Errorf("%v", got)
	}
	if live := (merchant.Merchant{Environment: merchant.Live}); h.Networks(live, "40000025") != nil || h.Networks(h.account.Merchant, "41111111") != nil || h.Networks(h.account.Merchant, "") != nil {
		t.Error("a card of one scheme is offered a choice")
	}
	for _, c := range []struct {
		number string
		chosen card.Brand
		good   bool
	}{
		{"4000002500001001", "", true}, {"4000002500001001", card.Visa, true}, {"4000002500001001", card.CartesBancaires, true}, {"4000002500001001", card.Mastercard, false},
		{"5555552500001001", card.CartesBancaires, true}, {"4111111111111111", card.CartesBancaires, false}, {"4111111111111111", card.Visa, false},
	} {
		v, err := h.submit(h.session(), checkout.Submission{Card: typed(t, c.number), Network: c.chosen})
		if !c.good {
			if err == nil || fault.Of(err).Field != "network" {
				t.Errorf("%s by %s: %v", c.number, c.chosen, err)
			}
			continue
		}
		h.must(err)
		if asked := h.says.asked[len(h.says.asked)-1]; asked.Network != c.chosen || v.Latest.Payload().Terms.Network != c.chosen {
			t.Errorf("%s by %q: asked for %q, %+v", c.number, c.chosen, asked.Network, v.Latest.Terms)
		}
	}
	// A saved card's number is looked at once it is open, before anything is asked.
	token := h.save("4000002500001001")
	v, err := h.submit(h.sessionOf("cus_1", saving), checkout.Submission{Saved: token, Card: pan.Card{CVV: cvv(t, "123")}, Network: card.CartesBancaires})
	h.must(err)
	if v.Latest.Terms.Network != card.CartesBancaires {
		t.Errorf("%+v", v.Latest.Terms)
	}
	if _, err := h.submit(h.sessionOf("cus_1", saving), checkout.Submission{Saved: token, Card: pan.Card{CVV: cvv(t, "123")}, Network: card.Dankort}); err == nil || fault.Of(err).Field != "network" {
		t.Errorf("a scheme that does not stand on it: %v", err)
	}
}
