package vault_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/store/storetest"
	"github.com/paywicket/paywicket/internal/vault"
)

func text(s string) *string { return &s }

// told lists what was announced of a token, oldest first.
func (h *house) told(token id.Token) []event.Type {
	h.Helper()
	list, err := h.db.ListEvents(h.Context(), h.mine, "", 100)
	h.must(err)
	var out []event.Type
	for i := range list {
		if e := list[len(list)-1-i]; e.Object == token.String() {
			out = append(out, e.Type)
		}
	}
	return out
}

func TestARevokedTokenDoesNotOpen(t *testing.T) {
	t.Parallel()
	h := open(t)
	r := h.keep(h.mine, number)
	for range 2 { // the second time changes nothing
		revoked, err := h.Revoke(t.Context(), h.mine, r.Token, "key 1")
		h.must(err)
		if !revoked.RevokedAt.Equal(now()) || revoked.Revision != 2 {
			t.Errorf("%+v", revoked)
		}
	}
	if _, err := h.opens(h.mine, r.Token); fault.CodeOf(err) != fault.Gone || err == nil {
		t.Errorf("a revoked token: %v", err)
	}
	if found, err := h.Find(t.Context(), h.mine, r.Token); err != nil || found.Payload().RevokedAt == nil {
		t.Errorf("it does not show: %v", err)
	}
	if got := h.told(r.Token); len(got) != 2 || got[1] != event.TokenRevoked {
		t.Errorf("announced %v", got)
	}
}

func TestACustomer(t *testing.T) {
	t.Parallel()
	h := open(t)
	r := h.keep(h.mine, number)
	change := func(c vault.CustomerChange) (vault.Customer, error) {
		r, err := h.UpdateCustomer(t.Context(), h.mine, r.Token, c, "key 1")
		return r.Customer, err
	}
	if got, err := change(vault.CustomerChange{Name: text(" Ada Lovelace "), Phone: text("+44 20 7946 0958")}); err != nil || got != (vault.Customer{Name: "Ada Lovelace", Phone: "+44 20 7946 0958"}) {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err := change(vault.CustomerChange{Email: text("ada@example.com"), Phone: text("")}); err != nil || got != (vault.Customer{Name: "Ada Lovelace", Email: "ada@example.com"}) {
		t.Errorf("what is left out stays and what is empty goes: %+v, %v", got, err)
	}
	for field, bad := range map[string][]vault.CustomerChange{
		"customer.name":  {{Name: text(strings.Repeat("x", 201))}, {Name: text("4111 1111 1111 1111")}, {Name: text("A\x00")}},
		"customer.email": {{Email: text("ada")}, {Email: text("a@b@c")}, {Email: text("4111111111111111@example.com")}, {Email: text("a@b\r\nBcc: c@d")}},
		"customer.phone": {{Phone: text("12")}, {Phone: text("4111 1111 1111 1111")}, {Phone: text("call me")}, {Phone: text("371449635398431")}, {Phone: text("675964984384")}},
	} {
		for _, c := range bad {
			if _, err := change(c); err == nil || fault.Of(err).Field != field {
				t.Errorf("%s: %v", field, err)
			}
		}
	}
	if got, err := h.opens(h.mine, r.Token); got != number || err != nil {
		t.Errorf("the card does not open any more: %v", err)
	}
	if got := h.told(r.Token); len(got) != 3 || got[2] != event.TokenUpdated {
		t.Errorf("announced %v", got)
	}
}

// What is erased is nowhere: not in its row, not in an event, not in the log of the
// database once that has been emptied.
func TestAnErasedCardIsNowhere(t *testing.T) {
	t.Parallel()
	h := open(t)
	r, other := h.keep(h.mine, number), h.keep(h.mine, "5555555555554444")
	_, err := h.UpdateCustomer(t.Context(), h.mine, r.Token, vault.CustomerChange{Name: text("Grace Hopper")}, "key 1")
	h.must(err)
	h.must(h.Erase(t.Context(), h.mine, r.Token, "key 1"))
	for what, err := range map[string]error{
		"erasing it again": h.Erase(t.Context(), h.mine, r.Token, "key 1"),
		"finding it":       second(h.Find(t.Context(), h.mine, r.Token)),
		"opening it":       second(h.opens(h.mine, r.Token)),
		"revoking it":      second(h.Revoke(t.Context(), h.mine, r.Token, "key 1")),
	} {
		if err == nil || fault.CodeOf(err) != fault.NotFound {
			t.Errorf("%s: %v", what, err)
		}
	}
	if got := h.told(r.Token); len(got) != 1 || got[0] != event.TokenErased {
		t.Errorf("what is left to tell: %v", got)
	}
	if got, err := h.opens(h.mine, other.Token); got != "5555555555554444" || err != nil {
		t.Errorf("another card went with it: %v", err)
	}
	var tombstones int
	h.must(h.intruder.Get(&tombstones, h.intruder.Rebind(`SELECT count(*) FROM tombstones WHERE merchant = ? AND token = ?`), h.mine, r.Token[:]))
	if tombstones != 1 {
		t.Errorf("%d tombstones", tombstones)
	}
	if h.intruder.DriverName() == "sqlite3" {
		_, err := h.intruder.Exec(`PRAGMA wal_checkpoint(TRUNCATE)`)
		h.must(err)
	}
	content := storetest.Dump(t, h.intruder)
	for name, gone := range map[string][]byte{"ciphertext": r.Sealed, "fingerprint": []byte(r.Fingerprint), "customer": []byte("Grace Hopper")} {
		if bytes.Contains(content, gone) {
			t.Errorf("its %s is still there", name)
		}
	}
	if !bytes.Contains(content, []byte(other.Fingerprint)) {
		t.Error("was anything looked at?")
	}
}

func TestAnotherMerchantChangesNothing(t *testing.T) {
	t.Parallel()
	h := open(t)
	r := h.keep(h.theirs, number)
	for what, err := range map[string]error{
		"erasing":  h.Erase(t.Context(), h.mine, r.Token, "key 1"),
		"revoking": second(h.Revoke(t.Context(), h.mine, r.Token, "key 1")),
		"changing": second(h.UpdateCustomer(t.Context(), h.mine, r.Token, vault.CustomerChange{Name: text("Eve")}, "key 1")),
	} {
		if err == nil || fault.CodeOf(err) != fault.NotFound {
			t.Errorf("%s: %v", what, err)
		}
	}
	if got, err := h.opens(h.theirs, r.Token); got != number || err != nil {
		t.Errorf("%v", err)
	}
}

func second[T any](_ T, err error) error { return err }
