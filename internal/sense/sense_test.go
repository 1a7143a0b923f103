package sense_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/sense"
)

// notebook remembers what it was told to keep, and knows no devices.
type notebook struct {
	sense.Store
	kept []string
}

func (n *notebook) ObservePage(_ context.Context, key, page string, change func(sense.Page, sense.Lookup) (sense.Observation, error)) error {
	o, err := change(sense.Page{SenseKey: key, ID: page, Merchant: "mer_1"}, nobody{})
	if err != nil {
		return err
	}
	signals, err := json.Marshal(o.Page.Signals)
	n.kept = append(n.kept, string(signals)+string(o.Events))
	return err
}

type nobody struct{}

func (nobody) Devices([]int64) ([]sense.Device, error) { return nil, nil }
func (nobody) Recorded(int64) (bool, error)            { return false, nil }

// signer signs with what it signs.
type signer struct{}

func (signer) Sign(message []byte) ([]byte, error) { return message, nil }
func (signer) CheckSignature(message, signature []byte) error {
	if string(message) != string(signature) {
		return errors.New("it is another's")
	}
	return nil
}

func observe(t *testing.T, body string) (string, error) {
	t.Helper()
	var batch sense.Batch
	if err := json.Unmarshal([]byte(body), &batch); err != nil {
		t.Fatal(err)
	}
	book := &notebook{}
	service := &sense.Service{Store: book, Keys: signer{}, Now: time.Now}
	var err error
	if batch.Nonce, err = service.NewPage(batch.SenseKey, sense.Frame); err != nil {
		t.Fatal(err)
	}
	err = service.Observe(t.Context(), batch)
	return strings.Join(book.kept, ""), err
}

// A nonce is good for its own key, where it was given, and for a day.
func TestNonces(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	service := &sense.Service{Store: &notebook{}, Keys: signer{}, Now: func() time.Time { return now }}
	nonce, err := service.NewPage("sns_1", sense.Frame)
	if err != nil {
		t.Fatal(err)
	}
	for what, c := range map[string]struct {
		key, nonce string
		after      time.Duration
		good       bool
	}{
		"its own":          {"sns_1", nonce, 23 * time.Hour, true},
		"another key":      {"sns_2", nonce, 0, false},
		"another place":    {"sns_1", "funnel" + strings.TrimPrefix(nonce, "frame"), 0, false},
		"the day after":    {"sns_1", nonce, 25 * time.Hour, false},
		"none":             {"sns_1", "", 0, false},
		"a place only":     {"sns_1", "frame.", 0, false},
		"not even letters": {"sns_1", "frame.\x00", 0, false},
	} {
		late := &sense.Service{Store: service.Store, Keys: signer{}, Now: func() time.Time { return now.Add(c.after) }}
		err := late.Observe(t.Context(), sense.Batch{SenseKey: c.key, Nonce: c.nonce, Events: []sense.Event{{Type: "load"}}})
		if (err == nil) != c.good || err != nil && fault.Of(err).Field != "nonce" {
			t.Errorf("%s: %v", what, err)
		}
	}
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
