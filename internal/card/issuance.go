package card

// Issuance is what a BIN table says of the cards that begin with a BIN. A field
// that is not known, or not the same for all of them, is empty.
type Issuance struct {
	Brand    Brand  // Unknown when the table does not say
	Type     Type   // how it is paid for
	Category string // the scheme's product, such as "PLATINUM"
	Issuer   string // the bank
	Country  string // of the bank: two letters (ISO 3166-1)
	CoBrand  Brand  // the second scheme of a card that bears two; empty for none
}

// Networks are the schemes of a card that bears two, the domestic one first: it is what the
// issuer prefers and costs the merchant less. Nil for a card of one scheme.
func (i Issuance) Networks() []Brand {
	switch {
	case !i.Brand.known() || !i.CoBrand.known() || i.Brand == i.CoBrand:
		return nil
	case i.CoBrand.domestic():
		return []Brand{i.CoBrand, i.Brand}
	}
	return []Brand{i.Brand, i.CoBrand}
}

func (b Brand) known() bool { return b != "" && b != Unknown }

// domestic tells whether a scheme is one of those that share their cards with an
// international one.
func (b Brand) domestic() bool {
	return b == CartesBancaires || b == Dankort || b == Bancontact || b == EftposAU
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
