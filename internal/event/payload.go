package event

import (
	"time"

	"github.com/paywicket/paywicket/internal/card"
)

// Card is a card as shown to a merchant.
type Card struct {
	Brand    card.Brand `json:"brand"`
	BIN      string     `json:"bin"`
	Last4    string     `json:"last4"`
	ExpMonth int        `json:"exp_month"`
	ExpYear  int        `json:"exp_year"`
}

// NewCard turns a summary into its payload.
func NewCard(s card.Summary) Card {
	return Card{Brand: s.Brand, BIN: s.BIN, Last4: s.Last4, ExpMonth: s.ExpMonth, ExpYear: s.ExpYear}
}

// Decline is why a payment was refused.
type Decline struct {
	Code    string `json:"code"`
	Advice  string `json:"advice"`
	Message string `json:"message"`
}

// Processor is what the processor said, in its and the scheme's own codes.
type Processor struct {
	Name            string `json:"name"`
	ID              string `json:"id"`
	NetworkCode     string `json:"network_code"`
	ApprovalCode    string `json:"approval_code"`
	SchemeReference string `json:"scheme_reference"` // the scheme's transaction id, for later payments of a series
	AVS             string `json:"avs"`
	CVV             string `json:"cvv"`
}

// Payment is a payment as webhooks and GET /v1/payments/{id} show it. Amounts are minor
// units of its currency.
type Payment struct {
	ID             string            `json:"id"`
	Status         string            `json:"status"`
	Amount         int64             `json:"amount"`
	Currency       string            `json:"currency"`
	Capturable     int64             `json:"capturable"` // may still be captured
	Captured       int64             `json:"captured"`
	Refunded       int64             `json:"refunded"`
	AppFee         int64             `json:"app_fee"` // by the merchant's fee schedule
	Settled        int64             `json:"settled"` // captured, less refunds and fee
	Session        *string           `json:"session"` // null when it was made with a token
	Site           string            `json:"site"`
	Reference      string            `json:"reference"`
	Token          *string           `json:"token"`
	Card           Card              `json:"card"`
	Decline        *Decline          `json:"decline"`
	Action         *Action           `json:"action"`         // what the shopper must do, null for nothing
	Authentication *Authentication   `json:"authentication"` // 3-D Secure, null when there was none
	Terms          Terms             `json:"terms"`
	Risk           *Risk             `json:"risk"` // what was thought of it before its card left, null for nothing
	Processor      Processor         `json:"processor"`
	Attempts       []Attempt         `json:"attempts"`      // at other processors before
	Modifications  []Modification    `json:"modifications"` // captures, voids and refunds
	Metadata       map[string]string `json:"metadata"`
	Sequence       int               `json:"sequence"`
	CreatedAt      time.Time         `json:"created_at"`
	UpdatedAt      time.Time         `json:"updated_at"`
}

// Action is what the shopper must do before a payment can go on.
type Action struct {
	Type string `json:"type"` // redirect
	URL  string `json:"url"`  // the issuer's page
}

// Authentication is how the issuer made sure that it was the shopper.
type Authentication struct {
	Flow string `json:"flow"` // frictionless | challenged
	ECI  string `json:"eci"`
}

// Risk is what was thought of a payment before its card left.
type Risk struct {
	Score   int      `json:"score"`  // from 0 to 100
	Action  string   `json:"action"` // allow | challenge
	Reasons []string `json:"reasons"`
	Device  *string  `json:"device"` // null when its page said nothing of it
}

// Terms is what a payment was asked for with.
type Terms struct {
	Capture      string     `json:"capture"`   // automatic | manual
	Initiator    string     `json:"initiator"` // customer | merchant
	Recurring    bool       `json:"recurring"`
	Installments int        `json:"installments"` // 0 for one payment
	Network      card.Brand `json:"network"`      // the scheme that the shopper chose of a card that bears two; empty for none
	Items        []Item     `json:"items"`
	Splits       []Split    `json:"splits"`
}

// Item is a line of the order.
type Item struct {
	Name     string `json:"name"`
	SKU      string `json:"sku"`
	Quantity int64  `json:"quantity"`
	Amount   int64  `json:"amount"` // of one, in minor units
}

