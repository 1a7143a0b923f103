package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// languageSources is where the words are, a file a language.
const languageSources = "frontend/languages"

// checkoutWords is the group of words that the checkout's script says too.
const checkoutWords = "checkout"

// spoken is a language's words, as they were written.
type spoken struct {
	name   string // such as de
	groups map[string]json.RawMessage
}

// languages reads every language's words.
func languages() ([]spoken, error) {
	sources, err := filepath.Glob(languageSources + "/*.json")
	if err != nil {
		return nil, err
	}
	slices.Sort(sources)
	var all []spoken
	for _, source := range sources {
		text, err := os.ReadFile(source)
		if err != nil {
			return nil, err
		}
		s := spoken{name: strings.TrimSuffix(filepath.Base(source), ".json")}
		if err := json.Unmarshal(text, &s.groups); err != nil {
			return nil, fmt.Errorf("%s: %w", source, err)
		}
		if len(s.groups[checkoutWords]) == 0 {
			return nil, fmt.Errorf("%s has no group %q", source, checkoutWords)
		}
		all = append(all, s)
	}
	return all, nil
}

// assets are what a browser loads when a checkout changes its language.
func assets(all []spoken) ([]file, error) {
	var files []file
	for _, s := range all {
		var body bytes.Buffer
		if err := json.Compact(&body, s.groups[checkoutWords]); err != nil {
			return nil, err
		}
		name := "languages/" + s.name + ".json"
		files = append(files, file{name: name, path: "/" + name, body: body.Bytes()})
	}
	return files, nil
}

// writeWords puts every language's words into one file, for the server alone.
func writeWords(all []spoken, target string) error {
	var out bytes.Buffer
	for i, s := range all {
		groups, err := json.Marshal(s.groups)
		if err != nil {
			return err
		}
		opening := ",\n"
		if i == 0 {
			opening = "{\n"
		}
		fmt.Fprintf(&out, "%s%q:%s", opening, s.name, groups)
	}
	out.WriteString("\n}\n")
	return os.WriteFile(filepath.Join(target, "words.json"), out.Bytes(), 0o644)
}
