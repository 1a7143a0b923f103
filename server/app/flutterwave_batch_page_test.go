package app_test

import (
	"fmt"
	"testing"
)

// The attempts of a batch come in pages.
func TestFlutterwavePagesOfABatch(t *testing.T) {
	t.Parallel()
	f := speaksFlutterwave(open(t))
	token := f.token("4111111111111111")
	charges := make([]object, 101)
	for i := range charges {
		charges[i] = tokenized(token)
	}
	path := f.batch(batchOf(standard, charges...))
	f.progress(path, 0)
	if n := len(f.listed(path)); n != 100 {
		t.Errorf("the first page has %d attempts", n)
	}
	second := f.ask("GET", path+"/transactions?page=2", "")
	list, _ := second.field("data").([]any)
	if len(list) != 1 || list[0].(map[string]any)["tx_ref"] != fmt.Sprint(charges[100]["tx_ref"]) {
		t.Errorf("the second page: %d %s", second.Status, second.Body)
	}
	f.refused("no page", f.ask("GET", path+"/transactions?page=0", ""), 400, "page")
}
