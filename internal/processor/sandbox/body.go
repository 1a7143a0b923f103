package sandbox

import (
	"encoding/json"
	"io"
	"strconv"
	"sync"

	"github.com/paywicket/paywicket/internal/processor"
)

// body is a request's body with a card in it. The transport may still be reading
// it when the answer, or an error, is back already; so reading and wiping take
// turns, and after the wipe there is nothing more to read.
type body struct {
	mu     sync.Mutex
	text   []byte
	at     int
	length int64
}

// maxNumber is how many bytes the parts that vary in a card take up at most.
const maxNumber = 64

// newBody writes the JSON by hand: encoding/json would need the number as text.
func newBody(ask processor.Request, card processor.Instrument) *body {
	open, err := json.Marshal(map[string]any{
		"reference": ask.Reference, "amount": ask.Amount.Minor, "currency": ask.Amount.Currency,
		"descriptor": ask.Descriptor, "return_url": ask.ReturnURL, "name": card.Name,
	})
	if err != nil {
		panic("sandbox: " + err.Error()) // texts and a number always encode
	}
	// Made large enough at once: growing would leave a copy of the number behind.
	text := make([]byte, 0, len(open)+maxNumber+len(`,"number":"","cvv":"","exp_month":,"exp_year":`))
	text = append(text, open[:len(open)-1]...)
	text = append(text, `,"number":"`...)
	text = append(text, card.Number.Bytes()...)
	if cvv := card.CVV.Bytes(); len(cvv) > 0 {
		text = append(text, `","cvv":"`...)
		text = append(text, cvv...)
	}
	text = append(text, `","exp_month":`...)
	text = strconv.AppendInt(text, int64(card.Expiry.Month), 10)
	text = append(text, `,"exp_year":`...)
	text = strconv.AppendInt(text, int64(card.Expiry.Year), 10)
	text = append(text, '}')
	return &body{text: text, length: int64(len(text))}
}

// Read hands out what is left.
func (b *body) Read(into []byte) (int, error) {
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

// Close is called by the transport when it is done.
func (b *body) Close() error {
	b.wipe()
	return nil
}

// wipe overwrites the card; doing it twice is harmless.
func (b *body) wipe() {
	b.mu.Lock()
	defer b.mu.Unlock()
	clear(b.text)
	b.text = nil
}
