// Package rescue gives declined sales a second, cleverer try.
//
// The life of an order: somebody's decline comes in with what is known about it; the
// decision table says what is to be done; that is done, at once for a shopper who waits
// and over days for a payment that nobody waits for, until it is approved, may not be
// tried any more, or its time is over:
//
//	          ┌─▶ declined
//	evaluated ├─▶ challenge ─ accepted ─▶ charging        refused ─▶ cancelled   late ─▶ expired
//	          ├─▶ charging ─▶ approved | challenge | declined
//	          └─▶ scheduled ─▶ charging ─▶ approved | scheduled | declined   late ─▶ expired
//
// While it is charging and after, what became of the money is read off its payment and
// never kept beside it, so the two cannot disagree. Every change is a step, durable with
// its events.
//
// What is decided and why is kept, so that another table can be tried on it. What became
// of all payments, here and elsewhere, is learned from a queue, after the shopper was
// answered.
//
// Refused here: a try after a hard decline, more tries than the schemes allow, a charge
// that the shopper was asked about and has not agreed to, and a guess about money.
package rescue

import (
	"context"
	"time"

	"github.com/paywicket/paywicket/internal/card"
	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/processor"
	"github.com/paywicket/paywicket/internal/vault"
)

// State is where an order stands.
type State string

// The states of an order.
const (
	Charging   State = "charging"  // its payment decides; when that is approved, so is the order
	Challenged State = "challenge" // the shopper is to say yes
	Scheduled  State = "scheduled" // to be tried at NextAt
	Declined   State = "declined"
	Cancelled  State = "cancelled" // the shopper said no, or the merchant took it back
	Expired    State = "expired"
)

// Open tells whether something may still come of an order by itself.
func (s State) Open() bool { return s == Charging || s == Challenged || s == Scheduled }

// Order is a sale that was declined, and what is done about it.
type Order struct {
	ID        string // a random UUID
	Merchant  string
	Site      string
	Sequence  int // grows with every step
	State     State
	Kind      Kind
	Source    Source
	Reference string // the merchant's own name for the order
	Amount    money.Amount
	Mark      string // the card's fingerprint, under which its tries are counted; empty when it is not kept
	Key       string // who holds it may answer the challenge
	Payment   string // the newest; empty before one was asked for
	NextAt    time.Time
	CreatedAt time.Time
	UpdatedAt time.Time
	Rest
}

// Rest is what an order is not looked for by.
type Rest struct {
	Test       bool              `json:"test,omitempty"`  // nothing of it is real money
	Trial      bool              `json:"trial,omitempty"` // it was only decided, and nothing is charged
	Sale       string            `json:"sale"`            // the merchant's name of the declined transaction
	Capture    bool              `json:"capture,omitempty"`
	Recurring  bool              `json:"recurring,omitempty"`
	Limits     Limits            `json:"limits"`               // of its card's tries
	Descriptor string            `json:"descriptor,omitempty"` // of the sale as it was declined
	Answer     Answer            `json:"answer"`
	Token      id.Token          `json:"token"`
	Card       card.Summary      `json:"card"`
	Customer   vault.Customer    `json:"customer,omitzero"`
	Billing    processor.Address `json:"billing,omitzero"`
	SenseKey   string            `json:"sense_key,omitempty"`
	Facts      Facts             `json:"facts"`               // as they were when it was decided last
	Reason     string            `json:"reason"`              // why it is where it is, in one of a few words
	Challenge  string            `json:"challenge,omitempty"` // URL at which it can be answered
	Consent    *Consent          `json:"consent,omitempty"`
	Tries      int               `json:"tries,omitempty"`     // payments asked for
	Told       Status            `json:"told,omitempty"`      // what the merchant heard last
	Refunded   int64             `json:"refunded,omitempty"`  // of which the merchant has heard, in minor units
	Seen       int               `json:"seen,omitempty"`      // the sequence of its payment when that was last looked at
	ExpiresAt  time.Time         `json:"expires_at,omitzero"` // when a challenge or a schedule ends
}

// Consent is a shopper's word on a challenge.
type Consent struct {
	Agreed  bool      `json:"agreed"`
	Text    string    `json:"text"`    // what was asked, word for word
	Network string    `json:"network"` // where it came from
	At      time.Time `json:"at"`
}

// Arrival is how a card came to be kept.
type Arrival struct {
	SenseKey string // of the visit; empty when there was none
	CVV      bool   // it came with one, which is not kept
}

// View is an order with the payment that decides it.
type View struct {
	Order
	Paid *payment.Payment // nil before one was asked for
}

// Status is what came of an order, in one word for all who ask.
type Status string

// The statuses of an order.
const (
	StatusApproved        Status = "approved"
	StatusCaptureRequired Status = "capture_required"
	StatusDeclined        Status = "declined"
	StatusChallenge       Status = "challenge"
	StatusSubmitted       Status = "submitted"
	StatusProcessing      Status = "processing"
	StatusExpired         Status = "expired"
	StatusCancelled       Status = "cancelled"
	StatusReturned        Status = "returned"
	StatusProblem         Status = "problem" // for a person
)

