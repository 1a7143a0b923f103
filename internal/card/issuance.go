package card

// Issuance is what a BIN table says of the cards that begin with a BIN. A field
// that is not known, or not the same for all of them, is empty.
type Issuance struct {
	Brand    Brand  // Unknown when the table does not say
	Type     Type   // how it is paid for
	Category string // the scheme's product, such as "PLATINUM"
	Issuer   string // the bank
	Country  string // of the bank: two letters (ISO 3166-1)
}

// Type is how a card's holder pays what was bought.
type Type string

// The types of cards.
const (
	Credit  Type = "credit"
	Debit   Type = "debit"
	Prepaid Type = "prepaid"
	Charge  Type = "charge" // paid off in full every month
)
