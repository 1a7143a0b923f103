package exchange

import (
	"io"
	"sync"
)

// Body is a request's body with a card in it. The transport may still be reading when an
// answer or an error is back already; so reading and wiping take turns, and after the wipe
// there is nothing to read any more.
type Body struct {
	mu   sync.Mutex
	text []byte // nil once wiped
	at   int
}

// NewBody takes text over: it is wiped with the body.
func NewBody(text []byte) *Body { return &Body{text: text} }

// Len is how long the body is, in bytes; 0 once it is wiped.
func (b *Body) Len() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.text)
}

// Read hands out what is left.
func (b *Body) Read(into []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.text == nil {
		return 0, io.ErrClosedPipe
	}
	if b.at == len(b.text) {
		return 0, io.EOF
	}
	n := copy(into, b.text[b.at:])
	b.at += n
	return n, nil
}

// Close wipes: the transport calls it when it needs no more, though not always
// before it has answered.
func (b *Body) Close() error {
	b.Wipe()
	return nil
}

// Wipe overwrites the card. Doing it twice is harmless.
func (b *Body) Wipe() {
	b.mu.Lock()
	defer b.mu.Unlock()
	clear(b.text)
	b.text = nil
}
