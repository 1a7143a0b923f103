package flexcharge

import (
	"strings"
	"time"

	"github.com/paywicket/paywicket/internal/processor"
)

// none is what stands in a required field whose value is not known.
const none = "NA"

// told is what FlexCharge is told of an order, be it to evaluate it or as a copy of what
// became of it: all but the card.
func (g *Gateway) told(t processor.Transmission, name string) map[string]any {
	kind, status := "Authorization", "Declined"
	if t.Capture {
		kind = "Purchase"
	}
	code, source := t.NetworkCode, "iso8583"
	if code == "" {
		code, source = string(t.DeclineCode), "paywicket"
	}
	if t.Approved {
		status = "Approved"
		if code == "" {
			code = "approved"
		}
	}
	transaction := map[string]any{
		"id": orNone(t.ProcessorID), "timestampUtc": t.At.UTC().Format(time.RFC3339), "timezoneUtcOffset": 0,
		"amount": t.Amount.Minor, "currency": t.Amount.Currency, "transactionType": kind, "cardNotPresent": true,
		"responseCode": orNone(code), "responseCodeSource": source, "responseDescription": string(t.DeclineCode), "responseStatus": status,
		"avsResultCode": orNone(t.AVS), "cvvResultCode": orNone(t.CVVResult), "cavvResultCode": none,
		"dynamicDescriptor": t.Descriptor,
	}
	if t.ProcessorName != "" {
		transaction["processorName"] = t.ProcessorName
	}
	order := map[string]any{
		"isDeclined": !t.Approved, "idempotencyKey": t.Reference, "orderId": t.Reference, "mid": g.account.MID,
		"orderSource": "website", "transactionType": kind, "isMIT": t.Initiator == processor.Merchant, "isRecurring": t.Recurring,
		"transaction": transaction, "payer": payer(t.Payer), "billingInformation": billing(name, t.Billing),
	}
	if t.ECI != "" {
		order["threeDSecure"] = map[string]any{"EcommerceIndicator": t.ECI}
	}
	if g.account.SiteID != "" {
		order["siteId"] = g.account.SiteID
	}
	return order
}

func payer(p processor.Payer) map[string]any {
	told := map[string]any{"email": orNone(p.Email)}
	if p.Phone != "" {
		told["phone"] = p.Phone
	}
	return told
}

// billing is who holds the card and where they live. What is not known is left out.
func billing(name string, a processor.Address) map[string]any {
	first, last := holder(name)
	told := map[string]any{"firstName": first, "lastName": last}
	for field, text := range map[string]string{
		"addressLine1": a.Line1, "city": a.City, "state": a.State, "zipcode": a.PostalCode, "country": a.Country,
	} {
		if text != "" {
			told[field] = text
		}
	}
	return told
}

func orNone(text string) string {
	if text == "" {
		return none
	}
	return text
}

// holder divides a name at its last space.
func holder(name string) (first, last string) {
	name = strings.TrimSpace(name)
	if i := strings.LastIndexByte(name, ' '); i > 0 {
		return name[:i], name[i+1:]
	}
	return orNone(name), orNone(name)
}
