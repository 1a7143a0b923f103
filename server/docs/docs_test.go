package docs_test

import (
	"encoding/json"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/paywicket/paywicket/embed"
	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/internal/sense"
	"github.com/paywicket/paywicket/server/docs"
	"github.com/paywicket/paywicket/server/sandbox"
)

// The README's table of test cards is the sandbox's own.
func TestTheReadmeListsEveryTestCard(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, card := range sandbox.TestCards {
		if line := "| " + card.Display() + " | " + card.Purpose + " |"; !strings.Contains(string(text), line) {
			t.Errorf("README.md lacks %s", line)
		}
	}
}

// The page on what is collected lists every signal that can be switched off, and no other.
func TestEverySignalIsTold(t *testing.T) {
	t.Parallel()
	var told []string
	for _, s := range embed.Signals() {
		told = append(told, s.Name)
		if len(s.Text) < 60 || !strings.HasSuffix(s.Text, ".") {
			t.Errorf("%s says only %q", s.Name, s.Text)
		}
	}
	slices.Sort(told)
	if known := sense.SignalNames(); !slices.Equal(told, known) {
		t.Errorf("told are %v, known %v", told, known)
	}
}

// openapi.json names every event and no other, and an order's fields as they are sent.
func TestEveryEventIsDescribed(t *testing.T) {
	t.Parallel()
	var document struct {
		Components struct {
			Schemas struct {
				EventType struct{ Enum []event.Type }
				Order     struct {
					Required   []string
					Properties map[string]json.RawMessage
				}
			}
		}
	}
	if err := json.Unmarshal(docs.OpenAPI, &document); err != nil {
		t.Fatal(err)
	}
	schemas := document.Components.Schemas
	if !slices.Equal(schemas.EventType.Enum, event.Types) {
		t.Errorf("described are %v, there are %v", schemas.EventType.Enum, event.Types)
	}
	var sent []string
	for field := range reflect.TypeFor[event.Order]().Fields() {
		sent = append(sent, field.Tag.Get("json"))
	}
	if !slices.Equal(schemas.Order.Required, sent) {
		t.Errorf("always there are %v, sent are %v", schemas.Order.Required, sent)
	}
	if described := slices.Sorted(maps.Keys(schemas.Order.Properties)); !slices.Equal(described, slices.Sorted(slices.Values(sent))) {
		t.Errorf("described are %v, sent are %v", described, sent)
	}
}
