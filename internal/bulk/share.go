package bulk

import (
	"math/big"

	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/internal/fault"
)

// maxBasis is all of an amount, in hundredths of a percent.
const maxBasis = 10_000

// scaled gives amount × part ÷ whole, rounded down. The product may be larger than an int64.
func scaled(amount, part, whole int64) int64 {
	product := new(big.Int).Mul(big.NewInt(amount), big.NewInt(part))
	return product.Div(product, big.NewInt(whole)).Int64()
}

// Share is what another account has of a charge.
type Share struct {
	Account string `json:"account"`
	Ratio   int64  `json:"ratio"`           // of the shares' sum; 1 for equal ones
	Flat    int64  `json:"flat,omitempty"`  // minor units that stay with the merchant of it
	Basis   int64  `json:"basis,omitempty"` // hundredths of a percent that stay with the merchant of it
	Exact   int64  `json:"exact,omitempty"` // minor units that the account has, whatever its ratio; 0 for none
}

// Splits divides an amount in minor units among accounts. What is left, also of rounding, is
// the merchant's own. Errors: a fault on subaccounts when there is less than nothing left.
func Splits(shares []Share, amount int64, own string) ([]event.Split, error) {
	var out []event.Split
	sum := int64(0)
	for _, s := range shares {
		sum += s.Ratio
	}
	left := amount
	for _, s := range shares {
		part := s.Exact
		if part == 0 && sum > 0 {
			part = scaled(amount, s.Ratio, sum)
			part -= s.Flat + scaled(part, s.Basis, maxBasis)
		}
		if left -= part; part < 1 || left < 0 {
			return nil, fault.Field("subaccounts", "The subaccounts' shares do not fit the amount. Give each less, or a smaller charge.")
		}
		out = append(out, event.Split{Account: s.Account, Amount: part})
	}
	if len(out) > 0 && left > 0 {
		out = append(out, event.Split{Account: own, Amount: left})
	}
	return out, nil
}
