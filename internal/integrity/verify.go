package integrity

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/paywicket/paywicket/internal/fault"
)

// Verdict is what came of one look.
type Verdict struct {
	URL         string       `json:"url"`
	Differences []Difference `json:"differences"`
	Transport   string       `json:"-"` // Strict-Transport-Security to hold the next look to
}

// Target is which page is got and what it is held to beside what is served.
type Target struct {
	Origin    string // of the servers; their builds of other origins, which they had before, do not count
	Path      string // of a session's page; empty for the specimen
	Transport string // Strict-Transport-Security; empty for none
}

// errNoBuild is for who asks before any server has told what it serves.
var errNoBuild = fault.New(fault.Unavailable, "No server on this database has said what it serves within the last hour: start one with paywicket serve.")

// looksAtMany is how often a page is looked at again that is none of several builds': its document
// may have come from one server and its scripts from another.
const looksAtMany = 3

// Verify gets the page and holds it to every build that is served now, of which it has to be one.
// It gives the differences to the one that it is most like.
// Errors: fault.Unavailable when the page could not be received.
func Verify(ctx context.Context, store Store, fetch Fetch, at Target, now time.Time) (v Verdict, err error) {
	for range looksAtMany {
		var builds int
		if v, builds, err = verifyOnce(ctx, store, fetch, at, now); err != nil || len(v.Differences) == 0 || builds < 2 {
			break
		}
	}
	return v, err
}

// Newest gives the inventory of the newest build that is served now.
// Errors: fault.Unavailable when there is none.
func Newest(ctx context.Context, store Store, now time.Time) (Inventory, error) {
	builds, err := served(ctx, store, "", now)
	if err != nil {
		return Inventory{}, err
	}
	return builds[0].Inventory, nil
}

// served gives the builds that are served now at an origin, or at any when it is empty: at least one.
func served(ctx context.Context, store Store, origin string, now time.Time) ([]Build, error) {
	builds, err := store.ListBuilds(ctx, now.Add(-BuildLife))
	if origin != "" {
		builds = slices.DeleteFunc(builds, func(b Build) bool { return b.Inventory.Origin != origin })
	}
	if err == nil && len(builds) == 0 {
		err = errNoBuild
	}
	return builds, err
}

func verifyOnce(ctx context.Context, store Store, fetch Fetch, at Target, now time.Time) (Verdict, int, error) {
	builds, err := served(ctx, store, at.Origin, now)
	if err != nil {
		return Verdict{}, 0, err
	}
	in := builds[0].Inventory
	if at.Path != "" {
		in.Page = at.Path
	}
	v := Verdict{URL: in.Origin + in.Page}
	var files []string
	for _, b := range builds {
		files = append(files, b.Page.files()...)
	}
	slices.Sort(files)
	received, err := Look(ctx, fetch, in.Origin, in.Page, slices.Compact(files))
	if err != nil {
		return v, 0, err
	}
	if at.Path != "" && received.Headers[framers] == bySites {
		received.Headers[framers] = byNobody // a session's page may be framed by its site, the specimen by nobody
	}
	held, next := stricter(at.Transport, received.Headers[Transport])
	v.Transport = next
	for i, b := range builds {
		found := Compare(b.Page.withTransport(held), received.about(b.Page.files()))
		if i == 0 || len(found) < len(v.Differences) {
			v.Differences = found
		}
	}
	return v, len(builds), nil
}

// files gives the paths of a page's files.
func (p Page) files() []string {
	var paths []string
	for _, part := range p.Parts {
		if part.Kind == File {
			paths = append(paths, part.Source)
		}
	}
	return paths
}

// about is a page with no other files than these.
func (p Page) about(files []string) Page {
	var parts []Part
	for _, part := range p.Parts {
		if part.Kind != File || slices.Contains(files, part.Source) {
			parts = append(parts, part)
		}
	}
	p.Parts = parts
	return p
}

// withTransport is a page with another Strict-Transport-Security, or none.
func (p Page) withTransport(value string) Page {
	headers := map[string]string{}
	for name, text := range p.Headers {
		headers[name] = text
	}
	if headers[Transport] = value; value == "" {
		delete(headers, Transport)
	}
	p.Headers = headers
	return p
}

// stricter tells which Strict-Transport-Security a page is held to that has one now and had
// another before, and the next one is: the one before while the one now promises less.
func stricter(before, now string) (held, next string) {
	was, is := promiseOf(before), promiseOf(now)
	if was.seconds > is.seconds || was.below && !is.below {
		return before, before
	}
	return now, now
}

// promise is what a Strict-Transport-Security promises (RFC 6797, section 6.1).
type promise struct {
	seconds int64
	below   bool // of subdomains too
}

func promiseOf(header string) promise {
	var p promise
	for directive := range strings.SplitSeq(strings.ToLower(header), ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(directive), "=")
		switch strings.TrimSpace(name) {
		case "max-age":
			p.seconds, _ = strconv.ParseInt(strings.Trim(strings.TrimSpace(value), `"`), 10, 64)
		case "includesubdomains":
			p.below = true
		}
	}
	return p
}
