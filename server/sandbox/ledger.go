package sandbox

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/paywicket/paywicket/internal/processor"
)

// Authorization is a row of the ledger, and what the sandbox answers. It holds no
// more of a card than its BIN and last four digits.
type Authorization struct {
	ID           string                `json:"id"`
	Reference    string                `json:"reference"`
	Status       processor.State       `json:"status"` // approved | declined | challenge
	Amount       int64                 `json:"amount"`
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
	At           time.Time             `json:"at"`
}

// Ledger is what the sandbox has decided: a file of JSON lines, each durable before
// it is answered, the newest line of a reference being the truth. It is the oracle
// by which tests count authorizations. Methods are safe for concurrent use.
type Ledger struct {
	mu    sync.Mutex
	file  *os.File // nil for a ledger in memory
	rows  map[string]Authorization
	order []string // references, oldest first
}

// OpenLedger reads the ledger at path, or makes it; with an empty path it lives in
// memory. A last line that a crash cut short was never answered and is dropped.
func OpenLedger(path string) (*Ledger, error) {
	l := &Ledger{rows: map[string]Authorization{}}
	if path == "" {
		return l, nil
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("sandbox: open ledger: %w", err)
	}
	end, err := l.read(file)
	if err == nil {
		err = file.Truncate(end)
	}
	if err == nil {
		_, err = file.Seek(end, io.SeekStart)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("sandbox: read ledger: %w", err), file.Close())
	}
	l.file = file
	return l, nil
}

// read takes in whole lines and gives where they end.
func (l *Ledger) read(file io.Reader) (int64, error) {
	var end int64
	reader := bufio.NewReader(file)
	for {
		line, err := reader.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return end, nil
		}
		if err != nil {
			return end, err
		}
		var row Authorization
		if err := json.Unmarshal(line, &row); err != nil {
			return end, err
		}
		l.remember(row)
		end += int64(len(line))
	}
}

func (l *Ledger) remember(row Authorization) {
	if _, known := l.rows[row.Reference]; !known {
		l.order = append(l.order, row.Reference)
	}
	l.rows[row.Reference] = row
}

// keep makes a row durable.
func (l *Ledger) keep(row Authorization) error {
	if l.file != nil {
		line, err := json.Marshal(row)
		if err != nil {
			return err
		}
		if _, err := l.file.Write(append(bytes.TrimSpace(line), '\n')); err != nil {
			return fmt.Errorf("sandbox: write ledger: %w", err)
		}
		if err := l.file.Sync(); err != nil {
			return fmt.Errorf("sandbox: sync ledger: %w", err)
		}
	}
	l.remember(row)
	return nil
}

// Open keeps a new row unless its reference has one, and gives the row that is
// kept and whether it is new.
func (l *Ledger) Open(row Authorization) (Authorization, bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if known, ok := l.rows[row.Reference]; ok {
		return known, false, nil
	}
	return row, true, l.keep(row)
}

// Settle ends the pending challenge of a reference. A row that is settled already
// stays as it is.
func (l *Ledger) Settle(reference string, settle func(*Authorization)) (Authorization, bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	row, ok := l.rows[reference]
	if !ok || row.Status != processor.Challenge {
		return row, ok, nil
	}
	settle(&row)
	return row, true, l.keep(row)
}

// Find gives the row of a reference.
func (l *Ledger) Find(reference string) (Authorization, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	row, ok := l.rows[reference]
	return row, ok
}

// List gives every row, oldest first.
func (l *Ledger) List() []Authorization {
	l.mu.Lock()
	defer l.mu.Unlock()
	rows := make([]Authorization, len(l.order))
	for i, reference := range l.order {
		rows[i] = l.rows[reference]
	}
	return rows
}

// Close closes the file.
func (l *Ledger) Close() error {
	if l.file == nil {
		return nil
	}
	return l.file.Close()
}
