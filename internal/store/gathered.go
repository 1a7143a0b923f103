package store

import (
	"strings"

	"github.com/paywicket/paywicket/internal/audit"
	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/webhook"
)

// gathered is what many steps add: cards, events and audit entries. They are put into
// the transaction at its end, many rows to a statement, for one row at a time costs
// as much as everything else a step does.
type gathered struct {
	payments   []payment.Payment // that were opened
	cards      []keptCard
	events     []event.Event
	deliveries []webhook.Delivery
	lessons    []toLearn
	announced  bool // something is to be delivered that is not among them
	entries    []chained
	chain      []byte // hash of the newest audit entry, once it was read
	linked     bool
	// endpoints are the receivers of the merchants that announced something. They
	// cannot change while the transaction holds the write lock, but by it.
	endpoints map[string][]webhook.Endpoint
}

// chained is an audit entry with its link.
type chained struct {
	audit.Entry
	hash []byte
}

// table is one that many rows are put into.
type table struct {
	name    string
	columns []column
}

// column is a column of such a table, with its type in PostgreSQL: text, bigint or
// bytea, for a string, an int64 or bytes.
type column struct{ name, kind string }

// tableOf makes a table of its columns, such as "merchant text, token bytea".
func tableOf(name, columns string) table {
	t := table{name: name}
	for _, c := range strings.Split(columns, ",") {
		part := strings.Fields(c)
		t.columns = append(t.columns, column{part[0], part[1]})
	}
	return t
}

// names lists the columns.
func (t table) names() string {
	var all []string
	for _, c := range t.columns {
		all = append(all, c.name)
	}
	return strings.Join(all, ", ")
}

var (
	eventTable    = tableOf("events", "merchant text, id text, type text, object text, sequence bigint, at bigint, data text")
	deliveryTable = tableOf("webhook_deliveries", "merchant text, endpoint text, event text, object text, state text, attempts bigint, due_at bigint, log text, created_at bigint, updated_at bigint")
	auditTable    = tableOf("audit_entries", "at bigint, merchant text, actor text, action text, object text, detail text, hash bytea")
)

// flush writes what was gathered.
func (tx *transaction) flush() error {
	b := tx.engine.batch(tx)
	tx.addPayments(b)
	collect := tx.flushCards(b)
	events := make([]any, 0, len(eventTable.columns)*len(tx.events))
	for _, e := range tx.events {
		events = append(events, e.Merchant, e.ID, string(e.Type), e.Object, int64(e.Sequence), millis(e.At), string(e.Data))
	}
	b.insert(eventTable, events)
	deliveries := make([]any, 0, len(deliveryTable.columns)*len(tx.deliveries))
	for _, d := range tx.deliveries {
		deliveries = append(deliveries, d.Merchant, d.Endpoint, d.Event, d.Object, string(d.State), int64(d.Attempts), millis(d.DueAt), encode(d.Log), millis(d.CreatedAt), millis(d.UpdatedAt))
	}
	b.insert(deliveryTable, deliveries)
	tx.addLessons(b)
	entries := make([]any, 0, len(auditTable.columns)*len(tx.entries))
	for _, e := range tx.entries {
		entries = append(entries, millis(e.At), e.Merchant, e.Actor, e.Action, e.Object, e.Detail, e.hash)
	}
	b.insert(auditTable, entries)
	b.notify(tx.topics())
	if err := b.send(); err != nil {
		return err
	}
	collect()
	return nil
}

// batch is what is asked of the database together.
type batch interface {
	// insert puts rows of a table in: values are those of the first row in the order of
	// its columns, then those of the second, and so on; there may be none.
	insert(t table, values []any)
	// firsts looks for a merchant's oldest permanent tokens of fingerprints, and tells
	// found of those there are.
	firsts(merchant string, fingerprints []string, found func(fingerprint string, token []byte))
	// notify tells other servers on the database of topics, once the transaction is durable.
	notify(topics []string)
	// send does it, in the order in which it was asked.
	send() error
}
