package flutterwave

import (
	cards "github.com/paywicket/paywicket/internal/card"
	"github.com/paywicket/paywicket/internal/fault"
)

// The ways in which a shopper is asked for more before a card is charged.
const (
	pinMode = "pin"
	avsMode = "avs_noauth"
)

// testPIN is the PIN of the test card that has one.
const testPIN = "3310"

// isPINCard tells whether it is the test card of Flutterwave's documentation whose issuer
// wants a PIN and then a code.
func isPINCard(c cards.Summary) bool { return c.BIN == "553188" && c.Last4 == "2950" }

// isAddressCard tells whether it is the one whose issuer wants the billing address.
func isAddressCard(c cards.Summary) bool { return c.BIN == "455605" && c.Last4 == "2643" }

// before gives what is to be asked of a shopper before the card is charged, nil for nothing.
// Only test cards want anything: no processor here takes a PIN, so of any other card it is
// not asked for and, when it is given, goes nowhere. Errors: a fault on pin.
func before(c cards.Summary, given givenByShopper, test bool) (*stepWanted, error) {
	switch {
	case !test:
		return nil, nil
	case isPINCard(c) && given.Mode != pinMode:
		return &stepWanted{Mode: pinMode, Fields: []string{"pin"}}, nil
	case isPINCard(c) && !given.PIN.Is(testPIN):
		return nil, fault.Field("pin", "The PIN is wrong. Ask the shopper for it again.")
	case isAddressCard(c) && given.Mode != avsMode:
		return &stepWanted{Mode: avsMode, Fields: []string{"city", "address", "state", "country", "zipcode"}}, nil
	}
	return nil, nil
}

// authModel says in Flutterwave's words what the shopper was asked for and gave, empty for
// nothing: what was not asked for was not looked at, and proves nothing.
func (g givenByShopper) authModel(c cards.Summary, test bool) string {
	switch {
	case test && isPINCard(c) && g.Mode == pinMode:
		return "PIN"
	case test && isAddressCard(c) && g.Mode == avsMode:
		return "AVS_NOAUTH"
	}
	return ""
}
