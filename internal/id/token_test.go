package id_test

import (
	"strings"
	"testing"

	"github.com/paywicket/paywicket/internal/id"
)

// spellings are a token's, and their readers.
var spellings = map[string]struct {
	write   func(id.Token) string
	read    func(string) (id.Token, error)
	example string // of the token 00112233-4455-4677-8899-aabbccddeeff
}{
	"native":      {id.Token.String, id.ParseToken, "tok_008j4ct4an37f24snaxwsqfezw"},
	"FlexCharge":  {id.Token.UUID, id.ParseUUID, "00112233-4455-4677-8899-aabbccddeeff"},
	"Flutterwave": {id.Token.Flutterwave, id.ParseFlutterwave, "flw-t1nf-00112233445546778899aabbccddeeff-m03k"},
	"Ecart Pay":   {id.Token.EcartPay, id.ParseEcartPay, "ca_00112233445546778899aabbccddeeff"},
}

func TestEverySpellingIsReadAgain(t *testing.T) {
	t.Parallel()
	example := id.Token{0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x46, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff}
	for name, s := range spellings {
		if got := s.write(example); got != s.example {
			t.Errorf("%s: %s, want %s", name, got, s.example)
		}
		for range 1000 {
			token := id.NewToken()
			back, err := s.read(s.write(token))
			if err != nil || back != token {
				t.Fatalf("%s: %s came back as %s, %v", name, s.write(token), back, err)
			}
			if token[6]>>4 != 4 || token[8]>>6 != 2 {
				t.Fatalf("%x is not a UUID of version 4", token[:])
			}
		}
	}
}

func TestEverythingElseIsRefused(t *testing.T) {
	t.Parallel()
	for name, s := range spellings {
		for i := range s.example {
			for _, other := range []string{"", "x", "I", "-", "\x00", "é", s.example[i:i+1] + "0"} {
				if text := s.example[:i] + other + s.example[i+1:]; text != s.example {
					if token, err := s.read(text); err == nil && s.write(token) != text {
						t.Errorf("%s: %q was read", name, text)
					}
				}
			}
		}
		for reader, other := range spellings {
			if _, err := other.read(s.example); err == nil && reader != name {
				t.Errorf("%s reads the spelling of %s", reader, name)
			}
		}
		// The bits of another version or variant of UUID.
		for _, text := range []string{
			strings.Replace(s.example, "4677", "5677", 1), strings.Replace(s.example, "8899", "c899", 1), strings.ToUpper(s.example),
			strings.Replace(s.example, "4455", "44 55", 1), " " + s.example, s.example + "\n",
		} {
			if _, err := s.read(text); err == nil && text != s.example {
				t.Errorf("%s: %q was read", name, text)
			}
		}
	}
	for _, raw := range [][]byte{nil, make([]byte, 16), make([]byte, 17)} {
		if _, err := id.TokenOf(raw); err == nil {
			t.Errorf("%x is no token", raw)
		}
	}
}

func FuzzParseToken(f *testing.F) {
	for _, s := range spellings {
		f.Add(s.example)
		f.Add(s.write(id.NewToken()))
	}
	f.Add("tok_")
	f.Fuzz(func(t *testing.T, text string) {
		for name, s := range spellings {
			if token, err := s.read(text); err == nil && s.write(token) != text {
				t.Errorf("%s: %q has a second spelling %q", name, text, s.write(token))
			}
		}
	})
}

// A guess that is nearly right takes as long as one that is all wrong: compare the
// two in one run.
func BenchmarkParseToken(b *testing.B) {
	good := id.NewToken().Flutterwave()
	for name, text := range map[string]string{
		"right":          good,
		"wrong at first": "F" + good[1:],
		"wrong at last":  good[:len(good)-1] + "K",
		"all wrong":      strings.Repeat("!", len(good)),
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				_, _ = id.ParseFlutterwave(text)
			}
		})
	}
}
