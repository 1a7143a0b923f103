package integrity

import (
	"bytes"
	"crypto/sha512"
	"encoding/base64"
	"net/url"
	"strings"

	"golang.org/x/net/html"
)

// Hash gives what browsers hold a script to: sha384- and the base64 of its digest (Subresource
// Integrity, section 3.1).
func Hash(body []byte) string {
	sum := sha512.Sum384(body)
	return "sha384-" + base64.StdEncoding.EncodeToString(sum[:])
}

// ReadDocument gives the parts of an HTML document that was loaded from an address, in their
// order. It is parsed as a browser with scripting parses it (HTML, section 13.2), so that what
// stands in a comment is no script and what stands in a template or an SVG image is one.
// Errors: only those of documents that cannot be parsed, such as of thousands of nested elements.
func ReadDocument(body []byte, from *url.URL) ([]Part, error) {
	root, err := html.Parse(bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	var parts []Part
	for node := range root.Descendants() {
		if node.Type == html.ElementNode {
			parts = append(parts, readElement(node, attributes(node), from)...)
		}
	}
	return parts, nil
}

// attributes gives an element's attributes; of two of a name the first is the one that counts.
func attributes(n *html.Node) map[string]string {
	all := map[string]string{}
	for _, a := range n.Attr {
		if _, twice := all[a.Key]; !twice {
			all[a.Key] = a.Val
		}
	}
	return all
}

// readElement gives what an element has that runs, or that says where to load from or send to.
func readElement(n *html.Node, has map[string]string, from *url.URL) []Part {
	parts := readAttributes(n, from)
	address := func(kind Kind, names ...string) {
		for _, name := range names {
			if text, ok := has[name]; ok {
				parts = append(parts, Part{Kind: kind, Source: place(text, from), Declared: has["integrity"]})
			}
		}
	}
	switch n.Data {
	case "script":
		if isData(has["type"]) {
			break
		}
		if _, linked := has["src"]; linked {
			address(Script, "src")
		} else if _, linked := has["href"]; linked { // of an SVG image's
			address(Script, "href")
		} else {
			parts = append(parts, Part{Kind: Script, Source: Inline, Hash: Hash([]byte(textOf(n)))})
		}
	case "link":
		if rel := even(has["rel"]); rel != "icon" || !strings.HasPrefix(has["href"], "data:,") {
			parts = append(parts, Part{Kind: Link, Source: rel + " " + place(has["href"], from), Declared: has["integrity"]})
		}
	case "iframe", "frame", "embed", "object":
		address(Frame, "src", "srcdoc", "data")
	case "base":
		address(Base, "href", "target")
	case "form":
		parts = append(parts, Part{Kind: Form, Source: destination(has["action"], from)})
	case "meta":
		if name, ok := has["http-equiv"]; ok {
			parts = append(parts, Part{Kind: Meta, Source: even(name) + ": " + withoutNonces(has["content"])})
		}
	}
	return parts
}

// readAttributes gives the attributes of any element that hold script, or send a form elsewhere.
func readAttributes(n *html.Node, from *url.URL) []Part {
	var parts []Part
	for _, a := range n.Attr {
		switch {
		case strings.HasPrefix(a.Key, "on"):
			parts = append(parts, Part{Kind: Handler, Source: n.Data + " " + a.Key, Hash: Hash([]byte(a.Val))})
		case isScript(a.Val) && (a.Key == "href" || a.Key == "action" || a.Key == "formaction" || a.Key == "src" || a.Key == "data"):
			parts = append(parts, Part{Kind: Handler, Source: n.Data + " " + a.Key, Hash: Hash([]byte(a.Val))})
		case a.Key == "formaction":
			parts = append(parts, Part{Kind: Form, Source: destination(a.Val, from)})
		}
	}
	return parts
}

// isData tells whether a script element holds data that nothing runs.
func isData(kind string) bool {
	kind = even(kind)
	return kind == "application/json" || kind == "application/ld+json"
}

// isScript tells whether an address is script itself. Browsers leave out blanks and control
// characters (URL, section 4.4).
func isScript(address string) bool {
	bare := strings.Map(func(r rune) rune {
		if r <= ' ' {
			return -1
		}
		return r
	}, address)
	return len(bare) >= len("javascript:") && strings.EqualFold(bare[:len("javascript:")], "javascript:")
}

// textOf gives an element's text.
func textOf(n *html.Node) string {
	var text strings.Builder
	for child := range n.Descendants() {
		if child.Type == html.TextNode {
			text.WriteString(child.Data)
		}
	}
	return text.String()
}

// place gives an address, from the root when it is of the page's own origin.
func place(text string, from *url.URL) string {
	u, err := from.Parse(strings.TrimSpace(text))
	if err != nil || u.Opaque != "" {
		return text
	}
	if u.Scheme == from.Scheme && u.Host == from.Host && u.User == nil {
		u.Scheme, u.Host, u.Fragment = "", "", ""
	}
	return u.String()
}

// destination gives where a form goes: nothing more than that when it stays at the page's own
// origin, for each session has an address of its own.
func destination(text string, from *url.URL) string {
	if to := place(text, from); !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") {
		return to
	}
	return "its own origin"
}
