package flexcharge

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/keyring"
	"github.com/paywicket/paywicket/internal/merchant"
	"github.com/paywicket/paywicket/internal/store/storetest"
)

// An access token is good until its ten minutes are over, for its own credential, and as
// what it was given for.
func TestAccessEnds(t *testing.T) {
	t.Parallel()
	at := now
	clock := func() time.Time { return at }
	db, _ := storetest.Open(t, clock)
	master, err := keyring.MasterFile(filepath.Join(t.TempDir(), "master"))
	if err != nil {
		t.Fatal(err)
	}
	ring, err := keyring.Open(t.Context(), db, master)
	if err != nil {
		t.Fatal(err)
	}
	a := &API{Merchants: &merchant.Service{Store: db, Now: clock}, Keys: ring, Now: clock}
	shop, err := a.Merchants.Open(t.Context(), "Shop", merchant.Test, "DESCRIPTOR", []string{"https://shop.example"})
	if err != nil {
		t.Fatal(err)
	}
	sign := func(u use, role merchant.Role) string {
		text, err := a.signed(u, shop.Keys[role].ID, at.Add(accessLife))
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	text := sign(access, merchant.Application)
	wrong := map[string]string{"refresh": sign(refresh, merchant.Application), "another role": sign(access, merchant.Secret), "none": "", "cut": text[:len(text)-2]}
	for name, one := range wrong {
		if c, err := a.opened(t.Context(), one); err == nil || fault.CodeOf(err) != fault.Unauthenticated || c.ID != "" {
			t.Errorf("%s: %+v, %v", name, c, err)
		}
	}
	at = at.Add(accessLife - time.Millisecond)
	if c, err := a.opened(t.Context(), text); err != nil || c.Merchant != shop.Merchant.ID {
		t.Errorf("in time: %+v, %v", c, err)
	}
	at = at.Add(time.Millisecond)
	if c, err := a.opened(t.Context(), text); err == nil || c.ID != "" {
		t.Errorf("too late: %+v", c)
	}
}
