package app_test

import (
	"bytes"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/paywicket/paywicket/embed"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/server/app"
)

// tampering is a proxy in front of a server that may change what comes through.
type tampering struct {
	mu     sync.Mutex
	to     string
	change func(path string, h http.Header, body []byte) []byte
	status int // in place of the answer; 0 for none
}

func (p *tampering) set(to string, status int, change func(string, http.Header, []byte) []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.to, p.status, p.change = to, status, change
}

func (p *tampering) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	to, status, change := p.to, p.status, p.change
	p.mu.Unlock()
	if status != 0 {
		w.Header().Set("Location", "https://elsewhere.example/")
		w.WriteHeader(status)
		return
	}
	request, _ := http.NewRequestWithContext(r.Context(), r.Method, to+r.URL.RequestURI(), r.Body)
	request.Header = r.Header.Clone()
	request.Header.Set("Accept-Encoding", "identity")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	defer response.Body.Close()
	body, _ := io.ReadAll(response.Body)
	if change != nil {
		body = change(r.URL.Path, response.Header, body)
	}
	response.Header.Del("Content-Length")
	for name, values := range response.Header {
		w.Header()[name] = values
	}
	w.WriteHeader(response.StatusCode)
	_, _ = w.Write(body)
}

// behind puts a house behind a proxy, with a receiver of what is told of its page, and waits
// until what it serves is known.
func behind(t *testing.T) (*house, *tampering, *receiver) {
	t.Helper()
	h, proxy := open(t), &tampering{}
	front := httptest.NewServer(proxy)
	t.Cleanup(front.Close)
	// What it serves at another address is known too, and does not count.
	h.eventually(func() bool { return h.app.LookAtPage(t.Context()) == nil })
	h.stop()
	h.public = front.URL
	h.serve(slog.New(slog.NewJSONHandler(h.log, nil)))
	proxy.set(h.direct, 0, nil)
	h.eventually(func() bool { return h.app.LookAtPage(t.Context()) == nil })
	return h, proxy, h.receive(0, `["page.changed","page.restored"]`)
}

