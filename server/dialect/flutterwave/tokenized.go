package flutterwave

import (
	"cmp"
	"context"
	"encoding/json"
	"strings"

	"github.com/paywicket/paywicket/internal/bulk"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/server/wire"
)

// tokenCharge is the body of tokenized-charges, and of one item of a batch.
type tokenCharge struct {
	Token             wire.Digits  `json:"token"`
	Email             string       `json:"email"`
	Currency          string       `json:"currency"`
	Country           string       `json:"country"`
	Amount            string       `json:"amount"` // major units, exactly as it is written
	Reference         string       `json:"tx_ref"`
	FirstName         string       `json:"first_name"`
	LastName          string       `json:"last_name"`
	FullName          string       `json:"full_name"`
	Narration         string       `json:"narration" card:"drop"`
	Preauthorize      bool         `json:"preauthorize"`
	IP                string       `json:"ip"`
	DeviceFingerprint string       `json:"device_fingerprint" card:"drop"`
	PaymentPlan       string       `json:"payment_plan"`
	Subaccounts       []subaccount `json:"subaccounts"`
	Authenticate      bool         `json:"do_3ds"`
	RedirectURL       string       `json:"redirect_url"`

	Meta map[string]string `json:"meta"` // texts, numbers and truth values, all as texts
}

// detail is what a transaction keeps of its request to echo it.
type detail struct {
	Narration         string `json:"narration,omitempty"`
	IP                string `json:"ip,omitempty"`
	DeviceFingerprint string `json:"device_fingerprint,omitempty"`
	RedirectURL       string `json:"redirect_url,omitempty"`
	Name              string `json:"name,omitempty"`
	PaymentPlan       string `json:"payment_plan,omitempty"`
	Country           string `json:"country,omitempty"`

	Meta      map[string]string `json:"meta,omitempty"`
	AuthModel string            `json:"auth_model,omitempty"` // of a first charge whose shopper gave something; empty for what its payment says
}

// reasonPreauth is the text by which clients know that a charge cannot be both
// preauthorized and authenticated.
const reasonPreauth = "Invalid Auth model. Preauth can only be used with NOAUTH/BVN"

// maxReference is how long a tx_ref may be, in bytes.
const maxReference = 100

// asked is the charge that the body asks for. Errors: faults that name the field.
func (in tokenCharge) asked() (bulk.Asked, error) {
	for _, needed := range []struct {
		name  string
		given bool
	}{
		{"token", in.Token.Given()}, {"email", in.Email != ""}, {"currency", in.Currency != ""}, {"amount", in.Amount != ""}, {"tx_ref", in.Reference != ""},
	} {
		if !needed.given {
			return bulk.Asked{}, fault.Field(needed.name, "This field is required.")
		}
	}
	if len(in.Reference) > maxReference {
		return bulk.Asked{}, fault.Field("tx_ref", "A tx_ref has %d bytes at most.", maxReference)
	}
	token, ok := in.Token.Spelled()
	if !ok {
		return bulk.Asked{}, fault.Field("token", reasonToken)
	}
	amount, err := readAmount(in.Amount, in.Currency)
	if err != nil {
		return bulk.Asked{}, err
	}
	name := cmp.Or(in.FullName, strings.TrimSpace(in.FirstName+" "+in.LastName))
	words, err := json.Marshal(detail{in.Narration, in.IP, in.DeviceFingerprint, in.RedirectURL, name, in.PaymentPlan, in.Country, in.Meta, ""})
	if err != nil {
		return bulk.Asked{}, err
	}
	out := bulk.Asked{
		Token: token, Amount: amount, Reference: in.Reference, Email: in.Email, Name: name, Capture: payment.Automatic,
		Authenticate: in.Authenticate, Recurring: in.PaymentPlan != "", Metadata: in.Meta, Address: in.IP, SenseKey: senseKey(in.DeviceFingerprint), Detail: words,
	}
	if out.Shares, err = sharesOf(in.Subaccounts, amount.Currency); err != nil {
		return bulk.Asked{}, err
	}
	if in.Preauthorize {
		out.Capture = payment.Manual
	}
	if in.Preauthorize && in.Authenticate {
		return bulk.Asked{}, fault.Field("do_3ds", reasonPreauth)
	}
	if in.Authenticate {
		if in.RedirectURL == "" {
			return bulk.Asked{}, fault.Field("redirect_url", "This field is required with do_3ds: it is where the shopper goes after authorizing.")
		}
		out.ReturnURL = in.RedirectURL
	}
	return out, out.Check()
}

// senseKey is a device_fingerprint that is a sense key of a page of the shop's; else empty.
func senseKey(fingerprint string) string {
	if !id.Valid(id.SenseKey, fingerprint) {
		return ""
	}
	return fingerprint
}

// readAmount reads an amount of major units, through no float.
func readAmount(text, currency string) (money.Amount, error) {
	currency = strings.ToUpper(currency)
	if _, ok := money.Exponent(currency); !ok {
		return money.Amount{}, fault.Field("currency", "Give the ISO 4217 code of a currency in use, such as NGN.")
	}
	amount, err := money.ParseMajor(text, currency)
	if err != nil || amount.Minor < 1 {
		return money.Amount{}, fault.Field("amount", "Give a positive amount of %s in major units, such as 300, with no more decimals than the currency has.", currency)
	}
	return amount, nil
}

// tokenizedCharge charges a kept card.
func (a *API) tokenizedCharge(call call) error {
	var in tokenCharge
	body, err := call.read(&in)
	if err != nil {
		return err
	}
	asked, err := in.asked()
	if err != nil {
		return err
	}
	compared, err := wire.Canonical(body)
	if err != nil {
		return err
	}
	return a.once(call, in.Reference, compared, func(ctx context.Context) (made, error) {
		name, _ := id.In(ctx, id.Payment)
		t, p, err := a.Bulk.Charge(ctx, bulk.Charge{Merchant: call.Merchant(), Payment: name, Asked: asked}, call.Actor())
		if err != nil {
			return made{}, err
		}
		out, err := a.charged(ctx, bulk.View{Transaction: t, Paid: &p})
		return made{out, p.ID}, err
	})
}
