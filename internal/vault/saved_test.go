package vault_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/paywicket/paywicket/internal/card"
	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/pan"
	"github.com/paywicket/paywicket/internal/vault"
)

// The words that the tests' customer agrees to, which look like a change of the card.
const words = "revision 999"

// save keeps a card that its customer cus_1 agreed to be offered again.
func (h *house) save(m, digits string) vault.Record {
	h.Helper()
	parsed, err := pan.ParseNumber([]byte(digits))
	h.must(err)
	c := pan.Card{Number: parsed, Expiry: card.Expiry{Month: 12, Year: 2030}}
	defer c.Wipe()
	consent := vault.Consent{At: now(), Payment: "pay_1", Words: words}
	r, err := h.Tokenize(h.Context(), m, id.NewToken(), vault.Customer{ID: "cus_1"}, consent, c, "shopper")
	h.must(err)
	return r
}

func TestACardIsSavedWithTheWordsThatWereAgreedTo(t *testing.T) {
	t.Parallel()
	h := open(t)
	r := h.save(h.mine, number)
	found, err := h.Find(t.Context(), h.mine, r.Token)
	h.must(err)
	if p := found.Payload(); p.Customer.ID != "cus_1" || p.SavedAt == nil || !p.SavedAt.Equal(now()) || found.Consent.Payment != "pay_1" {
		t.Errorf("%+v", p)
	}
	var said []string
	h.must(h.intruder.Select(&said, h.intruder.Rebind(`SELECT detail FROM audit_entries WHERE action = 'card.save' AND object = ?`), r.Token.String()))
	if !slices.Equal(said, []string{words}) {
		t.Errorf("on record is %q", said)
	}
	if broken := h.verify(); len(broken) != 0 {
		t.Errorf("the words are taken for a change: %v", broken)
	}
	if got, err := h.opens(h.mine, r.Token); got != number || err != nil {
		t.Errorf("it does not open: %v", err)
	}
	if kept := h.keep(h.mine, number).Payload(); kept.SavedAt != nil || kept.Customer.ID != "" {
		t.Errorf("a card that nobody agreed to: %+v", kept)
	}
}

// Every token of the card is forgotten, and those of others stay.
func TestACardIsForgotten(t *testing.T) {
	t.Parallel()
	h := open(t)
	first, second, other, theirs := h.save(h.mine, number), h.save(h.mine, number), h.save(h.mine, "5555555555554444"), h.save(h.theirs, number)
	saved := func(m string, r vault.Record) bool {
		found, err := h.Find(t.Context(), m, r.Token)
		h.must(err)
		return !found.Consent.At.IsZero()
	}
	var answers []string
	for _, c := range []struct {
		m, customer string
		token       id.Token
	}{{h.mine, "cus_2", first.Token}, {h.mine, "", first.Token}, {h.mine, "cus_1", theirs.Token}, {h.mine, "cus_1", id.NewToken()}, {h.mine, "cus_1", h.keep(h.mine, number).Token}} {
		err := h.Forget(t.Context(), c.m, c.customer, c.token, "shopper")
		if err == nil || fault.CodeOf(err) != fault.NotFound {
			t.Fatalf("%+v: %v", c, err)
		}
		answers = append(answers, err.Error())
	}
	if len(slices.Compact(answers)) != 1 {
		t.Errorf("the answers differ: %q", answers)
	}
	h.must(h.Forget(t.Context(), h.mine, "cus_1", first.Token, "shopper"))
	if saved(h.mine, first) || saved(h.mine, second) || !saved(h.mine, other) || !saved(h.theirs, theirs) {
		t.Errorf("%v %v %v %v", saved(h.mine, first), saved(h.mine, second), saved(h.mine, other), saved(h.theirs, theirs))
	}
	if told := h.told(first.Token); !slices.Equal(told, []event.Type{event.TokenCreated, event.TokenUpdated}) {
		t.Errorf("told %v", told)
	}
	if err := h.Forget(t.Context(), h.mine, "cus_1", first.Token, "shopper"); fault.CodeOf(err) != fault.NotFound || err == nil {
		t.Errorf("forgotten twice: %v", err)
	}
	var entries int
	h.must(h.intruder.Get(&entries, `SELECT count(*) FROM audit_entries WHERE action = 'card.forget'`))
	if entries != 2 {
		t.Errorf("%d entries in the audit trail", entries)
	}
	if got, err := h.opens(h.mine, first.Token); got != number || err != nil {
		t.Errorf("the merchant cannot charge it any more: %v", err)
	}
	if broken := h.verify(); len(broken) != 0 {
		t.Errorf("%v", broken)
	}
}

// What a customer agreed to does not go with the card to another.
func TestACardOfAnotherCustomerIsNotSaved(t *testing.T) {
	t.Parallel()
	h := open(t)
	r := h.save(h.mine, number)
	for _, c := range []struct {
		change vault.CustomerChange
		saved  bool
	}{{vault.CustomerChange{Name: text("Ada")}, true}, {vault.CustomerChange{ID: text(" cus_1 ")}, true}, {vault.CustomerChange{ID: text("cus_2")}, false}, {vault.CustomerChange{ID: text("cus_1")}, false}} {
		after, err := h.UpdateCustomer(t.Context(), h.mine, r.Token, c.change, "key 1")
		h.must(err)
		if after.Consent.At.IsZero() == c.saved {
			t.Errorf("%+v: %+v", c.change, after.Consent)
		}
	}
}

func TestACustomersIDIsNoCardNumber(t *testing.T) {
	t.Parallel()
	for text, good := range map[string]bool{
		"": true, "cus_1": true, "42": true, "12345678901": true, strings.Repeat("x", 64): true, "Ada Lovelace, 1815": true,
		"41111111-1111-4111-8111-111111111111": true, // a UUID
		"507f1f77bcf86cd799439011":             true,
		"a123456789012345b":                    true, // with no check digit
		"6940095564081":                        false,
		"a4111111111111111b":                   false,
		strings.Repeat("x", 65):                false, "a\nb": false, "4111111111111111": false, "4111 1111 1111 1111": false, "cus_4111.1111-1111_1111": false, "#4111111111111111#": false,
		"٤١١١١١١١١١١١١١١١": false,
	} {
		err := vault.Customer{ID: text}.Check()
		if (err == nil) != good || err != nil && fault.Of(err).Field != "customer.id" {
			t.Errorf("%q: %v", text, err)
		}
	}
}
