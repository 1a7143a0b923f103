package page

import "encoding/json"

// PageData is what the checkout document carries for its script.
type PageData struct {
	Session      string     `json:"session"`
	Status       string     `json:"status"` // open | completed | expired
	Amount       int64      `json:"amount"` // minor units
	Currency     string     `json:"currency"`
	Exponent     int        `json:"exponent"` // digits after the decimal point
	Merchant     string     `json:"merchant"`
	Description  string     `json:"description"`
	Origins      []string   `json:"origins"` // exact origins that may talk to this frame
	SenseKey     string     `json:"sense_key"`
	SenseNonce   string     `json:"sense_nonce"` // lets this page send what it saw
	SenseOff     []string   `json:"sense_off"`   // signals that the merchant does not want
	Sandbox      bool       `json:"sandbox"`
	ExpiresAt    int64      `json:"expires_at"`  // unix milliseconds
	ServerTime   int64      `json:"server_time"` // unix milliseconds
	AttemptsLeft int        `json:"attempts_left"`
	Proof        string     `json:"proof"`  // path of the script that works puzzles out
	Result       *PayResult `json:"result"` // newest payment of the session, null at first

	Locale     string          `json:"locale"`     // BCP 47, with the region whose formats are kept
	Words      json.RawMessage `json:"words"`      // what the checkout says, by key
	Framed     bool            `json:"framed"`     // the page stands in another
	Complaints []string        `json:"complaints"` // what the embedding page asked for and cannot have, for its developer

	Labels      string `json:"labels"`        // where the session has them: above | floating
	AskSavedCVV bool   `json:"ask_saved_cvv"` // a saved card needs its CVV
}

// PayRequest is what the frame posts: a typed card, or a saved one and what else was typed.
// The server never decodes it into this type, whose strings could not be wiped: it is here
// for the generated TypeScript and the documents. See wire.ReadTyped.
type PayRequest struct {
	Number   string   `json:"number,omitempty"` // digits; spaces and dashes allowed
	ExpMonth int      `json:"exp_month,omitempty"`
	ExpYear  int      `json:"exp_year,omitempty"` // four digits
	CVV      string   `json:"cvv,omitempty"`
	Name     string   `json:"name,omitempty"`
	Saved    string   `json:"saved,omitempty"`   // the token of a saved card, instead of the number, the date and the name
	Save     bool     `json:"save,omitempty"`    // the shopper agreed that the card is kept for the next time
	Plan     int      `json:"plan,omitempty"`    // the number of payments; 0 for one
	Network  string   `json:"network,omitempty"` // the brand that was chosen of a card that bears two
	Email    string   `json:"email,omitempty"`
	Phone    string   `json:"phone,omitempty"`
	Billing  *Address `json:"billing,omitempty"`
}

// Address is a billing address as a shopper typed it.
type Address struct {
	Line1      string `json:"line1,omitempty"` // street and number
	City       string `json:"city,omitempty"`
	State      string `json:"state,omitempty"`
	PostalCode string `json:"postal_code,omitempty"`
	Country    string `json:"country,omitempty"` // ISO 3166-1 alpha-2
}

// NetworksRequest asks which brands a card bears.
type NetworksRequest struct {
	BIN string `json:"bin" validate:"required,max=8"` // the card's first six to eight digits
}

// NetworksFound are the brands of a card that bears more than one, the preferred first.
type NetworksFound struct {
	Networks []string `json:"networks"` // empty for a card of one brand
}

// PayResult is what came of a payment, as far as a browser may know.
type PayResult struct {
	Payment      string   `json:"payment"`
	Status       string   `json:"status"` // authorized | declined | requires_action | processing | failed | cancelled
	Token        *string  `json:"token"`
	Brand        string   `json:"brand"`
	Last4        string   `json:"last4"`
	ExpMonth     int      `json:"exp_month"`
	ExpYear      int      `json:"exp_year"`
	Decline      *Decline `json:"decline"`
	Action       *Action  `json:"action"`
	AttemptsLeft int      `json:"attempts_left"`
	Amount       int64    `json:"amount"` // minor units
}

// Decline is why a card was refused, and what helps.
type Decline struct {
	Code    string `json:"code"`
	Advice  string `json:"advice"` // try_again | another_card | call_bank | check_details
	Reason  string `json:"reason"` // the key of the words that say so to the shopper
	Message string `json:"message"`
}

// Action is what the shopper must do before a payment can go on.
type Action struct {
	Type string `json:"type"` // challenge
	URL  string `json:"url"`  // the issuer's page, to be shown in a nested frame
}

// ConfirmData is what the page that asks about a declined payment carries for its script.
type ConfirmData struct {
	Order   string   `json:"order"`
	Status  string   `json:"status"`  // asked | challenge | processing | approved | declined | cancelled | expired
	Origins []string `json:"origins"` // exact origins that may talk to this page
	Watch   int64    `json:"watch"`   // for how many milliseconds the page looks whether the status has changed
}

// VisitRequest asks for a sense key for a page of a merchant's site.
type VisitRequest struct {
	Merchant string `json:"merchant"`
	Site     string `json:"site"`      // the merchant's first when empty
	SenseKey string `json:"sense_key"` // of an earlier page of the same visit; empty for none
}

// VisitOpened is a sense key for a page.
type VisitOpened struct {
	SenseKey string   `json:"sense_key"`
	Nonce    string   `json:"nonce"` // lets this page send what it saw
	Off      []string `json:"off"`   // signals that the merchant does not want
}

// SenseBatch is what the collector sends at a time.
type SenseBatch struct {
	SenseKey string                 `json:"sense_key"`
	Nonce    string                 `json:"nonce"`             // of the page
	Signals  map[string]SenseSignal `json:"signals,omitempty"` // each once
	Done     bool                   `json:"done,omitempty"`    // there are no more signals
	Events   []SenseEvent           `json:"events,omitempty"`
}

// SenseSignal is one fact about the device, or why there is none.
type SenseSignal struct {
	Value  any     `json:"value,omitempty"`
	Error  string  `json:"error,omitempty"` // unavailable | blocked | threw | timeout
	Millis float64 `json:"ms"`
}

// SenseEvent is something that happened on the page, never what was typed.
type SenseEvent struct {
	Type  string `json:"type"`            // load paste resize focus blur visibility autofill typing pointer
	Field string `json:"field,omitempty"` // number expiry cvv name
	At    int    `json:"at"`              // milliseconds since the script's start
	Value any    `json:"value,omitempty"`
}
