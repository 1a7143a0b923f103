package rescue_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/paywicket/paywicket/internal/rescue"
)

// What the sources' own documents say of their codes.
func TestCodes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		source, code, description string
		reason                    rescue.Reason
		network                   string
	}{
		{"ISO 8583", "05", "", rescue.DoNotHonor, "05"},
		{"iso8583", "5", "", rescue.DoNotHonor, "05"},
		{"Visa", "r1", "", rescue.RevokedAgreement, "R1"},
		{"Visa", "N7", "", rescue.IncorrectCVV, "N7"},
		{"visa", "82", "", rescue.IncorrectCVV, "82"},
		{"Mastercard", "82", "", rescue.RestrictedCard, "82"},
		{"Mastercard", "51", "", rescue.InsufficientFunds, "51"},
		{"Mastercard", "65", "", rescue.Velocity, "65"},
		{"Mastercard", "65", "Additional customer authentication required", rescue.AuthenticationRequired, "65"},
		{"mastercard", "79", "", rescue.AccountUpdated, "79"},
		{"Mastercard MAC", "03", "", rescue.DoNotRetry, ""},
		{"mastercard_mac", "MAC 21", "", rescue.RevokedAgreement, ""},
		{"American Express", "116", "", rescue.InsufficientFunds, ""},
		{"amex", "187", "", rescue.AccountUpdated, ""},
		{"Nexi", "123", "", rescue.Velocity, ""},
		{"stripe", "insufficient_funds", "", rescue.InsufficientFunds, ""},
		{"Stripe", "PICKUP_CARD", "", rescue.PickUpCard, ""},
		{"stripe", "revocation_of_all_authorizations", "", rescue.RevokedAgreement, ""},
		{"stripe", "card_declined", "Your card has insufficient funds.", rescue.InsufficientFunds, ""},
		{"stripe", "54", "", rescue.ExpiredCard, "54"}, // its network_decline_code
		{"Adyen", "12", "", rescue.InsufficientFunds, ""},
		{"Adyen", "Not enough balance", "", rescue.InsufficientFunds, ""},
		{"adyen", "2", "DECLINED Expired Card", rescue.ExpiredCard, ""},
		{"NMI", "202", "", rescue.InsufficientFunds, ""},
		{"nmi", "200", "DECLINE", rescue.Generic, ""},
		{"nmi", "200", "Pick up card - SF", rescue.PickUpCard, ""},
		{"nmi", "261", "", rescue.RevokedAgreement, ""},
		{"Authorize.Net", "27", "", rescue.IncorrectAddress, ""},
		{"authorizenet", "4", "This transaction has been declined.", rescue.PickUpCard, ""},
		{"Authorize.Net", "8", "", rescue.ExpiredCard, ""},
		{"Braintree", "2001", "", rescue.InsufficientFunds, ""},
		{"braintree", "2043", "", rescue.DoNotRetry, ""},
		{"braintree", "3000", "", rescue.IssuerUnavailable, ""},
		{"checkout.com", "20051", "", rescue.InsufficientFunds, "51"},
		{"CKO", "200R3", "", rescue.RevokedAgreement, "R3"},
		{"checkout.com", "40101", "", rescue.SuspectedFraud, ""},
		{"checkout.com", "20154", "", rescue.AuthenticationRequired, ""},
		{"Square", "CVV_FAILURE", "", rescue.IncorrectCVV, ""},
		{"mollie", "possible_fraud", "", rescue.SuspectedFraud, ""},
		{"WorldPay", "5", "REFUSED", rescue.DoNotHonor, "05"},
		{"worldpay", "33", "CARD EXPIRED", rescue.ExpiredCard, "33"},
		{"Vantiv", "110", "", rescue.InsufficientFunds, ""},
		{"vantiv", "328", "", rescue.RevokedAgreement, ""},
		{"CyberSource", "204", "", rescue.InsufficientFunds, ""},
		{"cybersource", "EXPIRED_CARD", "", rescue.ExpiredCard, ""},
		{"PayPal", "5120", "", rescue.InsufficientFunds, ""},
		{"paypal", "0500", "", rescue.DoNotHonor, ""},
		{"paypal", "PPRN", "", rescue.DoNotRetry, ""},
		{"PayPal Payflow", "114", "", rescue.IncorrectCVV, ""},
		{"Fiserv/First Data", "522", "", rescue.ExpiredCard, ""},
		{"First Data", "000", "", rescue.IssuerUnavailable, ""},
		{"TSYS", "51", "DECLINE", rescue.InsufficientFunds, "51"},
		{"tsys", "EB", "CHECK DIGIT ERR", rescue.InvalidAccount, ""},
		{"Nuvei", "-1", "Insufficient Funds", rescue.InsufficientFunds, ""},
		{"nuvei", "-1", "Decline", rescue.Generic, ""},
		{"Mercado Pago", "cc_rejected_high_risk", "", rescue.SuspectedFraud, ""},
		{"Redsys", "0909", "", rescue.ProcessingError, ""},
		{"braintree", "2107", "Card Not Activated", rescue.NotActivated, ""},
		{"redsys", "0116", "", rescue.InsufficientFunds, ""},
		{"Flutterwave", "Do Not Honour", "", rescue.DoNotHonor, ""},
		{"a bank of its own", "91", "", rescue.IssuerUnavailable, "91"},
		{"", "XX99", "Issuer or switch is inoperative", rescue.IssuerUnavailable, ""},
	} {
		v := rescue.Classify(c.source, c.code, c.description)
		if v.Reason != c.reason || v.Class != c.reason.Class() || v.Network != c.network || !v.Known {
			t.Errorf("%s %s %q: %+v, want %s %q", c.source, c.code, c.description, v, c.reason, c.network)
		}
	}
}

