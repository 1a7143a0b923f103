package keyring_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/keyring"
)

// split makes a master key, splits it, and gives the split key and its shares.
func split(t *testing.T, dir string, shares, threshold int) (*keyring.Split, []string) {
	t.Helper()
	key, file := filepath.Join(dir, "master.key"), filepath.Join(dir, "master.shares")
	out, err := keyring.SplitFile(key, file, shares, threshold)
	if err != nil || len(out) != shares {
		t.Fatal(out, err)
	}
	if _, err := os.Stat(key); err == nil {
		t.Error("the whole key is still there")
	}
	s, err := keyring.OpenSplit(file)
	if err != nil {
		t.Fatal(err)
	}
	return s, out
}

func TestEnoughSharesOpenTheRing(t *testing.T) {
	t.Parallel()
	dir, store := t.TempDir(), shelf{}
	sealed, err := open(t, store, filepath.Join(dir, "master.key")).Seal([]byte("secret"), []byte("row"))
	if err != nil {
		t.Fatal(err)
	}
	s, shares := split(t, dir, 5, 3)
	if content, err := os.ReadFile(filepath.Join(dir, "master.shares")); err != nil || strings.Contains(string(content), shares[0]) {
		t.Errorf("a share is in the file: %v", err)
	}
	for _, some := range [][]int{{0, 1, 2}, {4, 2, 0}, {1, 1, 1, 3, 4}, {0, 1, 2, 3, 4}} {
		for i, n := range some {
			if i < 3 {
				if _, err := s.Master(); err == nil {
					t.Fatalf("%d shares are enough", i)
				}
			}
			if err := s.Give(" " + shares[n] + "\n"); err != nil {
				t.Fatal(err)
			}
		}
		master, err := s.Master()
		if err != nil {
			t.Fatalf("shares %v: %v", some, err)
		}
		ring, err := keyring.Open(t.Context(), store, master)
		if err != nil {
			t.Fatal(err)
		}
		if plain, err := ring.Unseal(sealed, []byte("row")); err != nil || string(plain) != "secret" {
			t.Errorf("%q, %v", plain, err)
		}
		if s.Given() != 0 {
			t.Error("the shares are kept")
		}
	}
}

// A wrong share is known when it is given, and spoils nothing.
func TestAWrongShareIsRefused(t *testing.T) {
	t.Parallel()
	one, two := t.TempDir(), t.TempDir()
	open(t, shelf{}, filepath.Join(one, "master.key"))
	open(t, shelf{}, filepath.Join(two, "master.key"))
	s, shares := split(t, one, 3, 2)
	_, theirs := split(t, two, 3, 2)
	mistyped := []byte(shares[1])
	if mistyped[20] = 'a'; string(mistyped) == shares[1] {
		mistyped[20] = 'b'
	}
	for _, wrong := range []string{"", "share-", theirs[1], string(mistyped), shares[0][:len(shares[0])-1], strings.ToUpper(shares[0]), strings.Replace(shares[1], "share-0", "share-1", 1)} {
		if err := s.Give(wrong); err == nil || fault.CodeOf(err) != fault.Invalid || len(wrong) > 10 && strings.Contains(err.Error(), wrong) {
			t.Errorf("%q: %v", wrong, err)
		}
	}
	for _, right := range shares[:2] {
		if err := s.Give(right); err != nil {
			t.Error(err)
		}
	}
	if _, err := s.Master(); err != nil {
		t.Errorf("wrong shares spoiled the right ones: %v", err)
	}
}

func TestASplitKeyIsJoinedAgain(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	key, file := filepath.Join(dir, "master.key"), filepath.Join(dir, "master.shares")
	open(t, shelf{}, key)
	before, err := os.ReadFile(key)
	if err != nil {
		t.Fatal(err)
	}
	s, shares := split(t, dir, 2, 2)
	if err := s.JoinFile(key, file); err == nil {
		t.Error("joined of nothing")
	}
	for _, share := range shares {
		if err := s.Give(share); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.JoinFile(key, file); err != nil {
		t.Fatal(err)
	}
	if after, err := os.ReadFile(key); err != nil || !bytes.Equal(after, before) {
		t.Errorf("another key came back: %v", err)
	}
	if again, err := keyring.OpenSplit(file); again != nil || err != nil {
		t.Errorf("%v, %v", again, err)
	}
	if err := os.WriteFile(file, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := keyring.OpenSplit(file); err == nil {
		t.Error("an empty file is a split key")
	}
	if _, err := keyring.SplitFile(key, file, 3, 2); fault.CodeOf(err) != fault.Conflict || err == nil {
		t.Errorf("split twice: %v", err)
	}
	for _, c := range [][2]int{{1, 1}, {3, 1}, {2, 3}, {17, 3}, {0, 0}} {
		if _, err := keyring.SplitFile(key, filepath.Join(dir, "other"), c[0], c[1]); fault.CodeOf(err) != fault.Invalid || err == nil {
			t.Errorf("%d of %d: %v", c[1], c[0], err)
		}
	}
}

func TestASealedRingDoesNothing(t *testing.T) {
	t.Parallel()
	store := shelf{}
	ring := keyring.Sealed(store)
	for what, err := range map[string]error{
		"seal":        second(ring.Seal(nil, nil)),
		"unseal":      second(ring.Unseal([]byte{1, 2, 3, 4, 5, 6}, nil)),
		"fingerprint": second(ring.Fingerprint("", nil)),
		"expand":      second(ring.Expand(nil, 1)),
		"sign":        second(ring.Sign(nil)),
		"check":       ring.CheckSignature(nil, nil),
		"add a key":   ring.AddKey(t.Context()),
		"retire keys": ring.Retire(t.Context()),
	} {
		if err == nil || fault.CodeOf(err) != fault.Unavailable {
			t.Errorf("%s: %v", what, err)
		}
	}
	if !ring.IsSealed() || len(store) != 0 {
		t.Errorf("%v", store)
	}
	master, err := keyring.MasterFile(filepath.Join(t.TempDir(), "master.key"))
	if err != nil {
		t.Fatal(err)
	}
	if err := ring.Open(t.Context(), master); err != nil || ring.IsSealed() {
		t.Errorf("%v", err)
	}
	if _, err := ring.Seal([]byte("secret"), nil); err != nil {
		t.Error(err)
	}
}

func second[T any](_ T, err error) error { return err }
