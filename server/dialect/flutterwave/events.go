package flutterwave

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/payment"
)

// happening is something that happened to a transaction.
type happening struct {
	Note      string `json:"note"`
	Actor     string `json:"actor"`
	Object    string `json:"object"`
	Action    string `json:"action"`
	Context   string `json:"context"`
	CreatedAt string `json:"created_at"`
}

func happened(action, note string, at time.Time) happening {
	return happening{Note: note, Actor: notAvailable, Object: "card", Action: action, CreatedAt: moment(at)}
}

// events tells what happened to a transaction, oldest first.
func (a *API) events(call call) error {
	v, err := a.transaction(call)
	if err != nil {
		return err
	}
	told := []happening{happened("initiate", "Charge initiated", v.CreatedAt)}
	if p := v.Paid; p != nil {
		for _, tried := range p.Attempts {
			told = append(told, happened("attempt", "Asked "+tried.Processor+": "+string(tried.State), tried.At))
		}
		if !p.State.Pending() {
			told = append(told, happened("charge", responseOf(p), p.CreatedAt))
		}
		for _, m := range p.Modifications {
			told = append(told, happened(string(m.Kind), modificationNote(m, p.Amount.Currency), m.UpdatedAt))
		}
	}
	return call.answer("Transaction events fetched", told)
}

// modificationNote says in words what became of a capture, void or refund.
func modificationNote(m payment.Modification, currency string) string {
	kind := string(m.Kind)
	return strings.ToUpper(kind[:1]) + kind[1:] + " of " + money.Amount{Minor: m.Amount, Currency: currency}.String() + ": " + modificationStatus(m)
}

// fee is what a charge would cost.
type fee struct {
	ChargeAmount   json.Number `json:"charge_amount"`
	Fee            json.Number `json:"fee"`
	FeeType        string      `json:"fee_type"`
	Currency       string      `json:"currency"`
	MerchantFee    json.Number `json:"merchant_fee"`
	FlutterwaveFee json.Number `json:"flutterwave_fee"`
	StampDutyFee   json.Number `json:"stamp_duty_fee"`
}

// showFee tells what a charge would cost by the merchant's schedule.
func (a *API) showFee(call call) error {
	text, currency := call.Query("amount"), call.Query("currency")
	if text == "" || currency == "" {
		return fault.Field("amount", "Give amount and currency.")
	}
	amount, err := readAmount(text, currency)
	if err != nil {
		return err
	}
	account, err := a.Accounts.FindMerchant(call, call.Merchant())
	if err != nil {
		return err
	}
	cost := number(account.Fee(amount.Currency).On(amount.Minor), amount.Currency)
	return call.answer("Charged fee", fee{
		ChargeAmount: number(amount.Minor, amount.Currency), Fee: cost, FeeType: "value", Currency: amount.Currency, MerchantFee: "0", FlutterwaveFee: cost, StampDutyFee: "0",
	})
}
