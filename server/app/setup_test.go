package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	"github.com/jmoiron/sqlx"

	"github.com/paywicket/paywicket/internal/config"
	"github.com/paywicket/paywicket/internal/merchant"
	"github.com/paywicket/paywicket/internal/store/storetest"
	"github.com/paywicket/paywicket/server/app"
	"github.com/paywicket/paywicket/server/docs"
	"github.com/paywicket/paywicket/server/sandbox"
)

// house is a whole server on a real database, with a sandbox processor of its own.
type house struct {
	t         testing.TB
	app       *app.App
	url       string
	direct    string // where it listens
	public    string // where browsers reach it when that is elsewhere
	data      string
	database  string // of PostgreSQL; empty for an SQLite file in data
	log       *syncedBuffer
	ledger    *sandbox.Ledger
	account   merchant.Opening
	processor string        // its URL
	fallbacks []string      // of others
	partners  config.Server // accounts elsewhere: Flutterwave and FlexCharge
	stop      func()
}

// syncedBuffer is a log that can be read while it is written.
type syncedBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *syncedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *syncedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// open starts a house. change may alter its processor.
func open(t testing.TB, change ...func(*sandbox.Server)) *house {
	t.Helper()
	h := &house{t: t, data: t.TempDir(), log: &syncedBuffer{}}
	if storetest.Server() != "" {
		h.database = storetest.Location(t)
	}
	log := slog.New(slog.NewJSONHandler(h.log, nil))
	var err error
	if h.ledger, err = sandbox.OpenLedger(filepath.Join(h.data, "ledger.jsonl")); err != nil {
		t.Fatal(err)
	}
	processor := &sandbox.Server{Ledger: h.ledger, Now: time.Now, Log: log}
	for _, c := range change {
		c(processor)
	}
	front := httptest.NewServer(processor.Handler())
	t.Cleanup(front.Close)
	processor.PublicURL = front.URL
	h.processor = front.URL
	h.serve(log)
	h.account = h.merchant("Shop")
	return h
}

// serve starts a server on the house's data. It stops with the test, or before.
func (h *house) serve(log *slog.Logger) {
	h.t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		h.t.Fatal(err)
	}
	h.direct = "http://" + listener.Addr().String()
	h.app, err = app.Open(h.t.Context(), config.Server{
		BaseURL: h.public,
		Listen:  listener.Addr().String(), Data: h.data, Database: h.database, Loopback: true, ProcessorURL: h.processor, FallbackURLs: h.fallbacks, Budget: 2 * time.Second,
		Flutterwave: h.partners.Flutterwave, FlexCharge: h.partners.FlexCharge,
	}, log)
	if err != nil {
		h.t.Fatal(err)
	}
	h.url = h.app.BaseURL()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	server := h.app
	go func() { ended <- server.Run(ctx, listener) }()
	h.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			h.t.Errorf("the server did not stop well: %v", err)
		}
	})
	h.t.Cleanup(h.stop)
}

