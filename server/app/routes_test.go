package app_test

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/paywicket/paywicket/server/docs"
)

// Every route is described and every description is served.
func TestRoutesAndOpenAPIAgree(t *testing.T) {
	t.Parallel()
	h := open(t)
	served := map[string]bool{}
	dialects := dialectRoutes()
	parameter := regexp.MustCompile(`:(\w+)`)
	for _, route := range h.app.Routes() {
		path := parameter.ReplaceAllString(route.Path, "{$1}")
		if strings.HasPrefix(path, "/assets/") {
			path = "/assets/{name}"
		}
		if strings.HasPrefix(path, "/languages/") {
			path = "/languages/{name}"
		}
		if dialects[route.Path] {
			continue
		}
		if route.Method != "HEAD" { // fiber answers it wherever it answers GET
			served[strings.ToLower(route.Method)+" "+path] = true
		}
	}
	var document struct {
		Paths map[string]map[string]json.RawMessage `json:"paths"`
	}
	if err := json.Unmarshal(docs.OpenAPI, &document); err != nil {
		t.Fatal(err)
	}
	described := map[string]bool{}
	for path, methods := range document.Paths {
		for method := range methods {
			described[method+" "+path] = true
		}
	}
	for route := range served {
		if !described[route] {
			t.Errorf("%s is served and not in openapi.json", route)
		}
	}
	for route := range described {
		if !served[route] {
			t.Errorf("%s is in openapi.json and not served", route)
		}
	}
	if len(served) < 15 {
		t.Errorf("only %d routes were found", len(served))
	}
}

// dialectRoutes are the routes of other people's APIs. What they take and answer is told by
// the table in the README of each, which a test of its own holds it to.
func dialectRoutes() map[string]bool {
	routes := map[string]bool{}
	for _, path := range []string{
		"/v1/oauth2/token", "/v1/tokenize", "/v1/transmit", "/v1/evaluate", "/v1/outcome", "/v1/orders", "/v1/orders/:id", "/v1/capture",
		"/v1/orders/:id/cancel", "/v1/orders/:id/refund",
		"/v3/tokenized-charges", "/v3/charges", "/v3/validate-charge", "/v3/tokens/:token", "/v3/transactions", "/v3/transactions/fee", "/v3/transactions/verify_by_reference", "/v3/transactions/:id/verify",
		"/v3/transactions/:id/events", "/v3/transactions/:id/refund", "/v3/transactions/:id/resend-hook", "/v3/refunds", "/v3/charges/:reference/capture", "/v3/charges/:reference/void", "/v3/charges/:reference/refund",
		"/v3/bulk-tokenized-charges", "/v3/bulk-tokenized-charges/:id", "/v3/bulk-tokenized-charges/:id/transactions", "/v3/bulk-tokenized-charges/:id/cancel",
	} {
		routes[path] = true
	}
	return routes
}

// Every route of a dialect is there, and no route of ours is where one of a dialect's is.
func TestEveryDialectRouteIsServed(t *testing.T) {
	t.Parallel()
	h := open(t)
	served := map[string]int{}
	for _, route := range h.app.Routes() {
		if route.Method == "GET" || route.Method == "POST" || route.Method == "PUT" {
			served[route.Path]++
		}
	}
	for path := range dialectRoutes() {
		if served[path] != 1 {
			t.Errorf("%s is served %d times", path, served[path])
		}
	}
}

// Every native /v1 route asks for a key before anything else, and a publishable key opens
// only what openapi.json says it opens.
func TestEveryNativeRouteAsksForAKey(t *testing.T) {
	t.Parallel()
	h := open(t)
	publishable := "Bearer " + h.account.Keys["publishable"].Text()
	session := h.session()
	for _, route := range h.app.Routes() {
		if !strings.HasPrefix(route.Path, "/v1/") || dialectRoutes()[route.Path] || route.Method == "HEAD" || route.Method == "OPTIONS" {
			continue
		}
		path := strings.ReplaceAll(route.Path, ":id", session)
		for name, header := range map[string][]string{
			"no key": nil, "no scheme": {"Authorization", h.secret()}, "another scheme": {"Authorization", "Basic " + h.secret()},
			"unknown key":     {"Authorization", "Bearer sk_test_00000000000000000000000000_x"},
			"wrong secret":    {"Authorization", "Bearer " + h.secret() + "0"},
			"public part":     {"Authorization", "Bearer " + h.account.Keys["secret"].Public},
			"another's role":  {"Authorization", "Bearer " + h.account.Keys["application"].Text()},
			"no text":         {"Authorization", "Bearer "},
			"publishable key": {"Authorization", publishable},
		} {
			want := []int{401}
			if name == "publishable key" {
				if want = []int{403}; route.Path == "/v1/checkout_sessions/:id" {
					want = []int{200}
				}
			}
			if name == "another's role" {
				want = []int{403}
			}
			body := ""
			if route.Method == "POST" {
				body = "{}"
			}
			if a := h.call(route.Method, path, body, header...); !slices.Contains(want, a.Status) {
				t.Errorf("%s %s with %s: %d, want %v", route.Method, path, name, a.Status, want)
			}
		}
		if a := h.call(route.Method, path+"?key="+h.secret(), "", "Authorization", "Bearer "+h.secret()); a.Status != 400 {
			t.Errorf("%s %s with a key in the query: %d, want 400", route.Method, path, a.Status)
		}
		if a := h.call(route.Method, path, "", "Authorization", "Bearer "+h.secret(), "Sec-Fetch-Site", "cross-site"); a.Status != 403 {
			t.Errorf("%s %s with a secret key from a browser: %d, want 403", route.Method, path, a.Status)
		}
	}
	if strings.Contains(h.log.String(), h.secret()) {
		t.Error("the log holds the secret key")
	}
}

// Somebody else's thing and no thing at all get the same answer, byte for byte but
// for the request's own name.
func TestForeignAndUnknownAreTheSame(t *testing.T) {
	t.Parallel()
	h := open(t)
	session := h.session()
	paid := h.pay(session, "4111111111111111")
	other := h.merchant("Other").Keys["secret"].Text()
	strip := regexp.MustCompile(`req_\w+`)
	for _, c := range [][2]string{
		{"/v1/checkout_sessions/", session}, {"/v1/payments/", paid.text("payment")}, {"/v1/tokens/", paid.text("token")},
	} {
		path, name := c[0], c[1]
		last := "0"
		if strings.HasSuffix(name, last) {
			last = "4"
		}
		foreign := h.call("GET", path+name, "", "Authorization", "Bearer "+other)
		unknown := h.call("GET", path+name[:len(name)-1]+last, "", "Authorization", "Bearer "+other)
		malformed := h.call("GET", path+"x", "", "Authorization", "Bearer "+other)
		if own := h.api("GET", path+name, ""); own.Status != 200 {
			t.Errorf("%s of one's own: %d", path, own.Status)
		}
		for kind, a := range map[string]answer{"foreign": foreign, "unknown": unknown, "malformed": malformed} {
			if a.Status != 404 || strip.ReplaceAllString(a.Body, "") != strip.ReplaceAllString(unknown.Body, "") {
				t.Errorf("%s %s: %d %s", path, kind, a.Status, a.Body)
			}
		}
	}
	if a := h.call("GET", "/v1/events", "", "Authorization", "Bearer "+other); a.Body != `{"events":[],"has_more":false}` {
		t.Errorf("another merchant's events: %s", a.Body)
	}
}
