package integrity

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/paywicket/paywicket/internal/fault"
)

// Answer is what came for one GET.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte // decoded
}

// Fetch gets a path of one origin as a browser does.
type Fetch func(ctx context.Context, path string) (Answer, error)

// mostLinked is how many scripts of its own origin a page may name that are read.
const mostLinked = 50

// Look gets a page twice, the second time only for its nonce, and every script that it names at
// its own origin, and the files besides. base is the page's origin, path where it is.
// Errors: fault.Unavailable when anything could not be received, which says nothing of the page.
func Look(ctx context.Context, fetch Fetch, base, path string, files []string) (Page, error) {
	from, err := url.Parse(base + path)
	if err != nil {
		return Page{}, err
	}
	first, err := get(ctx, fetch, path)
	if err != nil {
		return Page{}, err
	}
	page := Page{Status: first.Status, Headers: ReadHeaders(first.Header)}
	if first.Status != http.StatusOK {
		page.Leads = first.Header.Get("Location")
		return page, nil
	}
	if page.Parts, err = ReadDocument(first.Body, from); err != nil {
		return page, fmt.Errorf("integrity: read the page: %w", err)
	}
	again, err := get(ctx, fetch, path)
	if err != nil {
		return page, err
	}
	before := nonces(first.Header)
	page.Fresh = len(before) > 0 && !slices.ContainsFunc(nonces(again.Header), func(n string) bool { return slices.Contains(before, n) })
	return page, page.readFiles(ctx, fetch, files)
}

// readFiles adds the hashes of what is linked and of files.
func (p *Page) readFiles(ctx context.Context, fetch Fetch, files []string) error {
	read := map[string]string{}
	hash := func(path string) (string, error) {
		if known, ok := read[path]; ok || len(read) > mostLinked+len(files) {
			return known, nil
		}
		a, err := get(ctx, fetch, path)
		if err != nil {
			return "", err
		}
		if read[path] = Hash(a.Body); a.Status != http.StatusOK {
			read[path] = fmt.Sprintf("%d %s", a.Status, http.StatusText(a.Status))
		}
		return read[path], nil
	}
	for i, part := range p.Parts {
		if part.Kind != Script || !strings.HasPrefix(part.Source, "/") || strings.HasPrefix(part.Source, "//") {
			continue
		}
		var err error
		if p.Parts[i].Hash, err = hash(part.Source); err != nil {
			return err
		}
	}
	for _, path := range files {
		sum, err := hash(path)
		if err != nil {
			return err
		}
		p.Parts = append(p.Parts, Part{Kind: File, Source: path, Hash: sum})
	}
	return nil
}

// get gets what says something: not that the server, or what stands in front of it, is in
// trouble or has had enough of us.
func get(ctx context.Context, fetch Fetch, path string) (Answer, error) {
	a, err := fetch(ctx, path)
	if err != nil {
		return a, fault.Wrap(err, fault.Unavailable, "%s could not be received, so nothing can be said of it: look whether browsers reach the server where --base-url says.", path)
	}
	if a.Status >= 500 || a.Status == http.StatusTooManyRequests {
		return a, fault.New(fault.Unavailable, "%s was answered with %d %s, so nothing can be said of it.", path, a.Status, http.StatusText(a.Status))
	}
	return a, nil
}
