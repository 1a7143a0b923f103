package flexcharge

import (
	"fmt"
	"strings"

	"github.com/gofiber/fiber/v2"
	"golang.org/x/text/currency"

	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/processor"
	"github.com/paywicket/paywicket/internal/rescue"
	"github.com/paywicket/paywicket/server/wire"
)

// outcomeRequest is the body of outcome.
type outcomeRequest struct {
	OrderSessionKey string `json:"orderSessionKey"`
}

// outcomeAnswer is what became of an order.
type outcomeAnswer struct {
	OrderSessionKey *string `json:"orderSessionKey"`
	SenseKey        *string `json:"senseKey"`
	OrderID         *string `json:"orderId"`
	ConfirmationID  *string `json:"confirmationId"`
	Envelope
}

// notFound is what outcome says of an order that there is not, or that is another's.
const notFound = "NOTFOUND"

// outcome tells what became of an order.
func (a *API) outcome(call call) error {
	var in outcomeRequest
	if err := read(call.fiber, &in); err != nil {
		return err
	}
	if in.OrderSessionKey == "" {
		var p problems
		p.required("OrderSessionKey")
		return p
	}
	v, err := a.find(call, in.OrderSessionKey)
	if err != nil && fault.CodeOf(err) == fault.NotFound {
		return wire.Answer(call.fiber, fiber.StatusOK, outcomeAnswer{Envelope: succeeded(orNull(notFound))})
	}
	if err != nil {
		return err
	}
	return wire.Answer(call.fiber, fiber.StatusOK, outcomeAnswer{
		OrderSessionKey: &v.ID, SenseKey: orNull(v.SenseKey), OrderID: &v.ID, ConfirmationID: orNull(v.Confirmation()),
		Envelope: told(v, outcomeWord(v.Status())),
	})
}

// find gives the caller's order by the id that a client sent. Errors: fault.NotFound.
func (a *API) find(call call, text string) (rescue.View, error) {
	order, err := orderID(text)
	if err != nil {
		return rescue.View{}, err
	}
	return a.Rescues.Find(call, call.Merchant(), order)
}

// order is an order as the lists show it.
type order struct {
	ID              string        `json:"id"`
	CorrelationID   *string       `json:"correlationId"` // the merchant's name of the declined transaction
	ReferenceNumber string        `json:"referenceNumber"`
	Status          int           `json:"status"`
	StatusName      string        `json:"statusName"`
	OrderPlacedDate string        `json:"orderPlacedDate"`
	ExpiryDate      *string       `json:"expiryDate"`
	BillingAddress  *orderAddress `json:"billingAddress"`
	ShippingAddress *orderAddress `json:"shippingAddress"`
	FirstName       *string       `json:"firstName"`
	LastName        *string       `json:"lastName"`
	Email           *string       `json:"email"`
	Phone           *string       `json:"phone"`
	SecondaryEmail  *string       `json:"secondaryEmail"`
	CurrencyCode    string        `json:"currencyCode"`
	CurrencySymbol  *string       `json:"currencySymbol"`
}

// orderAddress is a billing address.
type orderAddress struct {
	AddressLine1 *string `json:"addressLine1"`
	City         *string `json:"city"`
	State        *string `json:"state"`
	ZipCode      *string `json:"zipCode"`
	CountryCode  *string `json:"countryCode"`
}

// newOrder tells of an order.
func newOrder(v rescue.View) order {
	first, last := holder(v.Customer.Name)
	at := standings[v.Status()]
	out := order{
		ID: v.ID, CorrelationID: orNull(v.Sale), ReferenceNumber: v.Reference, Status: at.code, StatusName: at.name, OrderPlacedDate: stamp(v.CreatedAt),
		BillingAddress: newOrderAddress(v.Billing), FirstName: orNull(first), LastName: orNull(last), Email: orNull(v.Customer.Email), Phone: orNull(v.Customer.Phone),
		CurrencyCode: v.Amount.Currency, CurrencySymbol: orNull(symbol(v.Amount.Currency)),
	}
	if !v.ExpiresAt.IsZero() {
		out.ExpiryDate = orNull(stamp(v.ExpiresAt))
	}
	return out
}

func newOrderAddress(a processor.Address) *orderAddress {
	if a == (processor.Address{}) {
		return nil
	}
	return &orderAddress{orNull(a.Line1), orNull(a.City), orNull(a.State), orNull(a.PostalCode), orNull(a.Country)}
}

// holder divides a name at its last space.
func holder(name string) (first, last string) {
	if i := strings.LastIndexByte(name, ' '); i > 0 {
		return name[:i], name[i+1:]
	}
	return name, ""
}

// symbol is the sign of a currency, such as $.
func symbol(code string) string {
	unit, err := currency.ParseISO(code)
	if err != nil {
		return ""
	}
	return fmt.Sprint(currency.NarrowSymbol(unit))
}

// findOrder gives one order.
func (a *API) findOrder(call call) error {
	v, err := a.find(call, call.Param("id"))
	if err != nil {
		return err
	}
	return wire.Answer(call.fiber, fiber.StatusOK, newOrder(v))
}
