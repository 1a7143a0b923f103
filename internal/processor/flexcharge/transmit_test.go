package flexcharge_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/card"
	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/pan/pantest"
	"github.com/paywicket/paywicket/internal/processor"
	"github.com/paywicket/paywicket/internal/processor/flexcharge"
	"github.com/paywicket/paywicket/internal/processor/flexcharge/flexchargetest"
)

// sold is an approved payment, with everything that can be told of one.
func sold() processor.Transmission {
	return processor.Transmission{
		Reference: "pay_1", Amount: money.Amount{Minor: 4900, Currency: "USD"}, At: time.Date(2026, 11, 21, 9, 30, 0, 0, time.FixedZone("", 3600)),
		Approved: true, Capture: true, ProcessorName: "stripe", ProcessorID: "pi_1", NetworkCode: "00", AVS: "Y", CVVResult: "M", ECI: "05",
		Descriptor: "KESTREL KETTLES", Initiator: processor.Merchant, Recurring: true, SenseKey: "sense_1",
		Payer:   processor.Payer{Name: "Ada Lovelace", Email: "ada@shop.example", Phone: "+44 20 7946 0958"},
		Billing: processor.Address{Line1: "1 High Street", City: "Springfield", State: "IL", PostalCode: "62701", Country: "US"},
		Card:    card.Summary{Brand: card.Visa, BIN: "400000", Last4: "3184", ExpMonth: 12, ExpYear: 2030},
	}
}

// A copy says all that is known, under FlexCharge's own names.
func TestACopyIsTransmitted(t *testing.T) {
	t.Parallel()
	peer := flexchargetest.Start(t)
	g := connect(t, peer.URL)
	token, err := g.Store(t.Context(), pantest.Card(t, flexchargetest.Approved))
	if err != nil {
		t.Fatal(err)
	}
	whole := sold()
	whole.StoredAs = token
	// What a payment without anything but an answer has to tell.
	bare := processor.Transmission{
		Reference: "pay_2", Amount: money.Amount{Minor: 100, Currency: "USD"}, At: whole.At, DeclineCode: processor.DoNotHonor,
		Card: card.Summary{Brand: card.Visa, BIN: "400000", Last4: "3184"},
	}
	quiet := bare
	quiet.Reference, quiet.Approved, quiet.DeclineCode = "pay_3", true, ""
	for _, copied := range []processor.Transmission{whole, bare, quiet} {
		if name, err := g.Transmit(t.Context(), copied); err != nil || len(name) != 36 {
			t.Fatalf("%s: %q, %v", copied.Reference, name, err)
		}
	}
	got := peer.Copies()
	if len(got) != 3 || got[0].Declined || !got[0].ByToken || !got[1].Declined || got[1].ByToken {
		t.Fatalf("the peer has %+v", got)
	}
	for i, want := range []string{
		`{"isDeclined":false,"idempotencyKey":"pay_1","orderId":"pay_1","mid":"mid-1","siteId":"site-1","senseKey":"sense_1","orderSource":"website",
		"transactionType":"Purchase","isMIT":true,"isRecurring":true,
		"transaction":{"id":"pi_1","timestampUtc":"2026-11-21T08:30:00Z","timezoneUtcOffset":0,"amount":4900,"currency":"USD","transactionType":"Purchase",
			"cardNotPresent":true,"responseCode":"00","responseCodeSource":"iso8583","responseDescription":"","responseStatus":"Approved",
			"avsResultCode":"Y","cvvResultCode":"M","cavvResultCode":"NA","dynamicDescriptor":"KESTREL KETTLES","processorName":"stripe"},
		"payer":{"email":"ada@shop.example","phone":"+44 20 7946 0958"},
		"billingInformation":{"firstName":"Ada","lastName":"Lovelace","addressLine1":"1 High Street","city":"Springfield","state":"IL","zipcode":"62701","country":"US"},
		"paymentMethod":{"Token":true,"cardNumber":"` + token + `","holderName":"Ada Lovelace","cardBrand":"VISA","cardBinNumber":"400000","cardLast4Digits":"3184",
			"expirationMonth":12,"expirationYear":2030},
		"threeDSecure":{"EcommerceIndicator":"05"}}`,
		`{"isDeclined":true,"idempotencyKey":"pay_2","orderId":"pay_2","mid":"mid-1","siteId":"site-1","orderSource":"website",
		"transactionType":"Authorization","isMIT":false,"isRecurring":false,
		"transaction":{"id":"NA","timestampUtc":"2026-11-21T08:30:00Z","timezoneUtcOffset":0,"amount":100,"currency":"USD","transactionType":"Authorization",
			"cardNotPresent":true,"responseCode":"do_not_honor","responseCodeSource":"paywicket","responseDescription":"do_not_honor","responseStatus":"Declined",
			"avsResultCode":"NA","cvvResultCode":"NA","cavvResultCode":"NA","dynamicDescriptor":""},
		"payer":{"email":"NA"},"billingInformation":{"firstName":"NA","lastName":"NA"},
		"paymentMethod":{"Token":false,"holderName":"","cardBrand":"VISA","cardBinNumber":"400000","cardLast4Digits":"3184"}}`,
	} {
		if told := got[i].Bodies[0]; canonical(t, told) != canonical(t, want) {
			t.Errorf("told\n%s, want\n%s", canonical(t, told), canonical(t, want))
		}
	}
	if told := got[2].Bodies[0]; !strings.Contains(told, `"responseCode":"approved","responseCodeSource":"paywicket"`) || got[2].Declined {
		t.Errorf("an approval without a code: %s", told)
	}
}

