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

func TestTokenRoundTrip(t *testing.T) {
	t.Parallel()
	for range 1000 {
		token := id.NewToken()
		back, err := id.ParseToken(token.String())
		if err != nil || back != token {
			t.Fatalf("%s came back as %s, %v", token, back, err)
		}
		if token[6]>>4 != 4 || token[8]>>6 != 2 {
			t.Fatalf("%x is not a UUID of version 4", token[:])
		}
	}
}

func FuzzParseToken(f *testing.F) {
	f.Add(id.NewToken().String())
	f.Add("tok_00000000000000000000000000")
	f.Add("tok_")
	f.Fuzz(func(t *testing.T, text string) {
		token, err := id.ParseToken(text)
		if err == nil && token.String() != text {
			t.Errorf("%q has a second spelling %q", text, token)
		}
	})
}
