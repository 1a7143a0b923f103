package main

import (
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// entry is one bundle: where it starts, and the name it is known by.
type entry struct {
	source string
	name   string
	hashed bool // the name that is served carries a hash of the content
}

// entries are everything that leaves for the browser.
var entries = []entry{
	{"frontend/loader/paywicket.ts", "paywicket.js", false},
	{"frontend/checkout/main.ts", "checkout.js", true},
	{"frontend/checkout/checkout.css", "checkout.css", true},
	{"frontend/checkout/marks.svg", "marks.svg", true},
	{"frontend/checkout/challenge-return.ts", "challenge-return.js", true},
	{"frontend/confirm/main.ts", "confirm.js", true},
	{"frontend/confirm/confirm.css", "confirm.css", true},
	{"frontend/checkout/proof.worker.ts", "proof.js", true},
	{"frontend/why/main.ts", "why.js", true},
	{"frontend/keep/main.ts", "keep.js", true},
	{"frontend/sense/frame.ts", "seen.js", true},
	{"frontend/sense/funnel.ts", "sense.js", false},
}

// never says which folders a bundle must not draw from.
var never = map[string]string{
	"paywicket.js": "frontend/checkout/", // card fields stay in the frame
	"why.js":       "frontend/checkout/", // it answers to any page
	"keep.js":      "frontend/checkout/", // it reads nothing of what it keeps
	"confirm.js":   "frontend/checkout/", // there is no card to type
	"seen.js":      "frontend/checkout/", // the collector sees no card
	"sense.js":     "frontend/checkout/",
}

// file is a built bundle.
type file struct {
	name string // what the program asks for
	path string // where it is served
	body []byte
}

func bundle() ([]file, error) {
	var files []file
	packages := map[string]bool{}
	for _, e := range entries {
		body, err := e.build(packages)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", e.name, err)
		}
		files = append(files, file{name: e.name, path: e.path(body), body: body})
	}
	notices, err := notices(packages)
	if err != nil {
		return nil, err
	}
	return append(files, file{name: "notices.txt", path: "/assets/notices.txt", body: notices}), nil
}

// build bundles one entry and adds the npm packages it draws from to packages.
func (e entry) build(packages map[string]bool) ([]byte, error) {
	result := api.Build(api.BuildOptions{
		EntryPoints: []string{e.source}, Bundle: true, Outfile: filepath.Base(e.name),
		MinifyWhitespace: true, MinifyIdentifiers: true, MinifySyntax: true,
		Format: api.FormatIIFE, Loader: map[string]api.Loader{".svg": api.LoaderCopy}, Target: api.ES2022, Charset: api.CharsetUTF8,
		LegalComments: api.LegalCommentsNone, Metafile: true, LogLevel: api.LogLevelSilent,
		// The server's own table of engines: none needs colours as functions rewritten.
		Supported: map[string]bool{"color-functions": true},
	})
	if len(result.Errors) > 0 {
		return nil, errors.New(strings.Join(api.FormatMessages(result.Errors, api.FormatMessagesOptions{}), "\n"))
	}
	if forbidden := never[e.name]; forbidden != "" && strings.Contains(result.Metafile, `"`+forbidden) {
		return nil, fmt.Errorf("it draws from %s", forbidden)
	}
	if err := drawnFrom(result.Metafile, packages); err != nil {
		return nil, err
	}
	for _, output := range result.OutputFiles {
		if filepath.Ext(output.Path) == filepath.Ext(e.name) {
			return output.Contents, nil
		}
	}
	return nil, errors.New("nothing was built")
}

// path is where a bundle is served: by the hash of its content, so that it may be
// kept for ever, or by its own name.
func (e entry) path(body []byte) string {
	if !e.hashed {
		return "/" + e.name
	}
	sum := sha256.Sum256(body)
	hash := strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:5]))
	ending := filepath.Ext(e.name)
	return "/assets/" + strings.TrimSuffix(e.name, ending) + "." + hash + ending
}
