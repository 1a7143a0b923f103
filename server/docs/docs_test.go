package docs_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/paywicket/paywicket/embed"
	"github.com/paywicket/paywicket/internal/sense"
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