// lookAtPage has the monitor look.
func (h *house) lookAtPage() {
	h.t.Helper()
	if err := h.app.LookAtPage(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
}

// flip changes one byte in the middle of an asset, wherever it goes by.
func flip(t *testing.T, name string) func(string, http.Header, []byte) []byte {
	t.Helper()
	asset, ok := embed.Asset(name)
	if !ok {
		t.Fatalf("there is no %s", name)
	}
	middle := asset.Body[len(asset.Body)/2:][:40]
	return func(_ string, _ http.Header, body []byte) []byte {
		if i := bytes.Index(body, middle); i >= 0 {
			body = bytes.Clone(body)
			body[i] ^= 1
		}
		return body
	}
}

// inPage changes the payment page alone.
func inPage(change func(h http.Header, body string) string) func(string, http.Header, []byte) []byte {
	return func(path string, h http.Header, body []byte) []byte {
		if strings.HasPrefix(path, "/checkout/") {
			return []byte(change(h, string(body)))
		}
		return body
	}
}

func replace(old, by string) func(string, http.Header, []byte) []byte {
	return inPage(func(_ http.Header, body string) string { return strings.Replace(body, old, by, 1) })
}

func replaceInPolicy(old, by string) func(string, http.Header, []byte) []byte {
	return inPage(func(h http.Header, body string) string {
		h.Set("Content-Security-Policy", strings.Replace(h.Get("Content-Security-Policy"), old, by, 1))
		return body
	})
}

func setHeader(name, value string) func(string, http.Header, []byte) []byte {
	return inPage(func(h http.Header, body string) string {
		if h.Set(name, value); value == "" {
			h.Del(name)
		}
		return body
	})
}

// What is changed on the way to browsers, be it one byte, is told to every merchant, once, and
// so is its end; of a page that is as it is served nothing is told.
func TestAChangedPageIsTold(t *testing.T) {
	t.Parallel()
	h, proxy, r := behind(t)
	h.lookAtPage()
	stale := ""
	for _, c := range []struct {
		name, subject, change string
		tamper                func(string, http.Header, []byte) []byte
	}{
		{"one byte of the page's script", "script", "changed", flip(t, "checkout.js")},
		{"one byte of the collector", "seen", "changed", flip(t, "seen.js")},
		{"one byte of the shop's script", "file /paywicket.js", "changed", flip(t, "paywicket.js")},
		{"a script more", "script https://evil.example/a.js", "unknown", replace("</head>", `<script src="https://evil.example/a.js"></script></head>`)},
		{"an inline script more", "inline script", "unknown", replace("</body>", `<script>fetch("//evil.example")</script></body>`)},
		{"a handler", "handler main onclick", "unknown", replace("<main ", `<main onclick="steal()" `)},
		{"no integrity attribute", "script /assets/seen.", "changed", replace(` integrity="`+strings.ReplaceAll(integrityOf(t, "seen.js"), "+", "&#43;")+`"`, "")},
		{"a form that goes elsewhere", "form https://evil.example/", "unknown", replace("</body>", `<form action="https://evil.example/"></form></body>`)},
		{"a directive less", "Content-Security-Policy connect-src", "missing", replaceInPolicy("connect-src 'self'; ", "")},
		{"a directive that lets more", "Content-Security-Policy connect-src", "changed", replaceInPolicy("connect-src 'self'", "connect-src 'self' https://evil.example")},
		{"anybody may frame it", "Content-Security-Policy frame-ancestors", "changed", replaceInPolicy("frame-ancestors 'none'", "frame-ancestors *")},
		{"no nosniff", "X-Content-Type-Options", "missing", setHeader("X-Content-Type-Options", "")},
		{"it may be cached", "Cache-Control", "changed", setHeader("Cache-Control", "public, max-age=60")},
		{"a header more", "Link", "unknown", setHeader("Link", "<https://evil.example/a.css>; rel=stylesheet")},
		{"a nonce that was used before", "nonce", "changed", inPage(func(h http.Header, body string) string {
			if stale == "" {
				stale = h.Get("Content-Security-Policy")
			}
			h.Set("Content-Security-Policy", stale)
			return body
		})},
	} {
		proxy.set(h.direct, 0, c.tamper)
		h.lookAtPage()
		message := h.next(r, 5*time.Second)
		data, _ := message["data"].(map[string]any)
		told, _ := data["differences"].([]any)
		if message["type"] != "page.changed" || len(told) == 0 || data["url"] != h.public+"/checkout/specimen" {
			t.Fatalf("%s: %v", c.name, message)
		}
		if !slices.ContainsFunc(told, func(one any) bool {
			d, _ := one.(map[string]any)
			subject, _ := d["subject"].(string)
			return strings.Contains(subject, c.subject) && d["change"] == c.change
		}) {
			t.Errorf("%s: told %v", c.name, told)
		}
		h.lookAtPage()
		h.lookAtPage()
		proxy.set(h.direct, 0, nil)
		h.lookAtPage()
		if message := h.next(r, 5*time.Second); message["type"] != "page.restored" {
			t.Errorf("%s: then came %v", c.name, message)
		}
	}
	if n := len(r.got); n > 0 {
		t.Errorf("%d events more", n)
	}
	if !strings.Contains(h.log.String(), "the payment page is not what is served") {
		t.Error("the log does not tell")
	}
	h.holdEvents()
}

func integrityOf(t *testing.T, name string) string {
	t.Helper()
	asset, ok := embed.Asset(name)
	if !ok {
		t.Fatalf("there is no %s", name)
	}
	return asset.Integrity
}

// holdEvents holds the list of events to the OpenAPI file.
func (h *house) holdEvents() {
	h.t.Helper()
	if a := h.api("GET", "/v1/events?limit=100", ""); a.Status != 200 || !strings.Contains(a.Body, "page.changed") {
		h.t.Errorf("%d %s", a.Status, a.Body)
	}
}

// What was told is not told again by a server that starts anew, and TLS once promised is
// missed. A page that cannot be had is neither whole nor changed.
func TestTheStateOfThePageIsKept(t *testing.T) {
	t.Parallel()
	h, proxy, r := behind(t)
	strict := setHeader("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
	stricter := setHeader("Strict-Transport-Security", "max-age=63072000; includeSubDomains; preload")
	proxy.set(h.direct, 0, strict)
	h.lookAtPage()
	proxy.set(h.direct, 0, stricter)
	h.lookAtPage() // which promises more
	proxy.set(h.direct, 0, setHeader("Strict-Transport-Security", "max-age=60"))
	h.lookAtPage()
	if message := h.next(r, 5*time.Second); message["type"] != "page.changed" {
		t.Fatalf("%v", message)
	}
	h.stop()
	h.serve(slog.New(slog.NewJSONHandler(h.log, nil)))
	proxy.set(h.direct, 0, setHeader("Strict-Transport-Security", "max-age=60"))
	h.lookAtPage()
	for _, status := range []int{http.StatusBadGateway, http.StatusTooManyRequests} {
		proxy.set(h.direct, status, nil)
		if err := h.app.LookAtPage(t.Context()); fault.CodeOf(err) != fault.Unavailable {
			t.Errorf("a page that is answered with %d: %v", status, err)
		}
	}
	proxy.set(h.direct, 0, stricter)
	h.lookAtPage()
	if message := h.next(r, 5*time.Second); message["type"] != "page.restored" {
		t.Fatalf("%v", message)
	}
	proxy.set(h.direct, http.StatusFound, nil)
	h.lookAtPage()
	data, _ := h.next(r, 5*time.Second)["data"].(map[string]any)
	if text := slog.AnyValue(data["differences"]).String(); !strings.Contains(text, "302 Found, to https://elsewhere.example/") {
		t.Errorf("a page that leads elsewhere: %s", text)
	}
}

// While servers are replaced one by one a page may be that of any of them, and of none that is
// gone.
func TestThePageOfAnotherBuildIsRight(t *testing.T) {
	t.Parallel()
	h, proxy, _ := behind(t)
	db, err := app.OpenStore(t.Context(), h.data, h.database)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	builds, err := db.ListBuilds(t.Context(), time.Time{})
	if err != nil || len(builds) == 0 || builds[0].Inventory.Origin != h.public {
		t.Fatalf("%d builds, %v", len(builds), err)
	}
	other := builds[0]
	other.Page.Headers = maps.Clone(other.Page.Headers)
	delete(other.Page.Headers, "X-Content-Type-Options")
	proxy.set(h.direct, 0, setHeader("X-Content-Type-Options", ""))
	now := time.Now()
	for _, c := range []struct {
		ago         time.Duration
		differences int
	}{{2 * time.Hour, 1}, {time.Minute, 0}} {
		if err := db.KeepBuild(t.Context(), other, now.Add(-c.ago), time.Time{}); err != nil {
			t.Fatal(err)
		}
		if v, err := app.VerifyPage(t.Context(), db, ""); err != nil || len(v.Differences) != c.differences {
			t.Errorf("served %v ago: %v, %v", c.ago, v, err)
		}
	}
	proxy.set(h.direct, 0, nil)
	if v, err := app.VerifyPage(t.Context(), db, ""); err != nil || len(v.Differences) != 0 {
		t.Errorf("its own: %v, %v", v, err)
	}
}

// The page is looked at when it is time to, and sooner again when it could not be had.
func TestThePageIsLookedAtNowAndThen(t *testing.T) {
	t.Parallel()
	h, proxy, r := behind(t)
	db, err := app.OpenStore(t.Context(), h.data, h.database)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	due := func() time.Duration {
		s, err := db.PageState(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return time.Until(s.NextAt).Round(5 * time.Minute)
	}
	if in := due(); in != time.Hour {
		t.Errorf("the next look is due in %v", in)
	}
	proxy.set(h.direct, 0, flip(t, "seen.js"))
	if err := h.app.LookAtPageWhenDue(t.Context()); err != nil {
		t.Fatal(err)
	}
	if s, err := db.PageState(t.Context()); err != nil || s.Sequence != 0 || len(r.got) != 0 {
		t.Errorf("looked before it was due: %+v, %v", s, err)
	}
	proxy.set(h.direct, http.StatusBadGateway, nil)
	if err := h.app.LookAtPage(t.Context()); err == nil {
		t.Error("a look that came to nothing is no error")
	}
	if in := due(); in != 10*time.Minute {
		t.Errorf("after that the next look is due in %v", in)
	}
}

// A page of a session is compared as the specimen is, though its site may frame it.
func TestARealPageCanBeVerified(t *testing.T) {
	t.Parallel()
	h, proxy, _ := behind(t)
	db, err := app.OpenStore(t.Context(), h.data, h.database)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	session := h.session()
	for _, name := range []string{"", session} {
		v, err := app.VerifyPage(t.Context(), db, name)
		if err != nil || len(v.Differences) != 0 {
			t.Errorf("%q: %v, %v", name, v, err)
		}
	}
	proxy.set(h.direct, 0, func(path string, _ http.Header, body []byte) []byte {
		if path == "/checkout/"+session {
			return append(body, `<script>1</script>`...)
		}
		return body
	})
	if v, err := app.VerifyPage(t.Context(), db, session); err != nil || len(v.Differences) != 1 || v.URL != h.public+"/checkout/"+session {
		t.Errorf("%v, %v", v, err)
	}
	if v, err := app.VerifyPage(t.Context(), db, ""); err != nil || len(v.Differences) != 0 {
		t.Errorf("the specimen: %v, %v", v, err)
	}
}

// Every script that is built is listed with its hash and its justification, anybody may read
// it, and the payment page holds no script that is not listed.
func TestTheInventory(t *testing.T) {
	t.Parallel()
	h := open(t)
	a := h.call("GET", "/.well-known/paywicket-scripts.json", "")
	if a.Status != 200 || a.Header.Get("Cache-Control") != "public, max-age=300" {
		t.Fatalf("%d %v %s", a.Status, a.Header, a.Body)
	}
	listed := map[string]bool{}
	scripts, _ := a.field("scripts").([]any)
	for _, one := range scripts {
		s, _ := one.(map[string]any)
		name, _ := s["name"].(string)
		listed[name] = true
		if purpose, _ := s["purpose"].(string); len(purpose) < 40 || s["on"] == "" || s["authorized"] == "" {
			t.Errorf("%s is not justified in server/page/inventory.go: %v", name, s)
		}
		if s["integrity"] != integrityOf(t, name) {
			t.Errorf("%s: %v", name, s["integrity"])
		}
	}
	for _, file := range embed.All() {
		if strings.HasSuffix(file.Path, ".js") != listed[file.Name] {
			t.Errorf("%s is listed: %v", file.Name, listed[file.Name])
		}
	}
	headers, _ := a.field("headers").(map[string]any)
	if headers["X-Content-Type-Options"] != "nosniff" || headers["Content-Security-Policy connect-src"] != "'self'" || strings.Contains(a.Body, "nonce-") {
		t.Errorf("headers: %v", headers)
	}
	if others := h.app.UnlistedScripts(t.Context()); len(others) > 0 {
		t.Errorf("the payment page holds what is not listed: %v", others)
	}
	if page := h.call("GET", "/checkout/specimen", ""); page.Status != 200 || !strings.Contains(page.Header.Get("Content-Security-Policy"), "frame-ancestors 'none'") {
		t.Errorf("the specimen: %d %v", page.Status, page.Header)
	}
}
