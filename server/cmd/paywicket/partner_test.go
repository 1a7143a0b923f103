package main

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/processor"
	"github.com/paywicket/paywicket/server/sandbox"
)

// partner is another Paywicket, in a process of its own, at which a merchant has an account
// of the kind that FlexCharge gives.
type partner struct {
	testing.TB
	*exec.Cmd
	BaseURL   string `json:"base_url"`
	MID       string `json:"mid"`
	SiteID    string `json:"site_id"`
	AppKey    string `json:"app_key"`
	AppSecret string `json:"app_secret"`
	Tokens    string `json:"tokenization_key"`
	Secret    string `json:"secret_key"`
}

// startPartner runs the demo until the test ends.
func startPartner(t testing.TB) *partner {
	t.Helper()
	p := &partner{TB: t}
	path := filepath.Join(t.TempDir(), "credentials.json")
	p.Cmd = exec.Command(os.Args[0], "demo", "--listen", "127.0.0.1:0", "--credentials", path)
	p.Env = append(os.Environ(), "PAYWICKET_TEST_RUN_PROGRAM=1")
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = p.Process.Signal(os.Interrupt)
		_ = p.Wait()
	})
	for range 300 {
		if text, err := os.ReadFile(path); err == nil {
			if err := json.Unmarshal(text, p); err != nil {
				t.Fatal(err)
			}
			return p
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatal("the partner did not start")
	return nil
}

// get asks the partner with its merchant's secret key.
func (p *partner) get(path string, into any) {
	p.Helper()
	r, err := http.NewRequest(http.MethodGet, p.BaseURL+path, nil)
	if err != nil {
		p.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+p.Secret)
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		p.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil || json.Unmarshal(text, into) != nil {
		p.Fatalf("%s: %v %s", path, err, text)
	}
}

// count gives how many of the partner's events are of a type.
func (p *partner) count(kind string) int {
	p.Helper()
	var list struct{ Events []struct{ Type string } }
	p.get("/v1/events?limit=100", &list)
	n := 0
	for _, e := range list.Events {
		if e.Type == kind {
			n++
		}
	}
	return n
}

// A merchant's account at FlexCharge may be one at another Paywicket: it is given every
// card beside authorization, asked for what was declined softly, and told of what became of
// the rest; what it approved is captured and refunded there.
func TestAnotherPaywicketIsAsked(t *testing.T) {
	t.Parallel()
	began := time.Now().Add(-time.Hour).UTC().Format(time.RFC3339)
	other := startPartner(t)
	ledger, err := sandbox.OpenLedger("")
	if err != nil {
		t.Fatal(err)
	}
	first := httptest.NewServer((&sandbox.Server{Ledger: ledger, Now: time.Now, Log: slog.New(slog.DiscardHandler), Declines: processor.DoNotHonor}).Handler())
	t.Cleanup(first.Close)
	h := &house{TB: t, data: t.TempDir(), upstream: first.URL}
	h.environment = []string{
		"PAYWICKET_FLEXCHARGE_APP_KEY=" + other.AppKey, "PAYWICKET_FLEXCHARGE_APP_SECRET=" + other.AppSecret, "PAYWICKET_FLEXCHARGE_MID=" + other.MID,
		"PAYWICKET_FLEXCHARGE_SITE=" + other.SiteID, "PAYWICKET_FLEXCHARGE_TOKENIZATION_KEY=" + other.Tokens, "PAYWICKET_FLEXCHARGE_URL=" + other.BaseURL,
	}
	h.open()
	p := h.start()
	t.Cleanup(func() {
		_ = p.Process.Kill()
		_ = p.Wait()
	})

	paid := h.checkout(p, "4111111111111111")
	if paid.Status != "authorized" {
		t.Fatalf("%+v", paid)
	}
	var shown struct {
		Status    string
		Processor struct{ Name string }
		Attempts  []struct{ Processor string }
		Captured  int64
		Refunded  int64
	}
	h.mustCall(p, http.MethodGet, "/v1/payments/"+paid.Payment, "", &shown)
	if shown.Processor.Name != "flexcharge" || len(shown.Attempts) != 1 || shown.Attempts[0].Processor != "sandbox" {
		t.Errorf("%+v", shown)
	}
	// Once beside authorization, and once with the decline.
	if other.count("token.created") != 2 || other.count("order.capture_required") != 1 {
		t.Errorf("the partner has %d cards and %d orders to capture", other.count("token.created"), other.count("order.capture_required"))
	}

	h.mustCall(p, http.MethodPost, "/v1/payments/"+paid.Payment+"/capture", "", &shown)
	h.mustCall(p, http.MethodPost, "/v1/payments/"+paid.Payment+"/refunds", `{"amount":900}`, &shown)
	if shown.Captured != 4900 || shown.Refunded != 900 {
		t.Errorf("captured and refunded: %+v", shown)
	}
	within(t, func() bool { return other.count("order.completed") == 1 && other.count("order.refunded") == 1 })

	// A stolen card is asked for nowhere else, and learned of.
	if stolen := h.checkout(p, "4000000000009979"); stolen.Status != "declined" || len(ledger.List()) != 2 {
		t.Errorf("%+v, %d authorizations", stolen, len(ledger.List()))
	}
	within(t, func() bool {
		var report struct {
			Rescue []struct {
				Declined int `json:"transmitted_declined"`
			}
		}
		other.get("/v1/reports/rescue?from="+began+"&to="+time.Now().Add(time.Hour).UTC().Format(time.RFC3339), &report)
		n := 0
		for _, row := range report.Rescue {
			n += row.Declined
		}
		return n == 1
	})
	if other.count("token.created") != 3 {
		t.Errorf("the partner has %d cards", other.count("token.created"))
	}
}

// within waits for what a server does by itself.
func within(t testing.TB, what func() bool) {
	t.Helper()
	for range 300 {
		if what() {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatal("it did not come about in 30 s")
}

// outcome is what a checkout's browser is told.
type outcome struct{ Payment, Status string }

// checkout opens a session and pays it.
func (h *house) checkout(p *program, number string) outcome {
	h.Helper()
	var session struct{ ID string }
	h.mustCall(p, http.MethodPost, "/v1/checkout_sessions", `{"amount":4900,"currency":"USD","customer":{"email":"ada@shop.example"}}`, &session)
	var paid outcome
	h.mustCall(p, http.MethodPost, "/checkout/"+session.ID+"/pay", `{"number":"`+number+`","exp_month":12,"exp_year":2030,"cvv":"739","name":"Ada Lovelace"}`, &paid)
	return paid
}

// mustCall makes a call that must be answered well.
func (h *house) mustCall(p *program, method, path, body string, into any) {
	h.Helper()
	status, text, ok := h.call(http.DefaultClient, method, p.url+path, body)
	if !ok || status >= 300 || json.NewDecoder(bytes.NewReader(text)).Decode(into) != nil {
		h.Fatalf("%s %s: %d %s", method, path, status, strings.TrimSpace(string(text)))
	}
}
