// Package pantest makes cards for tests, as a shopper types them.
package pantest

import (
	"testing"

	"github.com/paywicket/paywicket/internal/card"
	"github.com/paywicket/paywicket/internal/pan"
)

// Card is a card that expires at the end of 2030, with a CVV of the length that its scheme
// has. It is wiped when the test is over.
func Card(t testing.TB, number string) pan.Card {
	t.Helper()
	n, err := pan.ParseNumber([]byte(number))
	if err != nil {
		t.Fatal(err)
	}
	digits := "739"
	if n.Brand() == card.Amex {
		digits = "7391"
	}
	cvv, err := pan.ParseCVV([]byte(digits), n.Brand())
	if err != nil {
		t.Fatal(err)
	}
	c := pan.Card{Number: n, CVV: cvv, Expiry: card.Expiry{Month: 12, Year: 2030}, Name: "Ada Lovelace"}
	t.Cleanup(c.Wipe)
	return c
}
