package app_test

import (
	"html"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/paywicket/paywicket/embed"
)

var (
	nonces  = regexp.MustCompile(`nonce[-=]"?([\w-]+)`)
	carried = regexp.MustCompile(`id="page-data" content="([^"]*)"`)
)

// plain is an answer's headers and text without what is new on each view.
func plain(response *http.Response, body []byte) string {
	var text strings.Builder
	for _, name := range []string{"Content-Security-Policy", "Content-Type", "Cache-Control", "Referrer-Policy", "X-Content-Type-Options", "Cross-Origin-Resource-Policy", "X-Frame-Options"} {
		text.WriteString(name + ": " + response.Header.Get(name) + "\n")
	}
	text.Write(body)
	return nonces.ReplaceAllString(text.String(), "nonce")
}

// Whoever cannot show a checkout is told why, by a page that any page may frame.
func TestWhyThereIsNoCheckout(t *testing.T) {
	t.Parallel()
	h := open(t)
	shop := `"origins":["https://shop.example","http://localhost:3000"]`
	good, paid, old := h.session(), h.session(), h.session()
	if a := h.pay(paid, "4111111111111111"); a.Status != 200 {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	h.tamper("UPDATE checkout_sessions SET expires_at = 1 WHERE id = '" + old + "'")
	var other string
	for session, want := range map[string]string{
		good: `{"code":"ok",` + shop + `}`, paid: `{"code":"session_used",` + shop + `}`, old: `{"code":"session_expired",` + shop + `}`,
		"cs_00000000000000000000000000": `{"code":"session_unknown","origins":null}`,
		"nonsense":                      `{"code":"session_unknown","origins":null}`,
	} {
		response, body := h.get("/checkout/" + session + "/why")
		data := carried.FindSubmatch(body)
		if response.StatusCode != 200 || data == nil || html.UnescapeString(string(data[1])) != want {
			t.Errorf("%s: %d %s, want %s", session, response.StatusCode, body, want)
			continue
		}
		// But for what it says, the answer is the same for every session, there or not.
		same := strings.Replace(plain(response, body), string(data[1]), "", 1)
		if other == "" {
			other = same
		}
		if same != other {
			t.Errorf("%s is answered\n%s\nothers\n%s", session, same, other)
		}
	}
	response, body := h.get("/checkout/" + good + "/why")
	policy := response.Header.Get("Content-Security-Policy")
	nonce := nonces.FindStringSubmatch(policy)
	script, _ := embed.Asset("why.js")
	if nonce == nil || !strings.Contains(string(body), `<script nonce="`+nonce[1]+`">`+string(script.Body)+`</script>`) || strings.Count(string(script.Body), "</") > 0 {
		t.Errorf("%s\n%s", policy, body)
	}
	if !strings.HasPrefix(policy, "default-src 'none'; script-src 'nonce-") || !strings.Contains(policy, "frame-ancestors *; require-trusted-types-for 'script'") || strings.Contains(policy, "unsafe") || response.Header.Get("X-Frame-Options") != "" {
		t.Errorf("the policy is %s", policy)
	}
	if response.Header.Get("Cache-Control") != "no-store" {
		t.Error("how a session stands is kept by caches")
	}
}

// What was typed is kept for pages of the session's site alone.
func TestTheKeeper(t *testing.T) {
	t.Parallel()
	h := open(t)
	response, body := h.get("/checkout/" + h.session() + "/keep")
	policy := response.Header.Get("Content-Security-Policy")
	if response.StatusCode != 200 || !strings.Contains(policy, "frame-ancestors https://shop.example http://localhost:3000;") || !strings.HasPrefix(policy, "default-src 'none'; script-src 'nonce-") || strings.Contains(policy, "connect-src") {
		t.Errorf("%d %s", response.StatusCode, policy)
	}
	script, _ := embed.Asset("keep.js")
	if !strings.Contains(string(body), string(script.Body)) || response.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("%v %s", response.Header, body)
	}
	unknown, nothing := h.get("/checkout/cs_00000000000000000000000000/keep")
	malformed, same := h.get("/checkout/nonsense/keep")
	if unknown.StatusCode != 404 || malformed.StatusCode != 404 || plain(unknown, nothing) != plain(malformed, same) {
		t.Errorf("%d %s\n%d %s", unknown.StatusCode, nothing, malformed.StatusCode, same)
	}
	if !strings.Contains(unknown.Header.Get("Content-Security-Policy"), "frame-ancestors 'none'") {
		t.Error("a page may frame the keeper of no session")
	}
}

// A page can ask what integrity the script has that it loads.
func TestTheLoadersIntegrity(t *testing.T) {
	t.Parallel()
	h := open(t)
	response, body := h.get("/paywicket.js.sri")
	loader, _ := embed.Asset("paywicket.js")
	if response.StatusCode != 200 || string(body) != loader.Integrity || !strings.HasPrefix(string(body), "sha384-") {
		t.Errorf("%d %q, want %s", response.StatusCode, body, loader.Integrity)
	}
	for name, want := range map[string]string{
		"Content-Type": "text/plain; charset=utf-8", "Cache-Control": "public, max-age=300", "Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin",
	} {
		if got := response.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}
