package pan

import (
	"fmt"
	"log/slog"

	"github.com/paywicket/paywicket/internal/card"
	"github.com/paywicket/paywicket/internal/fault"
)

// verification is kept behind two pointers, for the reason given at digits.
type verification struct {
	ascii [4]byte
	n     int
}

// CVV is a card verification value: three or four digits that live in memory
// until the authorization has been written to the processor, and nowhere else.
// The zero value is no CVV.
type CVV struct{ at **verification }

// ParseCVV copies a CVV out of raw and checks its length for the card's scheme.
// Errors are faults on the field "cvv".
func ParseCVV(raw []byte, brand card.Brand) (CVV, error) {
	v := &verification{}
	want := brand.CVVLength()
	// A card of a scheme we do not know may carry either length.
	if len(raw) != want && (brand != card.Unknown || len(raw) != 4) {
		return CVV{}, fault.Field("cvv", "The security code of this card has %d digits. Check it and type it again.", want)
	}
	for _, b := range raw {
		if b < '0' || b > '9' {
			*v = verification{}
			return CVV{}, fault.Field("cvv", "The security code has digits only. Check it and type it again.")
		}
		v.ascii[v.n] = b
		v.n++
	}
	return CVV{&v}, nil
}

// Wipe overwrites the digits.
func (c CVV) Wipe() {
	if c.at != nil {
		**c.at = verification{}
	}
}

// Bytes lends the ASCII digits themselves, not a copy.
func (c CVV) Bytes() []byte {
	if c.at == nil {
		return nil
	}
	v := *c.at
	return v.ascii[:v.n]
}

// Format writes stars for every verb: not even the length shows.
func (c CVV) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("***")) }

// MarshalText gives stars.
func (c CVV) MarshalText() ([]byte, error) { return []byte("***"), nil }

// LogValue gives slog stars.
func (c CVV) LogValue() slog.Value { return slog.StringValue("***") }