// What the schemes forbid: Visa's category 1, and Mastercard's advice.
func TestForbiddenByTheSchemes(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"04", "07", "12", "14", "15", "41", "43", "46", "57", "R0", "R1", "R3"} {
		for _, source := range []string{"visa", "mastercard", "iso8583", "unheard of"} {
			if v := rescue.Classify(source, code, ""); v.Class != rescue.Hard || v.Network != code {
				t.Errorf("%s %s: %+v", source, code, v)
			}
		}
	}
	for _, code := range []string{"05", "51", "61", "62", "65", "91", "96"} {
		if v := rescue.Classify("visa", code, ""); v.Class != rescue.Soft {
			t.Errorf("%s: %+v", code, v)
		}
	}
	// The advice stands, whatever the code says.
	for description, class := range map[string]rescue.Class{
		"Do not honor (MAC 03)":             rescue.Hard,
		"Declined, merchant advice code 21": rescue.Hard,
		"MAC: 01":                           rescue.Data,
		"MAC=02":                            rescue.Soft,
		"Issuer will never approve":         rescue.Hard,
		"Reported lost":                     rescue.Hard,
	} {
		if v := rescue.Classify("iso8583", "05", description); v.Class != class || v.Network != "05" {
			t.Errorf("05, %q: %+v", description, v)
		}
	}
	// Words do not take away what the shopper can still put right.
	if v := rescue.Classify("iso8583", "1A", "Not permitted without authentication"); v.Reason != rescue.AuthenticationRequired {
		t.Errorf("%+v", v)
	}
	if v := rescue.Classify("iso8583", "41", "MAC 02"); v.Class != rescue.Hard {
		t.Errorf("a lost card is asked for again: %+v", v)
	}
}

// How long Mastercard's issuers want to be left alone.
func TestAdviceToWait(t *testing.T) {
	t.Parallel()
	for code, wait := range map[string]time.Duration{"24": time.Hour, "26": 48 * time.Hour, "30": 240 * time.Hour, "03": 0} {
		if v := rescue.Classify("mastercard mac", code, ""); v.Wait != wait {
			t.Errorf("%s: %v", code, v.Wait)
		}
	}
	if v := rescue.Classify("mastercard", "51", "Insufficient funds, MAC 25"); v.Wait != 24*time.Hour || v.Reason != rescue.InsufficientFunds {
		t.Errorf("%+v", v)
	}
}

