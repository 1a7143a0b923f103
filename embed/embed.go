// Package embed is what leaves for the browser: the built front end, compressed
// and listed, inside the program. It is made by go run ./frontend/build.
package embed

import (
	"embed"
	"encoding/json"
	"fmt"
	"path"
	"sync"
)

//go:embed dist
var dist embed.FS

// File is one built asset. The manifest gives its name, path and integrity.
type File struct {
	Name        string `json:"name"`      // what the program asks for, such as checkout.js
	Path        string `json:"path"`      // where it is served, such as /assets/checkout.abcd2345.js
	Integrity   string `json:"integrity"` // for the integrity attribute: sha384- and base64
	ContentType string `json:"-"`
	Hash        string `json:"-"` // of Body, for validators
	Body        []byte `json:"-"`
	Brotli      []byte `json:"-"`
	Gzip        []byte `json:"-"`
}

// kinds are the content types of what is built: the machine's own table of them
// may say anything.
var kinds = map[string]string{
	".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".txt": "text/plain; charset=utf-8",
	".json": "application/json",
}

// all reads the manifest once.
var all = sync.OnceValue(func() []File {
	files, err := read()
	if err != nil {
		panic("embed: " + err.Error()) // what is compiled in is whole, or no test has passed
	}
	return files
})

func read() ([]File, error) {
	text, err := dist.ReadFile("dist/manifest.json")
	if err != nil {
		return nil, err
	}
	var files []File
	if err := json.Unmarshal(text, &files); err != nil {
		return nil, fmt.Errorf("manifest: %w", err)
	}
	for i := range files {
		f := &files[i]
		f.ContentType = kinds[path.Ext(f.Path)]
		f.Hash = f.Integrity[len("sha384-"):][:22]
		for ending, into := range map[string]*[]byte{"": &f.Body, ".br": &f.Brotli, ".gz": &f.Gzip} {
			if *into, err = dist.ReadFile("dist" + f.Path + ending); err != nil {
				return nil, err
			}
		}
	}
	return files, nil
}

// Signal is what the collector reads of a device: its name, and what its file says of it.
type Signal struct {
	Name string `json:"name"`
	Text string `json:"text"`
}

// Signals lists what the collector reads, by name.
var Signals = sync.OnceValue(func() []Signal {
	var all []Signal
	text, err := dist.ReadFile("dist/signals.json")
	if err == nil {
		err = json.Unmarshal(text, &all)
	}
	if err != nil {
		panic("embed: " + err.Error())
	}
	return all
})

// Words gives what the pages say, as a JSON object: by language, group and key. It is not
// served; languages/de.json, an asset, is the part of it that a browser loads.
func Words() []byte {
	text, err := dist.ReadFile("dist/words.json")
	if err != nil {
		panic("embed: " + err.Error())
	}
	return text
}

// All lists the assets.
func All() []File { return all() }

// Asset gives an asset by name, and whether there is one.
func Asset(name string) (File, bool) {
	for _, f := range all() {
		if f.Name == name {
			return f, true
		}
	}
	return File{}, false
}
