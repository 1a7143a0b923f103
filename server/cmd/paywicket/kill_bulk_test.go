package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/id"
)

// sent is a batch as it is shown.
type sent struct {
	ID        int64 `json:"id"`
	Processed int   `json:"processed_charges"`
	Pending   int   `json:"pending_charges"`
	Total     int   `json:"total_charges"`
}

// batch asks for one, or how far it is. ok is false when no whole answer came.
func (h *house) batch(method, url, body string) (b sent, ok bool) {
	h.Helper()
	request, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		h.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+h.secret)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return b, false
	}
	defer response.Body.Close()
	var answer struct{ Data sent }
	if json.NewDecoder(response.Body).Decode(&answer) != nil || response.StatusCode != http.StatusOK {
		return b, false
	}
	return answer.Data, true
}

// TestABatchKilledAtAnyMoment kills the server again and again while it takes a batch in and
// charges it. In the end every item was charged exactly once, as the processor's ledger has
// it, and the figures that were told never went back.
func TestABatchKilledAtAnyMoment(t *testing.T) {
	t.Parallel()
	n := 5
	if text := os.Getenv("PAYWICKET_TEST_KILLS"); text != "" {
		n, _ = strconv.Atoi(text)
		n = max(5, n/10)
	}
	h := &house{TB: t, data: filepath.Join(t.TempDir(), "data"), budget: "500ms"}
	h.open()
	h.upstream = h.processor()
	p := h.start()
	_, answer, _ := h.call(http.DefaultClient, "POST", p.url+"/v1/tokens", `{"number":"4111111111111111","exp_month":12,"exp_year":2030}`)
	var kept struct{ ID string }
	if err := json.Unmarshal(answer, &kept); err != nil {
		t.Fatal(err)
	}
	token, err := id.ParseToken(kept.ID)
	if err != nil {
		t.Fatal(err)
	}
	charges := make([]string, 400*n)
	for i := range charges {
		charges[i] = fmt.Sprintf(`{"token":"%s","email":"ada@shop.example","currency":"NGN","amount":%d,"tx_ref":"kill-%d"}`, token.Flutterwave(), i+1, i)
	}
	body := `{"title":"kill","bulk_data":[` + strings.Join(charges, ",") + `]}`
	processed, told := 0, sent{}
	for i := range n + 1 {
		if i > 0 {
			p = h.start()
		}
		// The same batch is sent again until its answer has come: it is taken in once.
		for told.ID == 0 {
			b, ok := h.batch("POST", p.url+"/v3/bulk-tokenized-charges", body)
			if told = b; !ok {
				t.Fatal("the batch was not taken in")
			}
		}
		if i == n {
			break
		}
		// Every other time it is killed in the middle of charging, however slow the machine is.
		time.Sleep(time.Duration(200+rand.IntN(900)) * time.Millisecond)
		b, ok := h.batch("GET", fmt.Sprint(p.url, "/v3/bulk-tokenized-charges/", told.ID), "")
		for tries := 0; i%2 == 0 && ok && b.Processed == processed && tries < 300; tries++ {
			time.Sleep(50 * time.Millisecond)
			b, ok = h.batch("GET", fmt.Sprint(p.url, "/v3/bulk-tokenized-charges/", told.ID), "")
		}
		if !ok || b.Total != len(charges) || b.Processed+b.Pending != b.Total || b.Processed < processed {
			t.Errorf("%+v after %d were processed", b, processed)
		}
		processed = b.Processed
		p.Process.Kill()
		p.Wait()
	}
	defer p.Process.Kill()
	for range 600 {
		b, _ := h.batch("GET", fmt.Sprint(p.url, "/v3/bulk-tokenized-charges/", told.ID), "")
		if b.Total == len(charges) && b.Pending == 0 {
			break
		}
		time.Sleep(200 * time.Millisecond)
	}
	h.rest(p)
	h.once(len(charges))
	t.Logf("killed %d times, with %d of %d processed at the last", n, processed, len(charges))
	if processed == 0 {
		t.Error("it was always killed before anything was charged")
	}
}

// once holds the processor's ledger to a batch of the amounts 1.00 to n.00, each once.
func (h *house) once(n int) {
	h.Helper()
	response, err := http.Get(h.upstream + "/authorizations")
	if err != nil {
		h.Fatal(err)
	}
	defer response.Body.Close()
	var rows []struct {
		Amount   int64
		Status   string
		Voided   bool
		Captured int64
	}
	if err := json.NewDecoder(response.Body).Decode(&rows); err != nil {
		h.Fatal(err)
	}
	charged := map[int64]int{}
	for _, row := range rows {
		if row.Status == "approved" && !row.Voided {
			charged[row.Amount]++
		}
	}
	for i := 1; i <= n; i++ {
		if times := charged[int64(i)*100]; times != 1 {
			h.Errorf("item %d was charged %d times", i-1, times)
		}
	}
}
