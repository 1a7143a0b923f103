package sandbox_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/processor"
)

const approved = `{"id":"auth_1","reference":"9qz0c6k2m4n8","status":"approved","amount":4900,"currency":"USD"`

// hijacked takes the connection away from net/http and says raw bytes on it.
func hijacked(say func(request string) string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		connection, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		_, _ = io.WriteString(connection, say(string(body)))
		_ = connection.Close()
	}
}

func said(status int, text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, text)
	}
}

// Whatever is not a clear answer leaves the outcome unknown, and a look-up is to
// be made again.
func TestNoClearAnswer(t *testing.T) {
	t.Parallel()
	for name, handler := range map[string]http.HandlerFunc{
		"nothing":                said(200, ""),
		"a page":                 said(200, "<html>Welcome</html>"),
		"a list":                 said(200, "[]"),
		"null":                   said(200, "null"),
		"no status":              said(200, `{"id":"auth_1"}`),
		"no id":                  said(200, `{"status":"approved"}`),
		"a status of its own":    said(200, strings.Replace(approved, "approved", "maybe", 1)+"}"),
		"our own unknown":        said(200, strings.Replace(approved, "approved", "unknown", 1)+"}"),
		"our own not found":      said(200, strings.Replace(approved, "approved", "not_found", 1)+"}"),
		"cut short":              said(200, approved),
		"something after it":     said(200, approved+"}{}"),
		"a status twice":         said(200, approved+`,"status":"declined"}`),
		"a status in two cases":  said(200, approved+`,"STATUS":"declined"}`),
		"an amount as text":      said(200, strings.Replace(approved, "4900", `"4900"`, 1)+"}"),
		"half a minor unit":      said(200, strings.Replace(approved, "4900", "4900.5", 1)+"}"),
		"a challenge nowhere":    said(200, strings.Replace(approved, "approved", "challenge", 1)+"}"),
		"a challenge in script":  said(200, strings.Replace(approved, "approved", "challenge", 1)+`,"challenge_url":"javascript:alert(1)"}`),
		"huge":                   said(200, approved+`,"more":"`+strings.Repeat("x", 64<<10)+`"}`),
		"created":                said(201, approved+"}"),
		"a conflict":             said(409, `{"error":"x"}`),
		"bad request":            said(400, `{"error":"x"}`),
		"broken":                 said(500, approved+"}"),
		"a gateway between":      said(502, "<html>"),
		"closed without a word":  hijacked(func(string) string { return "" }),
		"half a header":          hijacked(func(string) string { return "HTTP/1.1 200 OK\r\nContent-Le" }),
		"fewer bytes than said":  hijacked(func(string) string { return "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n" + approved }),
		"the card, sent back":    hijacked(func(body string) string { return body + "\r\n\r\n" }),
		"the card, as a status":  hijacked(func(body string) string { return "HTTP/1.1 " + body + "\r\n\r\n" }),
		"the card, as a length":  hijacked(func(body string) string { return "HTTP/1.1 200 OK\r\nContent-Length: " + body + "\r\n\r\n" }),
		"the card, in a problem": hijacked(func(body string) string { return "HTTP/1.1 500 " + body + "\r\nContent-Length: 0\r\n\r\n" }),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := peer(t, handler)
			outcome, err := g.Authorize(t.Context(), asking, typed(t))
			if err != nil || outcome.State != processor.Unknown || outcome.Detail == "" || outcome.ProcessorID != "" {
				t.Errorf("%+v, %v; want unknown", outcome, err)
			}
			silentAbout(t, fmt.Sprintf("%+v", outcome))
			if outcome, err := g.Lookup(t.Context(), processor.Original{Reference: asking.Reference}); err == nil {
				t.Errorf("looked up: %+v, want an error", outcome)
			}
			if outcome, err := g.CancelChallenge(t.Context(), processor.Original{Reference: asking.Reference}); err == nil {
				t.Errorf("cancelled: %+v, want an error", outcome)
			}
		})
	}
}

// Not found opens the way to another attempt, so only the processor itself may say it.
func TestNotFound(t *testing.T) {
	t.Parallel()
	own := peer(t, said(404, `{"error":"reference: there is no such authorization"}`))
	if outcome, err := own.Lookup(t.Context(), processor.Original{Reference: "r"}); err != nil || outcome != (processor.Outcome{State: processor.NotFound}) {
		t.Errorf("%+v, %v", outcome, err)
	}
	if outcome, err := own.Authorize(t.Context(), asking, typed(t)); err != nil || outcome.State != processor.Unknown {
		t.Errorf("not found, when asked to authorize: %+v, %v", outcome, err)
	}
	for _, text := range []string{"", "404 page not found", "<html>", "{}", `{"error":""}`, "[]"} {
		if outcome, err := peer(t, said(404, text)).Lookup(t.Context(), processor.Original{Reference: "r"}); err == nil {
			t.Errorf("somebody said %q: %+v", text, outcome)
		}
	}
}

func TestDeadlines(t *testing.T) {
	t.Parallel()
	stuck := func(after string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			if after != "" {
				_, _ = io.WriteString(w, after)
				_ = http.NewResponseController(w).Flush()
			}
			<-r.Context().Done()
		}
	}
	for name, handler := range map[string]http.HandlerFunc{"no answer": stuck(""), "half an answer": stuck(approved)} {
		g := peer(t, handler)
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		outcome, err := g.Authorize(ctx, asking, typed(t))
		if err != nil || outcome.State != processor.Unknown || !strings.Contains(outcome.Detail, "in time") {
			t.Errorf("%s: %+v, %v", name, outcome, err)
		}
		if _, err := g.Lookup(ctx, processor.Original{Reference: "r"}); err == nil {
			t.Errorf("%s: a look-up without an answer gave one", name)
		}
		cancel()
	}
}

func TestCodesOutOfTheirScheme(t *testing.T) {
	t.Parallel()
	g := peer(t, said(200, `{"id":"auth_1","status":"declined","decline_code":"because","network_code":"4111111111111111","avs":"NO","cvv_result":"739","approval_code":"x"}`))
	outcome, err := g.Authorize(t.Context(), asking, typed(t))
	if want := (processor.Outcome{State: processor.Declined, ProcessorID: "auth_1", DeclineCode: processor.GenericDecline}); err != nil || outcome != want {
		t.Errorf("%+v, %v; want %+v", outcome, err, want)
	}
}
