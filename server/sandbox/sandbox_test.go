package sandbox_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/server/sandbox"
)

// today is the sandbox's clock in every test.
var today = time.Date(2026, 11, 21, 9, 30, 0, 0, time.UTC)

// returnURL is where the checkout waits for the shopper.
const returnURL = "https://checkout.example/back"

// bench is a running sandbox, asked over HTTP as anyone asks it.
type bench struct {
	t      testing.TB
	server *sandbox.Server
	ledger *sandbox.Ledger
	path   string
	url    string
	client *http.Client
}

// start runs a sandbox with a ledger on disk.
func start(t testing.TB) *bench {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ledger.jsonl")
	ledger, err := sandbox.OpenLedger(path)
	if err != nil {
		t.Fatal(err)
	}
	s := &sandbox.Server{
		Ledger: ledger, Now: func() time.Time { return today }, Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
	}
	front := httptest.NewServer(s.Handler())
	t.Cleanup(func() {
		front.CloseClientConnections()
		front.Close()
		_ = ledger.Close()
	})
	client := front.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &bench{t, s, ledger, path, front.URL, client}
}

// ask is the body of a good request, for a test to change.
func ask(number string) map[string]any {
	cvv := "739"
	if len(number) == 15 {
		cvv = "7391"
	}
	return map[string]any{
		"reference": id.Random(), "amount": 4900, "currency": "USD", "descriptor": "TEST SHOP", "return_url": returnURL,
		"number": number, "exp_month": 12, "exp_year": 2030, "cvv": cvv, "name": "Ada Lovelace",
	}
}

// with gives a copy of a body with one field changed, or left out for nil.
func with(body map[string]any, field string, value any) map[string]any {
	changed := map[string]any{}
	for k, v := range body {
		changed[k] = v
	}
	changed[field] = value
	if value == nil {
		delete(changed, field)
	}
	return changed
}

// post asks for an authorization under its own reference.
func (b *bench) post(body map[string]any) (int, sandbox.Authorization) {
	b.t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		b.t.Fatal(err)
	}
	status, answer := b.send(fmt.Sprint(body["reference"]), text)
	var row sandbox.Authorization
	if status == http.StatusOK {
		if err := json.Unmarshal(answer, &row); err != nil {
			b.t.Fatal(err)
		}
	}
	return status, row
}

// send posts any bytes under any key.
func (b *bench) send(key string, body []byte) (int, []byte) {
	b.t.Helper()
	request, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.url+"/authorizations", bytes.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	request.Header.Set("Idempotency-Key", key)
	return b.do(request)
}

func (b *bench) get(path string) (int, []byte) {
	b.t.Helper()
	request, err := http.NewRequestWithContext(b.t.Context(), http.MethodGet, b.url+path, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	return b.do(request)
}

func (b *bench) do(request *http.Request) (int, []byte) {
	b.t.Helper()
	response, err := b.client.Do(request)
	if err != nil {
		b.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return response.StatusCode, text
}

// decide presses a button on the issuer's page.
func (b *bench) decide(page, decision string) *http.Response {
	b.t.Helper()
	response, err := b.client.PostForm(page, url.Values{"decision": {decision}})
	if err != nil {
		b.t.Fatal(err)
	}
	_ = response.Body.Close()
	return response
}

// rows counts the authorizations of a reference, as the sandbox lists them.
func (b *bench) rows(reference string) int {
	b.t.Helper()
	_, text := b.get("/authorizations")
	var all []sandbox.Authorization
	if err := json.Unmarshal(text, &all); err != nil {
		b.t.Fatal(err)
	}
	n := 0
	for _, row := range all {
		if row.Reference == reference {
			n++
		}
	}
	return n
}

// lines counts the lines about a reference in a ledger's file.
func lines(file []byte, reference string) int {
	n := 0
	for line := range strings.Lines(string(file)) {
		if strings.Contains(line, reference) {
			n++
		}
	}
	return n
}
