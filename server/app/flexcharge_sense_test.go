package app_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/paywicket/paywicket/internal/rescue"
)

// The sense key of a shop's pages, by whichever call it comes, says how the visit looked and
// on which device it was.
func TestFlexChargeKnowsTheVisit(t *testing.T) {
	t.Parallel()
	h := open(t)
	c := speaksFlexCharge(h)
	page := h.call("POST", "/sense/open", `{"merchant":"`+h.account.Merchant.ID+`","site":"`+h.account.Site.ID+`","sense_key":""}`, "Origin", "https://shop.example")
	key := page.text("sense_key")
	if a := h.see(key, page.text("nonce"), signals(5)); a.Status != http.StatusNoContent {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	withKey := strings.Replace(cardJSON("4111111111111111", withCVV), `"payment_method":{`, `"payment_method":{"sense_key":"`+key+`",`, 1)
	came := c.ask("POST", "/v1/tokenize", withKey).text("transaction.payment_method.token")
	for name, s := range map[string]struct {
		sale  object
		known bool
	}{
		"with evaluate":   {sale(c.token("4111111111111111", withCVV)).with("senseKey", key), true},
		"with the card":   {sale(came), true},
		"with neither":    {sale(c.token("4111111111111111", withCVV)), false},
		"a key of nobody": {sale(c.token("4111111111111111", withCVV)).with("senseKey", "sns_00000000000000000000000000"), false},
	} {
		if a := c.evaluate(s.sale); a.text("status") != "APPROVED" {
			t.Errorf("%s: %s", name, a.Body)
		}
		all := h.decided()
		if d := all[len(all)-1]; (d.Facts.Score >= 0) != s.known {
			t.Errorf("%s: the visit's score is %d", name, d.Facts.Score)
		}
	}
	// What was approved elsewhere is learned of the device.
	visit, err := h.app.Rescues().Sense.Visit(t.Context(), h.account.Merchant.ID, key)
	if err != nil || visit.Device == "" {
		t.Fatalf("%+v %v", visit, err)
	}
	before := h.known("device:" + visit.Device).Approved
	if a := c.ask("POST", "/v1/transmit", sale(c.token("4111111111111111")).with("isDeclined", false, "senseKey", key).String()); a.text("transmitId") == "" {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	h.eventually(func() bool { return h.known("device:"+visit.Device).Approved == before+1 })
}

// known is what is known of somebody at the house's merchant.
func (h *house) known(subject string) rescue.History {
	h.t.Helper()
	known, err := h.app.Rescues().Store.History(h.t.Context(), h.account.Merchant.ID, []string{subject})
	if err != nil {
		h.t.Fatal(err)
	}
	return known[subject]
}
