package app_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/merchant"
	"github.com/paywicket/paywicket/server/app"
)

// keepMany keeps cards over the API and gives their tokens.
func (h *house) keepMany(n int) []string {
	h.t.Helper()
	tokens := make([]string, n)
	for i := range n {
		a := h.api("POST", "/v1/tokens", `{"number":"4111111111111111","exp_month":12,"exp_year":2030}`)
		if a.Status != http.StatusCreated {
			h.t.Fatalf("%d %s", a.Status, a.Body)
		}
		tokens[i] = a.text("id")
	}
	return tokens
}

func (h *house) operator() *app.Operator {
	h.t.Helper()
	o, err := app.OpenOperator(context.Background(), h.data, h.database, "")
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { o.Close() })
	return o
}

// verify fails unless every card opens and the audit trail is whole.
func (h *house) verify(o *app.Operator, least int) {
	h.t.Helper()
	cards, entries, err := o.Verify(h.t.Context(), func(int) {}, func(name string, err error) { h.t.Errorf("%s: %v", name, err) })
	if err != nil || cards < least || entries <= cards {
		h.t.Errorf("%d cards, %d entries, %v", cards, entries, err)
	}
}

// A key is replaced while the server goes on, is interrupted and gone on with; then
// the old key is dropped.
func TestKeysAreRotatedWhileTheServerGoesOn(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.api("POST", "/v1/webhook_endpoints", `{"url":"http://127.0.0.1:9/"}`)
	tokens := h.keepMany(501) // one more than are gone through at a time
	o := h.operator()

	stop := make(chan struct{})
	var going sync.WaitGroup
	going.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			if a := h.api("GET", "/v1/tokens/"+tokens[i%len(tokens)], ""); a.Status != http.StatusOK {
				t.Errorf("a card cannot be read meanwhile: %d %s", a.Status, a.Body)
			}
			if a := h.pay(h.session(), "5555555555554444"); a.text("status") != "authorized" || a.text("token") == "" {
				t.Errorf("a card cannot be charged and kept meanwhile: %d %s", a.Status, a.Body)
			}
		}
	})
	interrupted, cancel := context.WithCancel(t.Context())
	first, err := o.Rotate(interrupted, func(int) { cancel() })
	if err == nil || first != 500 {
		t.Errorf("interrupted after %d cards: %v", first, err)
	}
	if err := o.Retire(t.Context()); fault.CodeOf(err) != fault.Conflict || err == nil {
		t.Errorf("a key that is in use was retired: %v", err)
	}
	h.verify(o, len(tokens))
	rest, err := o.Rotate(t.Context(), func(int) {})
	if err != nil || rest == 0 || rest > 500 {
		t.Errorf("gone on with: %d cards, %v", rest, err)
	}
	close(stop)
	going.Wait()
	if err := o.Retire(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.verify(o, len(tokens)+1)
	h.keepMany(1)
	h.verify(h.operator(), len(tokens)+2)
}

// Whoever writes to the database cannot make a card pass for another, nor take an
// act out of the record, without Verify saying so.
func TestVerifyFindsWhatWasTamperedWith(t *testing.T) {
	t.Parallel()
	for name, tamper := range map[string]string{
		"a row swapped":       `UPDATE cards SET sealed = (SELECT sealed FROM cards WHERE last4 = '4444') WHERE last4 = '1111'`,
		"a last four changed": `UPDATE cards SET last4 = '1112' WHERE last4 = '1111'`,
		"a BIN changed":       `UPDATE cards SET bin = '400000' WHERE last4 = '1111'`,
		"a fingerprint":       `UPDATE cards SET fingerprint = 'f' WHERE last4 = '1111'`,
		"an expiry":           `UPDATE cards SET exp_month = 1 WHERE last4 = '1111'`,
		"an act taken out":    `DELETE FROM audit_entries WHERE position = 2`,
	} {
		h := open(t)
		h.keepMany(1)
		theirs := h.merchant("Other").Keys[merchant.Secret].Text()
		h.call("POST", "/v1/tokens", `{"number":"5555555555554444","exp_month":12,"exp_year":2030}`, "Authorization", "Bearer "+theirs)
		o := h.operator()
		h.verify(o, 2)
		h.tamper(tamper)
		found := 0
		_, _, err := o.Verify(t.Context(), func(int) {}, func(string, error) { found++ })
		if name == "an act taken out" {
			if err == nil || !strings.Contains(err.Error(), "audit") {
				t.Errorf("%s: %v", name, err)
			}
		} else if found != 1 || err != nil {
			t.Errorf("%s: %d cards were found, %v", name, found, err)
		}
	}
}

// tamper writes to the database as somebody with the file would.
func (h *house) tamper(statement string) {
	h.t.Helper()
	driver, source := "sqlite3", "file:"+h.data+"/paywicket.db?_busy_timeout=5000"
	if h.database != "" {
		driver, source = "pgx", h.database
	}
	intruder := sqlx.MustOpen(driver, source)
	defer intruder.Close()
	if result, err := intruder.Exec(statement); err != nil {
		h.t.Fatal(err)
	} else if n, _ := result.RowsAffected(); n == 0 {
		h.t.Fatal("nothing was tampered with")
	}
}
