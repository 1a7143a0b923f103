package sandbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/paywicket/paywicket/internal/durable"
	"github.com/paywicket/paywicket/internal/processor"
)

// Authorization is a row of the ledger, and what the sandbox answers. It holds no
// more of a card than its BIN and last four digits, and the letter that checking
// its CVV gave.
type Authorization struct {
	ID           string                `json:"id"`
	Reference    string                `json:"reference"`
	Status       processor.State       `json:"status"` // approved, declined or challenge
	Amount       int64                 `json:"amount"` // minor units
	Currency     string                `json:"currency"`
	Descriptor   string                `json:"descriptor"`
	BIN          string                `json:"bin"`
	Last4        string                `json:"last4"`
	DeclineCode  processor.DeclineCode `json:"decline_code"`
	NetworkCode  string                `json:"network_code"`
	ApprovalCode string                `json:"approval_code"`
	AVS          string                `json:"avs"`
	CVVResult    string                `json:"cvv_result"`
	ChallengeURL string                `json:"challenge_url"`
	ReturnURL    string                `json:"return_url"`
	At           time.Time             `json:"at"` // when it was asked for

	Capture         bool   `json:"capture"` // at once, when it is approved
	Initiator       string `json:"initiator"`
	Recurring       bool   `json:"recurring"`
	Installments    int64  `json:"installments"`
	SchemeReference string `json:"scheme_reference"`  // the scheme's transaction id, when approved
	Agreement       string `json:"agreement"`         // the scheme's id of the payment in which the shopper agreed
	Authenticate    bool   `json:"authenticate"`      // the issuer was asked to see the shopper
	Exempt          bool   `json:"exempt"`            // the issuer was asked to do without that
	Network         string `json:"network,omitempty"` // the scheme chosen of a card that bears two

	Billing processor.Address `json:"billing,omitzero"` // what the AVS result is about

	// What was done with it since, in minor units.
	Captured      int64          `json:"captured"`
	Refunded      int64          `json:"refunded"`
	Voided        bool           `json:"voided"` // what was not captured has been released
	Modifications []Modification `json:"modifications"`

	Authentication processor.Authentication `json:"authentication"`
	ECI            string                   `json:"eci"`

	Late   bool `json:"late,omitempty"`   // look-ups do not see it at first
	Barred bool `json:"barred,omitempty"` // asked for though the issuer had said never to ask for this card again
}

// ErrMismatch is a reference that comes a second time with another request.
var ErrMismatch = errors.New("sandbox: this reference was used for another authorization")

// entry is a row with what is known of it in memory only.
type entry struct {
	row   Authorization
	card  fingerprint // empty after a restart
	asked int         // how often it was asked for
}

// Ledger is what the sandbox has decided: a file of JSON lines that only grows.
// Each line is an authorization as it became, durable before it is answered; the
// newest of a reference is the truth. Tests count authorizations in it, so it must
// know more than whoever is tested. Methods are safe for concurrent use.
type Ledger struct {
	mu      sync.Mutex
	file    *os.File // nil for a ledger in memory
	broken  error    // after a write that did not become durable: nothing more is known for sure
	entries map[string]*entry
	ids     map[string]string // references by id
	order   []string          // references, oldest first
	barred  map[uint64]bool   // fingerprints of numbers that are never to be asked for again; empty after a restart
}

// OpenLedger reads the ledger at path, or makes it. With an empty path it lives in
// memory. A last line that a crash cut short was never answered, and is dropped.
func OpenLedger(path string) (*Ledger, error) {
	l := &Ledger{entries: map[string]*entry{}, ids: map[string]string{}, barred: map[uint64]bool{}}
	if path == "" {
		return l, nil
	}
	text, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("sandbox: read ledger: %w", err)
	}
	whole, err := l.load(text)
	if err != nil {
		return nil, err
	}
	if l.file, err = os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600); err != nil {
		return nil, fmt.Errorf("sandbox: open ledger: %w", err)
	}
	// The new length and a new file's name must last as well as the rows do.
	if err := errors.Join(l.file.Truncate(int64(whole)), l.file.Sync(), durable.SyncFolder(filepath.Dir(path))); err != nil {
		return nil, errors.Join(fmt.Errorf("sandbox: open ledger: %w", err), l.file.Close())
	}
	return l, nil
}

// load takes in the lines of a file and gives the length of those that are whole.
func (l *Ledger) load(text []byte) (int, error) {
	whole := 0
	for number := 1; whole < len(text); number++ {
		line, rest, ended := bytes.Cut(text[whole:], []byte("\n"))
		var row Authorization
		if err := json.Unmarshal(line, &row); err != nil || !ended {
			if len(rest) == 0 {
				return whole, nil
			}
			return 0, fmt.Errorf("sandbox: line %d of the ledger is damaged: %w", number, err)
		}
		l.remember(row)
		whole += len(line) + 1
	}
	return whole, nil
}

