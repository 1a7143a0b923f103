package wire_test

import (
	"strings"
	"testing"

	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/server/wire"
)

// A token is read in each of its spellings, also when its digits are a card's by chance, and
// nothing else is.
func TestTokensAreReadInEverySpelling(t *testing.T) {
	t.Parallel()
	read := func(text string) (id.Token, bool) {
		var got struct {
			Number wire.Digits `json:"number"`
		}
		if err := wire.DecodeLoosely([]byte(`{"number":"`+text+`"}`), &got); err != nil {
			t.Fatal(err)
		}
		return got.Number.Spelled()
	}
	unlucky, err := id.ParseFlutterwave("flw-t1nf-4111111111114008" + "aaaaaaaaaaaaaaaa-m03k") // its digits are a Visa card's
	if err != nil {
		t.Fatal(err)
	}
	for _, token := range []id.Token{unlucky, id.NewToken(), id.NewToken()} {
		for _, text := range []string{token.Flutterwave(), token.String(), token.UUID(), strings.ToUpper(token.UUID()), " " + token.Flutterwave() + " "} {
			if got, ok := read(text); !ok || got != token {
				t.Errorf("%s is no token", text)
			}
		}
	}
	good := id.NewToken()
	for _, bad := range []string{"", "4111111111111111", "flw-t1nf-x-m03k", good.Flutterwave()[:45], good.Flutterwave() + "0", strings.ToUpper(good.Flutterwave()), good.String()[:29], good.EcartPay(), "tok_" + good.UUID()} {
		if _, ok := read(bad); ok {
			t.Errorf("%q is a token", bad)
		}
	}
}
