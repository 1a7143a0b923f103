package rescue

import (
	"time"

	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/processor"
	"github.com/paywicket/paywicket/internal/vault"
)

// Kind is who asked for a payment, as the schemes' stored-credential rules have it.
type Kind string

// The kinds of payments.
const (
	CIT Kind = "cit" // customer-initiated: the shopper is there, and is answered at once
	MIT Kind = "mit" // merchant-initiated: under an agreement, so it can be tried again later
)

// Source is where an order came from.
type Source string

// The sources of orders.
const (
	Website    Source = "website"
	CallCenter Source = "call_center"
)

// Sale is a sale as its merchant tells of it: one that somebody declined, to be rescued,
// or one that was approved or declined, to be learned from.
type Sale struct {
	Merchant string
	Site     string // one of the merchant's; empty to find it by Origin, then Descriptor
	Origin   string // URL or host of the website it was made on
	Kind     Kind
	Source   Source

	Reference string // the merchant's own name for the order
	Amount    money.Amount
	Capture   bool // at once what is approved
	Recurring bool
	Until     time.Time // until when a merchant-initiated payment may be tried; zero for DefaultPatience

	Declined    bool
	Answer      Answer // what the processor said that the merchant had asked
	Transaction string // its name there; another one of the same order is another try

	Token      id.Token // zero when the card is not kept
	Card       CardFacts
	CVV        bool // it came with a CVV, now or when it was kept
	Phone      bool // the payer's telephone number is known
	Cue        Cue
	Descriptor string // of the sale as it was declined
	Customer   vault.Customer
	Billing    processor.Address
	SenseKey   string
	Offset     *int // of the shopper's clock from UTC, in minutes
	At         time.Time
}

// CardFacts is what a merchant says of a card of which nothing is kept here.
type CardFacts struct {
	BIN, Last4 string
	Type       string
	Country    string
	ExpMonth   int
	ExpYear    int
}

// Answer is what a processor said of a sale.
type Answer struct {
	Code        string `json:"code"`   // in the words of its source
	Source      string `json:"source"` // whose words these are
	Description string `json:"description,omitempty"`
	Processor   string `json:"processor,omitempty"`
	AVS         string `json:"avs,omitempty"`
	CVV         string `json:"cvv,omitempty"`
	CAVV        string `json:"cavv,omitempty"`
	ECI         string `json:"eci,omitempty"`
}

// Cue is how a sale in the sandbox says which way it should go.
type Cue string

// The cues. They mean nothing for real money.
const (
	NoCue       Cue = ""
	ToChallenge Cue = "challenge"
	ToPass      Cue = "pass" // no challenge
)
