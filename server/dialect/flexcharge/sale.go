package flexcharge

import (
	"github.com/paywicket/paywicket/server/wire"
)

// sale is the body of evaluate and transmit: a sale as its merchant tells of it. What is in
// FlexCharge's documentation and not here is passed over; README.md lists it.
type sale struct {
	IsDeclined      *bool         `json:"isDeclined"`
	IdempotencyKey  string        `json:"idempotencyKey"`
	OrderID         string        `json:"orderId"`
	MID             string        `json:"mid"`
	SiteID          string        `json:"siteId"`
	SiteURL         string        `json:"siteUrl"`
	SenseKey        string        `json:"senseKey" card:"drop"`
	OrderSource     string        `json:"orderSource" card:"drop"`
	TransactionType string        `json:"transactionType" card:"drop"`
	IsMIT           bool          `json:"isMIT"`
	IsRecurring     bool          `json:"isRecurring"`
	ExpiryDateUTC   string        `json:"expiryDateUtc"`
	Transaction     transaction   `json:"transaction"`
	Payer           payer         `json:"payer"`
	Billing         address       `json:"billingInformation"`
	Subscription    subscription  `json:"subscription"`
	PaymentMethod   paymentMethod `json:"paymentMethod"`
	ThreeDSecure    threeDSecure  `json:"threeDSecure"`
}

// transaction is what a processor said.
type transaction struct {
	ID                  string `json:"id"`
	Timestamp           string `json:"timestamp" card:"drop"`
	TimestampUTC        string `json:"timestampUtc" card:"drop"`
	TimezoneUTCOffset   string `json:"timezoneUtcOffset" card:"drop"`
	Amount              *int64 `json:"amount"` // minor units
	Currency            string `json:"currency"`
	ResponseCode        string `json:"responseCode"`
	ResponseCodeSource  string `json:"responseCodeSource"`
	ResponseDescription string `json:"responseDescription" card:"drop"`
	AvsResultCode       string `json:"avsResultCode"`
	CvvResultCode       string `json:"cvvResultCode"`
	CavvResultCode      string `json:"cavvResultCode"`
	ProcessorName       string `json:"processorName" card:"drop"`
	DynamicDescriptor   string `json:"dynamicDescriptor" card:"drop"`
}

// payer is who pays.
type payer struct {
	Email string `json:"email"`
	Phone string `json:"phone" card:"phone"`
}

// address is where the card's statements go. zipcode is also written zipCode, which is the
// same name here.
type address struct {
	FirstName    string `json:"firstName"`
	LastName     string `json:"lastName"`
	Country      string `json:"country"`
	CountryCode  string `json:"countryCode"`
	AddressLine1 string `json:"addressLine1"`
	City         string `json:"city"`
	State        string `json:"state"`
	Zipcode      string `json:"zipcode"`
	Phone        string `json:"phone" card:"phone"`
}

// subscription tells that a payment is one of a series. FlexCharge's pages have both names.
type subscription struct {
	ID             string `json:"id" card:"drop"`
	SubscriptionID string `json:"subscriptionId" card:"drop"`
}

// paymentMethod is the card: a token, or a real number.
type paymentMethod struct {
	Token             *bool       `json:"Token"` // cardNumber is a token
	HolderName        string      `json:"holderName"`
	CardType          string      `json:"cardType" card:"drop"`
	CardCountry       string      `json:"cardCountry" card:"drop"`
	ExpirationMonth   string      `json:"expirationMonth" card:"drop"`
	ExpirationYear    string      `json:"expirationYear" card:"drop"`
	CardBinNumber     string      `json:"cardBinNumber" card:"drop"`
	CardLast4Digits   string      `json:"cardLast4Digits" card:"drop"`
	CardNumber        wire.Digits `json:"cardNumber"`
	VerificationValue wire.Digits `json:"verificationValue"`
}

// byToken tells whether the card is named by a token. Who does not say has sent one when it
// looks like one.
func (m paymentMethod) byToken() bool {
	if m.Token != nil {
		return *m.Token
	}
	return m.CardNumber.IsUUID()
}

// threeDSecure is what the issuer was shown of the shopper.
type threeDSecure struct {
	EcommerceIndicator string `json:"EcommerceIndicator" card:"drop"`
}

// longestText is how many bytes a name or code of a merchant's may have.
const longestText = 200

// missing are all the fields that a declined sale lacks, in FlexCharge's order, and those
// that cannot be what they are. mid is the caller's.
func (s sale) missing(mid string) problems {
	var p problems
	if s.OrderID == "" {
		p.add("OrderId", "Merchant's orderId is required")
	}
	for _, field := range []struct{ name, text string }{
		{"Transaction.Id", s.Transaction.ID}, {"Transaction.ResponseCode", s.Transaction.ResponseCode},
		{"Transaction.AvsResultCode", s.Transaction.AvsResultCode}, {"Transaction.CvvResultCode", s.Transaction.CvvResultCode},
		{"Transaction.CavvResultCode", s.Transaction.CavvResultCode}, {"Transaction.ResponseCodeSource", s.Transaction.ResponseCodeSource},
	} {
		if field.text == "" {
			p.required(field.name)
		}
	}
	if s.IsDeclined == nil {
		p.required("IsDeclined")
	} else if !*s.IsDeclined {
		p.add("IsDeclined", "Only declined transactions are evaluated. Send approved ones to /transmit.")
	}
	if s.IdempotencyKey == "" {
		p.required("IdempotencyKey")
	}
	if !s.PaymentMethod.CardNumber.Given() {
		p.required("PaymentMethod.CardNumber")
	} else if !s.PaymentMethod.byToken() && s.PaymentMethod.ExpirationYear == "" {
		p.required("PaymentMethod.ExpirationYear")
	}
	return append(p, s.common(mid)...)
}

// common is what both evaluate and transmit want.
func (s sale) common(mid string) problems {
	var p problems
	if s.Transaction.Amount == nil {
		p.required("Transaction.Amount")
	} else if *s.Transaction.Amount < 1 {
		p.invalid("Transaction.Amount")
	}
	if s.Transaction.Currency == "" {
		p.required("Transaction.Currency")
	}
	if s.MID != "" && s.MID != mid {
		p.invalid("Mid")
	}
	for _, field := range []struct{ name, text string }{
		{"OrderId", s.OrderID}, {"IdempotencyKey", s.IdempotencyKey}, {"Transaction.Id", s.Transaction.ID},
		{"Transaction.ResponseCode", s.Transaction.ResponseCode}, {"Transaction.ResponseCodeSource", s.Transaction.ResponseCodeSource},
		{"Transaction.AvsResultCode", s.Transaction.AvsResultCode}, {"Transaction.CvvResultCode", s.Transaction.CvvResultCode},
		{"Transaction.CavvResultCode", s.Transaction.CavvResultCode}, {"SiteId", s.SiteID}, {"SiteUrl", s.SiteURL},
	} {
		if len(field.text) > longestText || !plain(field.text) {
			p.invalid(field.name)
		}
	}
	return p
}
