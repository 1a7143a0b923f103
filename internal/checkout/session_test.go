package checkout_test

import (
	"strings"
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/checkout"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/payment"
)

func TestAnOrderIsChecked(t *testing.T) {
	t.Parallel()
	h := open(t)
	dollars := func(minor int64) money.Amount { return money.Amount{Minor: minor, Currency: "USD"} }
	many := map[string]string{}
	for i := range 21 {
		many[strings.Repeat("n", i+1)] = "v"
	}
	for name, c := range map[string]struct {
		order checkout.Order
		field string // that is complained of; empty when it is good
	}{
		"one cent":                 {checkout.Order{Amount: dollars(1)}, ""},
		"the most":                 {checkout.Order{Amount: dollars(money.Max)}, ""},
		"nothing, to check a card": {checkout.Order{Amount: dollars(0)}, ""},
		"less than nothing":        {checkout.Order{Amount: dollars(-1)}, "amount"},
		"more than the most":       {checkout.Order{Amount: dollars(money.Max + 1)}, "amount"},
		"no currency":              {checkout.Order{Amount: money.Amount{Minor: 1}}, "currency"},
		"an unknown currency":      {checkout.Order{Amount: money.Amount{Minor: 1, Currency: "XYZ"}}, "currency"},
		"lower case":               {checkout.Order{Amount: money.Amount{Minor: 1, Currency: "usd"}}, "currency"},
		"another's site":           {checkout.Order{Amount: dollars(1), Site: "site_x"}, "site"},
		"a long reference":         {checkout.Order{Amount: dollars(1), Reference: strings.Repeat("x", 201)}, "reference"},
		"a long description":       {checkout.Order{Amount: dollars(1), Description: strings.Repeat("x", 201)}, "description"},
		"a NUL in it":              {checkout.Order{Amount: dollars(1), Description: "a\x00b"}, "description"},
		"a reference of lines":     {checkout.Order{Amount: dollars(1), Reference: "a\nb"}, "reference"},
		"a NUL in metadata":        {checkout.Order{Amount: dollars(1), Metadata: map[string]string{"n": "a\x00b"}}, "metadata"},
		"much metadata":            {checkout.Order{Amount: dollars(1), Metadata: many}, "metadata"},
		"a nameless entry":         {checkout.Order{Amount: dollars(1), Metadata: map[string]string{"": "v"}}, "metadata"},
		"a long entry":             {checkout.Order{Amount: dollars(1), Metadata: map[string]string{"n": strings.Repeat("x", 501)}}, "metadata"},
		"a minute":                 {checkout.Order{Amount: dollars(1), Life: time.Minute}, ""},
		"less than a minute":       {checkout.Order{Amount: dollars(1), Life: time.Minute - 1}, "expires_in"},
		"more than a day":          {checkout.Order{Amount: dollars(1), Life: 24*time.Hour + 1}, "expires_in"},
		"a life before it began":   {checkout.Order{Amount: dollars(1), Life: -time.Hour}, "expires_in"},
	} {
		before := h.count(`SELECT count(*) FROM checkout_sessions`)
		_, err := h.Create(t.Context(), h.account.Merchant.ID, c.order, "key 1")
		if c.field == "" && err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if c.field == "" {
			continue
		}
		if err == nil || fault.Of(err).Code != fault.Invalid || fault.Of(err).Field != c.field {
			t.Errorf("%s: %v, want a complaint of %s", name, err, c.field)
		}
		if after := h.count(`SELECT count(*) FROM checkout_sessions`); after != before {
			t.Errorf("%s: a session was kept", name)
		}
	}
}

// What a session is good for, by its newest attempt and by time.
func TestWhatASessionIsGoodFor(t *testing.T) {
	t.Parallel()
	begin := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	in, late := begin.Add(time.Minute), begin.Add(time.Hour)
	at := func(state payment.State) *payment.Payment { return &payment.Payment{State: state} }
	for name, c := range map[string]struct {
		latest   *payment.Payment
		attempts int
		now      time.Time
		status   checkout.Status
		refusal  fault.Code // empty when another card may be tried
	}{
		"fresh":                        {nil, 0, in, checkout.Open, ""},
		"its last moment":              {nil, 0, begin.Add(15*time.Minute - 1), checkout.Open, ""},
		"expired":                      {nil, 0, begin.Add(15 * time.Minute), checkout.Expired, fault.Gone},
		"declined":                     {at(payment.Declined), 1, in, checkout.Open, ""},
		"declined, used up":            {at(payment.Declined), 3, in, checkout.Open, fault.TooMany},
		"declined, expired":            {at(payment.Declined), 1, late, checkout.Expired, fault.Gone},
		"failed":                       {at(payment.Failed), 0, in, checkout.Open, ""},
		"paid":                         {at(payment.Authorized), 1, in, checkout.Completed, fault.Conflict},
		"paid long ago":                {at(payment.Authorized), 1, late, checkout.Completed, fault.Conflict},
		"being asked":                  {at(payment.Inflight), 1, in, checkout.Open, fault.Conflict},
		"not known":                    {at(payment.Unknown), 1, late, checkout.Open, fault.Conflict},
		"at the issuer's, out of time": {at(payment.RequiresAction), 1, late, checkout.Open, fault.Conflict},
	} {
		v := checkout.View{Session: checkout.Session{ExpiresAt: begin.Add(15 * time.Minute)}, Latest: c.latest, Attempts: c.attempts}
		err := v.Admit(c.now)
		if v.Status(c.now) != c.status || (err == nil) != (c.refusal == "") || err != nil && fault.CodeOf(err) != c.refusal {
			t.Errorf("%s: %s, %v; want %s, %q", name, v.Status(c.now), err, c.status, c.refusal)
		}
	}
}