func (l *Ledger) remember(row Authorization) *entry {
	e := l.entries[row.Reference]
	if e == nil {
		e = &entry{asked: 1}
		l.entries[row.Reference] = e
		l.ids[row.ID] = row.Reference
		l.order = append(l.order, row.Reference)
	}
	e.row = row
	return e
}

// keep makes a row durable, and only then known.
func (l *Ledger) keep(row Authorization) (*entry, error) {
	if l.broken != nil {
		return nil, l.broken
	}
	if l.file != nil {
		line, err := json.Marshal(row)
		if err != nil {
			return nil, err
		}
		if _, err = l.file.Write(append(line, '\n')); err == nil {
			err = l.file.Sync()
		}
		if err != nil {
			// Half a line may stand there, and a sync that failed once may succeed the
			// next time without having written anything.
			l.broken = fmt.Errorf("sandbox: the ledger must be opened again: %w", err)
			return nil, l.broken
		}
	}
	return l.remember(row), nil
}

// open keeps a new row, unless its reference has one: then that is given, if it
// was for the same. fresh tells which it was.
func (l *Ledger) open(row Authorization, card fingerprint) (kept Authorization, fresh bool, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if known, ok := l.entries[row.Reference]; ok {
		known.asked++
		if !known.row.sameRequest(row) || known.card != (fingerprint{}) && known.card != card {
			return Authorization{}, false, ErrMismatch
		}
		return known.row, false, nil
	}
	row.Barred = l.barred[card.number]
	made, err := l.keep(row)
	if err != nil {
		return Authorization{}, false, err
	}
	made.card = card
	l.bar(made)
	return row, true, nil
}

// sameRequest compares what the ledger holds of two requests.
func (a Authorization) sameRequest(b Authorization) bool {
	return a.Amount == b.Amount && a.Currency == b.Currency && a.Descriptor == b.Descriptor &&
		a.ReturnURL == b.ReturnURL && a.BIN == b.BIN && a.Last4 == b.Last4 &&
		a.Capture == b.Capture && a.Initiator == b.Initiator && a.Recurring == b.Recurring && a.Installments == b.Installments && a.Agreement == b.Agreement &&
		a.Authenticate == b.Authenticate && a.Exempt == b.Exempt && a.Network == b.Network && a.Billing == b.Billing
}

// change makes a row durable that step made of what a reference has, and gives it.
// known is false when there is none; when step returns an error, nothing is changed.
func (l *Ledger) change(reference string, step func(*Authorization) error) (row Authorization, known bool, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	e, ok := l.entries[reference]
	if !ok {
		return Authorization{}, false, nil
	}
	row = e.row
	row.Modifications = slices.Clone(row.Modifications)
	if err := step(&row); err != nil {
		return e.row, true, err
	}
	if _, err := l.keep(row); err != nil {
		return Authorization{}, true, err
	}
	l.bar(e)
	return row, true, nil
}

// settle ends the pending challenge of a reference. What is settled already stays
// as it is.
func (l *Ledger) settle(reference string, step func(*Authorization)) (row Authorization, known bool, err error) {
	row, known, err = l.change(reference, func(row *Authorization) error {
		if row.Status != processor.Challenge {
			return errDone
		}
		step(row)
		return nil
	})
	if errors.Is(err, errDone) {
		err = nil
	}
	return row, known, err
}

// errDone says that there is nothing left to change.
var errDone = errors.New("sandbox: done already")

// Find gives the authorization of a reference.
func (l *Ledger) Find(reference string) (Authorization, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if e, ok := l.entries[reference]; ok {
		return e.row, true
	}
	return Authorization{}, false
}

// findID gives the authorization of an id.
func (l *Ledger) findID(id string) (Authorization, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if e, ok := l.entries[l.ids[id]]; ok {
		return e.row, true
	}
	return Authorization{}, false
}

// Asked tells how often an authorization was asked for under a reference. More
// than once is what a payment must never do, though the sandbox forgives it. The
// count starts at one again when the ledger is opened again.
func (l *Ledger) Asked(reference string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	if e, ok := l.entries[reference]; ok {
		return e.asked
	}
	return 0
}

// List gives every authorization as it is now, oldest first.
func (l *Ledger) List() []Authorization {
	l.mu.Lock()
	defer l.mu.Unlock()
	rows := make([]Authorization, len(l.order))
	for i, reference := range l.order {
		rows[i] = l.entries[reference].row
	}
	return rows
}

// Close closes the file.
func (l *Ledger) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil {
		return nil
	}
	l.broken = os.ErrClosed
	return l.file.Close()
}