// canonical is a JSON text with its members in order.
func canonical(t *testing.T, text string) string {
	t.Helper()
	var in any
	if err := json.Unmarshal([]byte(text), &in); err != nil {
		t.Fatal(err)
	}
	out, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// losing is a transport that loses the first answer to a transmission.
type losing struct {
	http.RoundTripper
	lost int
}

func (l *losing) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := l.RoundTripper.RoundTrip(r)
	if err == nil && r.URL.Path == "/v1/transmit" && l.lost == 0 {
		l.lost++
		return nil, errors.Join(io.ErrUnexpectedEOF, response.Body.Close())
	}
	return response, err
}

// A copy whose answer was lost is sent again and kept once, and a token that ended meanwhile
// does not matter.
func TestACopyIsKeptOnce(t *testing.T) {
	t.Parallel()
	peer := flexchargetest.Start(t)
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	g, err := flexcharge.New(account, peer.URL, &http.Client{Transport: &losing{RoundTripper: transport}}, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if name, err := g.Transmit(t.Context(), sold()); err == nil || errors.Is(err, processor.ErrNotTaken) {
		t.Fatalf("the answer was lost, and it says %q, %v", name, err)
	}
	first, err := g.Transmit(t.Context(), sold())
	if err != nil {
		t.Fatal(err)
	}
	peer.Expire()
	if again, err := g.Transmit(t.Context(), sold()); err != nil || again != first {
		t.Errorf("again: %q, %v; it was %q", again, err, first)
	}
	if got := peer.Copies(); len(got) != 1 || len(got[0].Bodies) != 3 {
		t.Errorf("the peer has %d copies: %+v", len(got), got)
	}
}

// No number and no CVV leaves with a copy, not even when a number stands where a token
// should.
func TestNoCardIsTransmitted(t *testing.T) {
	t.Parallel()
	peer := flexchargetest.Start(t)
	g := connect(t, peer.URL)
	typed := pantest.Card(t, flexchargetest.Approved)
	token, err := g.Store(t.Context(), typed)
	if err != nil {
		t.Fatal(err)
	}
	if o, err := g.Authorize(t.Context(), request(), typed); err != nil || o.State != processor.Approved {
		t.Fatalf("%+v, %v", o, err)
	}
	grouped := flexchargetest.Approved[:4] + "-" + flexchargetest.Approved[4:8] + "_" + flexchargetest.Approved[8:]
	for i, storedAs := range []string{"", token, flexchargetest.Approved, grouped, `"quoted"`, "cus_1:pm_1"} {
		copied := sold()
		copied.Reference, copied.StoredAs, copied.Card = string(rune('a'+i)), storedAs, typed.Summary()
		if _, err := g.Transmit(t.Context(), copied); err != nil {
			t.Fatalf("%q: %v", storedAs, err)
		}
	}
	all := peer.Copies()
	if len(all) != 6 {
		t.Fatalf("the peer has %d copies", len(all))
	}
	for _, copied := range all {
		body := copied.Bodies[0]
		bare := strings.NewReplacer(" ", "", "-", "", "_", "").Replace(body)
		if strings.Contains(bare, flexchargetest.Approved[:12]) || strings.Contains(bare, flexchargetest.Approved[4:]) ||
			regexp.MustCompile(`(?i)verification|"cvv"|cvc|[^0-9]739[^0-9]`).MatchString(body) {
			t.Errorf("a card was transmitted: %s", body)
		}
		if copied.ByToken != (copied.Reference == "b") {
			t.Errorf("%s names a card of the vault: %t", copied.Reference, copied.ByToken)
		}
	}
}

// What FlexCharge answers to a copy, and what is to be done then.
func TestAnswersToACopy(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status    int
		body      string
		id        string
		good, end bool // taken; refused for good
	}{
		"taken":           {200, `{"transmitId":"t-1","success":true}`, "t-1", true, false},
		"queued":          {202, `{"transmitId":"t-1"}`, "t-1", true, false},
		"without a name":  {200, `{"success":true}`, "", true, false},
		"nothing":         {200, ``, "", true, false},
		"not taken":       {200, `{"success":false,"transmitId":"t-1"}`, "", false, true},
		"a missing field": {400, `{"TraceId":["00-1"],"OrderId":["Merchant's orderId is required"]}`, "", false, true},
		"not our account": {403, ``, "", false, true},
		"a bad token":     {401, ``, "", false, false},
		"too many":        {429, ``, "", false, false},
		"its own fault":   {500, `{}`, "", false, false},
		"a redirect":      {302, ``, "", false, false},
		"a page":          {200, `<html>`, "", false, false},
	} {
		peer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/v1/oauth2/token" {
				_, _ = w.Write([]byte(`{"accessToken":"a","expires":99999999999999}`))
				return
			}
			w.WriteHeader(c.status)
			_, _ = w.Write([]byte(c.body))
		}))
		got, err := connect(t, peer.URL).Transmit(t.Context(), sold())
		if got != c.id || (err == nil) != c.good || errors.Is(err, processor.ErrNotTaken) != c.end {
			t.Errorf("%s: %q, %v", name, got, err)
		}
		peer.Close()
	}
	if name, err := connect(t, "http://127.0.0.1:1").Transmit(t.Context(), sold()); err == nil || errors.Is(err, processor.ErrNotTaken) {
		t.Errorf("nobody listened, and it says %q, %v", name, err)
	}
}
