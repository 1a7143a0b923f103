package money

import (
	"fmt"
	"math/big"
	"regexp"
	"strings"
)

// Major gives the amount in major units as a decimal number with all the digits of its
// currency, such as "49.00" or "500".
func (a Amount) Major() string {
	text, _, _ := strings.Cut(a.String(), " ")
	return text
}

// majorForm is a JSON number (RFC 8259, section 6) of a size that money has.
var majorForm = regexp.MustCompile(`^-?[0-9]{1,20}(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,2})?$`)

// ParseMajor reads a JSON number of major units exactly, through no float: 4.35 of USD is
// 435 minor units, and so is 43.5e-1. Errors: text that is no number, a currency that is
// not in use, more digits than the currency has, more than Max either way.
func ParseMajor(text, currency string) (Amount, error) {
	digits, ok := Exponent(currency)
	if !ok {
		return Amount{}, fmt.Errorf("money: there is no currency %q in use", clip(currency))
	}
	if !majorForm.MatchString(text) {
		return Amount{}, fmt.Errorf("money: %q is no amount", clip(text))
	}
	minor, ok := new(big.Rat).SetString(text)
	if !ok {
		return Amount{}, fmt.Errorf("money: %q is no amount", clip(text))
	}
	scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(digits)), nil)
	minor.Mul(minor, new(big.Rat).SetInt(scale))
	if !minor.IsInt() {
		return Amount{}, fmt.Errorf("money: %s has more than %d decimals", clip(text), digits)
	}
	if whole := minor.Num(); whole.CmpAbs(big.NewInt(Max)) > 0 {
		return Amount{}, fmt.Errorf("money: %s is out of bounds", clip(text))
	}
	return Amount{Minor: minor.Num().Int64(), Currency: currency}, nil
}

// clip shortens what a message repeats.
func clip(text string) string {
	if len(text) > 40 {
		return text[:40] + "…"
	}
	return text
}
