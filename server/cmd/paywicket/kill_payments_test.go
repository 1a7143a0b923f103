package main

import (
	"encoding/json"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/store"
)

// faultRate is how many of the processor's answers go wrong in tests, as Let's Encrypt's
// Pebble has it.
const faultRate = "0.05"

// merchantSide is what a merchant's server knows: what it was told, and what its webhook
// receiver got.
type merchantSide struct {
	mu       sync.Mutex
	paid     map[string]bool   // payments that were said to be paid
	captured map[string]int64  // and captured
	bodies   map[string]string // webhooks by id
	changed  int               // ids that came with two bodies
	answers  int
	keys     map[string][]string // payments by Idempotency-Key
}

func (m *merchantSide) receive(_ http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	name := r.Header.Get("webhook-id")
	if before, ok := m.bodies[name]; ok && before != string(body) {
		m.changed++
	}
	m.bodies[name] = string(body)
}

// said is a payment as the API shows it.
type said struct {
	ID, Status string
	Captured   int64
	Refunded   int64
	Processor  struct{ ID string }
}

// note keeps what a payment was said to be.
func (m *merchantSide) note(key string, p said) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.answers++
	if p.Status == "authorized" || p.Status == "captured" || p.Status == "partially_refunded" {
		m.paid[p.ID] = true
	}
	m.captured[p.ID] = max(m.captured[p.ID], p.Captured)
	if key != "" {
		m.keys[key] = append(m.keys[key], p.ID)
	}
}

// killAfter kills a server a moment after it has given so many more answers, or after five
// seconds: in the midst of its work, however fast it is.
func (m *merchantSide) killAfter(p *program, answers int) {
	m.mu.Lock()
	until := m.answers + answers
	m.mu.Unlock()
	for range 500 {
		m.mu.Lock()
		enough := m.answers >= until
		m.mu.Unlock()
		if enough {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	time.Sleep(time.Duration(rand.IntN(20)) * time.Millisecond)
	p.Process.Kill()
}

// charging charges a token again and again, captures and refunds, until the server is
// gone. What was not answered is sent again, under its key, to the next one.
func (h *house) charging(p *program, m *merchantSide, token string, again []string) (unanswered []string) {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 8}, Timeout: 20 * time.Second}
	defer client.CloseIdleConnections()
	var callers sync.WaitGroup
	var mu sync.Mutex
	for range 8 {
		callers.Go(func() {
			for {
				mu.Lock()
				key := id.Random()
				if len(again) > 0 {
					key, again = again[0], again[1:]
				}
				mu.Unlock()
				charge, ok := h.keyed(client, key, p.url+"/v1/payments", `{"token":"`+token+`","amount":1200,"currency":"USD"}`)
				if !ok {
					mu.Lock()
					unanswered = append(unanswered, key)
					mu.Unlock()
					return
				}
				m.note(key, charge)
				if charge.Status != "authorized" {
					continue
				}
				for _, step := range []string{"capture", "refunds"} {
					after, ok := h.keyed(client, key+step, p.url+"/v1/payments/"+charge.ID+"/"+step, `{"amount":100}`)
					if !ok {
						return
					}
					m.note("", after)
				}
			}
		})
	}
	callers.Wait()
	return append(unanswered, again...)
}

// keyed posts under an Idempotency-Key; ok is false when no whole answer came.
func (h *house) keyed(client *http.Client, key, url, body string) (said, bool) {
	status, answer, ok := h.call(client, "POST", url, body, "Idempotency-Key", key)
	var p said
	if !ok || status == http.StatusServiceUnavailable {
		return p, false
	}
	if status == http.StatusConflict {
		return p, true // such as a refund of a capture that is not known yet
	}
	if status > 201 || json.Unmarshal(answer, &p) != nil {
		h.Errorf("%s: %d %s", url, status, answer)
	}
	return p, true
}

