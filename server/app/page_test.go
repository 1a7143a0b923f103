package app_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"

	"github.com/paywicket/paywicket/embed"
	"github.com/paywicket/paywicket/server/language"
)

// get fetches without the client's own way with compression.
func (h *house) get(path string, header ...string) (*http.Response, []byte) {
	h.t.Helper()
	request, err := http.NewRequestWithContext(h.t.Context(), "GET", h.url+path, nil)
	if err != nil {
		h.t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	response, err := (&http.Transport{DisableCompression: true}).RoundTrip(request)
	if err != nil {
		h.t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	return response, body
}

func TestAssetsAreCompressedHashedAndKept(t *testing.T) {
	t.Parallel()
	h := open(t)
	for _, file := range embed.All() {
		tags := map[string]bool{}
		for encoding, read := range map[string]func(io.Reader) io.Reader{
			"br": func(r io.Reader) io.Reader { return brotli.NewReader(r) },
			"gzip": func(r io.Reader) io.Reader {
				g, err := gzip.NewReader(r)
				if err != nil {
					t.Fatal(err)
				}
				return g
			},
			"": func(r io.Reader) io.Reader { return r },
		} {
			response, body := h.get(file.Path, "Accept-Encoding", encoding)
			plain, err := io.ReadAll(read(bytes.NewReader(body)))
			if err != nil || !bytes.Equal(plain, file.Body) || response.Header.Get("Content-Encoding") != encoding {
				t.Errorf("%s as %q: %v, %d bytes as %q", file.Path, encoding, err, len(plain), response.Header.Get("Content-Encoding"))
			}
			tag := response.Header.Get("ETag")
			tags[tag] = true
			if again, body := h.get(file.Path, "Accept-Encoding", encoding, "If-None-Match", tag); again.StatusCode != 304 || len(body) != 0 {
				t.Errorf("%s with its own ETag: %d, %d bytes", file.Path, again.StatusCode, len(body))
			}
			life := "public, max-age=31536000, immutable"
			if !strings.HasPrefix(file.Path, "/assets/") || file.Name == "notices.txt" {
				life = "public, max-age=300"
			}
			if got := response.Header.Get("Cache-Control"); got != life || response.Header.Get("Vary") != "Accept-Encoding" {
				t.Errorf("%s: Cache-Control %q, Vary %q", file.Path, got, response.Header.Get("Vary"))
			}
			if response.Header.Get("Cross-Origin-Resource-Policy") != "cross-origin" || response.Header.Get("X-Content-Type-Options") != "nosniff" {
				t.Errorf("%s: headers %v", file.Path, response.Header)
			}
		}
		if len(tags) != 3 {
			t.Errorf("%s: the encodings share validators: %v", file.Path, tags)
		}
	}
	if response, _ := h.get("/assets/checkout.00000000.js"); response.StatusCode != 404 {
		t.Errorf("an asset that is not there: %d", response.StatusCode)
	}
}

func TestTheDocumentIsLockedDown(t *testing.T) {
	t.Parallel()
	h := open(t)
	session := h.session()
	response, body := h.get("/checkout/" + session)
	policy := response.Header.Get("Content-Security-Policy")
	nonce := regexp.MustCompile(`'nonce-([^']+)'`).FindStringSubmatch(policy)
	// Everything that runs or styles carries the nonce: nothing else would.
	active := regexp.MustCompile(`<(style|script|link rel="stylesheet")[^>]*>`).FindAllString(string(body), -1)
	for _, tag := range active {
		if !strings.Contains(tag, `type="application/json"`) && (nonce == nil || !strings.Contains(tag, ` nonce="`+nonce[1]+`"`)) {
			t.Errorf("%s has not the nonce of %s", tag, policy)
		}
	}
	if len(active) < 3 || regexp.MustCompile(`<[^>]* (style|on[a-z]+)=`).Match(body[:bytes.Index(body, []byte("<script nonce"))]) {
		t.Fatalf("%v, or styles and handlers in %s", active, body)
	}
	for _, directive := range []string{
		"default-src 'none'", "connect-src 'self'", "base-uri 'none'", "form-action 'self'", "style-src 'nonce-" + nonce[1] + "'", "trusted-types proof",
		"frame-ancestors 'self' https://shop.example http://localhost:3000", "require-trusted-types-for 'script'",
	} {
		if !strings.Contains(policy+";", directive+";") {
			t.Errorf("the policy lacks %q: %s", directive, policy)
		}
	}
	if strings.Contains(policy, "unsafe") || strings.Contains(policy, "*") {
		t.Errorf("the policy is loose: %s", policy)
	}
	if second, _ := h.get("/checkout/" + session); second.Header.Get("Content-Security-Policy") == policy {
		t.Error("the nonce is the same on the second view")
	}
	for name, want := range map[string]string{"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"} {
		if got := response.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if response.Header.Get("X-Frame-Options") != "" || response.Header.Get("Permissions-Policy") == "" {
		t.Errorf("headers %v", response.Header)
	}
	unknown, _ := h.get("/checkout/cs_00000000000000000000000000")
	if unknown.StatusCode != 404 || !strings.Contains(unknown.Header.Get("Content-Security-Policy"), "frame-ancestors 'none'") {
		t.Errorf("an unknown session: %d %s", unknown.StatusCode, unknown.Header.Get("Content-Security-Policy"))
	}
}

// A merchant's name and an order's description are text, whatever is in them.
func TestTextStaysText(t *testing.T) {
	t.Parallel()
	h := open(t)
	evil := `\"><script>alert(1)</script><meta http-equiv=refresh content='0;//evil'>{{.}}`
	a := h.api("POST", "/v1/checkout_sessions", `{"amount":1,"currency":"USD","description":"`+evil+`"}`)
	_, body := h.get("/checkout/" + a.text("id"))
	if a.Status != 201 || strings.Contains(string(body), "<script>alert") || strings.Contains(string(body), "<meta http-equiv") {
		t.Errorf("%d %s", a.Status, body)
	}
}

func TestBudgets(t *testing.T) {
	t.Parallel()
	size := func(names ...string) int {
		total := 0
		for _, name := range names {
			file, ok := embed.Asset(name)
			if !ok {
				t.Fatalf("there is no %s", name)
			}
			total += len(file.Brotli)
		}
		return total
	}
	if loader := size("paywicket.js", "sense.js"); loader > 8500 {
		t.Errorf("what a merchant's page loads has %d bytes of brotli", loader)
	}
	if collector := max(size("seen.js"), size("sense.js")); collector > 5500 {
		t.Errorf("the collector has %d bytes of brotli", collector)
	}
	h := open(t)
	session := h.session()
	var body []byte
	for _, name := range language.All() {
		var response *http.Response
		response, body = h.get("/checkout/"+session+"?locale="+name, "Accept-Encoding", "br")
		if len(body) > 18_000 || response.Header.Get("Content-Encoding") != "br" {
			t.Errorf("in %s the document has %d bytes of %s before it can be used", name, len(body), response.Header.Get("Content-Encoding"))
		}
	}
	page, err := io.ReadAll(brotli.NewReader(bytes.NewReader(body)))
	if err != nil {
		t.Fatal(err)
	}
	seen, _ := embed.Asset("seen.js")
	if loaded := regexp.MustCompile(` (src|href)="/[^"]*"`).FindAllString(string(page), -1); len(loaded) != 1 || loaded[0] != ` src="`+seen.Path+`"` {
		t.Errorf("the document loads %v: it carries all that it needs but the collector", loaded)
	}
}

// The document comes as the browser can read it, and says the same.
func TestTheDocumentIsCompressed(t *testing.T) {
	t.Parallel()
	h := open(t)
	session := h.session()
	for encoding, read := range map[string]func(io.Reader) (io.Reader, error){
		"br":   func(r io.Reader) (io.Reader, error) { return brotli.NewReader(r), nil },
		"gzip": func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) },
		"":     func(r io.Reader) (io.Reader, error) { return r, nil },
	} {
		response, body := h.get("/checkout/"+session, "Accept-Encoding", encoding)
		plain, err := read(bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		page, err := io.ReadAll(plain)
		if err != nil || response.Header.Get("Content-Encoding") != encoding || response.Header.Get("Vary") != "Accept-Encoding" || !bytes.Contains(page, []byte("</html>")) || !bytes.Contains(page, []byte(session)) {
			t.Errorf("as %q: %v, %v, %d bytes", encoding, err, response.Header, len(page))
		}
	}
}
