package wire

import (
	"bytes"
	"strings"

	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
)

// Flaw is what is wrong with a field of a form.
type Flaw string

// The flaws of fields.
const (
	Missing Flaw = "missing"
	Short   Flaw = "short"  // a card number that is not complete
	Wrong   Flaw = "wrong"  // anything else
	Passed  Flaw = "passed" // a date that is over; what reads forms has no clock
)

// Form is a checkout as a browser sends it without a script.
type Form struct {
	Typed
	Flaws      map[string]Flaw   // what is wrong, by the field's name in the form
	Shown      map[string]string // what was typed and may be shown again: never the number or the CVV
	Locale     string            // letters, digits and dashes
	Appearance string            // JSON, not looked into
	Forget     id.Token          // a saved card to be forgotten, and nothing is paid; zero for none
}

// Limits of a form in bytes: of a value as it is sent, and of a language's tag (BCP 47,
// section 4.4.1).
const (
	maxValue  = 4 << 10
	maxLocale = 35
)

// formFields are the names of a form's fields. The text fields are read in this order.
var formFields = []string{
	"saved", "number", "expiry", "cvv", "name", "email", "phone", "country", "line1", "city", "state", "postal_code",
	"save", "plan", "network", "locale", "appearance", "action",
}

// ReadForm reads a checkout's form (application/x-www-form-urlencoded, as WHATWG's URL
// standard parses it), byte by byte: the number and the CVV become pan types and are never
// strings. What is wrong with a field is in Flaws, so that all of it can be said at once;
// what a purchase needs beside the card is not looked at. A saved card that is chosen
// counts, whatever else stands in the form. The caller wipes what it gives, and the body,
// which stays as it came: WipeBody finds by it what the connection still holds.
//
// Errors: fault.Malformed for what no page of ours sends, such as a repeated field.
func ReadForm(body []byte) (Form, error) {
	values := map[string][]byte{}
	defer func() {
		for _, value := range values {
			clear(value[:cap(value)])
		}
	}()
	for pair := range bytes.SplitSeq(body, []byte("&")) {
		name, value, _ := bytes.Cut(pair, []byte("="))
		if len(pair) == 0 {
			continue
		}
		// A name that is none of ours may be a number: it becomes no string.
		at := fieldAt(name)
		if at < 0 || len(value) > maxValue {
			return Form{}, notOurs()
		}
		if _, twice := values[formFields[at]]; twice {
			return Form{}, notOurs()
		}
		values[formFields[at]] = unescape(value)
	}
	f := Form{Flaws: map[string]Flaw{}, Shown: map[string]string{}}
	for _, field := range formFields {
		if _, isText := textFields[field]; isText {
			f.readText(field, values[field])
		}
	}
	if err := f.readChoices(values); err != nil {
		return Form{}, err
	}
	f.readCard(values["number"], values["expiry"], values["cvv"])
	return f, nil
}

func notOurs() error {
	return fault.New(fault.Malformed, "This is not the checkout's form. Go back to the checkout, and load it again.")
}

// fieldAt gives the place of a field's name in formFields, or -1.
func fieldAt(name []byte) int {
	for at, field := range formFields {
		if string(name) == field {
			return at
		}
	}
	return -1
}

// unescape decodes a value into memory of its own. What is no escape stands for itself.
func unescape(value []byte) []byte {
	plain := make([]byte, 0, len(value))
	for at := 0; at < len(value); at++ {
		b := value[at]
		if b == '+' {
			b = ' '
		} else if b == '%' && at+2 < len(value) {
			if high, low := hexadecimal(value[at+1]), hexadecimal(value[at+2]); high >= 0 && low >= 0 {
				b, at = byte(high<<4|low), at+2
			}
		}
		plain = append(plain, b)
	}
	return plain
}

func hexadecimal(b byte) int {
	switch {
	case isDigit(b):
		return int(b - '0')
	case b|0x20 >= 'a' && b|0x20 <= 'f':
		return int(b|0x20-'a') + 10
	}
	return -1
}

// readText reads a field that is text.
func (f *Form) readText(field string, value []byte) {
	value = bytes.TrimSpace(value)
	if textFields[field].holdsNumber(field, value) {
		f.Flaws[field] = Wrong // before it has become a string
		return
	}
	text := string(value)
	if err := f.set(field, text); err != nil {
		f.Flaws[field] = Wrong
	}
	if text != "" && len(text) <= maxText && field != "saved" && field != "network" {
		f.Shown[field] = strings.ToValidUTF8(text, "")
	}
}

// readChoices reads what is chosen and not typed.
func (f *Form) readChoices(values map[string][]byte) error {
	switch string(values["save"]) {
	case "":
	case "on", "1", "true":
		f.Save = true
	default:
		return notOurs()
	}
	plan := values["plan"]
	if f.Plan = decimal(plan[:min(run(plan), 3)]); run(plan) != len(plan) || f.Plan > maxPlan {
		return notOurs()
	}
	if locale := values["locale"]; len(locale) <= maxLocale && bytes.IndexFunc(locale, isNoTag) < 0 {
		f.Locale = string(locale)
	}
	f.Appearance = string(values["appearance"])
	action := string(values["action"])
	if action == "" || action == "pay" {
		return nil
	}
	token, forget := strings.CutPrefix(action, "forget:")
	var err error
	if f.Forget, err = id.ParseToken(token); err != nil || !forget {
		return notOurs()
	}
	return nil
}

// isNoTag tells what no language's tag has.
func isNoTag(r rune) bool {
	return r != '-' && (r < '0' || r > '9') && (r|0x20 < 'a' || r|0x20 > 'z')
}
