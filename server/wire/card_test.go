package wire_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/pan"
	"github.com/paywicket/paywicket/server/wire"
)

// readCard reads a card that is typed into a checkout.
func readCard(body []byte) (pan.Card, error) {
	typed, err := wire.ReadTyped(body)
	return typed.Card, err
}

const goodCard = `{"number":"4111 1111 1111 1111","exp_month":12,"exp_year":2030,"cvv":"123","name":"Ada Lovelace"}`

func TestATypedCardIsRead(t *testing.T) {
	t.Parallel()
	c, err := readCard([]byte(goodCard))
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(c.Number); got != "411111******1111" || c.Number.Len() != 16 {
		t.Errorf("number = %s of %d digits", got, c.Number.Len())
	}
	if string(c.CVV.Bytes()) != "123" || c.Expiry.Month != 12 || c.Expiry.Year != 2030 || c.Name != "Ada Lovelace" {
		t.Errorf("card = %+v", c)
	}
	c, err = readCard([]byte(" {\n\"cvv\" : \"1234\" , \"number\":\"378282246310005\",\"exp_year\":2031,\"exp_month\":1,\"name\":\"J\\u00fcrgen\"}\t"))
	if err != nil || c.Name != "Jürgen" || c.Number.Brand() != "amex" {
		t.Errorf("any order and white space: %+v, %v", c, err)
	}
}

// Every refusal names the field and repeats nothing of the card.
func TestATypedCardIsRefused(t *testing.T) {
	t.Parallel()
	change := func(from, to string) string {
		if !strings.Contains(goodCard, from) {
			t.Fatalf("the good card has no %s", from)
		}
		return strings.Replace(goodCard, from, to, 1)
	}
	for name, c := range map[string]struct {
		body, field string
		code        fault.Code
	}{
		"empty":                  {"", "", fault.Malformed},
		"no object":              {`"4111111111111111"`, "", fault.Malformed},
		"a list":                 {`[` + goodCard + `]`, "", fault.Malformed},
		"truncated":              {goodCard[:40], "", fault.Malformed},
		"two objects":            {goodCard + goodCard, "", fault.Malformed},
		"trailing comma":         {change(`"Ada Lovelace"}`, `"Ada",}`), "", fault.Malformed},
		"single quotes":          {strings.ReplaceAll(goodCard, `"`, `'`), "", fault.Malformed},
		"control character":      {change("Ada", "A\x01da"), "", fault.Malformed},
		"a comment":              {change(`"cvv"`, `/**/"cvv"`), "", fault.Malformed},
		"leading zero":           {change("12,", "012,"), "", fault.Malformed},
		"no number":              {change(`"number":"4111 1111 1111 1111",`, ``), "number", fault.Invalid},
		"number as number":       {change(`"4111 1111 1111 1111"`, `4111111111111111`), "number", fault.Invalid},
		"number with escape":     {change("4111 ", `\u0034111 `), "number", fault.Invalid},
		"luhn":                   {change("1111\",", "1112\","), "number", fault.Invalid},
		"too short":              {change("4111 1111 1111 1111", "411111111111"), "number", fault.Invalid},
		"too long":               {change("4111 1111 1111 1111", strings.Repeat("4", 40)), "number", fault.Invalid},
		"no cvv":                 {change(`,"cvv":"123"`, ``), "cvv", fault.Invalid},
		"cvv too long":           {change(`"123"`, `"1234"`), "cvv", fault.Invalid},
		"cvv with letter":        {change(`"123"`, `"12x"`), "cvv", fault.Invalid},
		"cvv as number":          {change(`"123"`, `123`), "cvv", fault.Invalid},
		"month 13":               {change("12,", "13,"), "exp_month", fault.Invalid},
		"month 0":                {change("12,", "0,"), "exp_month", fault.Invalid},
		"month as text":          {change("12,", `"12",`), "exp_month", fault.Invalid},
		"month with fraction":    {change("12,", `1.2,`), "exp_month", fault.Invalid},
		"year of two digits":     {change("2030", "30"), "exp_year", fault.Invalid},
		"year of five digits":    {change("2030", "20300"), "exp_year", fault.Invalid},
		"number twice":           {change(`"cvv"`, `"number":"4111111111111111","cvv"`), "number", fault.Invalid},
		"number in another case": {change(`"cvv"`, `"NUMBER":"4111111111111111","cvv"`), "NUMBER", fault.Invalid},
		"unknown field":          {change(`"cvv"`, `"amount":1,"cvv"`), "amount", fault.Invalid},
		"nested":                 {change(`"cvv"`, `"a":{"b":1},"cvv"`), "a.b", fault.Invalid},
		"card number as a name":  {change("Ada Lovelace", "4111 1111 1111 1111"), "name", fault.Invalid},
		"name as number":         {change(`"Ada Lovelace"`, `1`), "name", fault.Invalid},
		"name not UTF-8":         {change("Ada", "A\xffa"), "name", fault.Invalid},
		"long name":              {change("Ada", strings.Repeat("a", 300)), "name", fault.Invalid},
		"card number as a field": {change(`"cvv"`, `"4111111111111111":1,"cvv"`), "****************", fault.Invalid},
	} {
		card, err := readCard([]byte(c.body))
		if err == nil {
			t.Errorf("%s: accepted", name)
			continue
		}
		f := fault.Of(err)
		if f.Code != c.code || f.Field != c.field {
			t.Errorf("%s: %s on %q, want %s on %q", name, f.Code, f.Field, c.code, c.field)
		}
		for _, secret := range []string{"4111 1111 1111 111", "411111111111111", "111111111111"} {
			if strings.Contains(err.Error(), secret) {
				t.Errorf("%s: the error repeats the number: %v", name, err)
			}
		}
		if card.Number.Len() != 0 {
			t.Errorf("%s: a number came back with the error", name)
		}
	}
}

// Wiping the body and the card leaves no digit in either.
func TestWhatIsReadCanBeWiped(t *testing.T) {
	t.Parallel()
	body := []byte(goodCard)
	c, err := readCard(body)
	if err != nil {
		t.Fatal(err)
	}
	number, cvv := c.Number.Bytes(), c.CVV.Bytes()
	clear(body)
	if string(number) != "4111111111111111" || string(cvv) != "123" {
		t.Error("the card shares memory with the body")
	}
	c.Wipe()
	if strings.Trim(string(number)+string(cvv), "\x00") != "" {
		t.Errorf("left after the wipe: %q %q", number, cvv)
	}
}
