package sandbox

import (
	"io"

	"github.com/paywicket/paywicket/internal/processor"
)

// NewBody lends a body with the bytes it is made of, to see that they are wiped.
func NewBody(ask processor.Request, card processor.Instrument) (io.ReadCloser, []byte, error) {
	b, err := newBody(ask, card)
	if err != nil {
		return nil, nil, err
	}
	return b, b.text, nil
}
