package sandbox

import (
	"strconv"

	"github.com/paywicket/paywicket/internal/processor"
)

// TestAmount is an amount that is declined, whatever the card.
type TestAmount struct {
	Minor   int64                 // minor units of any currency: 19051 is $190.51
	Decline processor.DeclineCode // why
}

// Display is the amount in minor units, for people.
func (t TestAmount) Display() string { return strconv.FormatInt(t.Minor, 10) }

// Purpose is what happens, for people.
func (t TestAmount) Purpose() string { return "Declined: " + string(t.Decline) }

// TestAmounts are the amounts that decide. The rule: 190, then the scheme's
// response code (ISO 8583, data element 39), as far as that is two digits.
var TestAmounts = []TestAmount{
	{19001, processor.GenericDecline},
	{19004, processor.PickUpCard},
	{19005, processor.DoNotHonor},
	{19014, processor.InvalidAccount},
	{19041, processor.LostCard},
	{19043, processor.StolenCard},
	{19051, processor.InsufficientFunds},
	{19054, processor.ExpiredCard},
	{19057, processor.NotPermitted},
	{19059, processor.SuspectedFraud},
	{19061, processor.LimitExceeded},
	{19062, processor.RestrictedCard},
	{19082, processor.IncorrectCVV},
	{19091, processor.IssuerUnavailable},
	{19096, processor.ProcessingError},
}

// networkCodes are the scheme's response codes behind the decline codes (ISO 8583,
// data element 39). A failed authentication has none: the issuer was never asked
// to authorize. 01, refer to issuer, has no decline code of its own and so stands
// behind the generic one.
var networkCodes = map[processor.DeclineCode]string{
	processor.GenericDecline: "01", processor.PickUpCard: "04", processor.DoNotHonor: "05", processor.InvalidAccount: "14",
	processor.AuthenticationNeeded: "1A", processor.LostCard: "41", processor.StolenCard: "43",
	processor.InsufficientFunds: "51", processor.ExpiredCard: "54", processor.NotPermitted: "57", processor.SuspectedFraud: "59",
	processor.LimitExceeded: "61", processor.RestrictedCard: "62", processor.IncorrectCVV: "82",
	processor.IssuerUnavailable: "91", processor.ProcessingError: "96", processor.AuthenticationFailed: "",
}
