package wire_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/paywicket/paywicket/internal/card"
	"github.com/paywicket/paywicket/internal/card/cardtest"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/server/wire"
)

// loose is an order as somebody else's clients send it.
type loose struct {
	Name   string `json:"orderId"`
	Note   string `json:"note" card:"drop"`
	Phone  string `json:"phone" card:"phone"`
	Amount *int64 `json:"amount"`
	MIT    bool   `json:"isMIT"`
	Is     *bool  `json:"is"`
	Inner  struct {
		Zip string `json:"zipcode"`
	} `json:"inner"`
	Items []struct {
		SKU string `json:"sku"`
	} `json:"items"`
	Words  []string          `json:"words"`
	Meta   map[string]string `json:"meta"`
	Number wire.Digits       `json:"number"`
}

func TestDecodeLoosely(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{}`:                             `{"orderId":"","note":"","phone":"","amount":null,"isMIT":false,"is":null,"inner":{"zipcode":""},"items":null,"words":null,"number":"***"}`,
		`{"orderId":1042}`:               `{"orderId":"1042"}`,
		`{"ORDERID":"a","orderid":"b"}`:  `{"orderId":"b"}`,
		`{"orderId":"a","orderId":null}`: `{"orderId":""}`,
		`{"orderId":true}`:               `{"orderId":"true"}`,
		`{"orderId":" J\u00fcrgen "}`:    `{"orderId":"Jürgen"}`,
		`{"orderId":{"a":[1,{"b":2}]},"amount":[1],"inner":7,"items":"x"}`: `{"orderId":"","amount":null,"inner":{"zipcode":""},"items":null}`,
		`{"amount":"1500"}`:       `{"amount":1500}`,
		`{"amount":1500.00}`:      `{"amount":1500}`,
		`{"amount":-3}`:           `{"amount":-3}`,
		`{"isMIT":"True","is":0}`: `{"isMIT":true,"is":false}`,
		`{"inner":{"zipCode":"K1C2N6","zipcode":"1","x":{}},"unknown":[[[]]]}`: `{"inner":{"zipcode":"1"}}`,
		`{"items":[{"sku":1},null,{"SKU":"b","more":[]},[]]}`:                  `{"items":[{"sku":"1"},{"sku":""},{"sku":"b"},{"sku":""}]}`,
		`{"words":["a",2]}`: `{"words":["a","2"]}`,
		`{"meta":{"a":1,"B":"b","no":null,"deep":{"a":1},"list":[1],"yes":true}}`: `{"meta":{"a":"1","B":"b","yes":"true"}}`,
		`{"meta":[{"a":1}]}`:      `{"meta":null}`,
		`{"meta":{}}`:             `{"meta":{}}`,
		"\t{ \"amount\" : 1 } \n": `{"amount":1}`,
	} {
		var got loose
		if err := wire.DecodeLoosely([]byte(body), &got); err != nil {
			t.Errorf("%s: %v", body, err)
			continue
		}
		text, err := json.Marshal(got)
		var all, some map[string]any
		if err != nil || json.Unmarshal(text, &all) != nil || json.Unmarshal([]byte(want), &some) != nil {
			t.Fatalf("%s: %s, %v", body, text, err)
		}
		for name, value := range some {
			if !reflect.DeepEqual(all[name], value) {
				t.Errorf("%s: %s is %v, want %v", body, name, all[name], value)
			}
		}
	}
}

// What cannot be read names its field, and repeats nothing.
func TestDecodeLooselyRefuses(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat(`{"inner":`, 20) + "1" + strings.Repeat("}", 20)
	for body, want := range map[string]struct {
		field string
		code  fault.Code
	}{
		"":                                   {"", fault.Malformed},
		"[]":                                 {"", fault.Malformed},
		"null":                               {"", fault.Malformed},
		`{"a":1}{}`:                          {"", fault.Malformed},
		`{"a":1,}`:                           {"", fault.Malformed},
		`{"a" 1}`:                            {"", fault.Malformed},
		`{"a":[1 2]}`:                        {"", fault.Malformed},
		`{"a":tru}`:                          {"", fault.Malformed},
		`{"\u006eumber":"4111111111111111"}`: {"", fault.Malformed},
		deep:                                 {"", fault.Malformed},
		`{"a":[` + strings.Repeat("1,", 600) + `1]}`: {"", fault.Malformed},
		`{"amount":"many"}`:                          {"amount", fault.Invalid},
		`{"amount":1.5}`:                             {"amount", fault.Invalid},
		`{"amount":1e3}`:                             {"amount", fault.Invalid},
		`{"amount":true}`:                            {"amount", fault.Invalid},
		`{"amount":4111111111111111111}`:             {"amount", fault.Invalid},
		`{"isMIT":"perhaps"}`:                        {"isMIT", fault.Invalid},
		`{"orderId":"4111111111111111"}`:             {"orderId", fault.Invalid},
		`{"orderId":4111111111111111}`:               {"orderId", fault.Invalid},
		`{"orderId":"no 4111-1111-1111-1111."}`:      {"orderId", fault.Invalid},
		`{"orderId":"\u0034111111111111111"}`:        {"orderId", fault.Invalid},
		`{"orderId":"bad \x"}`:                       {"orderId", fault.Invalid},
		`{"inner":{"zipcode":"378282246310005"}}`:    {"inner.zipcode", fault.Invalid},
		`{"meta":{"a":4111111111111111}}`:            {"meta", fault.Invalid},
		`{"meta":{"4111111111111111":1}}`:            {"meta", fault.Invalid},
		`{"items":[{"sku":"5555555555554444"}]}`:     {"items.sku", fault.Invalid},
	} {
		var got loose
		err := wire.DecodeLoosely([]byte(body), &got)
		if f := fault.Of(err); err == nil || f.Code != want.code || f.Field != want.field {
			t.Errorf("%.80s: %v, want %s on %q", body, err, want.code, want.field)
		}
		if err != nil && strings.Contains(err.Error(), "111111") {
			t.Errorf("the error repeats the number: %v", err)
		}
	}
}

// Ids and times that are no card's are left alone; free text that holds a number is dropped;
// a telephone number begins with a plus.
func TestWhatMayHoldANumber(t *testing.T) {
	t.Parallel()
	for _, fine := range []string{
		"12345678901", "4111111111111112", "0b6f9e9c-4111-4111-8111-411111111111", "2025-11-21 21:49:10", "41111111111111110000000000", "1 2 3 4 5 6 7 8 9 0 1 2 3 4",
		"5105-1", "4111 1111 1111", "Order 12, 4 items, 1500 cents",
	} {
		var got loose
		if err := wire.DecodeLoosely([]byte(`{"orderId":"`+fine+`","note":"`+fine+`"}`), &got); err != nil || got.Name != fine || got.Note != fine {
			t.Errorf("%s: %+v, %v", fine, got, err)
		}
	}
	for range 500 {
		number := cardtest.Any()
		grouped := number[:4] + " " + number[4:8] + " " + number[8:12] + " " + number[12:]
		for _, text := range []string{number, grouped, "card " + number + " please", strings.ReplaceAll(grouped, " ", "-"), "x" + number} {
			var got loose
			if err := wire.DecodeLoosely([]byte(`{"orderId":"`+text+`"}`), &got); fault.Of(err).Field != "orderId" || err == nil {
				t.Fatalf("%s: %+v, %v", text, got, err)
			}
			if err := wire.DecodeLoosely([]byte(`{"note":"`+text+`","phone":"`+text+`"}`), &got); err != nil || got.Note != "" || got.Phone != "" {
				t.Fatalf("%s: %+v, %v", text, got, err)
			}
		}
	}
	// One long number in ten has a right check digit: of a scheme that is not known it may be
	// an order's, and is lost only where nobody but people would read it.
	unknown := cardtest.Number("100000", 16)
	for _, text := range []string{unknown, `\u0031` + unknown[1:], `\u0034111111111111111`} {
		var got loose
		if err := wire.DecodeLoosely([]byte(`{"note":"`+text+`","phone":"`+text+`"}`), &got); err != nil || got.Note != "" || got.Phone != "" {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
	}
	var got loose
	if err := wire.DecodeLoosely([]byte(`{"orderId":"`+unknown+`"}`), &got); err != nil || got.Name != unknown {
		t.Errorf("%s: %+v, %v", unknown, got, err)
	}
	for text, want := range map[string]string{"+4915112345678": "+4915112345678", "+1 555 123 4567": "+1 555 123 4567", "+99.2001a": "+99.2001a", "4111111111111111": ""} {
		var got loose
		if err := wire.DecodeLoosely([]byte(`{"phone":"`+text+`"}`), &got); err != nil || got.Phone != want {
			t.Errorf("%s: %q, %v", text, got.Phone, err)
		}
	}
}

func digitsOf(t *testing.T, value string) wire.Digits {
	t.Helper()
	var got loose
	if err := wire.DecodeLoosely([]byte(`{"number":`+value+`}`), &got); err != nil {
		t.Fatal(err)
	}
	return got.Number
}

// Digits become a card, and show nothing of it, wherever they stand.
func TestDigits(t *testing.T) {
	t.Parallel()
	body := []byte(`{"number":" 4111 1111 1111 1111 "}`)
	var got loose
	if err := wire.DecodeLoosely(body, &got); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(got)
	if shown := fmt.Sprintf("%v %+v %#v %s %q %x", got, got, got, got.Number, got.Number, got.Number) + string(text); err != nil || strings.Contains(shown, "1111") || strings.Contains(shown, "3131") {
		t.Errorf("shown: %s, %v", shown, err)
	}
	c, err := got.Number.Card(digitsOf(t, `739`), card.Expiry{Year: 2030}, "Ada")
	if err != nil || c.Number.Masked() != "411111******1111" || string(c.CVV.Bytes()) != "739" || c.Expiry.Month != 12 {
		t.Errorf("%+v, %v", c, err)
	}
	clear(body)
	if got.Number.Given() && strings.Contains(string(got.Number.AppendTo(nil)), "1") {
		t.Error("the digits are not the body's own")
	}
	if string(c.Number.Bytes()) != "4111111111111111" {
		t.Error("the card is not its own")
	}
	c.Wipe()
	for value, field := range map[string]string{`4111111111111112`: "number", `"x"`: "number", `"\u0034111111111111111"`: "number", `""`: "number"} {
		if c, err := digitsOf(t, value).Card(wire.Digits{}, card.Expiry{Month: 1, Year: 2030}, ""); err == nil || fault.Of(err).Field != field || c.Number.Len() != 0 {
			t.Errorf("%s: %v", value, err)
		}
	}
	for cvv, year := range map[string]int{`"12"`: 2030, `"1234"`: 2030, `""`: 30} {
		if _, err := digitsOf(t, `4111111111111111`).Card(digitsOf(t, cvv), card.Expiry{Month: 1, Year: year}, ""); err == nil {
			t.Errorf("%s, %d: accepted", cvv, year)
		}
	}
	token := id.NewToken()
	for _, spelled := range []string{token.UUID(), strings.ToUpper(token.UUID())} {
		if back, ok := digitsOf(t, `"`+spelled+`"`).Token(); !ok || back != token {
			t.Errorf("%s was not read", spelled)
		}
	}
	for _, no := range []string{`"4111111111111111"`, `""`, `"` + token.String() + `"`, `null`} {
		if _, ok := digitsOf(t, no).Token(); ok {
			t.Errorf("%s is a token", no)
		}
	}
}

func FuzzDecodeLoosely(f *testing.F) {
	f.Add([]byte(`{"orderId":1042,"amount":"1500","inner":{"zipCode":"K1C2N6"},"items":[{"sku":null}],"number":"4111111111111111"}`))
	f.Add([]byte(`{"note":"4111 1111 1111 1111","phone":"+49 151 1234567","is":"TRUE","words":["a",1]}`))
	f.Add([]byte(`{"orderId":"\u0034111111111111111"}`))
	f.Add([]byte(`{"a":[[{"b":{}}],-0.5e+7,true]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		before := string(body)
		var got loose
		err := wire.DecodeLoosely(body, &got)
		if string(body) != before {
			t.Error("reading changed the body")
		}
		if err != nil {
			return
		}
		if !json.Valid(body) && !strings.Contains(before, `\`) {
			t.Errorf("%q is no JSON and was read as %+v", body, got)
		}
		for _, text := range []string{got.Name, got.Note, got.Inner.Zip} {
			var again loose
			if said, err := json.Marshal(map[string]string{"orderId": text}); err == nil && wire.DecodeLoosely(said, &again) != nil {
				t.Errorf("%q let %q through", body, text)
			}
		}
	})
}
