package docs_test

import (
	"encoding/json"
	"html"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/evanw/esbuild/pkg/api"
	nodes "golang.org/x/net/html"

	"github.com/paywicket/paywicket/embed"
)

var snippets = regexp.MustCompile(`(?s)<pre data-language="(\w+)">(.*?)</pre>`)

// parsed tells what esbuild has against a script.
func parsed(t *testing.T, script string, loader api.Loader) {
	t.Helper()
	result := api.Transform(script, api.TransformOptions{Loader: loader, JSX: api.JSXPreserve, LogLevel: api.LogLevelSilent})
	for _, e := range append(result.Errors, result.Warnings...) {
		t.Errorf("%s at %d in\n%s", e.Text, e.Location.Line, script)
	}
}

// scriptsOf gives the scripts within markup, whose tags must be closed as they were opened.
func scriptsOf(t *testing.T, markup string) []string {
	t.Helper()
	var open, scripts []string
	for reader := nodes.NewTokenizer(strings.NewReader(markup)); ; {
		switch reader.Next() {
		case nodes.ErrorToken:
			if len(open) > 0 {
				t.Errorf("%v stay open in\n%s", open, markup)
			}
			return scripts
		case nodes.StartTagToken:
			token := reader.Token()
			open = append(open, token.Data)
			for _, a := range token.Attr {
				if a.Key == "appearance" && strings.HasPrefix(a.Val, "{\"") && !json.Valid([]byte(a.Val)) {
					t.Errorf("the appearance %s is no JSON", a.Val)
				}
			}
		case nodes.EndTagToken:
			if token := reader.Token(); len(open) == 0 || open[len(open)-1] != token.Data {
				t.Errorf("</%s> closes nothing in\n%s", token.Data, markup)
			} else {
				open = open[:len(open)-1]
			}
		case nodes.TextToken:
			if len(open) > 0 && open[len(open)-1] == "script" {
				scripts = append(scripts, string(reader.Raw()))
			}
		}
	}
}

// Whoever copies a snippet has code that is code.
func TestEverySnippetIsCode(t *testing.T) {
	t.Parallel()
	found := map[string]int{}
	for _, snippet := range snippets.FindAllStringSubmatch(raw(t, "/docs/embedding"), -1) {
		language, text := snippet[1], html.UnescapeString(snippet[2])
		found[language]++
		switch language {
		case "js":
			parsed(t, text, api.LoaderJS)
		case "jsx":
			parsed(t, text, api.LoaderJSX)
		case "html", "vue", "svelte":
			for _, script := range scriptsOf(t, text) {
				parsed(t, script, api.LoaderJS)
			}
		case "text":
		default:
			t.Errorf("a snippet in %s is not looked at", language)
		}
	}
	if found["js"] < 3 || found["jsx"] < 2 || found["html"] < 2 || found["vue"] != 1 || found["svelte"] != 1 {
		t.Errorf("found are %v", found)
	}
}

// The page names the integrity of the script that is served, and leads to no anchor that is
// not there.
func TestTheEmbeddingPageIsTrue(t *testing.T) {
	t.Parallel()
	text := raw(t, "/docs/embedding")
	loader, _ := embed.Asset("paywicket.js")
	if page := html.UnescapeString(text); !strings.Contains(page, `integrity="`+loader.Integrity+`"`) {
		t.Error("the integrity is not the script's")
	}
	for _, link := range regexp.MustCompile(`href="#(\w+)"`).FindAllStringSubmatch(text, -1) {
		if !strings.Contains(text, `id="`+link[1]+`"`) {
			t.Errorf("there is no #%s", link[1])
		}
	}
	if !strings.Contains(raw(t, "/docs"), `href="/docs/embedding"`) {
		t.Error("the first page does not lead to it")
	}
	files, err := filepath.Glob("../../frontend/languages/*.json")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		if name := strings.TrimSuffix(filepath.Base(file), ".json"); !strings.Contains(text, "<code>"+name+"</code>") {
			t.Errorf("it does not tell of the language %s", name)
		}
	}
}

// The page tells every event and every cause that the loader has, with an anchor for each
// cause: the console leads there.
func TestEveryEventAndCauseOfTheLoaderIsTold(t *testing.T) {
	t.Parallel()
	text := raw(t, "/docs/embedding")
	table := func(file, begin string, name *regexp.Regexp) []string {
		source, err := os.ReadFile("../../frontend/" + file)
		if err != nil {
			t.Fatal(err)
		}
		_, rest, ok := strings.Cut(string(source), begin)
		rest, _, closed := strings.Cut(rest, "\n}")
		if !ok || !closed {
			t.Fatalf("%s has no %s", file, begin)
		}
		var names []string
		for _, match := range name.FindAllStringSubmatch(rest, -1) {
			names = append(names, match[1])
		}
		return names
	}
	name := regexp.MustCompile(`(?m)^  "?([\w-]+)"?: `)
	events, causes := table("shared/protocol.ts", "export interface Told {", name), table("loader/cause.ts", "const words", name)
	if !slices.Contains(events, "action-required") || len(events) < 9 || !slices.Contains(causes, "blocked") || len(causes) < 7 {
		t.Fatalf("%v %v", events, causes)
	}
	for _, event := range events {
		if !strings.Contains(text, "<tr><td><code>"+event+"</code></td>") {
			t.Errorf("the event %s is not told", event)
		}
	}
	for _, cause := range causes {
		if !strings.Contains(text, `<tr id="`+cause+`"><td><code>`+cause+"</code></td>") {
			t.Errorf("the cause %s is not told", cause)
		}
	}
}
