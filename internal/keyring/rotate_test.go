package keyring_test

import (
	"bytes"
	"context"
	"maps"
	"path/filepath"
	"testing"

	"github.com/paywicket/paywicket/internal/fault"
)

func TestAKeyIsReplaced(t *testing.T) {
	t.Parallel()
	path, store := filepath.Join(t.TempDir(), "master.key"), shelf{}
	ring := open(t, store, path)
	old, err := ring.Seal([]byte("old"), []byte("row"))
	if err != nil || !bytes.HasPrefix(old, ring.Primary()) {
		t.Fatalf("%x, %v", old, err)
	}
	before := maps.Clone(store)
	elsewhere := open(t, store, path) // another server, which does not know yet

	if err := ring.AddKey(t.Context()); err != nil {
		t.Fatal(err)
	}
	fresh, err := ring.Seal([]byte("new"), []byte("row"))
	if err != nil || bytes.HasPrefix(fresh, old[:5]) || !bytes.HasPrefix(fresh, ring.Primary()) || ring.Keys() != 2 {
		t.Fatalf("sealed with %x, %d keys, %v", fresh[:5], ring.Keys(), err)
	}
	for name, sealed := range map[string][]byte{"old": old, "new": fresh} {
		if plain, err := ring.Unseal(sealed, []byte("row")); err != nil || string(plain) != name {
			t.Errorf("%s: %q, %v", name, plain, err)
		}
		if plain, err := elsewhere.Unseal(sealed, []byte("row")); err != nil || string(plain) != name {
			t.Errorf("%s on another server: %q, %v", name, plain, err)
		}
	}
	if !bytes.Equal(elsewhere.Primary(), ring.Primary()) {
		t.Error("another server that has met the new key still seals with the old one")
	}

	if err := ring.Retire(t.Context()); err != nil || ring.Keys() != 1 {
		t.Fatalf("%d keys, %v", ring.Keys(), err)
	}
	if _, err := ring.Unseal(old, []byte("row")); err == nil {
		t.Error("a retired key still opens")
	}
	if plain, err := ring.Unseal(fresh, []byte("row")); err != nil || string(plain) != "new" {
		t.Errorf("%q, %v", plain, err)
	}
	// Whoever kept the old key set, with the master key, opens nothing new with it.
	if _, err := open(t, before, path).Unseal(fresh, []byte("row")); err == nil {
		t.Error("the old key opens what was sealed with the new one")
	}
}

func TestTwoWhoChangeTheKeysAtOnce(t *testing.T) {
	t.Parallel()
	path, store := filepath.Join(t.TempDir(), "master.key"), shelf{}
	a := open(t, store, path)
	slow := &changed{shelf: store}
	b := open(t, slow, path)
	slow.meanwhile = func() {
		if err := a.AddKey(t.Context()); err != nil {
			t.Error(err)
		}
	}
	if err := b.AddKey(t.Context()); fault.CodeOf(err) != fault.Conflict || err == nil {
		t.Errorf("the second wrote over the first: %v", err)
	}
	if open(t, store, path).Keys() != 2 {
		t.Error("a key was lost")
	}
}

// changed is a shelf on which something happens before a set is replaced.
type changed struct {
	shelf
	meanwhile func()
}

func (c *changed) ReplaceKeysets(ctx context.Context, before, wrapped map[string][]byte) error {
	c.meanwhile()
	return c.shelf.ReplaceKeysets(ctx, before, wrapped)
}
