package sandbox

import (
	"io"

	"github.com/paywicket/paywicket/internal/processor"
	"github.com/paywicket/paywicket/internal/processor/exchange"
)

// NewBody lends a body with the bytes it is made of, to see that they are wiped.
func NewBody(ask processor.Request, card processor.Instrument) (io.ReadCloser, []byte, error) {
	text, err := write(ask, card)
	return exchange.NewBody(text), text, err
}
