package vault_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/paywicket/paywicket/internal/card"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/keyring"
	"github.com/paywicket/paywicket/internal/merchant"
	"github.com/paywicket/paywicket/internal/pan"
	"github.com/paywicket/paywicket/internal/store"
	"github.com/paywicket/paywicket/internal/store/storetest"
	"github.com/paywicket/paywicket/internal/vault"
)

const number = "4111111111111111"

func now() time.Time { return time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC) }

// house is a vault on a real database with two merchants, and a way to tamper
// with its rows.
type house struct {
	*testing.T
	*vault.Service
	dir          string
	db           *store.DB
	intruder     *sqlx.DB
	mine, theirs string
}

func open(t *testing.T) *house {
	t.Helper()
	h := &house{T: t, dir: t.TempDir()}
	h.db, h.intruder = storetest.Open(t, now)
	master, err := keyring.MasterFile(filepath.Join(h.dir, "master.key"))
	h.must(err)
	ring, err := keyring.Open(t.Context(), h.db, master)
	h.must(err)
	h.Service = &vault.Service{Store: h.db, Keys: ring, Now: now}
	h.mine, h.theirs = h.merchant(), h.merchant()
	return h
}

func (h *house) merchant() string {
	o, err := (&merchant.Service{Store: h.db, Now: now}).Open(h.Context(), "Kestrel Kettles", merchant.Test, "KESTREL KETTLES", []string{"https://shop.example"})
	h.must(err)
	return o.Merchant.ID
}

func (h *house) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

// keep keeps a card for a merchant and wipes it.
func (h *house) keep(m, digits string) vault.Record {
	h.Helper()
	n, err := pan.ParseNumber([]byte(digits))
	h.must(err)
	cvv, err := pan.ParseCVV([]byte("739"), n.Brand())
	h.must(err)
	c := pan.Card{Number: n, CVV: cvv, Expiry: card.Expiry{Month: 12, Year: 2030}, Name: "Ada Lovelace"}
	defer c.Wipe()
	r, err := h.Tokenize(h.Context(), m, id.NewToken(), vault.Customer{}, vault.Consent{}, c, "shopper")
	h.must(err)
	return r
}

// opens tells whether a card can be borrowed, and with which number.
func (h *house) opens(m string, token id.Token) (string, error) {
	c, err := h.Borrow(h.Context(), m, token, "key 1", "authorize pay_1")
	if err != nil {
		return "", err
	}
	defer c.Wipe()
	return string(c.Number.Bytes()), nil
}

func TestAKeptCardOpens(t *testing.T) {
	t.Parallel()
	h := open(t)
	r := h.keep(h.mine, number)
	if got, err := h.opens(h.mine, r.Token); got != number || err != nil {
		t.Errorf("%v", err)
	}
	c, err := h.Borrow(t.Context(), h.mine, r.Token, "key 1", "authorize pay_1")
	h.must(err)
	defer c.Wipe()
	if c.Expiry != (card.Expiry{Month: 12, Year: 2030}) || c.Summary() != r.Summary || len(c.CVV.Bytes()) != 0 || c.Name != "" {
		t.Errorf("what is borrowed is not what may be: %+v", c.Summary())
	}
	if _, err := h.opens(h.theirs, r.Token); fault.CodeOf(err) != fault.NotFound || err == nil {
		t.Errorf("another merchant's card: %v", err)
	}
	if _, err := h.Find(t.Context(), h.theirs, r.Token); fault.CodeOf(err) != fault.NotFound || err == nil {
		t.Errorf("another merchant's card: %v", err)
	}
}

// The fingerprint finds the same card again, within one merchant only.
func TestFingerprints(t *testing.T) {
	t.Parallel()
	h := open(t)
	first, again, other, theirs := h.keep(h.mine, number), h.keep(h.mine, number), h.keep(h.mine, "5555555555554444"), h.keep(h.theirs, number)
	if first.Fingerprint != again.Fingerprint || first.Token == again.Token {
		t.Error("the same card is not found again, or has the same token")
	}
	if first.Fingerprint == other.Fingerprint || first.Fingerprint == theirs.Fingerprint {
		t.Error("another card, or another merchant's, has the same fingerprint")
	}
}

// What is kept holds no digit of the card beyond BIN and last four in any form, no
// CVV and no name.
func TestNothingOfACardIsKeptInTheClear(t *testing.T) {
	t.Parallel()
	h := open(t)
	for range 20 {
		h.keep(h.mine, number)
	}
	content := storetest.Dump(t, h.intruder)
	// Three digits turn up in any random bytes: a CVV is looked for as a value.
	for _, secret := range []string{number, hex.EncodeToString([]byte(number)), strings.Join(strings.Split(number, ""), "\x00"), `"739"`, "Ada Lovelace"} {
		if at := bytes.Index(content, []byte(secret)); at >= 0 {
			t.Errorf("%q is there, at %d", secret, at)
		}
	}
	if n := bytes.Count(content, []byte("411111")); n < 20 {
		t.Errorf("in %d bytes the BIN is found %d times: was anything looked at?", len(content), n)
	}
}

func TestEveryUseIsOnRecordBeforeTheCardOpens(t *testing.T) {
	t.Parallel()
	h := open(t)
	r := h.keep(h.mine, number)
	_, err := h.opens(h.mine, r.Token)
	h.must(err)
	var uses int
	h.must(h.intruder.QueryRow(h.intruder.Rebind(`SELECT count(*) FROM audit_entries WHERE action = 'card.borrow' AND object = ? AND actor = 'key 1' AND detail = 'authorize pay_1'`), r.Token.String()).Scan(&uses))
	if uses != 1 {
		t.Errorf("one use is on record %d times", uses)
	}
	h.Service.Store = forgetful{h.db}
	if _, err := h.opens(h.mine, r.Token); err == nil {
		t.Error("a card was opened though its use could not be put on record")
	}
}

// forgetful is a store that cannot write to the audit trail.
type forgetful struct{ vault.Store }

func (forgetful) UseCard(context.Context, vault.Record, vault.Record, string, string) error {
	return errors.New("the disk is full")
}