// The words that issuers and processors use.
func TestWords(t *testing.T) {
	t.Parallel()
	for words, reason := range map[string]rescue.Reason{
		"Insufficient funds":                                   rescue.InsufficientFunds,
		"INSUFF FUNDS":                                         rescue.InsufficientFunds,
		"Do Not Honor":                                         rescue.DoNotHonor,
		"Pick up card":                                         rescue.PickUpCard,
		"Pick-up card (no fraud)":                              rescue.PickUpCard,
		"Card reported as lost or stolen":                      rescue.LostCard,
		"Stolen Card":                                          rescue.StolenCard,
		"Your card has expired.":                               rescue.ExpiredCard,
		"CVC2 mismatch":                                        rescue.IncorrectCVV,
		"Decline for CVV2 failure":                             rescue.IncorrectCVV,
		"The security code is incorrect":                       rescue.IncorrectCVV,
		"Insufficient funds (AVS Y, CVV matched)":              rescue.InsufficientFunds,
		"Exceeds withdrawal frequency limit":                   rescue.Velocity,
		"Exceeds Withdrawal Amount Limits":                     rescue.LimitExceeded,
		"Suspected fraud":                                      rescue.SuspectedFraud,
		"Transaction not permitted to cardholder":              rescue.NotPermitted,
		"Transaction not permitted to terminal":                rescue.InvalidMerchant,
		"Allowable PIN tries exceeded":                         rescue.PINRequired,
		"Issuer timed out":                                     rescue.IssuerUnavailable,
		"System malfunction":                                   rescue.ProcessingError,
		"Refer to card issuer":                                 rescue.Generic,
		"Cardholder stopped all billing":                       rescue.RevokedAgreement,
		"Revocation of authorization order":                    rescue.RevokedAgreement,
		"Strong Customer Authentication required":              rescue.AuthenticationRequired,
		"Don't try again; lost connection":                     rescue.DoNotRetry,
		"Blocked, first used: card not activated, call issuer": rescue.NotActivated,
	} {
		if v := rescue.Classify("", "", words); v.Reason != reason || !v.Known {
			t.Errorf("%q: %+v, want %s", words, v, reason)
		}
	}
	for _, words := range []string{"", "Declined", "Ça ne va pas", "authorization expired", "connection lost", "CVV: M, AVS: Y"} {
		if v := rescue.Classify("nobody", "??", words); v.Known || v.Class != rescue.Soft || v.Reason != rescue.Generic {
			t.Errorf("%q: %+v", words, v)
		}
	}
}

// A number of a source with numbers of its own is not one of the schemes'.
func TestNumbersAreNotMistaken(t *testing.T) {
	t.Parallel()
	for _, c := range [][2]string{{"Authorize.Net", "14"}, {"payflow", "57"}, {"adyen", "41"}} {
		if v := rescue.Classify(c[0], c[1], ""); v.Known || v.Network != "" {
			t.Errorf("%v: %+v", c, v)
		}
	}
	for _, approved := range []string{"00", "08", "10", "11", "85"} {
		if v := rescue.Classify("iso8583", approved, ""); v.Known {
			t.Errorf("%s is no decline: %+v", approved, v)
		}
	}
}

// No code is in a table twice, every one is found, and there are many.
func TestTables(t *testing.T) {
	t.Parallel()
	seen, sources, names := map[[2]string]bool{}, map[string]bool{}, map[string]bool{}
	for _, listed := range rescue.EveryCode() {
		key := [2]string{listed.Source, listed.Code}
		if seen[key] {
			t.Errorf("%v means two things", key)
		}
		seen[key], sources[listed.Source] = true, true
		if v := rescue.Classify(listed.Source, listed.Code, ""); v.Reason != listed.Reason || !v.Known {
			t.Errorf("%v: %+v, want %s", key, v, listed.Reason)
		}
	}
	for _, name := range rescue.EveryName() {
		if names[name] {
			t.Errorf("%s is two sources", name)
		}
		names[name] = true
	}
	if len(sources) < 12 || len(seen) < 500 {
		t.Errorf("%d codes of %d sources", len(seen), len(sources))
	}
	t.Logf("%d codes of %d sources", len(seen), len(sources))
}

// Whatever a merchant sends, the answer is one of ours.
func TestAnythingIsClassified(t *testing.T) {
	t.Parallel()
	known := map[rescue.Reason]bool{}
	for _, r := range rescue.Reasons {
		known[r] = true
	}
	text := rapid.OneOf(rapid.String(), rapid.SampledFrom(rescue.EveryName()), rapid.StringMatching(`[0-9A-Z]{0,5}`))
	rapid.Check(t, func(r *rapid.T) {
		v := rescue.Classify(text.Draw(r, "source"), text.Draw(r, "code"), text.Draw(r, "description"))
		if !known[v.Reason] || v.Class != v.Reason.Class() || v.Wait < 0 {
			r.Fatalf("%+v", v)
		}
	})
}
