package sandbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/url"
	"regexp"
	"strings"

	"github.com/paywicket/paywicket/internal/card"
	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/pan"
	"github.com/paywicket/paywicket/internal/processor"
)

// request is an authorization as it is asked for.
type request struct {
	Reference  string
	Amount     int64
	Currency   string
	Descriptor string
	ReturnURL  string
	terms
	Billing processor.Address
	card    pan.Card
}

// terms is what an authorization may be asked for with. All of it may be left out.
type terms struct {
	Capture         bool   // at once
	Initiator       string // customer or merchant
	Recurring       bool
	SchemeReference string // of the payment in which the shopper agreed to the series
	Installments    int64
	Authenticate    bool   // the issuer is to see the shopper, whatever the card
	Exempt          bool   // the issuer is asked to do without that, the risk being small
	Network         string // the scheme chosen of a card that bears two
}

// Limits of the texts in a request, in bytes.
const (
	maxDescriptor = 100
	maxReturnURL  = 2048
	maxName       = 200
	maxScheme     = 64
	maxAddress    = 100
	maxNetwork    = 32
)

// What is wrong with a request. None of these repeats what was sent.
var (
	errBody       = errors.New("body: not one flat JSON object")
	errTwice      = errors.New("body: a field is given twice")
	errField      = errors.New("body: a field is not one of " + strings.Join(fieldNames, ", "))
	errKey        = errors.New("Idempotency-Key: must be the reference")
	errReference  = errors.New("reference: must be 8 to 64 letters, digits, dots, dashes or underscores")
	errAmount     = errors.New("amount: must be a whole number of minor units, from 0 to 999999999999; 0 checks the card without charging it")
	errCurrency   = errors.New("currency: must be an ISO 4217 code in capitals")
	errDescriptor = errors.New("descriptor: must be text of at most 100 bytes")
	errReturn     = errors.New("return_url: must be a full http or https URL, or empty")
	errNumber     = errors.New("number: not a card number")
	errExpMonth   = errors.New("exp_month: must be 1 to 12")
	errExpYear    = errors.New("exp_year: must have four digits")
	errCVV        = errors.New("cvv: not a security code of this card; leave it out if there is none")
	errName       = errors.New("name: must be text of at most 200 bytes")
	errCapture    = errors.New("capture: must be true or false, and not true for an amount of 0")
	errInitiator  = errors.New("initiator: must be customer or merchant")
	errRecurring  = errors.New("recurring: must be true or false")
	errScheme     = errors.New("scheme_reference: must be text of at most 64 bytes")
	errAuthentic  = errors.New("authenticate: must be true or false")
	errExempt     = errors.New("exempt: must be true or false, and not true with authenticate")
	errInstalled  = errors.New("installments: must be a whole number from 0 to 48")
	errNetwork    = errors.New("network: must be the name of a scheme in small letters, or empty")
	errCountry    = errors.New("billing_country: must be two capital letters, or empty")
)

var fieldNames = []string{
	"reference", "amount", "currency", "descriptor", "return_url", "number", "exp_month", "exp_year", "cvv", "name",
	"capture", "initiator", "recurring", "scheme_reference", "installments", "authenticate", "exempt",
	"billing_line1", "billing_city", "billing_state", "billing_postal_code", "billing_country", "network",
}

var networkForm = regexp.MustCompile(`^[a-z_]*$`)

var referenceForm = regexp.MustCompile(`^[A-Za-z0-9._-]{8,64}$`)

// hostForm keeps a return URL's host from saying anything else in a security
// policy, where a semicolon or a space would begin something new.
var hostForm = regexp.MustCompile(`^[A-Za-z0-9.-]+(:[0-9]{1,5})?$|^\[[0-9A-Fa-f:.]+\](:[0-9]{1,5})?$`)

