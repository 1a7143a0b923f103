package flexcharge

import (
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/paywicket/paywicket/internal/card"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/merchant"
	"github.com/paywicket/paywicket/internal/rescue"
	"github.com/paywicket/paywicket/internal/vault"
	"github.com/paywicket/paywicket/server/wire"
)

// tokenizeRequest is a card to keep.
type tokenizeRequest struct {
	PaymentMethod struct {
		SenseKey   string     `json:"sense_key" card:"drop"`
		Email      string     `json:"email"`
		CreditCard creditCard `json:"credit_card"`
	} `json:"payment_method"`
}

// creditCard is a card as it is typed.
type creditCard struct {
	FirstName         string      `json:"first_name"`
	LastName          string      `json:"last_name"`
	Number            wire.Digits `json:"number"`
	VerificationValue wire.Digits `json:"verification_value"`
	Month             string      `json:"month"` // MM or M; December when left out
	Year              string      `json:"year"`  // YYYY
}

// crossOrigin lets pages of any origin read an answer. No cookie is involved: the
// tokenization key decides.
func crossOrigin(c *fiber.Ctx) {
	c.Set(fiber.HeaderAccessControlAllowOrigin, "*")
	c.Set("Cross-Origin-Resource-Policy", "cross-origin")
}

// preflight tells browsers that pages may send cards here.
func preflight(c *fiber.Ctx) error {
	crossOrigin(c)
	c.Set(fiber.HeaderAccessControlAllowMethods, fiber.MethodPost)
	c.Set(fiber.HeaderAccessControlAllowHeaders, fiber.HeaderContentType)
	c.Set(fiber.HeaderAccessControlMaxAge, "600")
	return c.SendStatus(fiber.StatusNoContent)
}

// tokenize keeps a card.
func (a *API) tokenize(c *fiber.Ctx) error {
	credential, err := a.tokenizer(c)
	if err == nil {
		wire.SetCaller(c, credential)
		var out tokenized
		if out, err = a.keep(call{wire.CallOf(c), c}); err == nil {
			return wire.Answer(c, fiber.StatusOK, out)
		}
	}
	return a.fail(c, err, cardFields)
}

// tokenizer gives the credential of who may keep cards: the bearer of an access token, or
// whoever names a merchant with its tokenization key, as pages do.
func (a *API) tokenizer(c *fiber.Ctx) (merchant.Credential, error) {
	mid, key := asked(c, "mid"), asked(c, "environment")
	bears := c.Get(fiber.HeaderAuthorization) != ""
	var credential merchant.Credential
	var err error
	if bears {
		credential, err = a.bearer(c)
	} else {
		crossOrigin(c)
		if credential, err = a.Merchants.Authenticate(c.UserContext(), key); err == nil && credential.Role != merchant.Tokenization {
			err = noAccess
		}
	}
	if err != nil {
		return merchant.Credential{}, err
	}
	if mid != credential.Merchant && (mid != "" || !bears) {
		if bears {
			return merchant.Credential{}, problems{{"Mid", "The field Mid is invalid."}}
		}
		return merchant.Credential{}, noAccess // a key of somebody else's is no key
	}
	return credential, nil
}

// asked gives a query parameter, copied, whatever the case of its name; of several the last.
func asked(c *fiber.Ctx, name string) string {
	text := ""
	c.Context().QueryArgs().VisitAll(func(key, value []byte) {
		if strings.EqualFold(string(key), name) {
			text = string(value)
		}
	})
	return text
}

// keep puts the card of a request into the vault.
func (a *API) keep(call call) (tokenized, error) {
	var in tokenizeRequest
	if err := read(call.fiber, &in); err != nil {
		return tokenized{}, err
	}
	given := in.PaymentMethod.CreditCard
	if err := given.missing(); err != nil {
		return tokenized{}, err
	}
	expiry, err := readExpiry(given.Month, given.Year)
	if err != nil {
		return tokenized{}, err
	}
	customer := vault.Customer{Name: given.FirstName + " " + given.LastName, Email: known(in.PaymentMethod.Email)}
	if err := customer.Check(); err != nil {
		return tokenized{}, err
	}
	c, err := given.Number.Card(given.VerificationValue, expiry, customer.Name)
	if err != nil {
		return tokenized{}, err
	}
	defer c.Wipe()
	if c.Expiry.Passed(a.Now()) {
		return tokenized{}, fault.Field("exp_year", "This card has expired. Use another card.")
	}
	r, err := a.Vault.Tokenize(call, call.Merchant(), id.NewToken(), customer, vault.Consent{}, c, call.Actor())
	if err != nil {
		return tokenized{}, err
	}
	came := rescue.Arrival{SenseKey: in.PaymentMethod.SenseKey, CVV: given.VerificationValue.Given()}
	if err := a.Rescues.Arrived(call, call.Merchant(), r.Token, came); err != nil {
		return tokenized{}, err
	}
	return newTokenized(r, given, call.test()), nil
}

// missing are all the required fields that a card lacks.
func (c creditCard) missing() error {
	var p problems
	const at = "PaymentMethod.CreditCard."
	if c.FirstName == "" {
		p.required(at + "FirstName")
	}
	if c.LastName == "" {
		p.required(at + "LastName")
	}
	if !c.Number.Given() {
		p.required(at + "Number")
	}
	if c.Year == "" {
		p.required(at + "Year")
	}
	return p.err()
}

// readExpiry reads a month, which may be left out, and a year of four digits. Errors:
// faults on exp_month and exp_year.
func readExpiry(month, year string) (card.Expiry, error) {
	var e card.Expiry
	var err error
	if month != "" {
		if e.Month, err = strconv.Atoi(month); err != nil || e.Month < 1 || e.Month > 12 || len(month) > 2 {
			return e, fault.Field("exp_month", "The month must be from 01 to 12.")
		}
	}
	if e.Year, err = strconv.Atoi(year); err != nil || len(year) != 4 {
		return e, fault.Field("exp_year", "The year must have four digits, such as 2030.")
	}
	return e, nil
}

// known is a text, unless it is one of those that clients send for nothing in fields that
// are required.
func known(text string) string {
	switch strings.ToUpper(text) {
	case "NA", "N/A", "NULL", "NONE", "UNKNOWN":
		return ""
	}
	return text
}
