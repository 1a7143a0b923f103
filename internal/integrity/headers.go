package integrity

import (
	"net/http"
	"slices"
	"strings"
)

// Transport is the header that keeps browsers on TLS. What stands in front of the server sets
// it, so it is held to what it was and not to what is served.
const Transport = "Strict-Transport-Security"

const policy = "Content-Security-Policy"

// Who may frame a page, in place of the origins.
const (
	framers  = policy + " frame-ancestors"
	byNobody = "nobody"
	bySites  = "exact origins"
)

// watched are the headers that change what a page may do, or who may do something to it.
// Content-Security-Policy is read by its directives.
var watched = []string{
	"Content-Type", "X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy", "Permissions-Policy", "Cache-Control", Transport,
	"Cross-Origin-Resource-Policy", "Cross-Origin-Opener-Policy", "Cross-Origin-Embedder-Policy", "Origin-Agent-Cluster",
	"Access-Control-Allow-Origin", "Access-Control-Allow-Credentials", "Content-Security-Policy-Report-Only",
	"Link", "Refresh", "Service-Worker-Allowed", "Sourcemap", "Clear-Site-Data",
}

// ReadHeaders gives the headers of a page that matter, in the form that is compared: spaces and
// letter case made even, and the content security policy by its directives, named such as
// "Content-Security-Policy script-src". The nonce is left out of it, and so are the origins that
// may frame the page, which each site has its own of: of them it only tells "nobody", "exact
// origins", or whatever admits more.
func ReadHeaders(h http.Header) map[string]string {
	read := map[string]string{}
	for _, name := range watched {
		if values := h.Values(name); len(values) > 0 {
			read[name] = even(withoutNonces(strings.Join(values, ", ")))
		}
	}
	policies := strings.Split(strings.Join(h.Values(policy), ","), ",")
	for i, text := range policies {
		name := policy
		if i > 0 {
			name += " of another policy,"
		}
		readPolicy(text, name, read)
	}
	return read
}

// readPolicy reads one policy. The first of two directives of a name is the one that holds
// (Content Security Policy Level 3, section 2.2.1).
func readPolicy(text, name string, into map[string]string) {
	for directive := range strings.SplitSeq(text, ";") {
		fields := strings.Fields(directive)
		if len(fields) == 0 {
			continue
		}
		key := name + " " + strings.ToLower(fields[0])
		if _, twice := into[key]; twice {
			continue
		}
		sources := fields[1:]
		for i, source := range sources {
			sources[i] = withoutNonces(source)
		}
		slices.Sort(sources)
		into[key] = strings.Join(slices.Compact(sources), " ")
		if strings.EqualFold(fields[0], "frame-ancestors") {
			into[key] = ancestors(sources)
		}
	}
}

// ancestors says who may frame a page.
func ancestors(sources []string) string {
	if slices.Equal(sources, []string{"'none'"}) || len(sources) == 0 {
		return byNobody
	}
	var wide []string
	for _, source := range sources {
		if source != "'self'" && (strings.Contains(source, "*") || !strings.Contains(source, "://")) {
			wide = append(wide, source)
		}
	}
	if len(wide) > 0 {
		return strings.Join(wide, " ")
	}
	return bySites
}

// withoutNonces takes what changes with each view out of a policy.
func withoutNonces(text string) string {
	fields := strings.Fields(text)
	for i, field := range fields {
		if rest, ok := strings.CutPrefix(field, "'nonce-"); ok {
			_, after, _ := strings.Cut(rest, "'")
			fields[i] = "'nonce'" + after
		}
	}
	return strings.Join(fields, " ")
}

// even makes what means the same look the same.
func even(text string) string {
	return strings.ToLower(strings.Join(strings.Fields(text), " "))
}

// nonces gives the nonces that a page's policy names.
func nonces(h http.Header) []string {
	var all []string
	for _, field := range strings.Fields(strings.Join(h.Values(policy), " ")) {
		if rest, ok := strings.CutPrefix(field, "'nonce-"); ok {
			nonce, _, _ := strings.Cut(rest, "'")
			all = append(all, nonce)
		}
	}
	return all
}
