package store

import (
	"slices"
	"sync"
)

// deliveriesTopic is told of when there may be something to deliver.
const deliveriesTopic = "deliveries"

// hub tells those who watch something that it changed. It tells that, and not what:
// whoever is told reads the database. So a change that is told twice does no harm, and
// several that come together are told once.
type hub struct {
	mu       sync.Mutex
	watchers map[string][]chan struct{}
}

// watch gives a channel that is told of changes to a topic until stop is called: the id
// of a merchant, or of a payment or token.
func (h *hub) watch(topic string) (changed <-chan struct{}, stop func()) {
	told := make(chan struct{}, 1)
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.watchers == nil {
		h.watchers = map[string][]chan struct{}{}
	}
	h.watchers[topic] = append(h.watchers[topic], told)
	return told, sync.OnceFunc(func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.watchers[topic] = slices.DeleteFunc(h.watchers[topic], func(c chan struct{}) bool { return c == told })
		if len(h.watchers[topic]) == 0 {
			delete(h.watchers, topic)
		}
	})
}

// tell tells those who watch topics.
func (h *hub) tell(topics ...string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, topic := range topics {
		for _, told := range h.watchers[topic] {
			notify(told)
		}
	}
}

// tellAll tells everybody: something may have been missed.
func (h *hub) tellAll() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, watchers := range h.watchers {
		for _, told := range watchers {
			notify(told)
		}
	}
}

func notify(told chan struct{}) {
	select {
	case told <- struct{}{}:
	default: // it has been told, and has not looked yet
	}
}

// topics lists what a transaction changed, each once.
func (tx *transaction) topics() []string {
	var all []string
	seen := map[string]bool{}
	add := func(topic string) {
		if !seen[topic] {
			seen[topic] = true
			all = append(all, topic)
		}
	}
	for _, e := range tx.events {
		add(e.Merchant)
		add(e.Object)
	}
	if len(tx.deliveries) > 0 || tx.announced {
		add(deliveriesTopic)
	}
	return all
}

// Watch gives a channel that is told when something of a merchant, or about a payment or
// token, was announced, by this server or another on the same database, until stop is
// called.
func (db *DB) Watch(id string) (changed <-chan struct{}, stop func()) { return db.hub.watch(id) }

// Deliverable gives a channel that is told when there may be something to deliver.
func (db *DB) Deliverable() <-chan struct{} {
	changed, _ := db.hub.watch(deliveriesTopic)
	return changed
}
