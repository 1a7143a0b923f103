package sense_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/sense"
)

// notebook remembers what it was told to keep.
type notebook struct{ kept []string }

func (n *notebook) KeepObservation(_ context.Context, _ string, signals, events []byte, _ time.Time) error {
	n.kept = append(n.kept, string(signals)+string(events))
	return nil
}

func observe(t *testing.T, body string) (string, error) {
	t.Helper()
	var batch sense.Batch
	if err := json.Unmarshal([]byte(body), &batch); err != nil {
		t.Fatal(err)
	}
	book := &notebook{}
	service := &sense.Service{Store: book, Now: time.Now}
	err := service.Observe(t.Context(), batch)
	return strings.Join(book.kept, ""), err
}

func TestObserveKeepsPlainFacts(t *testing.T) {
	t.Parallel()
	kept, err := observe(t, `{"Signals":{"screen":{"value":[1920,1080],"ms":0.30000000000000004},"timeZone":{"value":"Europe/Berlin","ms":0}},
		"Events":[{"type":"load","at":3,"value":{"ttfb":12,"dom":40}},{"type":"paste","field":"number","at":900}]}`)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`[1920,1080]`, `"ms":0.3`, `Europe/Berlin`, `"ttfb":12`, `"field":"number"`} {
		if !strings.Contains(kept, want) {
			t.Errorf("%s was not kept in %s", want, kept)
		}
	}
}

func TestObserveRefusesWhatCouldBeTyped(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"unknown event":  `{"Events":[{"type":"keydown","at":1}]}`,
		"unknown field":  `{"Events":[{"type":"focus","field":"password","at":1}]}`,
		"a card number":  `{"Events":[{"type":"paste","field":"number","at":1,"value":"4111111111111111"}]}`,
		"with spaces":    `{"Events":[{"type":"paste","field":"number","at":1,"value":"4111 1111 1111 1111"}]}`,
		"as an integer":  `{"Events":[{"type":"paste","field":"number","at":1,"value":4111111111111111}]}`,
		"as a list":      `{"Signals":{"x":{"value":["411111111111"]}}}`,
		"as a name":      `{"Signals":{"4111111111111111":{"value":1}}}`,
		"nested deeply":  `{"Signals":{"x":{"value":[[1]]}}}`,
		"long text":      `{"Signals":{"x":{"value":"` + strings.Repeat("a", 513) + `"}}}`,
		"strange name":   `{"Signals":{"a b":{"value":1}}}`,
		"strange error":  `{"Signals":{"a":{"error":"because of 1"}}}`,
		"before it time": `{"Events":[{"type":"load","at":-1}]}`,
	} {
		kept, err := observe(t, body)
		if err == nil || fault.CodeOf(err) != fault.Invalid {
			t.Errorf("%s: %v, want invalid", name, err)
		}
		if kept != "" {
			t.Errorf("%s: kept %s", name, kept)
		}
	}
}

func TestNoCardNumberSurvivesInAnyValue(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		digits := rapid.StringMatching(`[0-9]{12,19}`).Draw(r, "digits")
		around := rapid.StringMatching(`[a-z.]{0,5}`).Draw(r, "around")
		value := rapid.SampledFrom([]string{`"` + around + digits + around + `"`, `0.` + digits, `["` + digits + `"]`, `{"a":"` + digits + `"}`}).Draw(r, "value")
		kept, _ := observe(t, `{"Signals":{"x":{"value":`+value+`}}}`)
		if strings.Contains(kept, digits) {
			r.Fatalf("kept %s", kept)
		}
	})
}
