package integrity_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/paywicket/paywicket/internal/integrity"
)

var from = &url.URL{Scheme: "https", Host: "pay.example", Path: "/checkout/specimen"}

// What runs, loads or sends is a part of the page, however it is written; what only looks like
// it is not.
func TestReadDocument(t *testing.T) {
	t.Parallel()
	const none = ""
	for text, want := range map[string]string{
		`<p>1 < 2</p>`:                                                                      none,
		`<!-- <script src="/a.js"></script> -->`:                                            none,
		`<textarea><script>1</script></textarea>`:                                           none,
		`<title><script>1</script></title>`:                                                 none,
		`<script type="application/json">{"a":1}</script>`:                                  none,
		`<link rel="icon" href="data:,">`:                                                   none,
		`<a href="https://shop.example/">back</a>`:                                          none,
		`<script src=/a.js integrity=sha384-x></script>`:                                    "script /a.js sha384-x",
		`<SCRIPT SRC="https://pay.example/a.js?v=1"></SCRIPT>`:                              "script /a.js?v=1",
		`<script src="//evil.example/a.js">`:                                                "script https://evil.example/a.js",
		"<script src=\" a.js\n\">":                                                          "script /checkout/a.js",
		`<script src="data:text/javascript,1"></script>`:                                    "script data:text/javascript,1",
		`<script type="application/json" src="/a.js"></script>`:                             none,
		`<script type="text/json">1</script>`:                                               "script inline",
		`<script type="importmap">{}</script>`:                                              "script inline",
		`<svg><script href="/a.js"/></svg>`:                                                 "script /a.js",
		`<template shadowrootmode="open"><script>1</script></template>`:                     "script inline",
		`<math><style><script>1</script></style></math>`:                                    "script inline",
		`<svg><style><img onerror=1>`:                                                       "handler img onerror",
		`<img src=x OnError=1>`:                                                             "handler img onerror",
		`<svg/onload=1>`:                                                                    "handler svg onload",
		"<a href=\"java\tscript:1\">":                                                       "handler a href",
		`<button formaction="https://evil.example/">`:                                       "form https://evil.example/",
		`<form action="/checkout/cs_1"></form><form></form>`:                                "form its own origin; form its own origin",
		`<form action="https://evil.example/x"></form>`:                                     "form https://evil.example/x",
		`<form action="//evil.example/x"></form>`:                                           "form https://evil.example/x",
		`<base href="https://evil.example/">`:                                               "base https://evil.example/",
		`<iframe src="https://evil.example/"></iframe>`:                                     "frame https://evil.example/",
		`<link rel="StyleSheet" href="https://evil.example/a.css">`:                         "link stylesheet https://evil.example/a.css",
		`<meta http-equiv="Refresh" content="0; url=https://evil.example/">`:                "meta refresh: 0; url=https://evil.example/",
		`<meta http-equiv="Content-Security-Policy" content="script-src 'nonce-ab12' x">`:   "meta content-security-policy: script-src 'nonce' x",
		`<script nonce="n" nonce="m">1</script><script src="/b.js" src="/c.js"></script>`:   "script inline; script /b.js",
		`<noscript><script src="/a.js"></script></noscript>`:                                none,
		`<script>"<!--<script>"</script><script src="/b.js"></script>--></script>`:          "script inline",
		`<script>document.write("<script src='/x.js'><\/script>")</script>`:                 "script inline",
		`<object data="https://evil.example/x"></object><embed src="https://evil.example">`: "frame https://evil.example/x; frame https://evil.example",
	} {
		parts, err := integrity.ReadDocument([]byte(text), from)
		if err != nil {
			t.Errorf("%s: %v", text, err)
		}
		var got []string
		for _, p := range parts {
			got = append(got, strings.TrimSpace(string(p.Kind)+" "+p.Source+" "+p.Declared))
		}
		if said := strings.Join(got, "; "); said != want {
			t.Errorf("%s: %q, want %q", text, said, want)
		}
	}
	parts, err := integrity.ReadDocument([]byte("<script nonce=x>alert('Hello, world.');</script>"), from)
	// The example of Subresource Integrity, section 3.1, without its line's end.
	if err != nil || len(parts) != 1 || parts[0].Hash != "sha384-H8BRh8j48O9oYatfu5AZzq6A9RINhZO5H16dQZngK7T62em8MUt1FLm52t+eX6xO" {
		t.Errorf("%v, %v", parts, err)
	}
}

