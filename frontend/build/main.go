// Command build makes the front end: it bundles frontend/ into embed/dist, with
// every file compressed, hashed and listed in a manifest, puts the languages'
// words beside them, and writes the TypeScript types of the wire from the Go ones. The result is committed, so that
// the program builds without node; the same sources give the same bytes.
//
// It fails when a bundle is larger than its budget.
package main

import (
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "frontend/build:", err)
		os.Exit(1)
	}
}

// The places of the front end, from the root of the repository.
const (
	wireSource = "server/page/wire.go"
	wireTypes  = "frontend/shared/wire.gen.ts"
	target     = "embed/dist"
)

func run() error {
	if _, err := os.Stat("go.mod"); err != nil {
		return fmt.Errorf("run it from the root of the repository: %w", err)
	}
	if err := generateTypes(wireSource, wireTypes); err != nil {
		return err
	}
	files, err := bundle()
	if err != nil {
		return err
	}
	words, err := languages()
	if err != nil {
		return err
	}
	loaded, err := assets(words)
	if err != nil {
		return err
	}
	files = append(files, loaded...)
	if err := os.RemoveAll(target); err != nil {
		return err
	}
	for _, folder := range []string{"assets", "languages"} {
		if err := os.MkdirAll(filepath.Join(target, folder), 0o755); err != nil {
			return err
		}
	}
	if err := write(files); err != nil {
		return err
	}
	if err := writeSignals(target); err != nil {
		return err
	}
	if err := writeWords(words, target); err != nil {
		return err
	}
	return report(files)
}
