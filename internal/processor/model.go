package processor

import (
	"context"
	"errors"
	"time"

	"github.com/paywicket/paywicket/internal/card"
	"github.com/paywicket/paywicket/internal/money"
)

// Model is a partner who learns from what became of payments, so as to judge the next ones
// better. It is told after the fact and answers nothing that a payment waits for.
type Model interface {
	// Name is the partner's short name.
	Name() string
	// Transmit gives a copy of what became of a payment, and gives the partner's own name
	// for it, empty when it has none. It is done once for a reference, so after an error it
	// may be repeated, unless that is ErrNotTaken.
	Transmit(ctx context.Context, t Transmission) (id string, err error)
}

// ErrNotTaken is why a copy is not sent again: the partner has refused it, and would again.
var ErrNotTaken = errors.New("processor: the copy was refused")

// Transmission is what became of a payment, as far as it was approved or declined. There is
// no card number in it and no CVV.
type Transmission struct {
	Reference string       // our payment's; sent both as reference and as idempotency key
	Amount    money.Amount // minor units
	At        time.Time    // when the processor was asked
	Approved  bool
	Capture   bool // it was to be captured at once

	ProcessorName string // who decided
	ProcessorID   string // the processor's own name for it
	DeclineCode   DeclineCode
	NetworkCode   string // the scheme's two-character response code (ISO 8583, data element 39)
	AVS           string // address check result, one letter, or empty
	CVVResult     string // CVV check result, one letter, or empty
	ECI           string // who bears fraud, two digits of the scheme, or empty

	Descriptor string
	Initiator  Initiator // Customer when empty
	Recurring  bool

	Payer    Payer
	Billing  Address
	Card     card.Summary
	StoredAs string // the partner's own name for the card (see Outcome); empty when it has none
	SenseKey string // under which the partner's own script on the shop's pages noted the visit; empty when there is none
}