// eventually waits for something that a server does by itself within seconds.
func (h *house) eventually(what func() bool) {
	h.t.Helper()
	for range 300 {
		if what() {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	h.t.Fatal("it did not come about in 30 s")
}

func (h *house) merchant(name string) merchant.Opening {
	h.t.Helper()
	o, err := h.app.Merchants.Open(h.t.Context(), name, merchant.Test, "DESCRIPTOR", []string{"https://shop.example", "http://localhost:3000"})
	if err != nil {
		h.t.Fatal(err)
	}
	return o
}

func (h *house) secret() string { return h.account.Keys[merchant.Secret].Text() }

// answer is a response that has been read and held to the OpenAPI file.
type answer struct {
	Status int
	Header http.Header
	Body   string
}

// field gives a field of a JSON object, by its dotted path.
func (a answer) field(path string) any {
	var value any
	if err := json.Unmarshal([]byte(a.Body), &value); err != nil {
		return nil
	}
	for _, name := range strings.Split(path, ".") {
		object, _ := value.(map[string]any)
		value = object[name]
	}
	return value
}

func (a answer) text(path string) string {
	text, _ := a.field(path).(string)
	return text
}

// call makes a request and holds the answer to the OpenAPI file. header is given
// as pairs.
func (h *house) call(method, path, body string, header ...string) answer {
	h.t.Helper()
	const most = 64 << 10 // of which the server reads none, and may hang up before it is sent
	request, response, err := h.try(method, path, body, header)
	for tries := 0; err != nil && len(body) > most && tries < 5; tries++ {
		request, response, err = h.try(method, path, body, header)
	}
	if err != nil {
		h.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	a := answer{response.StatusCode, response.Header, string(text)}
	h.holdToFile(request, a)
	return a
}

// try makes a request once.
func (h *house) try(method, path, body string, header []string) (*http.Request, *http.Response, error) {
	h.t.Helper()
	request, err := http.NewRequestWithContext(h.t.Context(), method, h.url+path, strings.NewReader(body))
	if err != nil {
		h.t.Fatal(err)
	}
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	response, err := http.DefaultClient.Do(request)
	return request, response, err
}

// api calls with the merchant's secret key.
func (h *house) api(method, path, body string) answer {
	h.t.Helper()
	return h.call(method, path, body, "Authorization", "Bearer "+h.secret())
}

// session opens a session of 49 dollars.
func (h *house) session() string {
	h.t.Helper()
	a := h.api("POST", "/v1/checkout_sessions", `{"amount":4900,"currency":"USD"}`)
	if a.Status != http.StatusCreated {
		h.t.Fatalf("session: %d %s", a.Status, a.Body)
	}
	return a.text("id")
}

// pay submits a card to a session.
func (h *house) pay(session, number string) answer {
	h.t.Helper()
	return h.call("POST", "/checkout/"+session+"/pay", `{"number":"`+number+`","exp_month":12,"exp_year":2030,"cvv":"739","name":"Ada"}`)
}

var openAPI = sync.OnceValues(func() (routers.Router, error) {
	document, err := openapi3.NewLoader().LoadFromData(docs.OpenAPI)
	if err != nil {
		return nil, err
	}
	if err := document.Validate(context.Background(), openapi3.IsOpenAPI31OrLater()); err != nil {
		return nil, err
	}
	for _, kind := range []string{"text/html", "text/javascript", "text/css", "text/csv"} {
		openapi3filter.RegisterBodyDecoder(kind, openapi3filter.FileBodyDecoder)
	}
	return gorillamux.NewRouter(document)
})

// holdToFile fails the test when a described route answers what is not described.
func (h *house) holdToFile(request *http.Request, a answer) {
	h.t.Helper()
	router, err := openAPI()
	if err != nil {
		h.t.Fatal(err)
	}
	request.URL.Scheme, request.URL.Host = "", ""
	route, parameters, err := router.FindRoute(request)
	if err != nil {
		return // not a described route: the test of the routes says whether that is right
	}
	err = openapi3filter.ValidateResponse(h.t.Context(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: request, Route: route, PathParams: parameters},
		Status:                 a.Status, Header: a.Header, Body: io.NopCloser(strings.NewReader(a.Body)),
		Options: &openapi3filter.Options{IncludeResponseStatus: true},
	})
	if err != nil {
		h.t.Errorf("%s %s answers %d %s, which /openapi.json does not describe: %v", request.Method, request.URL.Path, a.Status, a.Body, err)
	}
}

// expectNoTrace fails when a secret is in any file of the data directory or in the log.
func (h *house) expectNoTrace(secrets ...string) {
	h.t.Helper()
	h.stop()
	files, err := filepath.Glob(filepath.Join(h.data, "*"))
	if err != nil || len(files) < 2 {
		h.t.Fatalf("the data directory holds %d files, %v", len(files), err)
	}
	if h.database != "" {
		intruder := sqlx.MustOpen("pgx", h.database)
		defer intruder.Close()
		path := filepath.Join(h.t.TempDir(), "dump")
		if err := os.WriteFile(path, storetest.Dump(h.t, intruder), 0o600); err != nil {
			h.t.Fatal(err)
		}
		files = append(files, path)
	}
	for _, path := range files {
		content, err := os.ReadFile(path)
		if err != nil {
			h.t.Fatal(err)
		}
		for _, secret := range secrets {
			if bytes.Contains(content, []byte(secret)) {
				h.t.Errorf("%s is in %s", secret, filepath.Base(path))
			}
		}
	}
	for _, secret := range secrets {
		if strings.Contains(h.log.String(), secret) {
			h.t.Errorf("%s is in the log", secret)
		}
	}
}
