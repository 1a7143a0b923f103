package pan

import "github.com/paywicket/paywicket/internal/card"

// Card is what a shopper types: the number, its expiry, the CVV and the name on it.
// Whoever made it wipes it; everyone else borrows it.
type Card struct {
	Number Number
	CVV    CVV
	Expiry card.Expiry
	Name   string // as typed; personal data, though not card data
}

// Wipe overwrites the number and the CVV.
func (c Card) Wipe() {
	c.Number.Wipe()
	c.CVV.Wipe()
}

// Summary is what may be shown of the card.
func (c Card) Summary() card.Summary {
	return card.Summary{
		Brand: c.Number.Brand(), BIN: c.Number.BIN(), Last4: c.Number.Last4(),
		ExpMonth: c.Expiry.Month, ExpYear: c.Expiry.Year,
	}
}
