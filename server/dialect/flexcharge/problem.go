package flexcharge

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/server/wire"
)

// problem is what is wrong with one field, in FlexCharge's spelling of its name.
type problem struct{ field, message string }

// problems are all that is wrong with a request. As an answer they are a flat object that
// begins with a name for the request, to be quoted to whoever runs the server.
type problems []problem

// Error makes problems an error.
func (p problems) Error() string {
	var fields []string
	for _, one := range p {
		fields = append(fields, one.field)
	}
	return "flexcharge: refused for " + strings.Join(fields, ", ")
}

// required adds that a field is missing.
func (p *problems) required(field string) {
	p.add(field, "The "+lastName(field)+" field is required.")
}

// invalid adds that a field cannot be what it is.
func (p *problems) invalid(field string) {
	p.add(field, "The field "+lastName(field)+" is invalid.")
}

func (p *problems) add(field, message string) { *p = append(*p, problem{field, message}) }

// err is nil when there is nothing wrong.
func (p problems) err() error {
	if len(p) == 0 {
		return nil
	}
	return p
}

// lastName is the last part of a dotted name.
func lastName(field string) string { return field[strings.LastIndexByte(field, '.')+1:] }

// MarshalJSON writes the object in order: each field once, with all that is wrong with it.
func (p problems) MarshalJSON() ([]byte, error) {
	var out bytes.Buffer
	out.WriteString(`{"TraceId":["` + traceID() + `"]`)
	told := map[string]bool{}
	for _, one := range p {
		if told[one.field] {
			continue
		}
		told[one.field] = true
		var messages []string
		for _, other := range p {
			if other.field == one.field {
				messages = append(messages, other.message)
			}
		}
		name, err := json.Marshal(one.field)
		if err != nil {
			return nil, err
		}
		list, err := json.Marshal(messages)
		if err != nil {
			return nil, err
		}
		out.WriteByte(',')
		out.Write(name)
		out.WriteByte(':')
		out.Write(list)
	}
	out.WriteByte('}')
	return out.Bytes(), nil
}

// traceID names a refusal in the form of a W3C trace context (traceparent, version 00).
func traceID() string {
	var b [24]byte
	rand.Read(b[:])
	return "00-" + hex.EncodeToString(b[:16]) + "-" + hex.EncodeToString(b[16:]) + "-00"
}

// wholeRequest is the name under which an answer tells what is wrong with no one field.
const wholeRequest = "Request"

// refusal gives the status and body of the answer that an error stands for. spelled are the
// names of fields that a call has others for.
func refusal(err error, spelled map[string]string) (int, any) {
	if p, ok := err.(problems); ok {
		return fiber.StatusBadRequest, p
	}
	f := fault.Of(err)
	if f.Code == fault.Unauthenticated {
		return wire.Status(f.Code), struct{}{}
	}
	field := wholeRequest
	if f.Field != "" {
		field = spell(f.Field, spelled)
	}
	message := f.Message
	if f.Code == fault.Unavailable || f.Code == fault.Internal {
		field = wholeRequest
	}
	return wire.Status(f.Code), problems{{field, message}}
}

// fail answers with what an error stands for. What is ours to mend is logged with its
// cause; the caller sees none of it.
func (a *API) fail(c *fiber.Ctx, err error, spelled map[string]string) error {
	status, body := refusal(err, spelled)
	if status >= fiber.StatusInternalServerError {
		a.Log.Error("request failed", "request", wire.RequestID(c), "route", c.Route().Path, "error", err)
	}
	if status == fiber.StatusUnauthorized {
		c.Set(fiber.HeaderWWWAuthenticate, "Bearer")
	}
	return wire.Answer(c, status, body)
}

// The names that the rest of the house has for fields, in FlexCharge's spelling where they
// differ: of a sale, and of a card to be kept.
var (
	saleFields = map[string]string{
		"site": "SiteId", "amount": "Transaction.Amount", "currency": "Transaction.Currency", "reference": "OrderId", "Idempotency-Key": "IdempotencyKey",
		"customer.name": "BillingInformation.FirstName", "customer.email": "Payer.Email", "customer.phone": "Payer.Phone",
		"billing.line1": "BillingInformation.AddressLine1", "billing.city": "BillingInformation.City", "billing.state": "BillingInformation.State",
		"billing.postal_code": "BillingInformation.Zipcode", "billing.country": "BillingInformation.CountryCode",
		"number": "PaymentMethod.CardNumber", "cvv": "PaymentMethod.VerificationValue",
		"exp_month": "PaymentMethod.ExpirationMonth", "exp_year": "PaymentMethod.ExpirationYear", "token": "PaymentMethod.CardNumber",
	}
	cardFields = map[string]string{
		"number": "PaymentMethod.CreditCard.Number", "cvv": "PaymentMethod.CreditCard.VerificationValue",
		"exp_month": "PaymentMethod.CreditCard.Month", "exp_year": "PaymentMethod.CreditCard.Year",
		"customer.name": "PaymentMethod.CreditCard.FirstName", "customer.email": "PaymentMethod.Email",
	}
	orderFields = map[string]string{"Idempotency-Key": "IdempotencyKey"}
)

// spell writes a field's name as FlexCharge does: payment_method.first_name is
// PaymentMethod.FirstName.
func spell(field string, spelled map[string]string) string {
	if name, ok := spelled[field]; ok {
		return name
	}
	var out strings.Builder
	capital := true
	for _, r := range field {
		switch {
		case r == '_':
			capital = true
		case r == '.':
			capital = true
			out.WriteRune(r)
		case capital:
			capital = false
			out.WriteString(strings.ToUpper(string(r)))
		default:
			out.WriteRune(r)
		}
	}
	return out.String()
}
