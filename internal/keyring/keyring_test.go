package keyring_test

import (
	"bytes"
	"context"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/keyring"
)

// shelf keeps wrapped key sets in memory.
type shelf map[string][]byte

func (s shelf) FindKeyset(_ context.Context, name string) ([]byte, error) { return s[name], nil }

func (s shelf) KeepKeyset(_ context.Context, name string, wrapped []byte) ([]byte, error) {
	if s[name] == nil {
		s[name] = bytes.Clone(wrapped)
	}
	return s[name], nil
}

func (s shelf) ReplaceKeysets(_ context.Context, before, wrapped map[string][]byte) error {
	for name := range wrapped {
		if !bytes.Equal(s[name], before[name]) {
			return fault.New(fault.Conflict, "changed")
		}
	}
	maps.Copy(s, wrapped)
	return nil
}

func open(t *testing.T, store keyring.Store, path string) *keyring.Ring {
	t.Helper()
	master, err := keyring.MasterFile(path)
	if err != nil {
		t.Fatal(err)
	}
	ring, err := keyring.Open(t.Context(), store, master)
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

func TestSealOpensOnlyInItsContextAndAfterARestart(t *testing.T) {
	t.Parallel()
	path, store := filepath.Join(t.TempDir(), "master.key"), shelf{}
	sealed, err := open(t, store, path).Seal([]byte("secret"), []byte("row 1"))
	if err != nil {
		t.Fatal(err)
	}
	again := open(t, store, path)
	if plain, err := again.Unseal(sealed, []byte("row 1")); err != nil || string(plain) != "secret" {
		t.Errorf("after a restart: %q, %v", plain, err)
	}
	if _, err := again.Unseal(sealed, []byte("row 2")); err == nil {
		t.Error("opened in another context")
	}
	sealed[len(sealed)-1] ^= 1
	if _, err := again.Unseal(sealed, []byte("row 1")); err == nil {
		t.Error("opened after a bit was flipped")
	}
}

func TestFingerprintIsStableAndScoped(t *testing.T) {
	t.Parallel()
	path, store := filepath.Join(t.TempDir(), "master.key"), shelf{}
	ring := open(t, store, path)
	finger := func(r *keyring.Ring, scope, value string) string {
		f, err := r.Fingerprint(scope, []byte(value))
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	first := finger(ring, "mer_a", "4111111111111111")
	if again := finger(open(t, store, path), "mer_a", "4111111111111111"); again != first {
		t.Error("the fingerprint changed with a restart")
	}
	if finger(ring, "mer_b", "4111111111111111") == first {
		t.Error("two merchants share a fingerprint")
	}
	other := open(t, shelf{}, filepath.Join(t.TempDir(), "master.key"))
	if finger(other, "mer_a", "4111111111111111") == first {
		t.Error("the fingerprint does not depend on the key")
	}
}

func TestExpansionAndSignatureHangOnTheKey(t *testing.T) {
	t.Parallel()
	path, store := filepath.Join(t.TempDir(), "master.key"), shelf{}
	ring, again, other := open(t, store, path), open(t, store, path), open(t, shelf{}, filepath.Join(t.TempDir(), "master.key"))
	expand := func(r *keyring.Ring, seed string) string {
		out, err := r.Expand([]byte(seed), 144)
		if err != nil || len(out) != 144 {
			t.Fatal(len(out), err)
		}
		return string(out)
	}
	first := expand(ring, "a")
	if expand(again, "a") != first || expand(ring, "b") == first || expand(other, "a") == first {
		t.Error("the expansion does not follow from seed and key alone")
	}
	signature, err := ring.Sign([]byte("message"))
	if err != nil || again.CheckSignature([]byte("message"), signature) != nil {
		t.Errorf("after a restart: %v", err)
	}
	if ring.CheckSignature([]byte("massage"), signature) == nil || other.CheckSignature([]byte("message"), signature) == nil || ring.CheckSignature([]byte("message"), nil) == nil {
		t.Error("a signature fits what was not signed")
	}
}

func TestTheWrongMasterKeyIsRefused(t *testing.T) {
	t.Parallel()
	store := shelf{}
	open(t, store, filepath.Join(t.TempDir(), "master.key"))
	wrong, err := keyring.MasterFile(filepath.Join(t.TempDir(), "other.key"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := keyring.Open(t.Context(), store, wrong); err == nil || !strings.Contains(err.Error(), "master key") {
		t.Errorf("err = %v, want one that names the master key", err)
	}
	store["data"], store["fingerprint"] = store["fingerprint"], store["data"]
	right, err := keyring.MasterFile(filepath.Join(t.TempDir(), "again.key"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := keyring.Open(t.Context(), store, right); err == nil {
		t.Error("swapped key sets were opened")
	}
}

func TestMasterFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "master.key")
	if _, err := keyring.MasterFile(path); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("made with mode %v, %v", info.Mode(), err)
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	if _, err := keyring.MasterFile(path); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("a key that others may read: %v", err)
	}
	bad := filepath.Join(t.TempDir(), "bad.key")
	if err := os.WriteFile(bad, []byte("short\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := keyring.MasterFile(bad); err == nil {
		t.Error("a malformed key was accepted")
	}
}

// Another master key takes over, and the one before opens nothing any more; what was
// sealed opens as ever.
func TestTheMasterKeyIsReplaced(t *testing.T) {
	t.Parallel()
	dir, store := t.TempDir(), shelf{}
	first, second := filepath.Join(dir, "first.key"), filepath.Join(dir, "second.key")
	ring := open(t, store, first)
	sealed, err := ring.Seal([]byte("secret"), []byte("row"))
	if err != nil {
		t.Fatal(err)
	}
	elsewhere := open(t, store, first)
	master, err := keyring.MasterFile(second)
	if err != nil {
		t.Fatal(err)
	}
	if err := ring.Rewrap(t.Context(), master); err != nil {
		t.Fatal(err)
	}
	for name, r := range map[string]*keyring.Ring{"here": ring, "elsewhere": elsewhere, "after a restart": open(t, store, second)} {
		if plain, err := r.Unseal(sealed, []byte("row")); err != nil || string(plain) != "secret" {
			t.Errorf("%s: %q, %v", name, plain, err)
		}
	}
	old, err := keyring.MasterFile(first)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := keyring.Open(t.Context(), store, old); err == nil {
		t.Error("the master key before still opens the keys")
	}
	if err := ring.AddKey(t.Context()); err != nil {
		t.Error(err)
	}
	if err := elsewhere.Rewrap(t.Context(), old); err == nil {
		t.Error("a ring with the master key before replaced the one after")
	}
}
