package main

import (
	"bytes"
	"compress/gzip"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/andybalholm/brotli"
)

// The budgets, in bytes of brotli: the scripts on a merchant's page, with the collector
// that one may have there, and everything the frame needs before its first paint.
const (
	loaderBudget = 8500
	frameBudget  = 13 << 10
	// The collector, which is begun after that, and is about the same on a merchant's page.
	collectorBudget = 5500
)

// listed is an asset in the manifest.
type listed struct {
	Name      string `json:"name"`
	Path      string `json:"path"`
	Integrity string `json:"integrity"`
}

// write puts every bundle and its compressed forms into the target, and lists them.
func write(files []file) error {
	var manifest []listed
	for _, f := range files {
		br, gz, err := f.compressed()
		if err != nil {
			return err
		}
		manifest = append(manifest, listed{Name: f.name, Path: f.path, Integrity: integrity(f.body)})
		at := filepath.Join(target, filepath.FromSlash(f.path))
		for ending, body := range map[string][]byte{"": f.body, ".br": br, ".gz": gz} {
			if err := os.WriteFile(at+ending, body, 0o644); err != nil {
				return err
			}
		}
	}
	text, err := json.MarshalIndent(manifest, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(target, "manifest.json"), append(text, '\n'), 0o644)
}

// integrity is what an integrity attribute says of a file.
func integrity(body []byte) string {
	sum := sha512.Sum384(body)
	return "sha384-" + base64.StdEncoding.EncodeToString(sum[:])
}

func (f file) compressed() (br, gz []byte, err error) {
	var b, g bytes.Buffer
	bw := brotli.NewWriterLevel(&b, brotli.BestCompression)
	gw, err := gzip.NewWriterLevel(&g, gzip.BestCompression)
	if err != nil {
		return nil, nil, err
	}
	for _, step := range []func() error{
		func() error { _, err := bw.Write(f.body); return err }, bw.Close,
		func() error { _, err := gw.Write(f.body); return err }, gw.Close,
	} {
		if err := step(); err != nil {
			return nil, nil, err
		}
	}
	return b.Bytes(), g.Bytes(), nil
}

// report prints the sizes and holds them to the budgets.
func report(files []file) error {
	frame, loader, collector, language, whole := 0, 0, 0, 0, ""
	fmt.Printf("%-22s %9s %9s\n", "", "bytes", "brotli")
	for _, f := range files {
		br, _, err := f.compressed()
		if err != nil {
			return err
		}
		if strings.HasPrefix(f.name, "languages/") {
			language = max(language, len(br))
			continue
		}
		fmt.Printf("%-22s %9d %9d\n", f.name, len(f.body), len(br))
		switch f.name {
		case "paywicket.js":
			loader += len(br)
			whole = integrity(f.body)
		case "checkout.js", "checkout.css":
			frame += len(br)
		case "seen.js":
			collector = max(collector, len(br))
		case "sense.js":
			loader += len(br)
			collector = max(collector, len(br))
		}
	}
	fmt.Printf("%-22s %9s %9d\n", "the longest language", "", language)
	fmt.Printf("%-22s %9s %9d of %d\n", "merchant's page", "", loader, loaderBudget)
	fmt.Printf("%-22s %9s %9d of %d\n", "frame, first paint", "", frame, frameBudget)
	fmt.Printf("%-22s %9s %9d of %d\n", "collector", "", collector, collectorBudget)
	fmt.Printf("\npaywicket.js has the integrity %s\n", whole)
	if loader > loaderBudget || frame > frameBudget || collector > collectorBudget {
		return fmt.Errorf("over budget")
	}
	return nil
}
