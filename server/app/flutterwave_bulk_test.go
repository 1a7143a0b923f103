package app_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// batchOf is a batch of charges with a strategy, in JSON.
func batchOf(strategy string, charges ...object) string {
	texts := make([]string, len(charges))
	for i, c := range charges {
		texts[i] = c.String()
	}
	return `{"title":"May","retry_strategy":` + strategy + `,"bulk_data":[` + strings.Join(texts, ",") + `]}`
}

// standard is the strategy of the documentation's example.
const standard = `{"retry_interval":120,"retry_amount_variable":60,"retry_attempt_variable":2}`

// batch sends one, and gives where it is.
func (f *flutter) batch(body string) string {
	f.t.Helper()
	a := f.ask("POST", "/v3/bulk-tokenized-charges", body)
	if a.Status != http.StatusOK || a.text("message") != "Bulk charge successful" || a.field("data.approver") != "N/A" || a.text("data.created_at") == "" {
		f.t.Fatalf("%d %s", a.Status, a.Body)
	}
	return fmt.Sprintf("/v3/bulk-tokenized-charges/%.0f", a.field("data.id"))
}

// progress waits until so many charges of a batch are pending.
func (f *flutter) progress(path string, pending float64) answer {
	f.t.Helper()
	for range 200 {
		a := f.ask("GET", path, "")
		if a.Status != http.StatusOK {
			f.t.Fatalf("%d %s", a.Status, a.Body)
		}
		if a.field("data.pending_charges") == pending {
			return a
		}
		time.Sleep(50 * time.Millisecond)
	}
	f.t.Fatalf("%s does not come to %v pending: %s", path, pending, f.ask("GET", path, "").Body)
	return answer{}
}

// listed gives the attempts of a batch.
func (f *flutter) listed(path string) (list []map[string]any) {
	f.t.Helper()
	a := f.ask("GET", path+"/transactions", "")
	var page struct {
		Message string
		Data    []map[string]any
	}
	if err := json.Unmarshal([]byte(a.Body), &page); err != nil || a.Status != http.StatusOK || page.Message != "Bulk charge transactions fetched" {
		f.t.Fatalf("%d %s", a.Status, a.Body)
	}
	return page.Data
}

func TestFlutterwaveChargesABatch(t *testing.T) {
	t.Parallel()
	f := speaksFlutterwave(open(t))
	good, soft, hard := f.token("4111111111111111"), f.token("4000000000000002"), f.token("4000000000000069")
	body := batchOf(standard, tokenized(good), tokenized(soft), tokenized(good).with("amount", 12.5), tokenized(hard))
	path := f.batch(body)
	a := f.progress(path, 1) // the soft decline waits for its retry
	if a.field("data.total_charges") != 4.0 || a.field("data.processed_charges") != 3.0 || a.text("data.title") != "May" || a.text("message") != "Bulk charge fetched" {
		t.Errorf("%s", a.Body)
	}
	want := []string{"successful 300", "failed 300", "successful 12.5", "failed 300"}
	for i, one := range f.listed(path) {
		if got := fmt.Sprintf("%v %v", one["status"], one["charged_amount"]); got != want[i] {
			t.Errorf("charge %d: %s, want %s", i, got, want[i])
		}
		if name, ok := one["id"].(string); !ok || name == "" || one["amount_settled"] == nil {
			t.Errorf("charge %d: %v", i, one)
		}
	}
	if again := f.batch(body); again != path || len(f.ledger.List()) != 4 {
		t.Errorf("the same again is %s, not %s; %d charges", again, path, len(f.ledger.List()))
	}
	cancelled := f.ask("POST", path+"/cancel", "")
	if cancelled.field("data.pending_charges") != 0.0 || cancelled.field("data.processed_charges") != 4.0 || cancelled.field("data.cancelled") != true {
		t.Errorf("cancelled: %d %s", cancelled.Status, cancelled.Body)
	}
	f.refused("no such batch", f.ask("GET", "/v3/bulk-tokenized-charges/99", ""), 404, "Bulk charge not found")
}

// What is wrong with a card comes out when it is to be charged, and is told in the list.
func TestFlutterwaveTellsWhyAnItemWasNotSent(t *testing.T) {
	t.Parallel()
	f := speaksFlutterwave(open(t))
	token := f.token("4111111111111111")
	f.charged(tokenized(token)) // from now on the card is its shopper's
	path := f.batch(batchOf(standard, tokenized(token), tokenized(token).with("email", "somebody@else.example")))
	f.progress(path, 0)
	list := f.listed(path)
	if len(list) != 2 || list[0]["status"] != "successful" || list[1]["status"] != "failed" || list[1]["processor_response"] != "Wrong token or email passed" {
		t.Errorf("%v", list)
	}
	if failed := f.ask("GET", "/v3/transactions?status=failed", ""); failed.field("meta.page_info.total") != 1.0 {
		t.Errorf("failed: %s", failed.Body)
	}
	if n := len(f.ledger.List()); n != 2 {
		t.Errorf("the processor was asked %d times", n)
	}
}

func TestFlutterwaveRefusesAWholeBatch(t *testing.T) {
	t.Parallel()
	f := speaksFlutterwave(open(t))
	good := f.token("4111111111111111")
	sale := tokenized(good)
	if a := f.charge(sale); a.Status != http.StatusOK {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	twice := tokenized(good)
	for name, c := range map[string]struct{ body, message string }{
		"no charges":            {batchOf(standard), "bulk_data"},
		"a bad amount":          {batchOf(standard, tokenized(good), tokenized(good).with("amount", 0)), "bulk_data[1].amount"},
		"no token":              {batchOf(standard, tokenized(good).with("token", "")), "bulk_data[0].token"},
		"no token of ours":      {batchOf(standard, tokenized(good).with("token", "x")), "bulk_data[0].token: Token not found"},
		"the same tx_ref twice": {batchOf(standard, tokenized(good), twice, twice), "bulk_data[2].tx_ref"},
		"a tx_ref that is used": {batchOf(standard, tokenized(good), sale), "bulk_data[1].tx_ref"},
		"no interval":           {batchOf(`{"retry_amount_variable":60}`, tokenized(good)), "retry_interval"},
		"more than all of it":   {batchOf(`{"retry_interval":1,"retry_amount_variable":101}`, tokenized(good)), "retry_amount_variable"},
		"too many retries":      {batchOf(`{"retry_interval":1,"last_retry_attempt":1000}`, tokenized(good)), "last_attempt_variable"},
		"no JSON":               {`{"bulk_data":[{]}`, "JSON"},
	} {
		f.refused(name, f.ask("POST", "/v3/bulk-tokenized-charges", c.body), 400, c.message)
	}
	if n := len(f.ledger.List()); n != 1 {
		t.Errorf("%d charges", n)
	}
	f.progress(f.batch(batchOf(standard, twice)), 0) // nothing of what was refused is left
}
