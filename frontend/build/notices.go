package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// drawnFrom adds the npm packages that a bundle took code from.
func drawnFrom(metafile string, packages map[string]bool) error {
	var meta struct {
		Inputs map[string]json.RawMessage `json:"inputs"`
	}
	if err := json.Unmarshal([]byte(metafile), &meta); err != nil {
		return err
	}
	for input := range meta.Inputs {
		rest, ok := strings.CutPrefix(input, "node_modules/")
		if !ok {
			continue
		}
		parts := strings.SplitN(rest, "/", 3)
		name := parts[0]
		if strings.HasPrefix(name, "@") {
			name += "/" + parts[1]
		}
		packages[name] = true
	}
	return nil
}

// notices gathers the licences of the packages that went into the bundles: their
// code travels with them, so their notices do.
func notices(packages map[string]bool) ([]byte, error) {
	var out bytes.Buffer
	out.WriteString("The scripts beside this file contain code of these packages.\n")
	for _, name := range slices.Sorted(maps.Keys(packages)) {
		folder := filepath.Join("node_modules", filepath.FromSlash(name))
		described, err := os.ReadFile(filepath.Join(folder, "package.json"))
		if err != nil {
			return nil, err
		}
		var about struct{ Version, License string }
		if err := json.Unmarshal(described, &about); err != nil {
			return nil, err
		}
		notice, err := os.ReadFile(filepath.Join(folder, "LICENSE"))
		if err != nil {
			return nil, fmt.Errorf("%s is bundled and has no licence file: %w", name, err)
		}
		fmt.Fprintf(&out, "\n%s %s (%s)\n\n%s\n", name, about.Version, about.License, bytes.TrimSpace(bytes.ReplaceAll(notice, []byte("\r\n"), []byte("\n"))))
	}
	return out.Bytes(), nil
}
