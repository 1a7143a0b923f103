package flutterwave

import (
	"math/big"
	"regexp"
	"strings"

	"github.com/paywicket/paywicket/internal/bulk"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/money"
)

// subaccount is an account that has a share of a charge.
type subaccount struct {
	ID         string `json:"id"`
	Ratio      *int64 `json:"transaction_split_ratio"` // of all ratios' sum; 1 when it is left out
	ChargeType string `json:"transaction_charge_type"` // percentage, flat or flat_subaccount
	Charge     string `json:"transaction_charge"`      // what stays with the merchant, or of flat_subaccount what the account has
}

// Limits of a share, which keep sums within an int64.
const (
	maxRatio      = 1_000_000
	maxShares     = 19 // a payment is split among 20, of which one is the merchant's own
	wholeInPoints = 10_000
)

// fractionForm is a fraction such as 0.09, as JSON writes it.
var fractionForm = regexp.MustCompile(`^[01](\.[0-9]{1,6})?$`)

// sharesOf reads how a charge is divided. Errors: faults on subaccounts.
func sharesOf(all []subaccount, currency string) ([]bulk.Share, error) {
	if len(all) > maxShares {
		return nil, fault.Field("subaccounts", "A charge is divided among %d subaccounts at most.", maxShares)
	}
	var shares []bulk.Share
	for i, one := range all {
		s := bulk.Share{Account: one.ID, Ratio: 1}
		if one.Ratio != nil {
			s.Ratio = *one.Ratio
		}
		if one.ID == "" || s.Ratio < 1 || s.Ratio > maxRatio {
			return nil, fault.Field("subaccounts", "Subaccount %d needs an id, and a transaction_split_ratio that is a whole number from 1 to %d.", i+1, maxRatio)
		}
		var good bool
		switch strings.ToLower(one.ChargeType) {
		case "":
			good = one.Charge == ""
		case "percentage":
			s.Basis, good = points(one.Charge)
		case "flat":
			s.Flat, good = minor(one.Charge, currency)
		case "flat_subaccount":
			s.Exact, good = minor(one.Charge, currency)
		}
		if !good {
			return nil, fault.Field("subaccounts", "The charge of subaccount %d needs a transaction_charge_type of percentage (a fraction such as 0.09), flat or flat_subaccount (an amount in major units).", i+1)
		}
		shares = append(shares, s)
	}
	return shares, nil
}

// points reads a fraction of one as hundredths of a percent.
func points(text string) (int64, bool) {
	fraction, ok := new(big.Rat).SetString(text)
	if !ok || !fractionForm.MatchString(text) {
		return 0, false
	}
	fraction.Mul(fraction, big.NewRat(wholeInPoints, 1))
	return fraction.Num().Int64(), fraction.IsInt() && fraction.Num().Int64() <= wholeInPoints
}

// minor reads a positive amount of major units.
func minor(text, currency string) (int64, bool) {
	amount, err := money.ParseMajor(text, currency)
	return amount.Minor, err == nil && amount.Minor > 0
}
