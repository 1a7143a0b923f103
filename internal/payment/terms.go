package payment

import (
	"strings"
	"unicode"

	"github.com/paywicket/paywicket/internal/card"
	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/processor"
)

// CaptureMode is when an approved payment's money is taken.
type CaptureMode string

// When money is taken.
const (
	Manual    CaptureMode = "manual"    // when the merchant says so; the default
	Automatic CaptureMode = "automatic" // with the approval
)

// LatePolicy is what becomes of an approval that comes to light when nobody waits
// for it any more: after the session's end, or after the merchant was told that the
// payment had failed.
type LatePolicy string

// What can become of a late approval.
const (
	GiveBack LatePolicy = "void"    // the default
	Keep     LatePolicy = "confirm" // as long as nobody was told otherwise
)

// Terms is what a payment was asked for with, beside its amount. They never change.
type Terms struct {
	Capture         CaptureMode         `json:"capture,omitempty"`
	Late            LatePolicy          `json:"late,omitempty"`
	ReturnURL       string              `json:"return_url,omitempty"` // where the shopper goes after the issuer's page, without a session
	Descriptor      string              `json:"descriptor,omitempty"` // what the shopper's statement says
	Initiator       processor.Initiator `json:"initiator,omitempty"`
	Recurring       bool                `json:"recurring,omitempty"`
	SchemeReference string              `json:"scheme_reference,omitempty"` // of the series' first payment
	Installments    int                 `json:"installments,omitempty"`
	Authenticate    bool                `json:"authenticate,omitempty"` // the issuer is to see the shopper, wherever it can
	Items           []event.Item        `json:"items,omitempty"`        // kept for the merchant and for disputes; they need not add up to the amount

	Network card.Brand `json:"network,omitempty"` // the scheme that the shopper chose of a card that bears two

	Payer   processor.Payer   `json:"payer,omitzero"`   // kept for the processor; no event tells of it
	Billing processor.Address `json:"billing,omitzero"` // kept for the processor; no event tells of it
	Risk    *event.Risk       `json:"risk,omitempty"`   // what was thought of it before its card left
	Splits  []event.Split     `json:"splits,omitempty"`
	Fee     money.Fee         `json:"fee,omitzero"` // as the merchant's schedule was then

	Exempt bool   `json:"exempt,omitempty"` // the issuer is asked to do without authentication, the risk being small
	Order  string `json:"order,omitempty"`  // the declined order that it is to rescue; empty for none
}

// Limits of terms.
const (
	maxItems           = 100
	maxSplits          = 20
	maxQuantity        = 1_000_000
	maxInstallments    = 48
	maxText            = 200
	maxAccount         = 64
	maxSchemeReference = 64
)

// Check refuses terms that cannot be, for an amount. Errors: faults that name the
// field as the native API spells it.
func (t Terms) Check(amount money.Amount) error {
	switch {
	case t.Capture != "" && t.Capture != Manual && t.Capture != Automatic:
		return fault.Field("capture", "Give manual or automatic.")
	case t.Late != "" && t.Late != GiveBack && t.Late != Keep:
		return fault.Field("late_approval", "Give void or confirm.")
	case t.Initiator != "" && t.Initiator != processor.Customer && t.Initiator != processor.Merchant:
		return fault.Field("initiator", "Give customer or merchant.")
	case len(t.SchemeReference) > maxSchemeReference || !plain(t.SchemeReference):
		return fault.Field("scheme_reference", "A scheme's transaction id has %d characters at most.", maxSchemeReference)
	case t.Installments < 0 || t.Installments > maxInstallments || t.Installments == 1:
		return fault.Field("installments", "Give from 2 to %d installments, or leave it out for one payment.", maxInstallments)
	case t.Installments > 0 && amount.Minor < int64(t.Installments):
		return fault.Field("installments", "An amount of %s cannot be divided by %d.", amount, t.Installments)
	}
	if err := CheckBilling(t.Billing); err != nil {
		return err
	}
	if err := checkItems(t.Items); err != nil {
		return err
	}
	return checkSplits(t.Splits, amount)
}

// authenticates tells whether the issuer is to see the shopper: because the terms say so,
// or because of what was thought of the payment.
func (t Terms) authenticates() bool {
	return t.Authenticate || t.Risk != nil && t.Risk.Action == "challenge"
}

func checkItems(items []event.Item) error {
	if len(items) > maxItems {
		return fault.Field("items", "An order has %d lines at most.", maxItems)
	}
	for i, item := range items {
		switch {
		case item.Name == "" || len(item.Name) > maxText || !plain(item.Name) || len(item.SKU) > maxText || !plain(item.SKU):
			return fault.Field("items", "Line %d needs a name of 1 to %d bytes, and a SKU of at most as many, without control characters.", i+1, maxText)
		case item.Quantity < 1 || item.Quantity > maxQuantity:
			return fault.Field("items", "The quantity of line %d must be from 1 to %d.", i+1, maxQuantity)
		case item.Amount < 0 || item.Amount > money.Max:
			return fault.Field("items", "The amount of line %d must be from 0 to %d minor units.", i+1, int64(money.Max))
		}
	}
	return nil
}

func checkSplits(splits []event.Split, amount money.Amount) error {
	if len(splits) == 0 {
		return nil
	}
	if len(splits) > maxSplits {
		return fault.Field("splits", "A payment is split among %d accounts at most.", maxSplits)
	}
	sum, seen := int64(0), map[string]bool{}
	for _, s := range splits {
		switch {
		case s.Account == "" || len(s.Account) > maxAccount || !plain(s.Account):
			return fault.Field("splits", "Every split names its account, in 1 to %d bytes.", maxAccount)
		case seen[s.Account]:
			return fault.Field("splits", "An account is named twice.")
		case s.Amount < 1 || s.Amount > money.Max:
			return fault.Field("splits", "The amount of a split must be from 1 to %d minor units.", int64(money.Max))
		}
		seen[s.Account] = true
		sum += s.Amount // at most 20 times Max: no overflow
	}
	if sum != amount.Minor {
		return fault.Field("splits", "The splits add up to %d, and the amount is %d. Name every share, your own too.", sum, amount.Minor)
	}
	return nil
}

// plain tells whether a text has no control characters.
func plain(text string) bool { return strings.IndexFunc(text, unicode.IsControl) < 0 }
