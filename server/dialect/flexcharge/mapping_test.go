package flexcharge

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/merchant"
	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/processor"
	"github.com/paywicket/paywicket/internal/rescue"
	"github.com/paywicket/paywicket/internal/vault"
	"github.com/paywicket/paywicket/server/wire"
)

var now = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// mapped gives the sale of a body to the domain, for an account of an environment.
func mapped(t *testing.T, body string, environment merchant.Environment) rescue.Sale {
	t.Helper()
	var in sale
	if err := wire.DecodeLoosely([]byte(body), &in); err != nil {
		t.Fatalf("%s: %v", body, err)
	}
	caller := call{Call: wire.Call{Caller: merchant.Credential{Merchant: "mer_1", Environment: environment}}}
	out, err := in.rescued(caller, now)
	if err != nil {
		t.Fatalf("%s: %v", body, err)
	}
	return out
}

// Every field of a sale that is read is where the domain looks for it.
func TestMapping(t *testing.T) {
	t.Parallel()
	key, offset := id.New(id.SenseKey), -330
	got := mapped(t, `{"isDeclined":true,"orderId":"o","siteId":"s","siteUrl":"https://shop.example/x","senseKey":"`+key+`","orderSource":"Call Center","transactionType":"authorization","isMIT":true,
		"isRecurring":false,"expiryDateUtc":"2026-11-30T00:00:00Z","subscription":{"subscriptionId":"sub"},
		"transaction":{"id":"t","timestampUtc":"2026-11-20T10:00:00Z","timezoneUtcOffset":"-05:30","amount":1500,"currency":"eur","responseCode":"51","responseCodeSource":"nmi","responseDescription":"No\tfunds",
			"avsResultCode":"Y","cvvResultCode":"M","cavvResultCode":"2","processorName":"Acme","dynamicDescriptor":"SHOES"},
		"payer":{"email":"joe@shop.example","phone":"+4915112345678"},
		"billingInformation":{"firstName":"Joe","lastName":"Jones","country":"Germany","countryCode":"de","addressLine1":"1 Main St","city":"Bonn","state":"NW","zipcode":53111},
		"paymentMethod":{"holderName":"J. Jones","cardType":"CREDIT","cardBrand":"VISA","cardCountry":"fr","expirationMonth":"03","expirationYear":2030,"cardBinNumber":"41111111","cardLast4Digits":1111,"verificationValue":739},
		"threeDSecure":{"EcommerceIndicator":5}}`, merchant.Live)
	want := rescue.Sale{
		Merchant: "mer_1", Site: "s", Origin: "https://shop.example/x", Kind: rescue.MIT, Source: rescue.CallCenter, Reference: "o", Amount: money.Amount{Minor: 1500, Currency: "EUR"},
		Recurring: true, Until: time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC), Declined: true, Transaction: "t",
		Answer: rescue.Answer{Code: "51", Source: "nmi", Description: "No funds", Processor: "Acme", AVS: "Y", CVV: "M", CAVV: "2", ECI: "05"},
		Card:   rescue.CardFacts{BIN: "411111", Last4: "1111", Type: "credit", Country: "FR", ExpMonth: 3, ExpYear: 2030},
		CVV:    true, Phone: true, Descriptor: "SHOES", Customer: vault.Customer{Name: "Joe Jones", Email: "joe@shop.example", Phone: "+4915112345678"},
		Billing:  processor.Address{Line1: "1 Main St", City: "Bonn", State: "NW", PostalCode: "53111", Country: "DE"},
		SenseKey: key, Offset: &offset, At: time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC),
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v\nwant %+v", got, want)
	}
	least := mapped(t, `{"isRecurring":true,"senseKey":"theirs","transaction":{"amount":1,"currency":"USD","timestamp":"2026-11-20","timezoneUtcOffset":""},"payer":{"email":"NA","phone":"998888"},
		"billingInformation":{"firstName":"NA","country":"US"},"paymentMethod":{"holderName":"Ada","cardBinNumber":"411111******1111","cardLast4Digits":"11"}}`, merchant.Live)
	if least.Recurring || least.SenseKey != "" || !least.Capture || least.Cue != rescue.NoCue || least.Customer != (vault.Customer{Name: "Ada", Phone: "998888"}) || least.Billing != (processor.Address{Country: "US"}) ||
		least.Card != (rescue.CardFacts{}) || least.Offset != nil || !least.At.Equal(time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("%+v", least)
	}
}

// The sandbox's telephone numbers are cues in test accounts only, and telephone numbers
// nowhere there.
func TestCues(t *testing.T) {
	t.Parallel()
	for phone, want := range map[string]rescue.Cue{"+99.2001a": rescue.ToChallenge, "+99.2001B": rescue.ToChallenge, "998888": rescue.ToPass, "+1 555 123 4567": rescue.NoCue} {
		body := `{"transaction":{"amount":1,"currency":"USD"},"payer":{"phone":"` + phone + `"}}`
		got := mapped(t, body, merchant.Test)
		if got.Cue != want || !got.Phone || (got.Customer.Phone == "") != (want != rescue.NoCue) {
			t.Errorf("%s: %+v", phone, got)
		}
		if live := mapped(t, body, merchant.Live); live.Cue != rescue.NoCue || live.Phone != !strings.Contains(strings.ToLower(phone), "+99.2001") {
			t.Errorf("%s for real money: %+v", phone, live)
		}
	}
}

func TestOffset(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{"0": 0, "-5": -300, "14": 840, "-12": -720, "5.5": 330, "+02:00": 120, "-03:30": -210, "-300": -300, "330": 330, "840": 840} {
		if got := offset(text); got == nil || *got != want {
			t.Errorf("%q: %v, want %d", text, got, want)
		}
	}
	for _, text := range []string{"", "x", "NaN", "Inf", "-13", "841", "-721", "1e9", "5:60", "15:00", "::", "99999999999999999999"} {
		if got := offset(text); got != nil {
			t.Errorf("%q is %d", text, *got)
		}
	}
}

// Every code of the house has its status, and every status of an order its words.
func TestNothingIsWithoutWords(t *testing.T) {
	t.Parallel()
	for _, code := range fault.All {
		if wire.Status(code) < 400 {
			t.Errorf("%s has no status", code)
		}
		if status, body := refusal(fault.New(code, "m"), nil); status != wire.Status(code) || body == nil {
			t.Errorf("%s: %d %v", code, status, body)
		}
	}
	for _, status := range []rescue.Status{
		rescue.StatusApproved, rescue.StatusCaptureRequired, rescue.StatusDeclined, rescue.StatusChallenge, rescue.StatusSubmitted, rescue.StatusProcessing,
		rescue.StatusExpired, rescue.StatusCancelled, rescue.StatusReturned, rescue.StatusProblem,
	} {
		if statusWords[status] == "" || outcomeWord(status) == "" || standings[status].name == "" {
			t.Errorf("%s has no words", status)
		}
	}
	for field, want := range map[string]string{"transaction.avsResultCode": "Transaction.AvsResultCode", "payment_method.credit_card.first_name": "PaymentMethod.CreditCard.FirstName", "orderId": "OrderId", "site": "SiteId"} {
		if got := spell(field, saleFields); got != want {
			t.Errorf("%s is %s, want %s", field, got, want)
		}
	}
}
