package flutterwave

import (
	"strings"

	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
)

// ownPrefix is how every flw_ref begins.
const ownPrefix = "FLW"

// ownReference is the flw_ref of a payment: its id in capitals.
func ownReference(payment string) string {
	return ownPrefix + strings.ToUpper(strings.TrimPrefix(payment, string(id.Payment)))
}

// noTransaction is the answer for what does not exist and what is somebody else's.
var noTransaction = fault.New(fault.NotFound, "No transaction was found for this id")

// paymentOf reads a flw_ref. Errors: noTransaction.
func paymentOf(reference string) (string, error) {
	rest, ok := strings.CutPrefix(reference, ownPrefix)
	payment := string(id.Payment) + strings.ToLower(rest)
	if !ok || !id.Valid(id.Payment, payment) {
		return "", noTransaction
	}
	return payment, nil
}
