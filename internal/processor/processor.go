// Package processor is the contract between a payment and whoever authorizes it.
//
// A Gateway is asked once to authorize a reference, with the card. If the answer
// was lost it is asked what became of that reference, as often as it takes. It is
// never asked to authorize the same reference again: after a crash the CVV is
// gone, so recovery only looks up and cannot charge twice.
//
// A decline is an Outcome, not an error. An error means that nothing was sent.
// Anything after the first byte that is not a clear answer is Unknown.
//
// What a gateway can do beyond that it declares as Abilities; a payment asks for
// nothing else, and turns to manual review what it cannot find out.
package processor

import (
	"context"
	"errors"
	"time"

	"github.com/paywicket/paywicket/internal/card"
	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/pan"
)

// Instrument is the card to charge: fresh from a shopper with its CVV, or
// borrowed from the vault without one. The gateway borrows it and wipes every
// copy it makes.
type Instrument = pan.Card

// Initiator is who asked for a payment, as the schemes' stored-credential rules
// have it.
type Initiator string

// Who can ask for a payment.
const (
	Customer Initiator = "customer" // CIT: the shopper is there
	Merchant Initiator = "merchant" // MIT: under an agreement made earlier
)

// Request is one authorization to ask for.
type Request struct {
	Reference  string       // random 128 bits; sent both as reference and as idempotency key
	Amount     money.Amount // minor units; zero validates the card without charging it
	Descriptor string       // what the shopper's statement will say
	ReturnURL  string       // where the issuer's page sends the shopper after a challenge
	Capture    bool         // capture at once what is approved

	Initiator       Initiator // Customer when empty
	Recurring       bool      // one of a series that the shopper agreed to
	SchemeReference string    // the scheme's transaction id of the agreement's first payment, for Merchant
	Installments    int       // how many the issuer is to bill it in; 0 for one
	// Network is the scheme that the shopper chose of a card that bears two; empty for none.
	// A processor that has no say in it charges the card as ever.
	Network card.Brand

	Authenticate bool // the issuer is to see the shopper (3-D Secure), though it may not ask by itself
	// Exempt asks the issuer to do without authentication because the risk is small (the EU's
	// regulatory technical standards 2018/389, articles 16 and 18). It may insist.
	Exempt bool

	Payer    Payer
	Billing  Address
	StoredAs string   // the processor's own name for the card (see Outcome); empty when it has none
	Declined *Outcome // what another processor said just before, for one that takes only what was declined
}

// Payer is who pays, as far as the merchant said. Each may be empty.
type Payer struct {
	ID    string `json:"id,omitempty"` // the merchant's own name for its customer
	Name  string `json:"name,omitempty"`
	Email string `json:"email,omitempty"`
	Phone string `json:"phone,omitempty"`
}

// Address is where the card's statements go, as far as the merchant said: the issuer
// compares it with what it knows (address verification, AVS). Each may be empty.
type Address struct {
	Line1      string `json:"line1,omitempty"` // street and number
	City       string `json:"city,omitempty"`
	State      string `json:"state,omitempty"`
	PostalCode string `json:"postal_code,omitempty"`
	Country    string `json:"country,omitempty"` // ISO 3166-1 alpha-2, in capitals
}

// Original names an authorization that was asked for.
type Original struct {
	Reference   string       // ours
	ProcessorID string       // the processor's; empty when its answer never came
	Amount      money.Amount // what was asked for
	At          time.Time    // when, by our clock
}

// ModificationKind is what can be done with an approved authorization.
type ModificationKind string

// The kinds of modification.
const (
	Capture ModificationKind = "capture"
	Void    ModificationKind = "void"   // what was not captured is released
	Refund  ModificationKind = "refund" // of what was captured
)

// Modification is one capture, void or refund to ask for. It carries no card.
type Modification struct {
	Kind      ModificationKind
	Reference string       // random 128 bits; sent both as reference and as idempotency key
	Amount    money.Amount // of a capture or refund; of a void what is left to be captured
	Final     bool         // of a capture: what is left is released
	Original  Original
}

// Authentication is how the issuer made sure that it was the shopper (3-D Secure 2).
// Empty when it was not asked to.
type Authentication string

// How an issuer can be sure.
const (
	Frictionless Authentication = "frictionless" // it needed to ask nothing
	Challenged   Authentication = "challenged"   // the shopper was asked, and passed
)

// State is what a processor's answer means.
type State string

// What an answer can mean.
const (
	Approved  State = "approved"
	Declined  State = "declined"
	Challenge State = "challenge" // the issuer wants to see the shopper first (3-D Secure)
	Unknown   State = "unknown"   // asked, and no clear answer: look it up later
	NotFound  State = "not_found" // look-up only: the processor has never heard of the reference
)

