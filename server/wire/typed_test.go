package wire_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/processor"
	"github.com/paywicket/paywicket/server/wire"
)

const goodTyped = `{"number":"4111 1111 1111 1111","exp_month":12,"exp_year":2030,"cvv":"123","name":"Ada Lovelace","save":true,"plan":3,"network":"cartes_bancaires",` +
	`"saved":"","email":"ada@example.com","phone":"+44 20 7946 0000","billing":{"line1":"1 Main Street","city":"London","state":"","postal_code":"NW1 6XE","country":"gb"}}`

func TestReadTyped(t *testing.T) {
	t.Parallel()
	got, err := wire.ReadTyped([]byte(goodTyped))
	if err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(got.Card.Number) != "411111******1111" || string(got.Card.CVV.Bytes()) != "123" || got.Card.Expiry.Month != 12 || got.Card.Expiry.Year != 2030 || got.Card.Name != "Ada Lovelace" {
		t.Errorf("card %+v", got.Card)
	}
	if !got.Save || got.Plan != 3 || got.Network != "cartes_bancaires" || got.Email != "ada@example.com" || got.Phone != "+44 20 7946 0000" || !got.Saved.IsZero() ||
		got.Billing != (processor.Address{Line1: "1 Main Street", City: "London", PostalCode: "NW1 6XE", Country: "GB"}) {
		t.Errorf("%+v", got)
	}
	token := id.NewToken()
	for body, cvv := range map[string]string{
		`{"saved":"` + token.String() + `"}`:              "",
		`{"saved":"` + token.String() + `","cvv":""}`:     "",
		`{"cvv":"1234","saved":"` + token.String() + `"}`: "1234",
	} {
		got, err := wire.ReadTyped([]byte(body))
		if err != nil || got.Saved != token || string(got.Card.CVV.Bytes()) != cvv || got.Card.Number.Len() != 0 {
			t.Errorf("%s: %+v, %v", body, got, err)
		}
	}
}

func TestReadTypedRefuses(t *testing.T) {
	t.Parallel()
	change := func(from, to string) string {
		if !strings.Contains(goodTyped, from) {
			t.Fatalf("the good one has no %s", from)
		}
		return strings.Replace(goodTyped, from, to, 1)
	}
	saved := `"saved":"` + id.NewToken().String() + `"`
	for name, c := range map[string]struct {
		body, field string
		code        fault.Code
	}{
		"empty":                     {"", "", fault.Malformed},
		"cut short":                 {goodTyped[:90], "", fault.Malformed},
		"no number":                 {`{"cvv":"123"}`, "number", fault.Invalid},
		"number as number":          {change(`"4111 1111 1111 1111"`, `4111111111111111`), "number", fault.Invalid},
		"number with escape":        {change("4111 ", `\u0034111 `), "number", fault.Invalid},
		"number twice":              {change(`"cvv"`, `"number":"4111111111111111","cvv"`), "number", fault.Invalid},
		"cvv as number":             {change(`"123"`, `123`), "cvv", fault.Invalid},
		"cvv of another length":     {change(`"123"`, `"1234"`), "cvv", fault.Invalid},
		"month":                     {change(`12,`, `13,`), "exp_month", fault.Invalid},
		"saved and typed":           {change(`"saved":""`, saved), "number", fault.Invalid},
		"a member's name in full":   {change(`"cvv"`, `"billing.city":"Oslo","cvv"`), "billing.city", fault.Invalid},
		"saved with a letter":       {`{` + saved + `,"cvv":"12x"}`, "cvv", fault.Invalid},
		"no such token":             {change(`"saved":""`, `"saved":"tok_1"`), "saved", fault.Invalid},
		"number as name":            {change("Ada Lovelace", "4111 1111 1111 1111"), "name", fault.Invalid},
		"number as email":           {change("ada@", "4111111111111111@"), "email", fault.Invalid},
		"number as phone":           {change("+44 20 7946 0000", "4111 1111 1111 1111"), "phone", fault.Invalid},
		"number behind a plus":      {change("+44 20 7946 0000", "+4111111111111111"), "phone", fault.Invalid},
		"number as street":          {change("1 Main Street", "4111-1111-1111-1111"), "billing.line1", fault.Invalid},
		"number as city":            {change(`"London"`, `"4111111111111111"`), "billing.city", fault.Invalid},
		"number as state":           {change(`"state":""`, `"state":"4111111111111111"`), "billing.state", fault.Invalid},
		"number as postal code":     {change("NW1 6XE", "٤١١١١١١١١١١١١١١١"), "billing.postal_code", fault.Invalid},
		"number as country":         {change(`"gb"`, `"4111111111111111"`), "billing.country", fault.Invalid},
		"number as network":         {change(`cartes_bancaires`, `4111111111111111`), "network", fault.Invalid},
		"number as saved":           {change(`"saved":""`, `"saved":"4111111111111111"`), "saved", fault.Invalid},
		"long text":                 {change("1 Main Street", strings.Repeat("a", 201)), "billing.line1", fault.Invalid},
		"control character":         {change("1 Main", `1\u0000Main`), "billing.line1", fault.Invalid},
		"not UTF-8":                 {change("1 Main", "1 \xff"), "billing.line1", fault.Invalid},
		"text as number":            {change(`"ada@example.com"`, `1`), "email", fault.Invalid},
		"address outside of itself": {change(`"email"`, `"line1":"x","email"`), "line1", fault.Invalid},
		"email in the address":      {change(`"line1"`, `"email":"x","line1"`), "billing.email", fault.Invalid},
		"too many payments":         {change(`"plan":3`, `"plan":100`), "plan", fault.Invalid},
		"save as text":              {change(`true`, `"true"`), "save", fault.Invalid},
		"unknown":                   {change(`"save"`, `"amount":1,"save"`), "amount", fault.Invalid},
		"unknown of the address":    {change(`"line1"`, `"line2":"x","line1"`), "billing.line2", fault.Invalid},
		"address as text":           {change(goodTyped[strings.Index(goodTyped, `{"line1"`):len(goodTyped)-1], `"x"`), "billing", fault.Invalid},
	} {
		got, err := wire.ReadTyped([]byte(c.body))
		f := fault.Of(err)
		if err == nil || f.Code != c.code || f.Field != c.field {
			t.Errorf("%s: %v, want %s on %q", name, err, c.code, c.field)
		}
		if strings.Contains(fmt.Sprint(err), "1111111") || strings.Contains(fmt.Sprint(err), "1111 1111") || got.Card.Number.Len() != 0 {
			t.Errorf("%s: the number comes back: %v", name, err)
		}
	}
}

func FuzzReadTyped(f *testing.F) {
	f.Add([]byte(goodTyped))
	f.Add([]byte(`{"saved":"tok_00000000000000000000000000","cvv":"123"}`))
	f.Add([]byte(`{"billing":{},"number":"378282246310005","cvv":"1234","exp_month":1,"exp_year":2031,"name":"\u00fc\\\""}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		before := string(body)
		got, err := wire.ReadTyped(body)
		if string(body) != before {
			t.Error("the body was changed: what the connection holds would not be found by it")
		}
		if err == nil && got.Saved.IsZero() && (got.Card.Number.Len() < 12 || !got.Card.Expiry.Valid() || len(got.Card.CVV.Bytes()) < 3) {
			t.Errorf("%q was read as %+v", body, got)
		}
		if err != nil && (got.Card.Number.Len() != 0 || fault.CodeOf(err) == fault.Internal) {
			t.Errorf("%q: %+v, %v", body, got, err)
		}
	})
}
