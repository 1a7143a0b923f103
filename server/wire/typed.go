package wire

import (
	"encoding/json"
	"strings"
	"unicode/utf8"

	"github.com/paywicket/paywicket/internal/card"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/pan"
	"github.com/paywicket/paywicket/internal/processor"
)

// Typed is what a shopper typed into a checkout, and chose there. Whether a purchase needs
// all of it is not looked at here.
type Typed struct {
	Card    pan.Card   // for a saved card only its CVV, if there is one
	Saved   id.Token   // the saved card that was chosen; zero when the card was typed
	Save    bool       // the shopper agreed that the card is kept
	Plan    int        // how many payments; 0 for one
	Network card.Brand // chosen of a card of two brands; empty for none
	Email   string
	Phone   string
	Billing processor.Address // its country in capitals
}

// Wipe overwrites the number and the CVV.
func (t Typed) Wipe() { t.Card.Wipe() }

// Limits of what is typed beside the card, in bytes, and of the number of payments.
const (
	maxText    = 200
	maxNetwork = 32
	maxPlan    = 99
	// maxPhoneDigits is what a telephone number may have behind a plus (ITU-T E.164).
	maxPhoneDigits = 15
)

// ReadTyped reads what a checkout's script sends, byte by byte: the number and the CVV
// become pan types and are never strings. The caller wipes what it gives, and the body.
//
// The fields are number, exp_month, exp_year, cvv, name, saved, save, plan, network, email,
// phone, and billing with line1, city, state, postal_code and country. A typed card needs
// the first four; a saved one has no number and needs saved alone. Errors: fault.Malformed,
// and faults that name the field without its content.
func ReadTyped(body []byte) (Typed, error) {
	var number, cvv []byte
	var t Typed
	err := scan(body, func(path string, value []byte) error {
		var err error
		switch path {
		case "number":
			number, err = plainText(path, value)
		case "cvv":
			cvv, err = plainText(path, value)
		case "exp_month":
			t.Card.Expiry.Month, err = smallNumber(path, value)
		case "exp_year":
			t.Card.Expiry.Year, err = smallNumber(path, value)
		case "plan":
			t.Plan, err = smallNumber(path, value)
		case "save":
			t.Save, err = truth(path, value)
		default:
			err = t.readText(path, value)
		}
		return err
	})
	if err != nil {
		return Typed{}, err
	}
	if t.Plan > maxPlan {
		return Typed{}, fault.Field("plan", "A purchase is paid in %d payments at most.", maxPlan)
	}
	if err := t.takeCard(number, cvv); err != nil {
		t.Wipe()
		return Typed{}, err
	}
	return t, nil
}

// readText reads one of the fields that are text.
func (t *Typed) readText(path string, value []byte) error {
	name, billed := strings.CutPrefix(path, "billing.")
	if field, there := textFields[name]; !there || field.billing != billed {
		return unknownField(path)
	}
	var text string
	if value[0] != '"' || len(value) > 6*maxText || !utf8.Valid(value) || json.Unmarshal(value, &text) != nil {
		return fault.Field(path, "This field must be text of at most %d bytes.", maxText)
	}
	return t.set(path, text)
}

// takeCard makes the card of what was typed.
func (t *Typed) takeCard(number, cvv []byte) (err error) {
	if !t.Saved.IsZero() {
		if len(number) > 0 || t.Card.Expiry != (card.Expiry{}) {
			return fault.Field("number", "A saved card has no number and no expiry date here. Leave out either them or saved.")
		}
		if len(cvv) > 0 {
			t.Card.CVV, err = pan.ParseCVV(cvv, card.Unknown)
		}
		return err
	}
	if t.Card.Number, err = pan.ParseNumber(number); err != nil {
		return err
	}
	if t.Card.CVV, err = pan.ParseCVV(cvv, t.Card.Number.Brand()); err != nil {
		return err
	}
	return checkExpiry(t.Card.Expiry)
}

// textField is a field that is text: whether it is one of the billing address, and how many
// digits it may have, of any script. More may be a card's number.
type textField struct {
	billing bool
	digits  int
}

// textFields are the fields that are text, by the name that a form gives them. Those of
// addresses on the net and of telephones are package vault's limits.
var textFields = map[string]textField{
	"name": {digits: maxNameDigits}, "email": {digits: 11}, "phone": {digits: 11}, "network": {}, "saved": {digits: 26},
	"line1": {true, 11}, "city": {true, maxNameDigits}, "state": {true, maxNameDigits}, "postal_code": {true, 11}, "country": {true, 0},
}

// holdsNumber tells whether a field's text may hold a card's number.
func (f textField) holdsNumber(name string, text []byte) bool {
	most := f.digits
	if name == "phone" && len(text) > 0 && text[0] == '+' {
		most = maxPhoneDigits
	}
	return digits(text) > most
}

// set takes a text for a field, trimmed. Errors: a fault on the field, as path spells it.
func (t *Typed) set(path, text string) error {
	name := strings.TrimPrefix(path, "billing.")
	text = strings.TrimSpace(text)
	if len(text) > maxText || !utf8.ValidString(text) || strings.ContainsFunc(text, isControl) {
		return fault.Field(path, "This field must be text of at most %d bytes, without control characters.", maxText)
	}
	if textFields[name].holdsNumber(name, []byte(text)) {
		if name == "name" {
			return longNumberInName()
		}
		return misplaced(path)
	}
	switch name {
	case "name":
		t.Card.Name = text
	case "email":
		t.Email = text
	case "phone":
		t.Phone = text
	case "line1":
		t.Billing.Line1 = text
	case "city":
		t.Billing.City = text
	case "state":
		t.Billing.State = text
	case "postal_code":
		t.Billing.PostalCode = text
	case "country":
		t.Billing.Country = strings.ToUpper(text)
	case "network":
		if len(text) > maxNetwork {
			return fault.Field(path, "There is no such brand.")
		}
		t.Network = card.Brand(text)
	case "saved":
		return t.choose(text)
	}
	return nil
}

// choose takes the saved card of a token's spelling; none for an empty one.
func (t *Typed) choose(text string) error {
	if text == "" {
		return nil
	}
	var err error
	if t.Saved, err = id.ParseToken(text); err != nil {
		return fault.Field("saved", "There is no such saved card. Choose another, or type one.")
	}
	return nil
}

func isControl(r rune) bool { return r < ' ' || r >= 0x7f && r < 0xa0 }
