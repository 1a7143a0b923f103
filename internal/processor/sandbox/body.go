package sandbox

import (
	"encoding/json"
	"io"
	"strconv"
	"sync"

	"github.com/paywicket/paywicket/internal/processor"
)

// body is the request's body, with the card in it. The transport may still be
// reading when an answer or an error is back already; so reading and wiping take
// turns, and after the wipe there is nothing to read any more.
type body struct {
	mu   sync.Mutex
	text []byte // nil once wiped
	at   int
}

// maxCard is how many bytes the members that the card makes take up at most.
const maxCard = len(`,"number":"","cvv":"","exp_month":12,"exp_year":2099}`) + 19 + 4

// newBody writes the JSON by hand: an encoder would want the number as text, and
// would keep it in a buffer of its own.
func newBody(ask processor.Request, card processor.Instrument) (*body, error) {
	open, err := json.Marshal(struct {
		Reference  string `json:"reference"`
		Amount     int64  `json:"amount"`
		Currency   string `json:"currency"`
		Descriptor string `json:"descriptor"`
		ReturnURL  string `json:"return_url"`
		Name       string `json:"name"`

		Capture         bool                `json:"capture,omitempty"`
		Initiator       processor.Initiator `json:"initiator,omitempty"`
		Recurring       bool                `json:"recurring,omitempty"`
		SchemeReference string              `json:"scheme_reference,omitempty"`
		Installments    int                 `json:"installments,omitempty"`
	}{
		ask.Reference, ask.Amount.Minor, ask.Amount.Currency, ask.Descriptor, ask.ReturnURL, card.Name,
		ask.Capture, ask.Initiator, ask.Recurring, ask.SchemeReference, ask.Installments,
	})
	if err != nil {
		return nil, err
	}
	// Large enough from the start: growing would leave a copy of the number behind.
	text := make([]byte, 0, len(open)+maxCard)
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
	return &body{text: text}, nil
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

// Close wipes: the transport calls it when it needs no more, though not always
// before it has answered.
func (b *body) Close() error {
	b.wipe()
	return nil
}

// wipe overwrites the card. Doing it twice is harmless.
func (b *body) wipe() {
	b.mu.Lock()
	defer b.mu.Unlock()
	clear(b.text)
	b.text = nil
}
