// Package sense takes in what the browser collector saw: signals of the device
// and events of the page, under a sense key that the server issued with the
// checkout session, or to a page of the merchant's site before it. From the signals it
// tells which of the merchant's devices a visit came from, and whether the pages of a
// visit agree.
//
// It never carries what was typed. Whatever looks like it could hold card digits
// is refused whole.
package sense

import (
	"context"
	"encoding/json"
	"math"
	"time"

	"github.com/paywicket/paywicket/internal/fault"
)

// Limits of one batch. The collector stays far below them.
const (
	MaxEvents  = 200
	MaxSignals = 64
	maxText    = 512
	maxList    = 64
	// maxDigits is the longest run of digits a value may hold: shorter than the
	// shortest card number.
	maxDigits = 11
)

// Signal is one fact about the device, or why there is none.
type Signal struct {
	Value  any     `json:"value,omitempty"` // text, number, boolean, or a list of those
	Error  string  `json:"error,omitempty"`
	Millis float64 `json:"ms"` // how long it took to read
}

// Event is something that happened on the page: that it did, never what was typed.
type Event struct {
	Type  string `json:"type"`
	Field string `json:"field,omitempty"`
	At    int    `json:"at"` // milliseconds since the collector started
	Value any    `json:"value,omitempty"`
}

// Batch is what a page sends at a time.
type Batch struct {
	SenseKey string
	Nonce    string // of the page
	Signals  map[string]Signal
	Done     bool // there are no more signals
	Events   []Event
	Network  string // where it came from: see Network
}

// Page is what a page has sent so far, and what came of that.
type Page struct {
	SenseKey string
	ID       string
	Merchant string
	Place    Place
	Signals  map[string]Signal // as first sent
	Events   [][]byte          // JSON lists, a batch each, the newest last; only PagesOf gives them
	Batches  int
	Network  string
	Exact    int64  // of the first signals with their times; equal ones are a recording
	Replayed bool   // another page had sent the very same before
	Device   string // empty before all signals are in
	Likeness
	FirstAt time.Time
	LastAt  time.Time
}

// Store keeps what was observed.
type Store interface {
	// ObservePage changes what is kept of a page, in one transaction with its device:
	// change is given the page as it is, new when nothing was kept yet, and a way to look
	// devices up by keys; what it gives is kept, if the page is still what it was. It may
	// be run more than once.
	// Errors: fault.NotFound when no merchant's page was given the sense key, change's.
	ObservePage(ctx context.Context, key, page string, change func(Page, Lookup) (Observation, error)) error
	// KeepSenseKey keeps a key that a page of a merchant's site was given.
	KeepSenseKey(ctx context.Context, merchant, site, key string, at time.Time) error
	// FindSenseKey gives the site whose page was given a key, or fault.NotFound.
	FindSenseKey(ctx context.Context, merchant, key string) (site string, err error)
	// LookUp is how a merchant's devices are found.
	LookUp(ctx context.Context, merchant string) Lookup
	// PagesOf gives what the newest twenty pages of a sense key have sent, oldest first.
	PagesOf(ctx context.Context, merchant, key string) ([]Page, error)
	// FindDevice gives a merchant's device, or fault.NotFound.
	FindDevice(ctx context.Context, merchant, device string) (Device, error)
	// EraseDevice takes a merchant's device away, with all that its pages sent.
	// Errors: fault.NotFound.
	EraseDevice(ctx context.Context, merchant, device, actor string) error
}

// Lookup is how devices of the page's merchant are found.
type Lookup interface {
	// Devices gives those that have one of the keys, a few of each, the newest first.
	Devices(keys []int64) ([]Device, error)
	// Recorded tells whether another page of the merchant's has sent the very same.
	Recorded(exact int64) (bool, error)
}

// Observation is what is kept of a page's batch.
type Observation struct {
	Page   Page
	Events []byte  // of this batch; JSON list, empty for none
	Device *Device // as it is after; nil when there is nothing new of it
	Keys   []int64 // under which it is to be found
}

// Service is the collector's other end.
type Service struct {
	Store Store
	Keys  Keys
	Now   func() time.Time
}

// The closed sets that a batch may speak in.
var (
	eventTypes  = set("load", "paste", "resize", "focus", "blur", "visibility", "autofill", "typing", "pointer")
	eventFields = set("", "number", "expiry", "cvv", "name")
	errorWords  = set("", "unavailable", "blocked", "threw", "timeout")
)

