package store

import (
	"strings"

	"github.com/paywicket/paywicket/internal/audit"
	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/internal/webhook"
)

// gathered is what many steps add: cards, events and audit entries. They are put into
// the transaction at its end, many rows to a statement, for one row at a time costs
// as much as everything else a step does.
type gathered struct {
	cards   []keptCard
	events  []event.Event
	entries []chained
	chain   []byte // hash of the newest audit entry, once it was read
	linked  bool
	// endpoints are the receivers of the merchants that announced something. They
	// cannot change while the transaction holds the write lock, but by it.
	endpoints map[string][]webhook.Endpoint
}

// chained is an audit entry with its link.
type chained struct {
	audit.Entry
	hash []byte
}

// flush writes what was gathered.
func (tx *transaction) flush() error {
	if err := tx.flushCards(); err != nil {
		return err
	}
	events := make([]any, 0, 7*len(tx.events))
	for _, e := range tx.events {
		events = append(events, e.Merchant, e.ID, e.Type, e.Object, e.Sequence, millis(e.At), string(e.Data))
	}
	if err := tx.insertMany(`INSERT INTO events (merchant, id, type, object, sequence, at, data) VALUES `, 7, events); err != nil {
		return err
	}
	entries := make([]any, 0, 7*len(tx.entries))
	for _, e := range tx.entries {
		entries = append(entries, millis(e.At), e.Merchant, e.Actor, e.Action, e.Object, e.Detail, e.hash)
	}
	return tx.insertMany(`INSERT INTO audit_entries (at, merchant, actor, action, object, detail, hash) VALUES `, 7, entries)
}

// mostRows is how many rows one statement inserts: few enough for any database's
// limit on parameters.
const mostRows = 64

// insertMany inserts rows of as many values as there are columns. Statements are
// for powers of two of rows, so that there are few to prepare.
func (tx *transaction) insertMany(head string, columns int, values []any) error {
	row := "(" + strings.Repeat("?, ", columns-1) + "?)"
	for n := mostRows; len(values) > 0; n /= 2 {
		for len(values) >= n*columns {
			if _, err := tx.Exec(tx.Rebind(head+strings.Repeat(row+", ", n-1)+row), values[:n*columns]...); err != nil {
				return err
			}
			values = values[n*columns:]
		}
	}
	return nil
}
