package flexcharge_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/paywicket/paywicket/internal/pan/pantest"
	"github.com/paywicket/paywicket/internal/processor"
	"github.com/paywicket/paywicket/internal/processor/flexcharge/flexchargetest"
)

// What the first processor said is told under its own name: who bears fraud is no result
// of checking the cardholder authentication value, which nobody tells us.
func TestTheDeclineIsTold(t *testing.T) {
	t.Parallel()
	type question struct {
		Transaction struct {
			ID, ResponseCode, AvsResultCode, CvvResultCode, CavvResultCode string
		}
		ThreeDSecure       *struct{ EcommerceIndicator string }
		BillingInformation map[string]string
	}
	var asked question
	peer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/v1/oauth2/token" {
			_, _ = w.Write([]byte(`{"accessToken":"a","expires":99999999999999}`))
			return
		}
		asked = question{}
		if err := json.NewDecoder(r.Body).Decode(&asked); err != nil {
			t.Error(err)
		}
		_, _ = w.Write([]byte(`{"orderSessionKey":"k","success":true,"status":"DECLINED"}`))
	}))
	defer peer.Close()
	g := connect(t, peer.URL)
	for _, eci := range []string{"05", ""} {
		ask := request()
		ask.Declined.AVS, ask.Declined.CVVResult, ask.Declined.ECI = "Y", "M", eci
		if o, err := g.Authorize(t.Context(), ask, pantest.Card(t, flexchargetest.Approved)); err != nil || o.State != processor.Declined {
			t.Fatalf("%+v, %v", o, err)
		}
		if want := map[string]string{"firstName": "Ada", "lastName": "Lovelace"}; !maps.Equal(asked.BillingInformation, want) {
			t.Errorf("of no address it was told %v", asked.BillingInformation)
		}
		told := asked.Transaction
		if told.ID != "before" || told.ResponseCode != "05" || told.AvsResultCode != "Y" || told.CvvResultCode != "M" || told.CavvResultCode != "NA" {
			t.Errorf("told %+v", told)
		}
		if shown := asked.ThreeDSecure; (shown != nil) != (eci != "") || shown != nil && shown.EcommerceIndicator != eci {
			t.Errorf("of ECI %q it was told %+v", eci, shown)
		}
	}
	ask := request()
	ask.Billing = processor.Address{Line1: "1 High Street", City: "Springfield", State: "IL", PostalCode: "62701", Country: "US"}
	if _, err := g.Authorize(t.Context(), ask, pantest.Card(t, flexchargetest.Approved)); err != nil {
		t.Fatal(err)
	}
	if want := map[string]string{
		"firstName": "Ada", "lastName": "Lovelace", "addressLine1": "1 High Street", "city": "Springfield", "state": "IL", "zipcode": "62701", "country": "US",
	}; !maps.Equal(asked.BillingInformation, want) {
		t.Errorf("of the address it was told %v", asked.BillingInformation)
	}
}
