// Package money is amounts in minor units with their currency. There are no
// floats here: int64(4.35*100) is 434.
package money

import (
	"fmt"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/text/currency"
)

// Max is the largest amount in minor units: twelve digits, the size of the
// amount field of an authorization message (ISO 8583, data element 4, n 12).
const Max = 999_999_999_999

// Amount is a sum of money. The zero value is no money in no currency.
type Amount struct {
	Minor    int64  // minor units, such as cents
	Currency string // ISO 4217, upper case
}

// current holds the ISO 4217 codes that are legal tender today, with their exponents.
var current = sync.OnceValue(func() map[string]int {
	set := map[string]int{}
	for all := currency.Query(); all.Next(); {
		unit := all.Unit()
		scale, _ := currency.Standard.Rounding(unit)
		set[unit.String()] = scale
	}
	// CLF is a unit of account, not tender, and cards are charged in it all the
	// same; ISO 4217 gives it four decimals.
	set["CLF"] = 4
	return set
})

// Exponent gives the number of decimals of a currency, and whether it is one
// that is in use. The code must be in upper case.
func Exponent(code string) (int, bool) {
	digits, ok := current()[code]
	return digits, ok
}

// String gives the amount in major units with its code, such as "49.00 USD" or
// "500 JPY". It is for logs and plain text; browsers format for their reader.
func (a Amount) String() string {
	digits, _ := Exponent(a.Currency)
	text := strconv.FormatInt(a.Minor, 10)
	sign := ""
	if strings.HasPrefix(text, "-") {
		sign, text = "-", text[1:]
	}
	if digits > 0 {
		if pad := digits + 1 - len(text); pad > 0 {
			text = strings.Repeat("0", pad) + text
		}
		text = text[:len(text)-digits] + "." + text[len(text)-digits:]
	}
	return fmt.Sprintf("%s%s %s", sign, text, a.Currency)
}
