package wire

import (
	"bytes"
	"errors"
	"reflect"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/go-playground/validator/v10"
	"github.com/gofiber/fiber/v2"

	"github.com/paywicket/paywicket/internal/fault"
)

// MaxBody is how large a body of the native API may be, in bytes.
const MaxBody = 16 << 10

// rules checks struct tags; it names fields as JSON spells them.
var rules = func() *validator.Validate {
	v := validator.New(validator.WithRequiredStructEnabled())
	v.RegisterTagNameFunc(func(f reflect.StructField) string {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		return name
	})
	return v
}()

// Body gives a request's JSON body as it came, or a fault when it is not sent as
// plain JSON or is larger than limit bytes. It is fasthttp's own buffer: whatever
// outlives the handler must be copied. It is never decompressed, as c.Body would.
func Body(c *fiber.Ctx, limit int) ([]byte, error) {
	if !sentAs(c, fiber.MIMEApplicationJSON) {
		return nil, fault.New(fault.Unsupported, "Send the body as JSON, with the header Content-Type: application/json.")
	}
	return PlainBody(c, limit)
}

// FormBody is Body for a form that a page of ours sends without a script.
func FormBody(c *fiber.Ctx, limit int) ([]byte, error) {
	if !sentAs(c, fiber.MIMEApplicationForm) {
		return nil, fault.New(fault.Unsupported, "Send the body as a form, with the header Content-Type: application/x-www-form-urlencoded.")
	}
	return PlainBody(c, limit)
}

func sentAs(c *fiber.Ctx, kind string) bool {
	sent, _, _ := strings.Cut(string(c.Request().Header.ContentType()), ";")
	return strings.EqualFold(strings.TrimSpace(sent), kind)
}

// PlainBody is Body for JSON that a page sends to another origin or while it goes away:
// browsers do that without asking first only as text/plain. What it can do must need no
// more than what is in it.
func PlainBody(c *fiber.Ctx, limit int) ([]byte, error) {
	if len(c.Request().Header.ContentEncoding()) > 0 {
		return nil, fault.New(fault.Unsupported, "Send the body without Content-Encoding.")
	}
	body := c.Request().Body()
	if len(body) > limit {
		return nil, fault.New(fault.TooLarge, "The body may have %d bytes at most.", limit)
	}
	return body, nil
}

// Decode reads a strict JSON body into a struct: unknown and repeated fields,
// names in another case, fractions where whole numbers belong and anything after
// the object are refused. Then the struct's validate tags are checked. It copies
// what it keeps.
func Decode(body []byte, into any) error {
	if err := json.UnmarshalRead(bytes.NewReader(body), into, json.RejectUnknownMembers(true)); err != nil {
		return decodeFault(err)
	}
	err := rules.Struct(into)
	var invalid validator.ValidationErrors
	if errors.As(err, &invalid) {
		return ruleFault(invalid[0])
	}
	return err
}

// decodeFault says what is wrong with a body, by the field where it can.
func decodeFault(err error) error {
	var semantic *json.SemanticError
	if errors.As(err, &semantic) {
		field := pointerField(semantic.JSONPointer)
		if errors.Is(err, json.ErrUnknownName) {
			return fault.Field(field, "There is no field %q here. Remove it, or check how it is spelt.", clip(field))
		}
		if field != "" {
			return fault.Field(field, "This field has the wrong type: it cannot be read from a JSON %s.", kindName(semantic.JSONKind))
		}
	}
	var syntactic *jsontext.SyntacticError
	if errors.As(err, &syntactic) {
		if errors.Is(err, jsontext.ErrDuplicateName) {
			field := pointerField(syntactic.JSONPointer)
			return fault.Field(field, "The field %q is given twice.", clip(field))
		}
	}
	return fault.Wrap(err, fault.Malformed, "The body is not valid JSON. Send one JSON object and nothing after it.")
}

// ruleFault says which rule a field breaks.
func ruleFault(e validator.FieldError) error {
	_, field, _ := strings.Cut(e.Namespace(), ".")
	switch e.Tag() {
	case "required":
		return fault.Field(field, "This field is required.")
	case "max":
		return fault.Field(field, "This field is too long: at most %s.", e.Param())
	}
	return fault.Field(field, "This field has a value that is not allowed.")
}

// pointerField turns a JSON pointer into a dotted field name.
func pointerField(p jsontext.Pointer) string {
	var parts []string
	for part := range p.Tokens() {
		parts = append(parts, part)
	}
	return clip(strings.Join(parts, "."))
}

// clip shortens what a message repeats of the caller's input, so that a card
// number pasted into the wrong place does not come back whole.
func clip(text string) string {
	if len(text) > 40 {
		text = text[:40] + "…"
	}
	return maskDigits(text)
}

// maskDigits replaces the digits of any run longer than six, also when they are
// grouped with spaces or dashes as on a card.
func maskDigits(text string) string {
	out := []byte(text)
	var run []int // where the digits of the current run stand
	for i := 0; i <= len(out); i++ {
		switch {
		case i < len(out) && out[i] >= '0' && out[i] <= '9':
			run = append(run, i)
			continue
		case i < len(out) && (out[i] == ' ' || out[i] == '-'):
			continue
		}
		if len(run) > 6 {
			for _, at := range run {
				out[at] = '*'
			}
		}
		run = run[:0]
	}
	return string(out)
}

func kindName(k jsontext.Kind) string {
	switch k {
	case '"':
		return "text"
	case '0':
		return "number of that form"
	case 't', 'f':
		return "truth value"
	case 'n':
		return "null"
	case '{':
		return "object"
	case '[':
		return "list"
	}
	return "value"
}
