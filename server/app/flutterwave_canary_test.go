package app_test

import (
	"net/url"
	"sync/atomic"
)

// flutterwaveDoors are the ways in through Flutterwave's calls: where a number belongs, and
// in every field where none does.
func (v *visitor) flutterwaveDoors() []func(number string) {
	const nobody = "flw-t1nf-00000000000040008000000000000000-m03k"
	sealed := func(o object) string {
		return object{"client": encrypt(v.t, v.secret(), o.String())}.String()
	}
	misplaced := []string{
		"token", "email", "currency", "country", "amount", "tx_ref", "first_name", "last_name", "full_name", "narration", "ip", "device_fingerprint", "payment_plan",
		"redirect_url", "meta.a", "subaccounts", "preauthorize", "unknown",
	}
	var turn, typedTurn atomic.Int64
	wrongly := func(o object, turn *atomic.Int64, n string) object {
		field := misplaced[int(turn.Add(1))%len(misplaced)]
		if field == "subaccounts" {
			return o.with(field, []any{object{"id": n, "transaction_charge_type": n, "transaction_charge": n}})
		}
		return o.with(field, n)
	}
	token := v.api("POST", "/v1/tokens", cardBody("4111111111111111")).text("id")
	return []func(string){
		func(n string) { v.ask("POST", "/v3/charges?type=card", sealed(typed(n, "739"))) },
		func(n string) {
			v.ask("POST", "/v3/charges?type=card", sealed(typed(n, "739").with("expiry_year", "19")))
		},
		func(n string) {
			v.ask("POST", "/v3/charges?type=card", sealed(wrongly(typed(n, "739").with("meta", object{}), &typedTurn, n)))
		},
		func(n string) { v.ask("POST", "/v3/charges?type=card", typed(n, "739").String()) },
		func(n string) { v.ask("POST", "/v3/charges?type=card", object{"client": n}.String()) },
		func(n string) { v.ask("POST", "/v3/charges?type="+n, `{}`) },
		func(n string) { v.ask("POST", "/v3/validate-charge", object{"otp": n, "flw_ref": "FLW" + n}.String()) },
		func(n string) {
			v.ask("POST", "/v3/tokenized-charges", wrongly(tokenized(token).with("meta", object{}), &turn, n).String())
		},
		func(n string) { v.ask("POST", "/v3/tokenized-charges", object{n: n, "token": nobody}.String()) },
		func(n string) { v.ask("POST", "/v3/tokenized-charges", tokenized(n).String()[:60]) },
		func(n string) {
			v.ask("POST", "/v3/bulk-tokenized-charges", batchOf(standard, wrongly(tokenized(nobody).with("meta", object{}), &turn, n)))
		},
		func(n string) {
			v.ask("POST", "/v3/bulk-tokenized-charges", object{"title": n, "bulk_data": []any{tokenized(n)}}.String())
		},
		func(n string) {
			v.ask("PUT", "/v3/tokens/"+n, object{"email": n, "full_name": n, "phone_number": n}.String())
		},
		func(n string) {
			v.ask("GET", "/v3/transactions?tx_ref="+n+"&customer_email="+n+"&from="+n+"&page="+n, "")
		},
		func(n string) { v.ask("GET", "/v3/transactions/verify_by_reference?tx_ref="+url.QueryEscape(n), "") },
		func(n string) { v.ask("POST", "/v3/transactions/"+n+"/refund", object{"amount": n}.String()) },
		func(n string) { v.ask("POST", "/v3/transactions/"+n+"/resend-hook", "") },
		func(n string) { v.ask("POST", "/v3/charges/"+n+"/capture", object{"amount": n}.String()) },
	}
}