// Outcome is a processor's answer, about an authorization or a modification.
type Outcome struct {
	State           State
	ProcessorID     string       // the processor's own name for it
	Reference       string       // echoed by the processor; checked against the request
	Amount          money.Amount // echoed by the processor; checked against the request
	DeclineCode     DeclineCode  // when Declined
	NetworkCode     string       // the scheme's two-character response code (ISO 8583, data element 39)
	ApprovalCode    string       // the issuer's six characters, when Approved
	SchemeReference string       // the scheme's transaction id, which later payments of a series name
	AVS             string       // address check result, one letter, or empty
	CVVResult       string       // CVV check result, one letter, or empty
	ChallengeURL    string       // the issuer's page, when Challenge
	Authentication  Authentication
	ECI             string // electronic commerce indicator: who bears fraud, two digits of the scheme
	Detail          string // for the log: why an answer is Unknown; never card data
	// StoredAs is how the processor knows the card from now on, to be given with later
	// requests for the same card: opaque, at most MaxStoredAs bytes, worth nothing without
	// the account's secret key. Empty when it gave no name.
	StoredAs string

	// What became of an approved authorization since, in minor units.
	Captured int64
	Refunded int64
	Voided   bool // what was not captured has been released
}

// MaxStoredAs is how long a processor's own name for a card may be, in bytes.
const MaxStoredAs = 500

// Abilities is what a processor can do. What is false is never asked for.
type Abilities struct {
	Idempotent         bool // the same reference asked for again is answered as the first time, and done once
	Lookup             bool // tells what became of a reference
	List               bool // lists what it did, for reconciliation
	ManualCapture      bool // can approve now and capture later
	PartialCapture     bool // can capture less than was approved
	MultipleCaptures   bool // can capture more than once
	Void               bool
	Refund             bool
	PartialRefund      bool // less than was captured, and more than once
	ZeroAmount         bool // validates a card without charging it
	Challenge          bool // 3-D Secure
	CancelChallenge    bool // can end a challenge so that it is never approved; else it is watched
	LookupModification bool // tells of every modification what became of it; else a lost answer may be for a person
	MerchantInitiated  bool
	Installments       bool

	// What a processor cannot do without.
	NeedsEmail   bool // the payer's email address
	NeedsDecline bool // it takes only what another processor has declined
}

// Vault is a processor that keeps cards, whether or not it is asked to charge them: every
// card of a checkout is given to it at the same time as to the processor that is asked.
type Vault interface {
	// Name is the processor's short name.
	Name() string
	// Store keeps a card and gives the processor's own name for it (see Outcome). The
	// card is borrowed. The payment does not wait for it long: ctx ends soon.
	Store(ctx context.Context, card Instrument) (storedAs string, err error)
}

// Coded is a processor whose challenges can be passed with a one-time code that the issuer
// sends the shopper, for who asks for it on a page of its own.
type Coded interface {
	// AnswerChallenge gives the processor the code, and gives the authorization as it then
	// is. ErrWrongCode says that the code is another, and that nothing has changed; another
	// error that no answer came.
	AnswerChallenge(ctx context.Context, of Original, code string) (Outcome, error)
}

// Why a one-time code did nothing.
var (
	ErrWrongCode = errors.New("processor: the code is not the one that was sent")
	ErrNoCode    = errors.New("processor: it takes no code")
)

// Listed is one authorization in a processor's own list.
type Listed struct {
	Outcome
	At time.Time // when the processor was asked
}

// Gateway is one processor account. Implementations are safe for concurrent use
// and bound every call by ctx.
type Gateway interface {
	// Name is the processor's short name, such as "sandbox".
	Name() string
	// Abilities tells what may be asked for.
	Abilities() Abilities
	// ChallengeOrigins lists the origins of issuer pages that a checkout must be
	// allowed to frame.
	ChallengeOrigins() []string
	// Authorize asks once. An error means that provably nothing was sent.
	Authorize(ctx context.Context, req Request, card Instrument) (Outcome, error)
	// Lookup asks what became of an authorization. An error means that no answer
	// came and it should be asked again.
	Lookup(ctx context.Context, of Original) (Outcome, error)
	// CancelChallenge, where it can, ends a pending challenge so that it can no longer be
	// approved, and gives the authorization as it then is: Declined with
	// AuthenticationFailed, or what it had become before. Doing it twice is
	// harmless. An error means that no answer came and it should be asked again.
	CancelChallenge(ctx context.Context, of Original) (Outcome, error)
	// Modify asks for a capture, void or refund. What is done already, such as a void
	// of what has been voided, is Approved. An error means that nothing was sent.
	Modify(ctx context.Context, m Modification) (Outcome, error)
	// LookupModification asks what became of a modification. An error means that no
	// answer came and it should be asked again.
	LookupModification(ctx context.Context, m Modification) (Outcome, error)
	// List gives every authorization that was asked for in a span of time, from
	// included and to excluded, to each in turn. An error means that the list is not
	// whole.
	List(ctx context.Context, from, to time.Time, each func(Listed) error) error
}
