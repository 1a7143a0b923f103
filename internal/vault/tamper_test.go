package vault_test

import (
	"strings"
	"testing"

	"github.com/paywicket/paywicket/internal/audit"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/keyring"
	"github.com/paywicket/paywicket/internal/vault"
)

// run does something to the database that only somebody with access to it can.
func (h *house) run(statement string, args ...any) {
	h.Helper()
	result, err := h.intruder.Exec(h.intruder.Rebind(statement), args...)
	h.must(err)
	if n, err := result.RowsAffected(); err == nil && n == 0 && !strings.Contains(statement, " TABLE ") {
		h.Fatalf("%s changed nothing", statement)
	}
}

// refused holds that a card is neither shown, opened nor changed, and that this is
// not told as though there were none.
func (h *house) refused(what, m string, token id.Token) {
	h.Helper()
	for how, err := range map[string]error{
		"found":   second(h.Find(h.Context(), m, token)),
		"opened":  second(h.opens(m, token)),
		"changed": second(h.UpdateCustomer(h.Context(), m, token, vault.CustomerChange{Name: text("Eve")}, "key 1")),
	} {
		if err == nil || fault.CodeOf(err) != fault.Internal {
			h.Errorf("%s: it is %s: %v", what, how, err)
		}
	}
}

// Whoever can write the database cannot make a card pass for another: not in
// another row, for another merchant, with another expiry, or in any column.
func TestARowThatWasTamperedWithIsNotRead(t *testing.T) {
	t.Parallel()
	elsewhere := id.NewToken()
	for name, tamper := range map[string]struct {
		statement string
		args      []any
	}{
		"swapped":           {`UPDATE cards SET sealed = (SELECT sealed FROM cards WHERE last4 = '4444') WHERE last4 = '1111'`, nil},
		"swapped with tag":  {`UPDATE cards SET (sealed, tag) = (SELECT sealed, tag FROM cards WHERE last4 = '4444') WHERE last4 = '1111'`, nil},
		"a later expiry":    {`UPDATE cards SET exp_year = 2039 WHERE last4 = '1111'`, nil},
		"another form":      {`UPDATE cards SET version = 0 WHERE last4 = '1111'`, nil},
		"cut":               {`UPDATE cards SET sealed = substr(sealed, 1, length(sealed) - 1) WHERE last4 = '1111'`, nil},
		"emptied":           {`UPDATE cards SET sealed = ? WHERE last4 = '1111'`, []any{[]byte{}}},
		"no tag":            {`UPDATE cards SET tag = ? WHERE last4 = '1111'`, []any{[]byte{}}},
		"another token":     {`UPDATE cards SET token = ? WHERE last4 = '1111'`, []any{elsewhere[:]}},
		"another merchant":  {`UPDATE cards SET merchant = (SELECT merchant FROM cards WHERE last4 = '4444') WHERE last4 = '1111'`, nil},
		"another's finger":  {`UPDATE cards SET fingerprint = (SELECT fingerprint FROM cards WHERE last4 = '4444') WHERE last4 = '1111'`, nil},
		"columns exchanged": {`UPDATE cards SET bin = fingerprint, fingerprint = bin WHERE last4 = '1111'`, nil},
		"another scheme":    {`UPDATE cards SET brand = 'amex' WHERE last4 = '1111'`, nil},
		"another BIN":       {`UPDATE cards SET bin = '400000' WHERE last4 = '1111'`, nil},
		"another customer":  {`UPDATE cards SET customer_email = 'eve@example.com' WHERE last4 = '1111'`, nil},
		"another last four": {`UPDATE cards SET last4 = '1112' WHERE last4 = '1111'`, nil},
		"another name":      {`UPDATE cards SET customer_name = 'Eve' WHERE last4 = '1111'`, nil},
		"another telephone": {`UPDATE cards SET customer_phone = '12345' WHERE last4 = '1111'`, nil},
		"another month":     {`UPDATE cards SET exp_month = 1 WHERE last4 = '1111'`, nil},
		"another revision":  {`UPDATE cards SET revision = 7 WHERE last4 = '1111'`, nil},
		"revoked":           {`UPDATE cards SET revoked_at = 1 WHERE last4 = '1111'`, nil},
		"used":              {`UPDATE cards SET used_at = 1 WHERE last4 = '1111'`, nil},
		"an earlier day":    {`UPDATE cards SET created_at = created_at - 1 WHERE last4 = '1111'`, nil},
		"a longer life":     {`UPDATE cards SET expires_at = 1 WHERE last4 = '1111'`, nil},
		"another's card":    {`UPDATE cards SET customer_id = 'eve' WHERE last4 = '1111'`, nil},
		"nobody's card":     {`UPDATE cards SET customer_id = '' WHERE last4 = '1111'`, nil},
		"never agreed to":   {`UPDATE cards SET consented_at = 0 WHERE last4 = '1111'`, nil},
		"agreed to before":  {`UPDATE cards SET consented_at = consented_at - 1 WHERE last4 = '1111'`, nil},
		"agreed elsewhere":  {`UPDATE cards SET consented_with = 'pay_2' WHERE last4 = '1111'`, nil},
		"none of the three": {`UPDATE cards SET consented_with = '', consented_at = 0, customer_id = '' WHERE last4 = '1111'`, nil},
		"moved a field on":  {`UPDATE cards SET consented_with = '', customer_name = consented_with WHERE last4 = '1111'`, nil},
		"stored elsewhere":  {`UPDATE cards SET stored_as = '{"acme":"eve"}' WHERE last4 = '1111'`, nil},
	} {
		h := open(t)
		r := h.save(h.mine, number)
		h.keep(h.theirs, "5555555555554444")
		h.run(tamper.statement, tamper.args...)
		m, token := h.mine, r.Token
		switch name {
		case "another token":
			token = elsewhere
		case "another merchant":
			m = h.theirs
		}
		h.refused(name, m, token)
	}
}

