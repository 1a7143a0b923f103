package wire

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/paywicket/paywicket/internal/fault"
)

// The rules for a text in which a card number is found. Without one the body is refused.
const (
	ruleDrop  = "drop"  // the text is left empty: it is only for people
	rulePhone = "phone" // what begins with a plus is a telephone number, and no card's
)

// DecodeLoosely reads the JSON of a client that was written for another API, in one pass
// over its bytes, into a struct of texts, whole numbers, truth values, Digits, structs,
// lists of structs and maps of texts, or pointers to the first three.
//
// Names are matched without case; of a name that is repeated the last counts; numbers are
// taken for texts and the other way round; null and what has another shape is as if it were
// not there, and so is what the struct has no field for. Escapes in names are refused, so
// that no other spelling of a name gets past.
//
// What may be a card number is nowhere made a string: a field of Digits lends its bytes,
// and another that holds one is refused, or treated by its tag card: drop, phone.
//
// Errors: fault.Malformed, and faults on the dotted name of the field.
func DecodeLoosely(body []byte, into any) error {
	f := &filler{scanner{body: body, limits: looseLimits}}
	return f.document(func() error {
		if f.next() != '{' {
			return notJSON()
		}
		return f.fill(reflect.ValueOf(into).Elem(), "", 1)
	})
}

// filler fills a struct with what it reads.
type filler struct{ scanner }

// fill reads an object into a struct whose names begin with prefix.
func (f *filler) fill(into reflect.Value, prefix string, depth int) error {
	return f.object(depth, func(name []byte) error { return f.member(into, name, prefix, depth) })
}

// member reads the value of a member into the struct's field of that name.
func (f *filler) member(into reflect.Value, name []byte, prefix string, depth int) error {
	if bytes.IndexByte(name, '\\') >= 0 {
		return fault.New(fault.Malformed, "Write the names of the body's fields without escapes.")
	}
	field, ok := fieldOf(into.Type(), name[1:len(name)-1])
	if !ok {
		return f.skip(depth)
	}
	return f.value(into.FieldByIndex(field.Index), prefix+nameOf(field), field.Tag.Get("card"), depth)
}

// fieldOf finds the field of a struct that a member's name stands for.
func fieldOf(t reflect.Type, name []byte) (reflect.StructField, bool) {
	for i := range t.NumField() {
		if field := t.Field(i); bytes.EqualFold([]byte(nameOf(field)), name) {
			return field, true
		}
	}
	return reflect.StructField{}, false
}

// nameOf is a field's name in JSON.
func nameOf(field reflect.StructField) string {
	name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
	return name
}

var digitsType = reflect.TypeFor[Digits]()

// value reads a value into a field.
func (f *filler) value(into reflect.Value, path, rule string, depth int) error {
	into.SetZero()
	object := into.Kind() == reflect.Struct && into.Type() != digitsType
	switch {
	case f.next() == '{' && object:
		return f.fill(into, path+".", depth+1)
	case f.next() == '{' && into.Kind() == reflect.Map:
		return f.texts(into, path, depth+1)
	case f.next() == '[' && into.Kind() == reflect.Slice:
		return f.sequence(depth+1, '[', ']', func() error {
			item := reflect.New(into.Type().Elem()).Elem()
			if err := f.value(item, path, rule, depth+1); err != nil {
				return err
			}
			into.Set(reflect.Append(into, item))
			return nil
		})
	case f.next() == '{' || f.next() == '[' || object || into.Kind() == reflect.Slice || into.Kind() == reflect.Map:
		return f.skip(depth)
	}
	raw, err := f.scalar()
	if err != nil || string(raw) == "null" {
		return err
	}
	if into.Kind() == reflect.Pointer {
		into.Set(reflect.New(into.Type().Elem()))
		into = into.Elem()
	}
	return set(into, raw, path, rule)
}

// texts reads an object into a map of texts. Members that are no scalar are passed over.
func (f *filler) texts(into reflect.Value, path string, depth int) error {
	read := map[string]string{}
	into.Set(reflect.ValueOf(read))
	return f.object(depth, func(name []byte) error {
		if f.next() == '{' || f.next() == '[' {
			return f.skip(depth)
		}
		key, err := looseText(path, name, "")
		if err != nil {
			return err
		}
		raw, err := f.scalar()
		if err != nil || string(raw) == "null" {
			return err
		}
		read[key], err = looseText(path, raw, "")
		return err
	})
}

// set puts a scalar into a field.
func set(into reflect.Value, raw []byte, path, rule string) error {
	plain := unquoted(raw)
	switch {
	case into.Type() == digitsType:
		into.Set(reflect.ValueOf(newDigits(plain)))
		return nil
	case into.Kind() == reflect.Bool:
		truth, err := looseTruth(path, plain)
		into.SetBool(truth)
		return err
	case into.Kind() == reflect.Int64:
		n, err := looseNumber(path, plain)
		into.SetInt(n)
		return err
	}
	text, err := looseText(path, raw, rule)
	into.SetString(text)
	return err
}

func looseTruth(path string, plain []byte) (bool, error) {
	switch {
	case bytes.EqualFold(plain, []byte("true")), bytes.Equal(plain, []byte("1")):
		return true, nil
	case bytes.EqualFold(plain, []byte("false")), bytes.Equal(plain, []byte("0")), len(plain) == 0:
		return false, nil
	}
	return false, fault.Field(path, "This field must be true or false.")
}

// mostDigits is how many digits a whole number has at most: more than money has, and not
// more than fit.
const mostDigits = 18

// looseNumber reads a whole number, which may be written with a fraction of zeros.
func looseNumber(path string, plain []byte) (int64, error) {
	bad := fault.Field(path, "This field must be a whole number.")
	whole, fraction, _ := bytes.Cut(bytes.TrimSpace(plain), []byte("."))
	whole, negative := bytes.CutPrefix(whole, []byte("-"))
	if n := run(whole); n == 0 || n != len(whole) || n > mostDigits || len(bytes.Trim(fraction, "0")) > 0 {
		return 0, bad
	}
	n := int64(0)
	for _, b := range whole {
		n = n*10 + int64(b-'0')
	}
	if negative {
		n = -n
	}
	return n, nil
}

// unquoted is what stands between the quotes of a text; anything else is as it is.
func unquoted(raw []byte) []byte {
	if raw[0] != '"' {
		return raw
	}
	return raw[1 : len(raw)-1]
}

// looseText reads a text, or a number as it is written. It is looked at before it becomes a
// string, also behind its escapes.
func looseText(path string, raw []byte, rule string) (string, error) {
	plain := unquoted(raw)
	escaped := raw[0] == '"' && (bytes.IndexByte(plain, '\\') >= 0 || !utf8.Valid(plain))
	if escaped {
		if !json.Valid(raw) {
			return "", fault.Field(path, "This field is not valid JSON text.")
		}
		// Large enough from the start, also for what is put in the place of bytes that are no
		// text: growing would leave a copy behind. That there are some is no error here.
		plain, _ = jsontext.AppendUnquote(make([]byte, 0, 3*len(raw)), raw)
		defer clear(plain)
	}
	switch {
	case rule == rulePhone && !escaped && len(plain) > 0 && plain[0] == '+':
	case (rule == ruleDrop || rule == rulePhone) && holdsNumber(plain, isNumber):
		return "", nil
	case holdsNumber(plain, isSchemeNumber):
		return "", misplaced(path)
	}
	return strings.TrimSpace(string(plain)), nil
}
