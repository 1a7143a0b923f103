package sandbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/url"

	"github.com/paywicket/paywicket/internal/card"
	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/pan"
)

// request is an authorization as it is asked for. Number and CVV stay bytes until
// they are pan types, and are wiped with the body.
type request struct {
	Reference  string          `json:"reference"`
	Amount     int64           `json:"amount"`
	Currency   string          `json:"currency"`
	Descriptor string          `json:"descriptor"`
	ReturnURL  string          `json:"return_url"`
	Number     json.RawMessage `json:"number"`
	CVV        json.RawMessage `json:"cvv"`
	ExpMonth   int             `json:"exp_month"`
	ExpYear    int             `json:"exp_year"`
	Name       string          `json:"name"`

	card pan.Card
}

// What is wrong with a request.
var (
	errBody      = errors.New("the body is not one JSON object of an authorization")
	errKey       = errors.New("Idempotency-Key and reference must be the same and not empty")
	errReference = errors.New("reference must have 8 to 64 characters")
	errAmount    = errors.New("amount must be a positive whole number of minor units")
	errCurrency  = errors.New("currency must be an ISO 4217 code")
	errReturn    = errors.New("return_url must be a full URL or empty")
	errExpiry    = errors.New("exp_month and exp_year must be a month and a year of four digits")
)

// read takes in a request. The caller wipes the body and the card.
func read(body []byte) (request, error) {
	var ask request
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&ask); err != nil {
		return request{}, errBody
	}
	defer clear(ask.Number)
	defer clear(ask.CVV)
	if len(ask.Reference) < 8 || len(ask.Reference) > 64 {
		return request{}, errReference
	}
	if ask.Amount < 1 || ask.Amount > money.Max {
		return request{}, errAmount
	}
	if _, ok := money.Exponent(ask.Currency); !ok {
		return request{}, errCurrency
	}
	if u, err := url.Parse(ask.ReturnURL); err != nil || ask.ReturnURL != "" && u.Host == "" {
		return request{}, errReturn
	}
	return ask, ask.readCard()
}

func (ask *request) readCard() error {
	number, err := pan.ParseNumber(bytes.Trim(ask.Number, `"`))
	if err != nil {
		return errors.New("number: not a card number")
	}
	ask.card.Number = number
	ask.card.Expiry = card.Expiry{Month: ask.ExpMonth, Year: ask.ExpYear}
	if !ask.card.Expiry.Valid() {
		return errExpiry
	}
	if len(ask.CVV) > 0 {
		if ask.card.CVV, err = pan.ParseCVV(bytes.Trim(ask.CVV, `"`), number.Brand()); err != nil {
			return errors.New("cvv: not a security code of this card")
		}
	}
	return nil
}
