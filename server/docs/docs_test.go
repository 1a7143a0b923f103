package docs_test

import (
	"os"
	"strings"
	"testing"

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