// Split is what one sub-account has of the amount.
type Split struct {
	Account string `json:"account"`
	Amount  int64  `json:"amount"` // minor units
}

// Attempt is a processor that was asked before another was.
type Attempt struct {
	Processor   string    `json:"processor"`
	ID          string    `json:"id"`
	Status      string    `json:"status"` // declined | failed
	DeclineCode string    `json:"decline_code"`
	NetworkCode string    `json:"network_code"`
	At          time.Time `json:"at"`
}

// Modification is one capture, void or refund.
type Modification struct {
	ID          string    `json:"id"`
	Kind        string    `json:"kind"`   // capture | void | refund
	Amount      int64     `json:"amount"` // minor units
	Status      string    `json:"status"` // processing | succeeded | failed | manual_review
	DeclineCode string    `json:"decline_code"`
	ProcessorID string    `json:"processor_id"`
	CreatedAt   time.Time `json:"created_at"`
	UpdatedAt   time.Time `json:"updated_at"`
}

// Token is a kept card as webhooks and GET /v1/tokens/{id} show it.
type Token struct {
	ID          string     `json:"id"`
	Card        Card       `json:"card"`
	Fingerprint string     `json:"fingerprint"`
	Issuance    *Issuance  `json:"issuance"` // null when the BIN is in no table
	Customer    Customer   `json:"customer"`
	CreatedAt   time.Time  `json:"created_at"`
	SavedAt     *time.Time `json:"saved_at"`   // when the customer agreed to be offered it again; null when it is not
	ExpiresAt   *time.Time `json:"expires_at"` // null for a permanent token
	RevokedAt   *time.Time `json:"revoked_at"`
}

// Issuance is what the BIN table says of a card; a text is empty when it does not.
type Issuance struct {
	Type     card.Type `json:"type"`
	Category string    `json:"category"`
	Issuer   string    `json:"issuer"`
	Country  string    `json:"country"`
}

// NewIssuance turns what is known into its payload, nil for nothing.
func NewIssuance(i card.Issuance) *Issuance {
	if i == (card.Issuance{}) {
		return nil
	}
	return &Issuance{Type: i.Type, Category: i.Category, Issuer: i.Issuer, Country: i.Country}
}

// Customer is who the merchant says a card belongs to.
type Customer struct {
	ID    string `json:"id"` // the merchant's own name for it
	Name  string `json:"name"`
	Email string `json:"email"`
	Phone string `json:"phone"`
}

// ErasedToken is all that is left to tell of a card that was erased.
type ErasedToken struct {
	ID string `json:"id"`
}

// TokenFailure tells that a payment's card could not be kept.
type TokenFailure struct {
	Payment string `json:"payment"`
}

// Order is a declined transaction that is to be rescued for a merchant, as webhooks show
// it. Amounts are minor units of its currency.
type Order struct {
	ID           string     `json:"id"`        // a UUID
	Reference    string     `json:"reference"` // the merchant's own id of its order
	Status       string     `json:"status"`
	Kind         string     `json:"kind"`   // cit | mit: who set the transaction off, the customer or the merchant
	Source       string     `json:"source"` // website | call_center
	Amount       int64      `json:"amount"`
	Currency     string     `json:"currency"`
	Captured     int64      `json:"captured"`
	Refunded     int64      `json:"refunded"`
	Site         string     `json:"site"`
	Payment      *string    `json:"payment"`       // null while none has been made
	Token        *string    `json:"token"`         // null when its card is not kept
	Confirmation *string    `json:"confirmation"`  // what an approval is known by; null before
	ChallengeURL *string    `json:"challenge_url"` // where the shopper confirms; null for nothing to confirm
	Reason       string     `json:"reason"`        // why it ended as it did
	Test         bool       `json:"test"`          // no real money is moved
	Sequence     int        `json:"sequence"`
	CreatedAt    time.Time  `json:"created_at"`
	UpdatedAt    time.Time  `json:"updated_at"`
	ExpiresAt    *time.Time `json:"expires_at"` // until when it may be tried; null when it has no such time
}
