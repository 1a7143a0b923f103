package pan_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"testing"

	"github.com/paywicket/paywicket/internal/card"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/pan"
)

const sample = "4111111111111111"

func mustNumber(t *testing.T, text string) pan.Number {
	t.Helper()
	n, err := pan.ParseNumber([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestParseNumber(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		sample: "411111******1111", "4111 1111 1111 1111": "411111******1111", "4111-1111-1111-1111": "411111******1111",
		"378282246310005": "378282*****0005", "4222222222222": "422222***2222", "30569309025904": "305693****5904",
		"6304000000000000": "630400******0000",
	} {
		if got := mustNumber(t, text).Masked(); got != want {
			t.Errorf("%s shows as %s, want %s", text, got, want)
		}
	}
	for _, bad := range []string{
		"", " ", "4", "41111111111111", "4111111111111112", "411111111111111a", "4111.1111.1111.1111",
		strings.Repeat("4", 20), "٤111111111111111", "37828224631000", "4111 1111 1111 1111 1111",
	} {
		_, err := pan.ParseNumber([]byte(bad))
		if f := fault.Of(err); err == nil || f.Code != fault.Invalid || f.Field != "number" {
			t.Errorf("%q: %v, want a fault on number", bad, err)
		} else if len(bad) > 6 && strings.Contains(err.Error(), bad) {
			t.Errorf("the error repeats the input: %v", err)
		}
	}
}

func TestParseCVV(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text  string
		brand card.Brand
		ok    bool
	}{
		{"123", card.Visa, true}, {"1234", card.Visa, false}, {"1234", card.Amex, true}, {"123", card.Amex, false},
		{"", card.Visa, false}, {"12a", card.Visa, false}, {"1234", card.Unknown, true}, {"12345", card.Unknown, false},
	} {
		if _, err := pan.ParseCVV([]byte(c.text), c.brand); (err == nil) != c.ok {
			t.Errorf("%q on %s: %v, want ok = %v", c.text, c.brand, err, c.ok)
		}
	}
}

// wrapped has the card in an unexported field, where fmt cannot call a Format
// method: the case in which a redacting method alone printed every digit.
type wrapped struct {
	inner  pan.Card
	number pan.Number
	list   []pan.Number
	table  map[string]pan.CVV
	any    any
}

func TestNothingPrintsTheDigits(t *testing.T) {
	t.Parallel()
	number := mustNumber(t, sample)
	cvv, err := pan.ParseCVV([]byte("739"), card.Visa)
	if err != nil {
		t.Fatal(err)
	}
	full := pan.Card{Number: number, CVV: cvv, Expiry: card.Expiry{Month: 1, Year: 2030}}
	w := wrapped{full, number, []pan.Number{number}, map[string]pan.CVV{"a": cvv}, cvv}
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%c", "%U", "%T"} {
		for _, value := range []any{number, &number, cvv, &cvv, full, &full, w, &w, []any{w}} {
			fmt.Fprintf(&out, verb+"\n", value)
		}
	}
	for _, value := range []any{number, cvv, full, map[string]any{"card": full}} {
		text, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		out.Write(text)
		slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "value", value, "wrapped", w)
		slog.New(slog.NewTextHandler(&out, nil)).Info("x", "value", value, "wrapped", w)
	}
	fmt.Fprint(&out, fmt.Errorf("wrap: %v", full))
	text := out.String()
	for _, secret := range []string{sample, fmt.Sprintf("%x", sample), "52 49 49", "0x34, 0x31", "55 51 57", "0x37, 0x33"} {
		if strings.Contains(text, secret) {
			t.Errorf("printed %q", secret)
		}
	}
	// Three digits may well occur in an address, so the CVV is looked for only
	// where a value of its own would stand.
	if found := regexp.MustCompile(`(^|[^0-9a-fx])739([^0-9a-f]|$)`).FindString(text); found != "" {
		t.Errorf("the CVV was printed: %q", found)
	}
}

func TestWipeEndsAllCopies(t *testing.T) {
	t.Parallel()
	number := mustNumber(t, sample)
	lent := number.Bytes()
	copied := pan.Card{Number: number}
	copied.Wipe()
	if number.Len() != 0 || !bytes.Equal(lent, make([]byte, len(lent))) {
		t.Errorf("digits left after Wipe: %q", lent)
	}
	if number.BIN() != "" || number.Last4() != "" || number.Masked() != "(no card)" {
		t.Error("a wiped number still shows something")
	}
	pan.Card{}.Wipe() // the zero card is fine too
}

func FuzzParseNumber(f *testing.F) {
	f.Add([]byte(sample))
	f.Add([]byte("3782 822463 10005"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		n, err := pan.ParseNumber(raw)
		if err != nil {
			return
		}
		if n.Len() < 12 || n.Len() > 19 || len(n.Masked()) != n.Len() || n.Len()-len(n.BIN())-len(n.Last4()) < 2 {
			t.Errorf("%q shows as %s", raw, n.Masked())
		}
	})
}
