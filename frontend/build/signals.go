package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// signalSources is where the collector's signals are, one a file.
const signalSources = "frontend/sense/sources"

// signal is a signal as the page on what is collected tells of it: its name, and the
// comment at the top of its file.
type signal struct {
	Name string `json:"name"`
	Text string `json:"text"`
}

// writeSignals lists the signals, so that what is told about them is what their files say.
func writeSignals(target string) error {
	files, err := filepath.Glob(signalSources + "/*.ts")
	if err != nil {
		return err
	}
	slices.Sort(files)
	var all []signal
	for _, file := range files {
		base := strings.TrimSuffix(filepath.Base(file), ".ts")
		if base == "index" || strings.HasSuffix(base, ".test") {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		var lines []string
		for line := range strings.Lines(string(text)) {
			comment, ok := strings.CutPrefix(line, "//")
			if !ok {
				break
			}
			lines = append(lines, strings.TrimSpace(comment))
		}
		if len(lines) == 0 {
			return fmt.Errorf("%s does not begin by saying what it tells", file)
		}
		all = append(all, signal{camelCase(base), strings.Join(lines, " ")})
	}
	text, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(target, "signals.json"), append(text, '\n'), 0o644)
}

// camelCase is a signal's name by its file's.
func camelCase(base string) string {
	words := strings.Split(base, "-")
	for i, word := range words[1:] {
		words[i+1] = strings.ToUpper(word[:1]) + word[1:]
	}
	return strings.Join(words, "")
}
