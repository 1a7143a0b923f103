package vault_test

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/keyring"
	"github.com/paywicket/paywicket/internal/vault"
)

// shelf keeps key sets in memory.
type shelf map[string][]byte

func (s shelf) FindKeyset(_ context.Context, name string) ([]byte, error) { return s[name], nil }

func (s shelf) KeepKeyset(_ context.Context, name string, wrapped []byte) ([]byte, error) {
	s[name] = wrapped
	return wrapped, nil
}

func (shelf) ReplaceKeysets(context.Context, map[string][]byte, map[string][]byte) error {
	panic("nothing is replaced")
}

func FuzzParseLongToken(f *testing.F) {
	master, err := keyring.MasterFile(filepath.Join(f.TempDir(), "master.key"))
	if err != nil {
		f.Fatal(err)
	}
	ring, err := keyring.Open(f.Context(), shelf{}, master)
	if err != nil {
		f.Fatal(err)
	}
	s := &vault.Service{Keys: ring}
	good, err := s.LongToken(id.NewToken())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good, 0, byte('0'))
	f.Add("", 7, byte('z'))
	f.Fuzz(func(t *testing.T, text string, at int, with byte) {
		for _, guess := range []string{text, changed(good, at, with)} {
			if token, err := s.ParseLongToken(guess); err == nil {
				if again, err := s.LongToken(token); err != nil || again != guess {
					t.Errorf("%q is read as %s, whose spelling is another", guess, token)
				}
			}
		}
	})
}

// changed is text with one character changed.
func changed(text string, at int, with byte) string {
	out := []byte(text)
	out[uint(at)%uint(len(out))] = with
	return string(out)
}
