package storetest

import (
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/card"
	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/merchant"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/vault"
)

// save keeps a card that a customer agreed to be offered again, with a payment that is in a
// state by now.
func (h *house) save(o merchant.Opening, customer, fingerprint string, state payment.State) vault.Record {
	h.Helper()
	h.pass(time.Second)
	p := h.inflight(o)
	r := vault.Record{
		Token: p.Token, Merchant: o.Merchant.ID, Version: 1, Sealed: []byte("sealed"), Fingerprint: fingerprint, Revision: 1, CreatedAt: h.now(), Tag: []byte("tag " + p.ID),
		Summary: card.Summary{Brand: card.Visa, BIN: "411111", Last4: "1111", ExpMonth: 12, ExpYear: 2030}, Customer: vault.Customer{ID: customer},
		Consent: vault.Consent{At: h.now(), Payment: p.ID, Words: "Save my card"},
	}
	first(h.db.KeepCard(h.Context(), r, event.New(event.TokenCreated, r.Merchant, r.Token.String(), 1, h.now(), r.Payload()), "shopper"))
	if state != payment.Inflight {
		h.must(second(h.db.Advance(h.Context(), p.Merchant, p.ID, "test", h.become(state))))
	}
	r.Consent.Words = ""
	return r
}

func second[T any](_ T, err error) error { return err }

// offered lists what a customer is offered.
func (h *house) offered(o merchant.Opening, customer string, from card.Expiry, limit int) []id.Token {
	h.Helper()
	list, err := h.db.SavedCards(h.Context(), o.Merchant.ID, customer, from, limit)
	h.must(err)
	var tokens []id.Token
	for _, r := range list {
		tokens = append(tokens, r.Token)
	}
	return tokens
}

func savedCards(t *testing.T, h *house) {
	o := h.open("Kestrel Kettles")
	soon := card.Expiry{Month: 12, Year: 2030}
	for _, state := range payment.States {
		customer := "cus_" + string(state)
		r := h.save(o, customer, "f", state)
		want := []id.Token{r.Token}
		if !state.Paid() {
			want = nil
		}
		h.same("offered after a payment that is "+string(state), h.offered(o, customer, soon, 10), want)
		found, err := h.db.SavedCard(t.Context(), o.Merchant.ID, customer, r.Token)
		if state.Paid() {
			h.must(err)
			h.same("found", found, r)
		} else {
			h.refused("one whose payment is "+string(state), err, fault.NotFound)
		}
		h.same("the same card", first(h.db.SameSavedCards(t.Context(), o.Merchant.ID, customer, "f")), []id.Token{r.Token})
	}
	// Of several tokens of a card the newest, newest first, and no more than asked for.
	a, b := h.save(o, "ada", "a", payment.Authorized), h.save(o, "ada", "b", payment.Captured)
	again, refused := h.save(o, "ada", "a", payment.Voided), h.save(o, "ada", "b", payment.Declined)
	h.same("newest first", h.offered(o, "ada", soon, 10), []id.Token{again.Token, b.Token})
	h.same("one", h.offered(o, "ada", soon, 1), []id.Token{again.Token})
	h.same("the same", first(h.db.SameSavedCards(t.Context(), o.Merchant.ID, "ada", "a")), []id.Token{a.Token, again.Token})
	h.same("the same, declined too", first(h.db.SameSavedCards(t.Context(), o.Merchant.ID, "ada", "b")), []id.Token{b.Token, refused.Token})
	for _, c := range []struct {
		from card.Expiry
		want int
	}{{card.Expiry{Month: 1, Year: 2031}, 0}, {card.Expiry{Month: 12, Year: 2030}, 2}, {card.Expiry{Month: 12, Year: 2029}, 2}} {
		if got := h.offered(o, "ada", c.from, 10); len(got) != c.want {
			t.Errorf("%d good from %+v, want %d", len(got), c.from, c.want)
		}
	}
	// One that is revoked is not offered, nor one whose agreement was taken back: the older
	// token of the same card is.
	change := func(r vault.Record, how func(*vault.Record)) {
		h.must(second(h.db.ChangeCard(t.Context(), o.Merchant.ID, r.Token, "test", "test", func(r vault.Record) (vault.Record, []event.Event, error) {
			how(&r)
			r.Revision++
			r.Tag = append(r.Tag, '!')
			return r, nil, nil
		})))
	}
	change(again, func(r *vault.Record) { r.RevokedAt = h.now() })
	change(b, func(r *vault.Record) { r.Consent = vault.Consent{} })
	h.same("what is left", h.offered(o, "ada", soon, 10), []id.Token{a.Token})
	for _, gone := range []vault.Record{again, b} {
		h.refused("one of the gone", second(h.db.SavedCard(t.Context(), o.Merchant.ID, "ada", gone.Token)), fault.NotFound)
	}
	if n := h.count(`SELECT count(*) FROM audit_entries WHERE action = 'card.save' AND object = ? AND detail = 'Save my card'`, a.Token.String()); n != 1 {
		t.Errorf("the agreement is on record %d times", n)
	}
	tokens, _, err := h.db.FindCustomer(t.Context(), o.Merchant.ID, "ada", "")
	if err != nil || len(tokens) != 4 {
		t.Errorf("%d of the customer's to be erased, %v", len(tokens), err)
	}
}

// Nobody is offered what is another customer's or another merchant's, and one without a
// name is nobody.
func savedCardsOfOthers(t *testing.T, h *house) {
	mine, theirs := h.open("Mine"), h.open("Theirs")
	soon := card.Expiry{Month: 12, Year: 2030}
	r, nobodys := h.save(mine, "ada", "f", payment.Authorized), h.save(mine, "", "f", payment.Authorized)
	for name, c := range map[string]struct {
		of       merchant.Opening
		customer string
		token    id.Token
	}{
		"another customer": {mine, "bob", r.Token}, "another merchant": {theirs, "ada", r.Token}, "nobody": {mine, "", nobodys.Token}, "nobody's": {mine, "ada", nobodys.Token}, "an unknown one": {mine, "ada", id.NewToken()},
	} {
		if name != "nobody's" && name != "an unknown one" {
			if got := h.offered(c.of, c.customer, soon, 10); len(got) != 0 {
				t.Errorf("%s is offered %v", name, got)
			}
			if same := first(h.db.SameSavedCards(t.Context(), c.of.Merchant.ID, c.customer, "f")); len(same) != 0 {
				t.Errorf("%s has %v", name, same)
			}
			if tokens, _, err := h.db.FindCustomer(t.Context(), c.of.Merchant.ID, c.customer, ""); c.customer != "" && (len(tokens) != 0 || err != nil) {
				t.Errorf("%s would erase %v, %v", name, tokens, err)
			}
		}
		h.refused(name, second(h.db.SavedCard(t.Context(), c.of.Merchant.ID, c.customer, c.token)), fault.NotFound)
	}
	// A payment of another merchant's that has the name of mine does not make it offered.
	p := h.inflight(theirs)
	h.must(second(h.db.Advance(t.Context(), p.Merchant, p.ID, "test", h.become(payment.Authorized))))
	foreign := h.save(mine, "eve", "f", payment.Declined)
	_, err := h.intruder.Exec(h.intruder.Rebind(`UPDATE cards SET consented_with = ? WHERE token = ?`), p.ID, foreign.Token[:])
	h.must(err)
	if got := h.offered(mine, "eve", soon, 10); len(got) != 0 {
		t.Errorf("another merchant's payment counts: %v", got)
	}
}