// Status reads off what came of an order.
func (v View) Status() Status {
	if v.Paid != nil && v.State == Charging && v.Paid.State == payment.RequiresAction {
		return StatusChallenge
	}
	switch v.State {
	case Challenged:
		return StatusChallenge
	case Scheduled:
		return StatusSubmitted
	case Declined:
		return StatusDeclined
	case Cancelled:
		return StatusCancelled
	case Expired:
		return StatusExpired
	}
	if v.Paid == nil {
		return StatusProcessing
	}
	switch v.Paid.State {
	case payment.Authorized:
		if v.Paid.Amount.Minor == 0 {
			return StatusApproved
		}
		return StatusCaptureRequired
	case payment.PartiallyCaptured, payment.Captured, payment.PartiallyRefunded:
		return StatusApproved
	case payment.Refunded:
		return StatusReturned
	case payment.Voided, payment.Reversing, payment.Reversed:
		return StatusCancelled
	case payment.ManualReview:
		return StatusProblem
	}
	return StatusProcessing
}

// Step is one change of an order, pure as a payment's: the store may run it more than
// once. It is given what its card has been through at the merchant's.
type Step func(o Order, card Tried) (Order, []event.Event, error)

// Tried is what a card has been through at a merchant's.
type Tried struct {
	At   []time.Time // tries of the last thirty days, oldest first
	Dead bool        // it was refused for good
}

// Store keeps orders and what is learned.
type Store interface {
	// OpenOrder keeps a new order with its decision and what it announces, and the declined
	// sale among its card's tries and what is to be learned. When the merchant has an order of the same reference
	// that keep says is still the one, nothing is kept and that is given instead.
	OpenOrder(ctx context.Context, o Order, d Decision, sale *Told, events []event.Event, actor string, keep func(Order) bool) (Order, bool, error)
	// AdvanceOrder applies a step to a merchant's order in one transaction with its events,
	// an audit entry and, when it names a new payment, the try of its card. Errors:
	// fault.NotFound; fault.Conflict when the step gives up a payment that was opened.
	AdvanceOrder(ctx context.Context, merchant, order, actor string, step Step) (Order, error)
	// CountTry counts a try of a card, under a name that is counted once, if allow says so of
	// those before, and tells whether it did.
	CountTry(ctx context.Context, merchant, mark, name string, at time.Time, allow func(tried []time.Time) bool) (bool, error)
	// KeepDecision keeps what was decided, for Replay.
	KeepDecision(ctx context.Context, d Decision) error
	// FindOrder gives a merchant's order, or fault.NotFound.
	FindOrder(ctx context.Context, merchant, order string) (Order, error)
	// ShowOrder gives an order by its key alone, for the shopper who holds it as a
	// capability; the merchant is read from it. Errors: fault.NotFound.
	ShowOrder(ctx context.Context, key string) (Order, error)
	// ListOrders gives a merchant's orders, newest first: up to limit of those before the
	// one named by cursor, or the newest when it is empty, and how many there are in all.
	ListOrders(ctx context.Context, merchant, cursor string, limit int) ([]Order, int, error)
	// ClaimOrders gives up to limit orders of all merchants whose NextAt has come, and puts
	// that off to until, so that no other server is given them meanwhile.
	ClaimOrders(ctx context.Context, now, until time.Time, limit int) ([]Order, error)

	// NoteArrival keeps how a card came to be kept, for its merchant's later sales.
	NoteArrival(ctx context.Context, merchant string, token id.Token, a Arrival) error
	// FindArrival gives how a merchant's card came to be kept; nothing when it is not known.
	FindArrival(ctx context.Context, merchant string, token id.Token) (Arrival, error)
	// History gives what is known of subjects, each by its name; those of which nothing is
	// known are left out.
	History(ctx context.Context, merchant string, subjects []string) (map[string]History, error)
	// QueueSale keeps a sale to be learned from.
	QueueSale(ctx context.Context, t Transmission) error
	// ClaimTransmissions gives up to limit that are due, of all merchants, and holds them
	// until until.
	ClaimTransmissions(ctx context.Context, now, until time.Time, limit int) ([]Transmission, error)
	// Bury notes that a card was refused for good, before that is learned with the rest.
	Bury(ctx context.Context, merchant, mark string, at time.Time) error
	// Learn adds lessons to the history of their subjects and, in the same transaction, notes
	// that they were learned: each is learned once.
	Learn(ctx context.Context, lessons []Lesson) error
	// FinishTransmission notes when a transmission is to be sent on again; zero for never.
	FinishTransmission(ctx context.Context, merchant string, position int64, due time.Time, attempts int) error

	// ForgetRescue drops up to limit tries, and decisions, transmissions and what is known of
	// subjects, of all merchants from before two times, and gives how many of one kind those
	// were at most.
	ForgetRescue(ctx context.Context, tries, told time.Time, limit int) (int, error)

	// Rules gives the merchant's own decision table, with its version; none when version is 0.
	Rules(ctx context.Context, merchant string) (table Table, version int, err error)
	// SetRules keeps a decision table under the next version. Errors: fault.Conflict when
	// version is not the one before any more.
	SetRules(ctx context.Context, merchant string, table Table, version int, actor string) error
	// Decisions gives a merchant's decisions of a span of time to each, oldest first.
	Decisions(ctx context.Context, merchant string, from, to time.Time, each func(Decision) error) error
}
