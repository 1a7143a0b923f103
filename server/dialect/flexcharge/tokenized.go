package flexcharge

import (
	"strings"
	"time"

	"github.com/paywicket/paywicket/internal/card"
	"github.com/paywicket/paywicket/internal/vault"
)

// tokenized is the answer to a card that is kept: every field of FlexCharge's, null where
// there is nothing to tell.
type tokenized struct {
	Transaction keeping      `json:"transaction"`
	CardBINInfo *cardBINInfo `json:"cardBinInfo"`
	Envelope
}

// keeping is that a card was kept.
type keeping struct {
	OnTestGateway      bool       `json:"on_test_gateway"`
	CreatedAt          string     `json:"created_at"`
	UpdatedAt          string     `json:"updated_at"`
	Succeeded          bool       `json:"succeeded"`
	State              *string    `json:"state"`
	Token              *string    `json:"token"`
	TransactionType    *string    `json:"transaction_type"`
	OrderID            *string    `json:"order_id"`
	IP                 *string    `json:"ip"`
	Description        *string    `json:"description"`
	Message            *string    `json:"message"`
	MessageKey         *string    `json:"message_key"`
	Retained           *bool      `json:"retained"`
	PaymentMethodAdded bool       `json:"payment_method_added"`
	PaymentMethod      keptMethod `json:"payment_method"`
}

// keptMethod is the kept card. The number and the CVV are never told.
type keptMethod struct {
	Token               string  `json:"token"`
	CreatedAt           string  `json:"created_at"`
	UpdatedAt           string  `json:"updated_at"`
	Email               *string `json:"email"`
	Data                *string `json:"data"`
	StorageState        *string `json:"storage_state"`
	Test                bool    `json:"test"`
	Metadata            *string `json:"metadata"`
	CallbackURL         *string `json:"callback_url"`
	LastFourDigits      string  `json:"last_four_digits"`
	FirstSixDigits      string  `json:"first_six_digits"`
	CardType            *string `json:"card_type"`
	FirstName           string  `json:"first_name"`
	LastName            string  `json:"last_name"`
	Month               int     `json:"month"`
	Year                int     `json:"year"`
	Address1            *string `json:"address1"`
	Address2            *string `json:"address2"`
	City                *string `json:"city"`
	State               *string `json:"state"`
	Zip                 *string `json:"zip"`
	Country             *string `json:"country"`
	PhoneNumber         *string `json:"phone_number"`
	Company             *string `json:"company"`
	FullName            *string `json:"full_name"`
	EligibleForUpdater  *bool   `json:"eligible_for_card_updater"`
	ShippingAddress1    *string `json:"shipping_address1"`
	ShippingAddress2    *string `json:"shipping_address2"`
	ShippingCity        *string `json:"shipping_city"`
	ShippingState       *string `json:"shipping_state"`
	ShippingZip         *string `json:"shipping_zip"`
	ShippingCountry     *string `json:"shipping_country"`
	ShippingPhoneNumber *string `json:"shipping_phone_number"`
	PaymentMethodType   *string `json:"payment_method_type"`
	Errors              *string `json:"errors"`
	Fingerprint         *string `json:"fingerprint"`
	VerificationValue   *string `json:"verification_value"`
	Number              *string `json:"number"`
}

// cardBINInfo is what the BIN table knows of a card, in the names in which merchants pass
// it back to evaluate.
type cardBINInfo struct {
	CardType    *string `json:"cardType"` // Credit | Debit | Prepaid | Charge
	CardBrand   *string `json:"cardBrand"`
	CardCountry *string `json:"cardCountry"` // ISO 3166-1 alpha-2
	Issuer      *string `json:"issuer"`
}

// timeForm is how FlexCharge writes a time in UTC.
const timeForm = "2006-01-02T15:04:05Z"

// stamp writes a time.
func stamp(at time.Time) string { return at.UTC().Format(timeForm) }

// orNull is a text, or null when it is empty.
func orNull(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// newTokenized tells of a kept card.
func newTokenized(r vault.Record, given creditCard, test bool) tokenized {
	at := stamp(r.CreatedAt)
	return tokenized{
		Transaction: keeping{
			OnTestGateway: test, CreatedAt: at, UpdatedAt: at, Succeeded: true, PaymentMethodAdded: true,
			PaymentMethod: keptMethod{
				Token: r.Token.UUID(), CreatedAt: at, UpdatedAt: at, Email: orNull(r.Customer.Email),
				FirstSixDigits: r.Summary.BIN, LastFourDigits: r.Summary.Last4, CardType: orNull(brandName(r.Summary.Brand)),
				FirstName: given.FirstName, LastName: given.LastName, FullName: orNull(r.Customer.Name),
				Month: r.Summary.ExpMonth, Year: r.Summary.ExpYear, Fingerprint: orNull(r.Fingerprint),
			},
		},
		CardBINInfo: newCardBINInfo(r.Issuance, r.Summary.Brand), Envelope: succeeded(nil),
	}
}

// newCardBINInfo is nil when the BIN table says nothing.
func newCardBINInfo(i card.Issuance, brand card.Brand) *cardBINInfo {
	if i.Type == "" && i.Country == "" && i.Issuer == "" && brandName(i.Brand) == "" {
		return nil
	}
	if i.Brand == "" || i.Brand == card.Unknown {
		i.Brand = brand
	}
	return &cardBINInfo{CardType: orNull(capital(string(i.Type))), CardBrand: orNull(strings.ToUpper(brandName(i.Brand))), CardCountry: orNull(i.Country), Issuer: orNull(i.Issuer)}
}

// brandName is a scheme's name, empty when it is not known.
func brandName(b card.Brand) string {
	if b == card.Unknown {
		return ""
	}
	return string(b)
}

// capital writes a word of ASCII letters with a capital.
func capital(word string) string {
	if word == "" {
		return ""
	}
	return strings.ToUpper(word[:1]) + word[1:]
}