func TestReadHeaders(t *testing.T) {
	t.Parallel()
	read := integrity.ReadHeaders(http.Header{
		"Content-Security-Policy": {
			"default-src 'none'; Script-Src 'strict-dynamic' 'nonce-Ab1_' ; connect-src  https://b.example 'self'; connect-src *; frame-ancestors 'self' https://shop.example;;",
			"img-src 'none'",
		},
		"Cache-Control": {"No-Store", "private"}, "X-Content-Type-Options": {"nosniff"}, "Date": {"today"}, "Set-Cookie": {"a=b"},
	})
	want := map[string]string{
		"Content-Security-Policy default-src": "'none'", "Content-Security-Policy script-src": "'nonce' 'strict-dynamic'",
		"Content-Security-Policy connect-src": "'self' https://b.example", "Content-Security-Policy frame-ancestors": "exact origins",
		"Content-Security-Policy of another policy, img-src": "'none'", "Cache-Control": "no-store, private", "X-Content-Type-Options": "nosniff",
	}
	if len(read) != len(want) {
		t.Errorf("%v", read)
	}
	for name, value := range want {
		if read[name] != value {
			t.Errorf("%s: %q, want %q", name, read[name], value)
		}
	}
	for text, want := range map[string]string{
		"'none'": "nobody", "'self'": "exact origins", "https://a.example https://b.example": "exact origins", "*": "*",
		"https: 'self'": "https:", "https://*.example": "https://*.example", "https://a.example *": "*",
	} {
		h := http.Header{"Content-Security-Policy": {"frame-ancestors " + text}}
		if got := integrity.ReadHeaders(h)["Content-Security-Policy frame-ancestors"]; got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

func page(parts ...integrity.Part) integrity.Page {
	return integrity.Page{Status: 200, Fresh: true, Parts: parts, Headers: map[string]string{"X-Content-Type-Options": "nosniff"}}
}

func TestCompare(t *testing.T) {
	t.Parallel()
	inline := integrity.Part{Kind: integrity.Script, Source: integrity.Inline, Hash: "sha384-1"}
	linked := integrity.Part{Kind: integrity.Script, Source: "/a.js", Declared: "sha384-2", Hash: "sha384-2"}
	served := page(inline, linked)
	other := inline
	other.Hash = "sha384-9"
	undeclared := linked
	undeclared.Declared = ""
	headless := page(inline, linked)
	headless.Headers = map[string]string{"Link": "</x>"}
	stale := page(inline, linked)
	stale.Fresh = false
	for name, c := range map[string]struct {
		received integrity.Page
		want     []integrity.Difference
	}{
		"the same":                   {served, nil},
		"in another order":           {page(linked, inline), nil},
		"nothing":                    {page(), []integrity.Difference{{Subject: "inline script", Change: "missing", Expected: "sha384-1"}, {Subject: "script /a.js", Change: "missing", Expected: "sha384-2, declared as sha384-2"}}},
		"changed":                    {page(other, linked), []integrity.Difference{{Subject: "inline script", Change: "changed", Expected: "sha384-1", Found: "sha384-9"}}},
		"one more before":            {page(other, inline, linked), []integrity.Difference{{Subject: "inline script", Change: "unknown", Found: "sha384-9"}}},
		"the same twice":             {page(inline, linked, inline), []integrity.Difference{{Subject: "inline script", Change: "unknown", Found: "sha384-1"}}},
		"without its integrity":      {page(inline, undeclared), []integrity.Difference{{Subject: "script /a.js", Change: "changed", Expected: "sha384-2, declared as sha384-2", Found: "sha384-2"}}},
		"a header less and one more": {headless, []integrity.Difference{{Subject: "Link", Change: "unknown", Found: "</x>"}, {Subject: "X-Content-Type-Options", Change: "missing", Expected: "nosniff"}}},
		"elsewhere":                  {integrity.Page{Status: 302, Leads: "https://evil.example"}, []integrity.Difference{{Subject: "the page", Change: "changed", Expected: "200 OK", Found: "302 Found, to https://evil.example"}}},
		"a nonce used before":        {stale, []integrity.Difference{{Subject: "nonce", Change: "changed", Expected: "one of its own for each view", Found: "the same in two views"}}},
	} {
		if got := integrity.Compare(served, c.received); !slices.Equal(got, c.want) {
			t.Errorf("%s: %+v", name, got)
		}
	}
	long := page(inline, linked, integrity.Part{Kind: integrity.Script, Source: "https://" + strings.Repeat("é", 5000)})
	if got := integrity.Compare(served, long); len(got) != 1 || len(got[0].Found) > 510 || !strings.HasSuffix(got[0].Found, "é…") {
		t.Errorf("what strangers write is told at any length: %d", len(got[0].Found))
	}
}

// Whatever a page is: it can be read, is like itself, and one script more is a difference.
func FuzzReadDocument(f *testing.F) {
	for _, text := range []string{
		"", "<script>1</script>", "<svg><script href=/a.js>", `<form action="javascript:1">`, "<template><template><script>", "<a href=\"http://[::1\">", "<base href=//x><script src=y>",
		"<plaintext><script>", "<select><script>1</script></select>", "\x00<script\x00>", "<math><mi><script>",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		parts, err := integrity.ReadDocument(body, from)
		if err != nil {
			return
		}
		if found := integrity.Compare(page(parts...), page(parts...)); found != nil {
			t.Errorf("it is not like itself: %v", found)
		}
		more, err := integrity.ReadDocument(append([]byte(`<!doctype html><script src="https://evil.example/a.js"></script>`), body...), from)
		if err != nil {
			return
		}
		if !slices.ContainsFunc(integrity.Compare(page(parts...), page(more...)), func(d integrity.Difference) bool {
			return strings.Contains(d.Subject+d.Found, "evil.example")
		}) && !strings.Contains(string(body), "evil") {
			t.Errorf("a script more is not seen")
		}
	})
}
