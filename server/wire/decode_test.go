package wire_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/server/wire"
)

type order struct {
	Amount   int64             `json:"amount"`
	Currency string            `json:"currency" validate:"required"`
	Metadata map[string]string `json:"metadata"`
}

func TestDecode(t *testing.T) {
	t.Parallel()
	var got order
	if err := wire.Decode([]byte(` {"amount":4900,"currency":"USD","metadata":{"a":"b"}} `), &got); err != nil {
		t.Fatal(err)
	}
	if got.Amount != 4900 || got.Currency != "USD" || got.Metadata["a"] != "b" {
		t.Errorf("got %+v", got)
	}
}

func TestDecodeRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		body, field string
		code        fault.Code
	}{
		"empty":             {``, "", fault.Malformed},
		"no JSON":           {`amount=1`, "", fault.Malformed},
		"truncated":         {`{"amount":1`, "", fault.Malformed},
		"trailing":          {`{"currency":"USD"} {}`, "", fault.Malformed},
		"another case":      {`{"Currency":"USD"}`, "Currency", fault.Invalid},
		"both cases":        {`{"amount":100,"AMOUNT":1,"currency":"USD"}`, "AMOUNT", fault.Invalid},
		"twice":             {`{"amount":1,"amount":2,"currency":"USD"}`, "amount", fault.Invalid},
		"twice, nested":     {`{"currency":"USD","metadata":{"a":"1","a":"2"}}`, "metadata.a", fault.Invalid},
		"unknown":           {`{"currency":"USD","card":"x"}`, "card", fault.Invalid},
		"fraction":          {`{"amount":4.35,"currency":"USD"}`, "amount", fault.Invalid},
		"exponent":          {`{"amount":1e3,"currency":"USD"}`, "amount", fault.Invalid},
		"overflow":          {`{"amount":9223372036854775808,"currency":"USD"}`, "amount", fault.Invalid},
		"text for number":   {`{"amount":"100","currency":"USD"}`, "amount", fault.Invalid},
		"number for text":   {`{"currency":5}`, "currency", fault.Invalid},
		"nested wrong type": {`{"currency":"USD","metadata":{"a":1}}`, "metadata.a", fault.Invalid},
		"missing":           {`{"amount":1}`, "currency", fault.Invalid},
		"not UTF-8":         {"{\"currency\":\"\xff\"}", "", fault.Malformed},
	} {
		var into order
		err := wire.Decode([]byte(c.body), &into)
		if f := fault.Of(err); err == nil || f.Code != c.code || f.Field != c.field {
			t.Errorf("%s: %v, want %s on %q", name, err, c.code, c.field)
		}
	}
}

// A card number in the wrong place does not come back in the message.
func TestDecodeRepeatsNoCardNumber(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`{"4111111111111111":1,"currency":"USD"}`, `{"currency":4111111111111111}`, `{"currency":"USD","metadata":{"4111111111111111":1}}`,
		`{"currency":"USD","4111 1111 1111 1111":1}`, `4111111111111111`, `{"currency":"USD","amount":"4111111111111111"}`,
	} {
		var into order
		f := fault.Of(wire.Decode([]byte(body), &into))
		if strings.Contains(f.Message+f.Field, "41111111") || strings.Contains(f.Message+f.Field, "4111 1111 1111") {
			t.Errorf("%s: the answer repeats it: %q %q", body, f.Field, f.Message)
		}
	}
}

// Whatever is given, what is accepted is one JSON object that encoding/json reads
// the same, and what is refused is a fault with a message.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{`{}`, `{"amount":1,"note":"x"}`, `{"amount":1,"amount":2}`, `{"AMOUNT":1}`, `[]`, `{"amount":1e3}`, `{"note":"\ud800"}`, `{"amount":1} x`} {
		f.Add([]byte(seed))
	}
	type request struct {
		Amount int64             `json:"amount"`
		Note   string            `json:"note"`
		Tags   map[string]string `json:"tags"`
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var strict, lax request
		if err := wire.Decode(body, &strict); err != nil {
			if fault.Of(err).Message == "" {
				t.Errorf("%q: %v", body, err)
			}
			return
		}
		if err := json.Unmarshal(body, &lax); err != nil || strict.Amount != lax.Amount || strict.Note != lax.Note || len(strict.Tags) != len(lax.Tags) {
			t.Errorf("%q: %+v, and %+v, %v", body, strict, lax, err)
		}
	})
}
