package app_test

import "net/url"

// flutterwaveDoors are the ways in through Flutterwave's calls: where a number belongs, and in
// every field where none does.
func (v *visitor) flutterwaveDoors() []func(number string) {
	first := func(change func(n string) object) func(string) {
		return func(n string) {
			v.ask("POST", "/v3/charges?type=card", object{"client": encrypt(v.t, v.secret(), change(n).String())}.String())
		}
	}
	doors := []func(string){
		first(func(n string) object { return typed(n, "123") }),
		first(func(n string) object { return typed(n, "1234") }),
		first(func(n string) object { return typed(n, n) }),
		first(func(n string) object {
			return typed(n, "123").with("authorization", object{"mode": "pin", "pin": n})
		}),
		func(n string) { v.ask("POST", "/v3/charges?type=card", object{"client": n}.String()) },
		func(n string) { v.ask("POST", "/v3/charges?type=card", typed(n, "123").String()) },
		func(n string) {
			v.ask("POST", "/v3/charges?type=card", object{"client": encrypt(v.t, v.secret(), `{"card_number":"`+n)}.String())
		},
		func(n string) { v.ask("POST", "/v3/validate-charge", object{"otp": n, "flw_ref": n}.String()) },
		func(n string) { v.ask("GET", "/v3/transactions?tx_ref="+url.QueryEscape(n)+"&customer_email="+n, "") },
		func(n string) { v.ask("POST", "/v3/transactions/"+n+"/resend-hook", "") },
		func(n string) {
			v.ask("PUT", "/v3/tokens/"+n, object{"email": n, "full_name": n, "phone_number": n}.String())
		},
		func(n string) { v.ask("POST", "/v3/tokenized-charges", tokenized(n).String()) },
	}
	for _, field := range []string{
		"expiry_month", "expiry_year", "currency", "amount", "email", "fullname", "tx_ref", "narration", "payment_plan", "client_ip", "device_fingerprint", "redirect_url",
		"phone_number", "meta.order", "authorization.zipcode", "authorization.address", "unknown",
	} {
		doors = append(doors, first(func(n string) object {
			return typed("4111111111111111", "123").with("authorization", object{}, field, n)
		}))
	}
	return doors
}
