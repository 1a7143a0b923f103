package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/config"
	"github.com/paywicket/paywicket/server/app"
)

// The page of a running server is held to what it serves, and the command fails when it is
// another; without a server there is nothing to hold it to.
func TestThePageIsVerified(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	if code, out, errors := run("migrate", "--data", data); code != 0 {
		t.Fatalf("%d %s%s", code, out, errors)
	}
	if code, _, errors := run("page", "verify", "--data", data); code != 1 || !strings.Contains(errors, "paywicket serve") {
		t.Errorf("without a server: %d %s", code, errors)
	}
	origin, changed := serveBehind(t, data)
	verify := func(args ...string) (int, string, string) {
		return run(append([]string{"page", "verify", "--data", data}, args...)...)
	}
	var code int
	var out, errors string
	for range 100 {
		if code, out, errors = verify(); code == 0 {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	if code != 0 || !strings.Contains(out, origin+"/checkout/specimen is what is served.") {
		t.Fatalf("%d %s%s", code, out, errors)
	}
	changed.Store(true)
	if code, out, errors = verify(); code != 1 || !strings.Contains(out, "X-Content-Type-Options is missing") || !strings.Contains(errors, "not what is served") {
		t.Errorf("%d %s%s", code, out, errors)
	}
	var verdict struct {
		URL         string
		Differences []struct{ Subject, Change string }
	}
	code, out, errors = verify("--json")
	if err := json.Unmarshal([]byte(out), &verdict); err != nil || code != 1 || len(verdict.Differences) != 1 || verdict.Differences[0].Change != "missing" {
		t.Errorf("%d %s%s %v", code, out, errors, err)
	}
	if code, _, errors = verify("--session", "x"); code != 1 || !strings.Contains(errors, "--session") {
		t.Errorf("a session that is none: %d %s", code, errors)
	}
	if code, out, errors = run("page", "inventory", "--data", data); code != 0 || !strings.Contains(out, "checkout.js  on the checkout page") {
		t.Errorf("%d %s%s", code, out, errors)
	}
	code, out, errors = run("page", "inventory", "--json", "--data", data)
	response, err := http.Get(origin + "/.well-known/paywicket-scripts.json")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var told, served any
	if code != 0 || json.Unmarshal([]byte(out), &told) != nil || json.NewDecoder(response.Body).Decode(&served) != nil {
		t.Fatalf("%d %s%s", code, out, errors)
	}
	one, _ := json.Marshal(told)
	two, _ := json.Marshal(served)
	if !bytes.Equal(one, two) {
		t.Errorf("told is %s, served %s", one, two)
	}
}

// serveBehind runs a server on a data directory behind a proxy, until the test ends. It gives
// where browsers reach it, and what makes the proxy drop a header once it is set.
func serveBehind(t *testing.T, data string) (origin string, changed *atomic.Bool) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: listener.Addr().String()})
	changed = &atomic.Bool{}
	proxy.ModifyResponse = func(r *http.Response) error {
		if changed.Load() {
			r.Header.Del("X-Content-Type-Options")
		}
		return nil
	}
	front := httptest.NewServer(proxy)
	t.Cleanup(front.Close)
	a, err := app.Open(t.Context(), config.Server{
		Listen: listener.Addr().String(), BaseURL: front.URL, Data: data, ProcessorURL: "http://127.0.0.1:1", Loopback: true,
	}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx, listener) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return front.URL, changed
}
