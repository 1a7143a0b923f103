package wire

import (
	"bytes"
	"encoding/json"
	"unicode"
	"unicode/utf8"

	"github.com/paywicket/paywicket/internal/card"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/pan"
)

// Limits of a cardholder's name: its bytes, and the digits in it. A BIN has six.
const (
	maxName       = 200
	maxNameDigits = 6
)

// ReadCardToKeep reads a card that is to be kept and not charged now, byte by byte: the
// number and the CVV become pan types and are never strings. The caller wipes the card, and
// the body it came in. It may come without a CVV: none is ever kept.
//
// The fields are number, exp_month, exp_year, cvv and name, flat in one object, and
// temporary, which is true or false. Errors: fault.Malformed, and faults that name the field
// without its content.
func ReadCardToKeep(body []byte) (c pan.Card, temporary bool, err error) {
	var number, cvv []byte
	err = scan(body, func(path string, value []byte) error {
		var err error
		switch path {
		case "number":
			number, err = plainText(path, value)
		case "cvv":
			cvv, err = plainText(path, value)
		case "exp_month":
			c.Expiry.Month, err = smallNumber(path, value)
		case "exp_year":
			c.Expiry.Year, err = smallNumber(path, value)
		case "name":
			c.Name, err = nameText(path, value)
		case "temporary":
			temporary, err = truth(path, value)
		default:
			err = unknownField(path)
		}
		return err
	})
	if err != nil {
		return pan.Card{}, false, err
	}
	if c.Number, err = pan.ParseNumber(number); err != nil {
		return pan.Card{}, false, err
	}
	if cvv != nil {
		if c.CVV, err = pan.ParseCVV(cvv, c.Number.Brand()); err != nil {
			c.Wipe()
			return pan.Card{}, false, err
		}
	}
	if err := checkExpiry(c.Expiry); err != nil {
		c.Wipe()
		return pan.Card{}, false, err
	}
	return c, temporary, nil
}

func unknownField(path string) error {
	return fault.Field(path, "There is no field %q here. Remove it, or check how it is spelt.", path)
}

func truth(path string, value []byte) (bool, error) {
	switch string(value) {
	case "true":
		return true, nil
	case "false":
		return false, nil
	}
	return false, fault.Field(path, "This field must be true or false, without quotes.")
}

func checkExpiry(e card.Expiry) error {
	if e.Month < 1 || e.Month > 12 {
		return fault.Field("exp_month", "The month must be a number from 1 to 12.")
	}
	if !e.Valid() {
		return fault.Field("exp_year", "The year must have four digits, such as 2030.")
	}
	return nil
}

// plainText gives what is between the quotes. Digits need no escapes, and undoing
// one would need a copy.
func plainText(path string, value []byte) ([]byte, error) {
	if value[0] != '"' || bytes.IndexByte(value, '\\') >= 0 {
		return nil, fault.Field(path, "This field must be text, in quotes and without escapes.")
	}
	return value[1 : len(value)-1], nil
}

// smallNumber reads a whole number of at most four digits.
func smallNumber(path string, value []byte) (int, error) {
	n := 0
	for _, b := range value {
		if b < '0' || b > '9' || len(value) > 4 {
			return 0, fault.Field(path, "This field must be a whole number without quotes.")
		}
		n = n*10 + int(b-'0')
	}
	return n, nil
}

// nameText reads a name, which is personal but not card data. Digits in it are
// refused: a number that slipped into the wrong box must not be kept as a name.
func nameText(path string, value []byte) (string, error) {
	var name string
	if value[0] != '"' || len(value) > maxName || !utf8.Valid(value) || json.Unmarshal(value, &name) != nil {
		return "", fault.Field(path, "The name must be text of at most %d bytes.", maxName)
	}
	if digits(name) > maxNameDigits {
		return "", longNumberInName()
	}
	return name, nil
}

func longNumberInName() error {
	return fault.Field("name", "The name on the card has no long numbers in it. Check that each box holds what it asks for.")
}

// digits counts the digits in a text, of any script, and makes no copy of it.
func digits[Text string | []byte](text Text) int {
	n := 0
	for at := 0; at < len(text); {
		r, size := rune(text[at]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRune([]byte(text[at:min(len(text), at+utf8.UTFMax)]))
		}
		if unicode.IsDigit(r) {
			n++
		}
		at += size
	}
	return n
}