// read takes in a request. Number and CVV become pan types straight from the
// body's bytes and are never text. The caller wipes the body, and the card even
// when there is an error.
func read(body []byte) (request, error) {
	var given [networkField + 1][]byte // by place in fieldNames
	err := members(body, func(name, value []byte) error {
		for i, known := range fieldNames {
			if known != string(name) {
				continue
			}
			if given[i] != nil {
				return errTwice
			}
			given[i] = value
			return nil
		}
		return errField
	})
	if err != nil {
		return request{}, err
	}
	var ask request
	if text(given[0], &ask.Reference, 64) != nil || !referenceForm.MatchString(ask.Reference) {
		return ask, errReference
	}
	if whole(given[1], &ask.Amount) != nil || ask.Amount < 0 || ask.Amount > money.Max {
		return ask, errAmount
	}
	err = text(given[2], &ask.Currency, 3)
	if _, current := money.Exponent(ask.Currency); err != nil || !current {
		return ask, errCurrency
	}
	if given[3] != nil && text(given[3], &ask.Descriptor, maxDescriptor) != nil {
		return ask, errDescriptor
	}
	if given[4] != nil && (text(given[4], &ask.ReturnURL, maxReturnURL) != nil || ask.ReturnURL != "" && origin(ask.ReturnURL) == "") {
		return ask, errReturn
	}
	if err := ask.terms.read(given[10], given[11], given[12], given[13], given[14], given[15], given[16]); err != nil {
		return ask, err
	}
	if err := readAddress(&ask.Billing, [addressFields][]byte(given[firstAddressField:networkField])); err != nil {
		return ask, err
	}
	if given[networkField] != nil && (text(given[networkField], &ask.Network, maxNetwork) != nil || !networkForm.MatchString(ask.Network)) {
		return ask, errNetwork
	}
	if ask.Capture && ask.Amount == 0 {
		return ask, errCapture
	}
	return ask.withCard(given[5], given[6], given[7], given[8], given[9])
}

// read takes in the terms that are given.
func (t *terms) read(capture, initiator, recurring, scheme, installments, authenticate, exempt []byte) error {
	if capture != nil && json.Unmarshal(capture, &t.Capture) != nil {
		return errCapture
	}
	if initiator != nil && (text(initiator, &t.Initiator, 8) != nil || t.Initiator != "" && t.Initiator != "customer" && t.Initiator != "merchant") {
		return errInitiator
	}
	if recurring != nil && json.Unmarshal(recurring, &t.Recurring) != nil {
		return errRecurring
	}
	if scheme != nil && text(scheme, &t.SchemeReference, maxScheme) != nil {
		return errScheme
	}
	if installments != nil && (whole(installments, &t.Installments) != nil || t.Installments < 0 || t.Installments > 48) {
		return errInstalled
	}
	if authenticate != nil && json.Unmarshal(authenticate, &t.Authenticate) != nil {
		return errAuthentic
	}
	if exempt != nil && (json.Unmarshal(exempt, &t.Exempt) != nil || t.Exempt && t.Authenticate) {
		return errExempt
	}
	return nil
}

// withCard adds the card.
func (ask request) withCard(number, month, year, cvv, name []byte) (request, error) {
	var err error
	if ask.card.Number, err = pan.ParseNumber(between(number)); err != nil {
		return ask, errNumber
	}
	if ask.card.Expiry, err = expiry(month, year); err != nil {
		return ask, err
	}
	if cvv != nil {
		if ask.card.CVV, err = pan.ParseCVV(between(cvv), ask.card.Number.Brand()); err != nil {
			return ask, errCVV
		}
	}
	if name != nil && text(name, &ask.card.Name, maxName) != nil {
		return ask, errName
	}
	return ask, nil
}

// expiry reads when a card expires.
func expiry(month, year []byte) (card.Expiry, error) {
	var m, y int64
	if whole(month, &m) != nil || m < 1 || m > 12 {
		return card.Expiry{}, errExpMonth
	}
	if whole(year, &y) != nil || y < 2000 || y > 2099 {
		return card.Expiry{}, errExpYear
	}
	return card.Expiry{Month: int(m), Year: int(y)}, nil
}

// text reads a JSON text of at most so many bytes.
func text(value []byte, into *string, most int) error {
	if len(value) == 0 || value[0] != '"' || len(value) > 6*most+2 {
		return errBody
	}
	if err := json.Unmarshal(value, into); err != nil || len(*into) > most {
		return errBody
	}
	return nil
}

// whole reads a JSON number that is written without fraction and exponent.
func whole(value []byte, into *int64) error {
	if len(value) == 0 || value[0] == '"' {
		return errBody
	}
	return json.Unmarshal(value, into)
}

// between gives what stands between the quotes, or nothing if there are none.
// Digits need no escapes; an escape is refused as no digit.
func between(value []byte) []byte {
	if len(value) < 2 || value[0] != '"' {
		return nil
	}
	return bytes.Trim(value, `"`)
}

// origin is the origin of an http or https URL, or empty if it is none.
func origin(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.User != nil || !hostForm.MatchString(u.Host) {
		return ""
	}
	return u.Scheme + "://" + u.Host
}
