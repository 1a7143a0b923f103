package storetest

import (
	"bytes"
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/merchant"
)

func accounts(t *testing.T, h *house) {
	o := h.open("Kestrel Kettles")
	found, err := h.db.FindMerchant(t.Context(), o.Merchant.ID)
	h.must(err)
	h.same("merchant", found, o.Merchant)
	_, err = h.db.FindMerchant(t.Context(), "mer_unknown")
	h.refused("an unknown merchant", err, fault.NotFound)

	// An account is opened whole or not at all.
	again := o
	again.Merchant.ID = "mer_2"
	again.Site.ID, again.Site.Merchant = "site_2", "mer_2"
	if err := h.db.CreateMerchant(t.Context(), again.Merchant, again.Site, []merchant.Credential{o.Keys[merchant.Secret].Credential}); err == nil {
		t.Error("a key was issued twice")
	}
	if n := h.count(`SELECT (SELECT count(*) FROM merchants WHERE id = 'mer_2') + (SELECT count(*) FROM sites WHERE id = 'site_2')`); n != 0 {
		t.Errorf("%d rows of a refused account are left", n)
	}
}

func credentials(t *testing.T, h *house) {
	o := h.open("Kestrel Kettles")
	for role, key := range o.Keys {
		c, err := h.db.FindCredential(t.Context(), key.Public)
		h.must(err)
		if c.Merchant != o.Merchant.ID || c.Role != role || !c.Matches(key.Secret) || c.Matches(key.Secret+"x") {
			t.Errorf("%s: %+v", role, c)
		}
		if key.Secret == "" {
			continue
		}
		if bytes.Contains(c.Hash, []byte(key.Secret)) || len(c.Hash) != 32 {
			t.Errorf("the secret of the %s key is kept in the clear", role)
		}
	}
	_, err := h.db.FindCredential(t.Context(), "sk_test_unknown")
	h.refused("an unknown key", err, fault.NotFound)
}

func sites(t *testing.T, h *house) {
	mine, theirs := h.open("Mine"), h.open("Theirs")
	h.pass(time.Second)
	second, err := merchant.NewSite(mine.Merchant.ID, "Second", "SECOND SITE", []string{"https://b.example"}, h.now())
	h.must(err)
	h.must(h.db.CreateSite(t.Context(), second, "key 1"))

	for name, want := range map[string]merchant.Site{"": mine.Site, mine.Site.ID: mine.Site, second.ID: second} {
		got, err := h.db.FindSite(t.Context(), mine.Merchant.ID, name)
		h.must(err)
		h.same("site "+name, got, want)
	}
	_, err = h.db.FindSite(t.Context(), mine.Merchant.ID, theirs.Site.ID)
	h.refused("another merchant's site", err, fault.NotFound)
	list, err := h.db.ListSites(t.Context(), mine.Merchant.ID)
	h.must(err)
	h.same("sites", list, []merchant.Site{mine.Site, second})
}
