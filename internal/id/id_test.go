package id_test

import (
	"strings"
	"testing"

	"github.com/paywicket/paywicket/internal/id"
)

func TestNewIsValidAndUnique(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for range 1000 {
		name := id.New(id.Payment)
		if !id.Valid(id.Payment, name) {
			t.Fatalf("%q is not valid as it was made", name)
		}
		if seen[name] {
			t.Fatalf("%q twice", name)
		}
		seen[name] = true
	}
}

func TestValidRefusesEverythingElse(t *testing.T) {
	t.Parallel()
	good := id.New(id.Session)
	for _, bad := range []string{
		"", "cs_", good[:len(good)-1], good + "0", strings.ToUpper(good), "pay_" + good[3:],
		good[:len(good)-1] + "u", good[:len(good)-1] + "1", "cs_" + strings.Repeat("i", id.Length), good + "\n",
	} {
		if id.Valid(id.Session, bad) {
			t.Errorf("%q counts as a session id", bad)
		}
	}
}