// Whoever kept an older copy of a row cannot put it back: not to undo a revocation or
// a use, not to bring an erased card back, not the old ciphertext alone.
func TestARowThatWasRolledBackIsNotRead(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(h *house, token id.Token){
		"a revocation": func(h *house, token id.Token) { h.must(second(h.Revoke(h.Context(), h.mine, token, "key 1"))) },
		"forgetting":   func(h *house, token id.Token) { h.must(h.Forget(h.Context(), h.mine, "cus_1", token, "shopper")) },
		"a customer":   func(h *house, token id.Token) { h.rename(token) },
		"two changes": func(h *house, token id.Token) {
			h.rename(token)
			h.must(second(h.Revoke(h.Context(), h.mine, token, "key 1")))
		},
		"a new key": func(h *house, _ id.Token) { h.rotate() },
		"erasure":   func(h *house, token id.Token) { h.must(h.Erase(h.Context(), h.mine, token, "key 1")) },
	} {
		for _, whole := range []bool{true, false} {
			if !whole && name == "erasure" {
				continue // there is no row to put a part into
			}
			h := open(t)
			r := h.save(h.mine, number)
			other := h.keep(h.mine, "5555555555554444")
			h.run(`CREATE TABLE copies AS SELECT * FROM cards WHERE last4 = '1111'`)
			change(h, r.Token)
			if whole {
				_, err := h.intruder.Exec(`DELETE FROM cards WHERE last4 = '1111'`)
				h.must(err)
				h.run(`INSERT INTO cards SELECT * FROM copies`)
			} else {
				h.run(`UPDATE cards SET (sealed, tag, revision, revoked_at, customer_name, consented_at, consented_with) = (SELECT sealed, tag, revision, revoked_at, customer_name, consented_at, consented_with FROM copies) WHERE last4 = '1111'`)
			}
			h.refused(name+" undone", h.mine, r.Token)
			if got, err := h.opens(h.mine, other.Token); got != "5555555555554444" || err != nil {
				t.Errorf("%s: another card does not open: %v", name, err)
			}

			// With the second place of the tag rolled back too it is read, and found by Verify
			// (but for a new key: the audit trail does not name the cards).
			h.run(`DELETE FROM card_changes`)
			if name == "a new key" {
				continue
			}
			if found := h.verify(); len(found) != 1 || found[0] != r.Token {
				t.Errorf("%s undone in both places: Verify finds %v", name, found)
			}
		}
	}
}

func (h *house) rename(token id.Token) {
	h.must(second(h.UpdateCustomer(h.Context(), h.mine, token, vault.CustomerChange{Name: text("Ada")}, "key 1")))
}

// rotate seals every card with a fresh key.
func (h *house) rotate() {
	h.Helper()
	ring := h.Keys.(*keyring.Ring)
	h.must(ring.AddKey(h.Context()))
	if n, err := h.Reseal(h.Context(), h.db, ring.Primary(), "operator", func(int) {}); err != nil || n == 0 {
		h.Fatalf("%d cards, %v", n, err)
	}
}

// verify gives the cards that do not verify.
func (h *house) verify() (broken []id.Token) {
	h.Helper()
	var history vault.History
	_, err := h.db.CheckAudit(h.Context(), func(e audit.Entry) { history.Note(e) })
	h.must(err)
	_, err = h.Verify(h.Context(), h.db, &history, func(int) {}, func(r vault.Record, _ error) { broken = append(broken, r.Token) })
	h.must(err)
	return broken
}

func TestWhatIsWholeVerifies(t *testing.T) {
	t.Parallel()
	h := open(t)
	r := h.keep(h.mine, number)
	h.rename(r.Token)
	h.must(second(h.Revoke(t.Context(), h.mine, r.Token, "key 1")))
	gone := h.keep(h.mine, number)
	h.must(h.Erase(t.Context(), h.mine, gone.Token, "key 1"))
	h.rotate()
	if found := h.verify(); len(found) != 0 {
		t.Errorf("%v", found)
	}
}

// An erased card that is put back can be erased again.
func TestAnErasedCardIsErasedAgain(t *testing.T) {
	t.Parallel()
	h := open(t)
	r := h.keep(h.mine, number)
	h.run(`CREATE TABLE copies AS SELECT * FROM cards`)
	h.must(h.Erase(t.Context(), h.mine, r.Token, "key 1"))
	h.run(`INSERT INTO cards SELECT * FROM copies`)
	h.must(h.Erase(t.Context(), h.mine, r.Token, "operator"))
	var left int
	h.must(h.intruder.Get(&left, `SELECT count(*) FROM cards`))
	if left != 0 {
		t.Errorf("%d rows are left", left)
	}
}
