package flutterwave

import (
	"cmp"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/paywicket/paywicket/internal/bulk"
	"github.com/paywicket/paywicket/internal/checkout"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/processor"
	"github.com/paywicket/paywicket/internal/vault"
	"github.com/paywicket/paywicket/server/wire"

	cards "github.com/paywicket/paywicket/internal/card"
)

// cardCharge is what a client holds once it is decrypted: a card and its charge. It is good
// for as long as the plain text is not cleared.
type cardCharge struct {
	Number            wire.Digits    `json:"card_number"`
	CVV               wire.Digits    `json:"cvv"`
	Month             string         `json:"expiry_month"` // MM or M
	Year              string         `json:"expiry_year"`  // YY or YYYY
	Currency          string         `json:"currency"`     // NGN when it is left out
	Amount            string         `json:"amount"`       // major units, exactly as it is written
	Reference         string         `json:"tx_ref"`
	Email             string         `json:"email"`
	FullName          string         `json:"fullname"`
	Name              string         `json:"full_name"`
	FirstName         string         `json:"first_name"`
	LastName          string         `json:"last_name"`
	Phone             string         `json:"phone_number" card:"phone"`
	Country           string         `json:"country"`
	Narration         string         `json:"narration" card:"drop"`
	Preauthorize      bool           `json:"preauthorize"`
	PaymentPlan       string         `json:"payment_plan"`
	ClientIP          string         `json:"client_ip"`
	IP                string         `json:"ip"`
	DeviceFingerprint string         `json:"device_fingerprint" card:"drop"`
	RedirectURL       string         `json:"redirect_url"`
	Subaccounts       []subaccount   `json:"subaccounts"`
	Authorization     givenByShopper `json:"authorization"`

	Meta map[string]string `json:"meta"`
}

// givenByShopper is what a shopper was asked for after a first call.
type givenByShopper struct {
	Mode    string      `json:"mode"` // pin or avs_noauth
	PIN     wire.Digits `json:"pin"`
	City    string      `json:"city"`
	Address string      `json:"address"`
	State   string      `json:"state"`
	Country string      `json:"country"`
	ZIP     string      `json:"zipcode"`
}

// billing is the address that was given.
func (g givenByShopper) billing() processor.Address {
	return processor.Address{Line1: g.Address, City: g.City, State: g.State, PostalCode: g.ZIP, Country: strings.ToUpper(g.Country)}
}

// defaultCurrency is the currency of a card charge that names none, as documented.
const defaultCurrency = "NGN"

// check refuses what has not all it needs, and gives the amount. Errors: faults that name
// the field.
func (in cardCharge) check() (money.Amount, error) {
	for _, needed := range []struct {
		name  string
		given bool
	}{
		{"card_number", in.Number.Given()}, {"cvv", in.CVV.Given()}, {"expiry_month", in.Month != ""}, {"expiry_year", in.Year != ""},
		{"amount", in.Amount != ""}, {"email", in.Email != ""}, {"tx_ref", in.Reference != ""},
	} {
		if !needed.given {
			return money.Amount{}, fault.Field(needed.name, "This field is required.")
		}
	}
	if len(in.Reference) > maxReference {
		return money.Amount{}, fault.Field("tx_ref", "A tx_ref has %d bytes at most.", maxReference)
	}
	return readAmount(in.Amount, cmp.Or(in.Currency, defaultCurrency))
}

// expiry reads the card's last month. Errors: faults on expiry_month and expiry_year.
func (in cardCharge) expiry() (cards.Expiry, error) {
	month, err := strconv.Atoi(in.Month)
	if err != nil || month < 1 || month > 12 || len(in.Month) > 2 {
		return cards.Expiry{}, fault.Field("expiry_month", "The month must be from 01 to 12.")
	}
	year, err := strconv.Atoi(in.Year)
	if err != nil || year < 0 || len(in.Year) != 2 && len(in.Year) != 4 {
		return cards.Expiry{}, fault.Field("expiry_year", "The year must have two or four digits, such as 32 or 2032.")
	}
	if len(in.Year) == 2 {
		year += 2000
	}
	return cards.Expiry{Month: month, Year: year}, nil
}

// customer is who pays.
func (in cardCharge) customer() vault.Customer {
	name := cmp.Or(in.FullName, in.Name, strings.TrimSpace(in.FirstName+" "+in.LastName))
	return vault.Customer{Name: name, Email: in.Email, Phone: in.Phone}
}

// transaction is the charge as it is kept, and order as it is asked for, both under a
// payment's id.
func (in cardCharge) transaction(merchant, payment string, amount money.Amount, authModel string) (bulk.Transaction, error) {
	words, err := json.Marshal(detail{
		Narration: in.Narration, IP: cmp.Or(in.ClientIP, in.IP), DeviceFingerprint: in.DeviceFingerprint, RedirectURL: in.RedirectURL,
		Name: in.customer().Name, PaymentPlan: in.PaymentPlan, Country: in.Country, Meta: in.Meta, AuthModel: authModel,
	})
	return bulk.Transaction{Merchant: merchant, Payment: payment, Reference: in.Reference, Amount: amount, Email: in.Email, Detail: words}, err
}

func (in cardCharge) order(merchant, name string, amount money.Amount) (checkout.Order, error) {
	shares, err := sharesOf(in.Subaccounts, amount.Currency)
	if err != nil {
		return checkout.Order{}, err
	}
	parts, err := bulk.Splits(shares, amount.Minor, merchant)
	if err != nil {
		return checkout.Order{}, err
	}
	capture := payment.Automatic
	if in.Preauthorize {
		capture = payment.Manual
	}
	return checkout.Order{
		Payment: name, Amount: amount, Reference: in.Reference, Customer: in.customer(), Metadata: in.Meta,
		Terms: payment.Terms{
			Capture: capture, Initiator: processor.Customer, Recurring: in.PaymentPlan != "", ReturnURL: in.RedirectURL, Billing: in.Authorization.billing(), Splits: parts,
		},
	}, nil
}

// visited says where the shopper is, as far as the client does: by the sense key of a page of
// the shop's, and by any text that may be an address.
func (in cardCharge) visited() bulk.Asked {
	return bulk.Asked{Address: cmp.Or(in.ClientIP, in.IP), SenseKey: senseKey(in.DeviceFingerprint)}
}

// compared is what tells two charges under one tx_ref apart: all of it but the CVV and the
// PIN, of which not even a hash may be kept. The caller clears it.
func (in cardCharge) compared() ([]byte, error) {
	text, err := json.Marshal(in) // what is in Digits is stars
	if err != nil {
		return nil, err
	}
	whole := make([]byte, 0, len(text)+in.Number.Len())
	return in.Number.AppendTo(append(whole, text...)), nil
}
