package wire_test

import (
	"testing"

	"github.com/paywicket/paywicket/server/wire"
)

func TestCanonical(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{}`:            ``,
		`{"b":1,"a":2}`: `"a":2,"b":1`,
		"\n{ \"b\" : [ 1 , {\"x\": 2} ],\t\"a\":\"x , y\" } ": `"a":"x , y","b":[1,{"x":2}]`,
		`{"a":"\"{,","b":"\\","c":1}`:                         `"a":"\"{,","b":"\\","c":1`,
		`{"number":"4111111111111111","cvv":"123"}`:           `"number":"4111111111111111"`,
		`{"CVV":{"a":"123"},"a":1}`:                           `"a":1`,
		`{"a":{"cvv":1}}`:                                     `"a":{"cvv":1}`,
	} {
		if got, err := wire.Canonical([]byte(body)); err != nil || string(got) != want {
			t.Errorf("%s: %s, %v, want %s", body, got, err, want)
		}
	}
	for _, body := range []string{``, ` `, `[]`, `"a"`, `{`, `}`, `1`,
		`{"\u0063vv":"123"}`, `{"c\u0076v":"123"}`, `{"a":1,"am\u006funt":2}`, `{"a\"b":1}`} {
		if got, err := wire.Canonical([]byte(body)); err == nil {
			t.Errorf("%s: %s", body, got)
		}
	}
}
