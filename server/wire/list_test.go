package wire_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/paywicket/paywicket/server/wire"
)

// listed is what is read beside a list.
type listed struct {
	Title string `json:"title"`
	Rules struct {
		Most *int64 `json:"most"`
	} `json:"rules"`
}

func TestEachLoosely(t *testing.T) {
	t.Parallel()
	var into listed
	var items []string
	err := wire.EachLoosely([]byte(` {"Items": [ {"a":[1,2]} ,"x", 7 ], "title":"May","rules":{"most":"3"},"other":{"items":[1]}} `), &into, "items", func(item []byte) error {
		items = append(items, string(item))
		return nil
	})
	if err != nil || into.Title != "May" || into.Rules.Most == nil || *into.Rules.Most != 3 || !slices.Equal(items, []string{`{"a":[1,2]}`, `"x"`, `7`}) {
		t.Errorf("%+v %q, %v", into, items, err)
	}
	// As many items as there are, but no item with more than any body.
	n := 0
	if err := wire.EachLoosely([]byte(`{"items":[`+strings.Repeat(`{"a":1,"b":2},`, 5000)+`1]}`), &into, "items", func([]byte) error { n++; return nil }); err != nil || n != 5001 {
		t.Errorf("%d items, %v", n, err)
	}
	if err := wire.EachLoosely([]byte(`{"items":[[`+strings.Repeat(`1,`, 5000)+`1]]}`), &into, "items", func([]byte) error { return nil }); err == nil {
		t.Error("an item of thousands was taken")
	}
	enough := errors.New("enough")
	if err := wire.EachLoosely([]byte(`{"items":[1,2]}`), &into, "items", func([]byte) error { return enough }); !errors.Is(err, enough) {
		t.Error(err)
	}
	for _, bad := range []string{``, `[]`, `{"items":[1,]}`, `{"items":[1`, `{"items":[1]} x`, `{"items":[{]}`} {
		if err := wire.EachLoosely([]byte(bad), &into, "items", func([]byte) error { return nil }); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}