func set(words ...string) map[string]bool {
	m := make(map[string]bool, len(words))
	for _, w := range words {
		m[w] = true
	}
	return m
}

// Observe checks a batch and stores it. Errors: fault.Invalid naming the part
// that is off, fault.NotFound for a key we did not issue.
func (s *Service) Observe(ctx context.Context, batch Batch) error {
	if len(batch.Signals) > MaxSignals {
		return fault.Field("signals", "At most %d signals at a time.", MaxSignals)
	}
	if len(batch.Events) > MaxEvents {
		return fault.Field("events", "At most %d events at a time.", MaxEvents)
	}
	for name, signal := range batch.Signals {
		value, ok := plain(signal.Value, 1)
		if !ok || !plainName(name) || !errorWords[signal.Error] {
			return fault.Field("signals", "A signal has a short name and a short text, number, truth value or list.")
		}
		batch.Signals[name] = Signal{Value: value, Error: signal.Error, Millis: rounded(signal.Millis)}
	}
	for i, e := range batch.Events {
		value, ok := plain(e.Value, 1)
		if !ok || !eventTypes[e.Type] || !eventFields[e.Field] || e.At < 0 {
			return fault.Field("events", "An event has a known type, a known field, a time and at most a short value.")
		}
		batch.Events[i].Value = value
	}
	_, events, err := encode(batch)
	if err != nil {
		return err
	}
	page, place, err := s.page(batch.SenseKey, batch.Nonce)
	if err != nil {
		return err
	}
	return s.Store.ObservePage(ctx, batch.SenseKey, page, func(p Page, known Lookup) (Observation, error) {
		p.Place = place
		return s.observed(p, batch, events, known)
	})
}

// encode writes both parts and looks for digits once more in the text that will
// be stored, so that no shape of value slips past.
func encode(batch Batch) (signals, events []byte, err error) {
	if len(batch.Signals) > 0 {
		if signals, err = json.Marshal(batch.Signals); err != nil {
			return nil, nil, fault.Field("signals", "The signals could not be read.")
		}
	}
	if len(batch.Events) > 0 {
		if events, err = json.Marshal(batch.Events); err != nil {
			return nil, nil, fault.Field("events", "The events could not be read.")
		}
	}
	if longDigits(signals) || longDigits(events) {
		return nil, nil, fault.New(fault.Invalid, "A value holds a long run of digits. Page events never carry what was typed.")
	}
	return signals, events, nil
}

// plainName tells whether a signal's name is one or two camel-case words.
func plainName(name string) bool {
	if name == "" || len(name) > 40 {
		return false
	}
	for _, r := range name {
		if (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') {
			return false
		}
	}
	return true
}

// plain gives a value as it is kept, if it is small and of a plain kind; lists
// and objects may nest depth levels.
func plain(value any, depth int) (any, bool) {
	switch v := value.(type) {
	case nil, bool:
		return v, true
	case float64:
		return rounded(v), true
	case string:
		return v, len(v) <= maxText
	case []any:
		list := make([]any, len(v))
		ok := depth > 0 && len(v) <= maxList
		for i := 0; ok && i < len(v); i++ {
			list[i], ok = plain(v[i], depth-1)
		}
		return list, ok
	case map[string]any:
		object := make(map[string]any, len(v))
		if depth == 0 || len(v) > maxList {
			return nil, false
		}
		for name, item := range v {
			kept, ok := plain(item, depth-1)
			if !ok || !plainName(name) {
				return nil, false
			}
			object[name] = kept
		}
		return object, true
	default:
		return nil, false
	}
}

// rounded cuts a number to six decimals: more tells nothing about a device, and
// sixteen could be a card number.
func rounded(v float64) float64 { return math.Round(v*1e6) / 1e6 }

// longDigits tells whether text holds more digits in a row than any value needs,
// looking through the spaces and dashes that cards are written with.
func longDigits(text []byte) bool {
	run := 0
	for _, b := range text {
		switch {
		case b >= '0' && b <= '9':
			if run++; run > maxDigits {
				return true
			}
		case b == ' ' || b == '-':
		default:
			run = 0
		}
	}
	return false
}
