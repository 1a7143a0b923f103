// Package integrity holds the payment page that browsers get to the one that is served, after
// PCI DSS 4.0.1, requirements 6.4.3 (every script of a payment page is listed, justified,
// authorized and kept whole) and 11.6.1 (who receives the page finds out when its scripts or its
// security headers were tampered with, at least once in seven days).
//
// A page is read into its parts: what runs, and what says where something is loaded from or
// sent to. Compare holds one page to another and has no side effects. A Monitor gets the page as
// a browser does, through whatever stands in front of the server, and remembers what it found,
// so that a difference is told once and its end once.
//
// It refuses to guess: what could not be received is neither whole nor changed, but an error.
// And it cannot see what is done to some shoppers only: whoever can tell its look from a
// shopper's can hide from it.
package integrity

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/paywicket/paywicket/internal/event"
)

// Kind is what a part of a page is.
type Kind string

// The kinds of parts. A File is a script that the page may load, whoever names it.
const (
	Script  Kind = "script"
	Handler Kind = "handler" // an attribute that holds script
	Link    Kind = "link"
	Frame   Kind = "frame" // or another document within
	Base    Kind = "base"
	Form    Kind = "form"
	Meta    Kind = "meta" // one that stands for a header
	File    Kind = "file"
)

// Inline is the source of a script that stands in the page itself.
const Inline = "inline"

// Part is one part of a page.
type Part struct {
	Kind   Kind   `json:"kind"`
	Source string `json:"source"` // an address, from the root when it is the page's own origin's; Inline
	// Declared is the integrity attribute, which browsers hold the source to; empty for none.
	Declared string `json:"declared,omitempty"`
	// Hash is sha384- and the base64 of what runs; empty for what was not read.
	Hash string `json:"hash,omitempty"`
}

// Page is a payment page as it was received.
type Page struct {
	Status  int               `json:"status"`
	Leads   string            `json:"leads,omitempty"` // to where, when the status says elsewhere
	Parts   []Part            `json:"parts"`
	Headers map[string]string `json:"headers"` // by name, or name and directive; see ReadHeaders
	// Fresh is that a second view of the page had a nonce of its own. Whoever is shown a nonce
	// that was used before can be shown script that somebody wrote who knew it.
	Fresh bool `json:"fresh"`
}

// Difference is one thing that is not as it is served.
type Difference = event.PageDifference

// The ways in which something differs.
const (
	unknown = "unknown" // it should not be there
	missing = "missing"
	changed = "changed"
)

// Compare tells how a page that was received differs from the one that is served, in a fixed
// order; nil when it does not.
func Compare(served, received Page) []Difference {
	if served.Status != received.Status {
		return []Difference{{Subject: "the page", Change: changed, Expected: answered(served), Found: answered(received)}}
	}
	found := compareParts(served.Parts, received.Parts)
	names := slices.Concat(slices.Collect(maps.Keys(served.Headers)), slices.Collect(maps.Keys(received.Headers)))
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		want, wanted := served.Headers[name]
		got, there := received.Headers[name]
		switch {
		case !there:
			found = append(found, Difference{Subject: name, Change: missing, Expected: want})
		case !wanted:
			found = append(found, Difference{Subject: name, Change: unknown, Found: got})
		case want != got:
			found = append(found, Difference{Subject: name, Change: changed, Expected: want, Found: got})
		}
	}
	if served.Fresh && !received.Fresh {
		found = append(found, Difference{Subject: "nonce", Change: changed, Expected: "one of its own for each view", Found: "the same in two views"})
	}
	for i := range found {
		found[i].Subject, found[i].Expected, found[i].Found = short(found[i].Subject), short(found[i].Expected), short(found[i].Found)
	}
	return found
}

// answered says how a page was answered, for people.
func answered(p Page) string {
	if p.Leads != "" {
		return fmt.Sprintf("%d %s, to %s", p.Status, http.StatusText(p.Status), p.Leads)
	}
	return fmt.Sprintf("%d %s", p.Status, http.StatusText(p.Status))
}

// compareParts pairs the parts that are alike, then those that stand in the same place, and
// tells of those that are left.
func compareParts(served, received []Part) []Difference {
	lost := slices.Clone(served)
	var extra []Part
	for _, p := range received {
		if i := slices.Index(lost, p); i >= 0 {
			lost = slices.Delete(lost, i, i+1)
		} else {
			extra = append(extra, p)
		}
	}
	var found []Difference
	for _, want := range lost {
		i := slices.IndexFunc(extra, func(p Part) bool { return p.Kind == want.Kind && p.Source == want.Source })
		if i < 0 {
			found = append(found, Difference{Subject: want.subject(), Change: missing, Expected: want.is()})
			continue
		}
		found = append(found, Difference{Subject: want.subject(), Change: changed, Expected: want.is(), Found: extra[i].is()})
		extra = slices.Delete(extra, i, i+1)
	}
	for _, p := range extra {
		found = append(found, Difference{Subject: p.subject(), Change: unknown, Found: p.is()})
	}
	slices.SortFunc(found, func(a, b Difference) int {
		return cmp.Or(cmp.Compare(a.Subject, b.Subject), cmp.Compare(a.Expected, b.Expected), cmp.Compare(a.Found, b.Found))
	})
	return found
}

// subject names a part, for people.
func (p Part) subject() string {
	if p.Source == Inline {
		return Inline + " " + string(p.Kind)
	}
	return string(p.Kind) + " " + p.Source
}

// is says what a part is held to.
func (p Part) is() string {
	text := cmp.Or(p.Hash, p.Source)
	if p.Declared != "" {
		text += ", declared as " + p.Declared
	}
	return text
}

// mostText is how much of a text that somebody else wrote is told, in bytes.
const mostText = 500

// short cuts a text to what is told of it.
func short(text string) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	if len(text) <= mostText {
		return text
	}
	return strings.ToValidUTF8(text[:mostText], "") + "…"
}