// TestPaymentsKilledAtAnyMoment kills the server again and again while it charges,
// captures and refunds at a processor that misbehaves. In the end nobody is charged twice,
// nothing that was acknowledged is lost, every payment is as the processor's ledger has it,
// and every webhook came.
func TestPaymentsKilledAtAnyMoment(t *testing.T) {
	t.Parallel()
	n := 20
	if text := os.Getenv("PAYWICKET_TEST_KILLS"); text != "" {
		n, _ = strconv.Atoi(text)
		n = max(20, n/5)
	}
	h := &house{TB: t, data: filepath.Join(t.TempDir(), "data"), budget: "500ms"}
	h.open()
	h.upstream = h.processor("--faults", faultRate, "--ledger", filepath.Join(t.TempDir(), "ledger.jsonl"))
	m := &merchantSide{paid: map[string]bool{}, captured: map[string]int64{}, bodies: map[string]string{}, keys: map[string][]string{}}
	receiver := httptest.NewServer(http.HandlerFunc(m.receive))
	defer receiver.Close()
	p := h.start()
	_, answer, _ := h.call(http.DefaultClient, "POST", p.url+"/v1/tokens", `{"number":"4111111111111111","exp_month":12,"exp_year":2030}`)
	var kept struct{ ID string }
	if err := json.Unmarshal(answer, &kept); err != nil {
		t.Fatal(err)
	}
	if status, answer, _ := h.call(http.DefaultClient, "POST", p.url+"/v1/webhook_endpoints", `{"url":"`+receiver.URL+`"}`); status != http.StatusCreated {
		t.Fatalf("%s", answer)
	}
	var unanswered []string
	for i := range n {
		if i > 0 {
			p = h.start()
		}
		go m.killAfter(p, rand.IntN(60))
		unanswered = h.charging(p, m, kept.ID, unanswered)
		p.Wait()
		if t.Failed() {
			t.FailNow()
		}
	}
	p = h.start()
	defer p.Process.Kill()
	for _, key := range unanswered {
		if charge, ok := h.keyed(http.DefaultClient, key, p.url+"/v1/payments", `{"token":"`+kept.ID+`","amount":1200,"currency":"USD"}`); ok {
			m.note(key, charge)
		}
	}
	payments := h.rest(p)
	h.compare(m, payments)
	h.expectWebhooks(p, m)
	t.Logf("killed %d times: %d payments, of which %d were acknowledged as paid; %d webhooks", n, payments, len(m.paid), len(m.bodies))
	if len(m.paid) < n {
		t.Errorf("only %d payments were acknowledged: was there any load?", len(m.paid))
	}
}

// rest waits until the server has nothing left to find out or to tell, and gives how many
// payments there are.
func (h *house) rest(p *program) int {
	h.Helper()
	db, err := store.Open(h.Context(), h.location, time.Now)
	if err != nil {
		h.Fatal(err)
	}
	defer db.Close()
	for range 300 {
		open, payments, waiting, err := db.Unfinished(h.Context())
		if err != nil {
			h.Fatal(err)
		}
		if open+waiting == 0 {
			return payments
		}
		time.Sleep(500 * time.Millisecond)
	}
	h.Fatal("it does not come to rest")
	return 0
}

// compare holds every payment to the processor's ledger.
func (h *house) compare(m *merchantSide, payments int) {
	h.Helper()
	response, err := http.Get(h.upstream + "/authorizations")
	if err != nil {
		h.Fatal(err)
	}
	defer response.Body.Close()
	var rows []struct {
		ID, Reference, Status string
		Captured, Refunded    int64
		Voided                bool
	}
	if err := json.NewDecoder(response.Body).Decode(&rows); err != nil {
		h.Fatal(err)
	}
	db, err := store.Open(h.Context(), h.location, time.Now)
	if err != nil {
		h.Fatal(err)
	}
	defer db.Close()
	seen := map[string]bool{}
	for _, row := range rows {
		p, err := db.FindReference(h.Context(), "sandbox", row.Reference)
		if err != nil || seen[p.ID] {
			h.Errorf("the processor has %s, which is nobody's payment or its second: %v", row.Reference, err)
			continue
		}
		seen[p.ID] = true
		stands := row.Status == "approved" && !(row.Voided && row.Captured == 0)
		if p.State.Paid() != stands || p.State.Paid() && (p.Captured != row.Captured || p.Refunded != row.Refunded) {
			h.Errorf("%s is %s with %d captured and %d refunded, at the processor %+v", p.ID, p.State, p.Captured, p.Refunded, row)
		}
		if m.paid[p.ID] && !p.State.Paid() {
			h.Errorf("%s was acknowledged as paid and is %s", p.ID, p.State)
		}
		if p.Captured < m.captured[p.ID] {
			h.Errorf("%s: %d was acknowledged as captured, and %d is", p.ID, m.captured[p.ID], p.Captured)
		}
	}
	for name := range m.paid {
		if !seen[name] {
			h.Errorf("%s was acknowledged as paid, and the processor has nothing of it", name)
		}
	}
	for key, names := range m.keys {
		for _, name := range names {
			if name != names[0] {
				h.Errorf("the key %s stands for %v", key, names)
			}
		}
	}
}

// expectWebhooks looks for every event among those that came.
func (h *house) expectWebhooks(p *program, m *merchantSide) {
	h.Helper()
	events, before := 0, ""
	for {
		status, answer, _ := h.call(http.DefaultClient, "GET", p.url+"/v1/events?limit=100"+before, "")
		var page struct {
			Events  []struct{ ID, Type string }
			HasMore bool `json:"has_more"`
		}
		if status != http.StatusOK || json.Unmarshal(answer, &page) != nil {
			h.Fatalf("%d %s", status, answer)
		}
		m.mu.Lock()
		for _, e := range page.Events {
			events++
			if _, ok := m.bodies[e.ID]; !ok && e.Type != "token.created" { // it was before the receiver
				h.Errorf("%s %s was announced and never came", e.Type, e.ID)
			}
		}
		m.mu.Unlock()
		if !page.HasMore {
			break
		}
		before = "&before=" + page.Events[len(page.Events)-1].ID
	}
	if m.changed > 0 || len(m.bodies) > events {
		h.Errorf("%d ids came with two bodies; %d webhooks of %d events", m.changed, len(m.bodies), events)
	}
}
