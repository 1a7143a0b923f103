package flutterwave_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/card"
	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/pan"
	"github.com/paywicket/paywicket/internal/pan/pantest"
	"github.com/paywicket/paywicket/internal/processor"
	"github.com/paywicket/paywicket/internal/processor/flutterwave"
	"github.com/paywicket/paywicket/internal/processor/flutterwave/flutterwavetest"
	"github.com/paywicket/paywicket/internal/processor/processortest"
)

func connect(t testing.TB, url string) *flutterwave.Gateway {
	t.Helper()
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	g, err := flutterwave.New(flutterwavetest.Key, url, &http.Client{Transport: transport})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// What a payment relies on, against a peer in Flutterwave's shape that has a memory.
func TestGateway(t *testing.T) {
	t.Parallel()
	processortest.Run(t, func(t *testing.T) processortest.Fixture {
		peer := flutterwavetest.Start(t)
		const slow = "4751763236699647"
		peer.Slow[slow] = 700 * time.Millisecond
		declines := map[processor.DeclineCode]processortest.Case{}
		for number, words := range flutterwavetest.Declines {
			code := map[string]processor.DeclineCode{
				"Insufficient Funds": processor.InsufficientFunds, "Transaction Error: Suspected Fraud": processor.SuspectedFraud,
				"Do Not Honour": processor.DoNotHonor, "Invalid Transaction": processor.NotPermitted,
			}[words]
			declines[code] = processortest.Case{Number: number, CVV: "739"}
		}
		return processortest.Fixture{
			Gateway: connect(t, peer.URL), Amount: money.Amount{Minor: 490050, Currency: "NGN"}, Expiry: card.Expiry{Month: 9, Year: 2032},
			Approve: processortest.Case{Number: "4242424242424242", CVV: "739"}, Declines: declines,
			Challenge: &processortest.Case{Number: flutterwavetest.Challenged, CVV: "739"}, Confirm: processortest.AtTheBank("confirm"), Refuse: processortest.AtTheBank("refuse"),
			Slow: &processortest.Case{Number: slow, CVV: "739"}, Patience: 300 * time.Millisecond,
			Refusing: func(t testing.TB) processor.Gateway { return connect(t, "http://127.0.0.1:1") },
			Count:    func(_ testing.TB, reference string) int { return peer.Count(reference) },
		}
	})
}

func request() processor.Request {
	return processor.Request{Reference: "r", Amount: money.Amount{Minor: 100, Currency: "NGN"}, Payer: processor.Payer{Email: "ada@shop.example"}}
}

// What Flutterwave answers to a charge, and what that means. What is not clear is looked
// up, and what cannot be looked up is not known.
func TestAnswers(t *testing.T) {
	t.Parallel()
	const charge = `"data":{"id":1,"tx_ref":"r","amount":1,"currency":"NGN","status":`
	none := [2]any{400, `{"status":"error","message":"No transaction was found for this id","data":null}`}
	for name, c := range map[string]struct {
		status int
		body   string
		looked [2]any // status and body of the look-up
		want   processor.State
		code   processor.DeclineCode
	}{
		"approved":                   {200, `{"status":"success",` + charge + `"successful"}}`, none, processor.Approved, ""},
		"failed":                     {200, `{"status":"success",` + charge + `"failed","processor_response":"Expired Card"}}`, none, processor.Declined, processor.ExpiredCard},
		"pending":                    {200, `{"status":"success",` + charge + `"pending"}}`, none, processor.Unknown, ""},
		"a status of tomorrow":       {200, `{"status":"success",` + charge + `"simmering"}}`, none, processor.Unknown, ""},
		"a page inside the charge":   {200, `{"status":"success",` + charge + `"pending","meta":{"authorization":{"mode":"redirect","redirect":"https://bank.example"}}}}`, none, processor.Challenge, ""},
		"wants a PIN":                {200, `{"status":"success","meta":{"authorization":{"mode":"pin","fields":["pin"]}}}`, none, processor.Declined, processor.AuthenticationNeeded},
		"success of nothing":         {200, `{"status":"success","data":null}`, none, processor.Unknown, ""},
		"an empty object":            {200, `{}`, none, processor.Unknown, ""},
		"nothing":                    {200, ``, none, processor.Unknown, ""},
		"a page":                     {200, `<html>`, none, processor.Unknown, ""},
		"cut off":                    {200, `{"status":"success",` + charge, none, processor.Unknown, ""},
		"half a kobo":                {200, `{"status":"success","data":{"id":1,"tx_ref":"r","amount":1.005,"currency":"NGN","status":"successful"}}`, none, processor.Unknown, ""},
		"huge":                       {200, `{"status":"` + strings.Repeat("x", 2<<20), none, processor.Unknown, ""},
		"its own fault":              {500, `{"error_id":"1","message":"Application error. Please contact support","code":"app_error"}`, none, processor.Unknown, ""},
		"too many":                   {429, `{"status":"error"}`, none, processor.Unknown, ""},
		"a wrong key":                {401, `{"status":"error","message":"Authorization required"}`, none, processor.Declined, processor.ProcessingError},
		"a redirect":                 {302, ``, none, processor.Unknown, ""},
		"refused, and nothing there": {400, `{"status":"error","message":"Invalid card number","data":null}`, none, processor.Declined, processor.InvalidAccount},
		"refused, and approved":      {400, `{"status":"error","message":"timeout","data":null}`, [2]any{200, `{"status":"success",` + charge + `"successful"}}`}, processor.Approved, ""},
		"refused, and pending":       {400, `{"status":"error","message":"timeout","data":null}`, [2]any{200, `{"status":"success",` + charge + `"pending"}}`}, processor.Unknown, ""},
		"refused, and nobody knows":  {400, `{"status":"error","message":"timeout","data":null}`, [2]any{500, ``}, processor.Unknown, ""},
		"the number, quoted":         {500, `4242424242424242`, none, processor.Unknown, ""},
	} {
		peer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			status, body := c.status, c.body
			if r.Method == http.MethodGet {
				status, body = c.looked[0].(int), c.looked[1].(string)
			}
			w.WriteHeader(status)
			_, _ = w.Write([]byte(body))
		}))
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		o, err := connect(t, peer.URL).Authorize(ctx, request(), pantest.Card(t, "4242424242424242"))
		if err != nil || o.State != c.want || o.DeclineCode != c.code || strings.Contains(o.Detail, "4242") {
			t.Errorf("%s: %+v, %v", name, o, err)
		}
		cancel()
		peer.Close()
	}
}

// A card without a CVV that Flutterwave has never charged is not sent at all, and what
// cannot be a key is not taken for one.
func TestWhatIsNotSent(t *testing.T) {
	t.Parallel()
	peer := flutterwavetest.Start(t)
	stored := pantest.Card(t, "4242424242424242")
	stored.CVV = pan.CVV{}
	if o, err := connect(t, peer.URL).Authorize(t.Context(), request(), stored); err == nil || peer.Count("r") != 0 {
		t.Errorf("%+v, %v", o, err)
	}
	for _, bad := range [][2]string{{"FLWPUBK-1234567890123-X", flutterwave.API}, {"FLWSECK-short", flutterwave.API}, {"", flutterwave.API}, {flutterwavetest.Key, "nowhere"}} {
		if _, err := flutterwave.New(bad[0], bad[1], http.DefaultClient); err == nil {
			t.Errorf("%v was taken", bad)
		}
	}
}
