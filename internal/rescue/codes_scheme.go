package rescue

import "time"

// adviceSource is what Mastercard's merchant advice codes are called as a source.
const adviceSource = "mastercardmac"

// schemeSources are the card schemes' own codes. The first are those of ISO 8583 (1987),
// data element 39, as Visa uses them, which most others fall back to. Where Mastercard means
// something else by a code, it has its own list.
//
// Sources: Visa's response code categories, as Checkout.com ("Visa response codes"),
// TabaPay ("Visa Response Code Updates", which has 57 in category 1 from October 2026),
// Access Worldpay ("Raw response codes") and Elavon publish them; Mastercard's "Network
// response codes" and the merchant advice codes as Antom and Braintree publish them;
// American Express's action codes (Global Credit Authorization Guide); ISO 8583 (1993)
// action codes as Nexi publishes them.
var schemeSources = []source{
	{names: "iso8583 iso issuer network scheme cardnetwork visa visanet discover jcb diners dinersclub unionpay", schemes: true,
		network: twoCharacters, codes: isoCodes},
	{names: "mastercard mc mci banknet", schemes: true, network: twoCharacters, codes: codes{
		RestrictedCard:    "82", // "policy"
		InvalidAccount:    "76 77 78",
		InvalidRequest:    "84",
		ProcessingError:   "88",
		IssuerUnavailable: "92",
	}},
	{names: adviceSource + " mac merchantadvicecode mastercardadvice mastercardmerchantadvicecode", codes: codes{
		AccountUpdated:      "01",
		Generic:             "02 24 25 26 27 28 29 30 40 43",
		DoNotRetry:          "03",
		InvalidRequest:      "04", // what a token needs was not sent
		RevokedAgreement:    "21",
		InvalidMerchant:     "22", // does not qualify for the product code
		CardTypeUnsupported: "41", // a virtual number for a single payment
	}, waits: map[string]time.Duration{
		"24": time.Hour, "25": 24 * time.Hour, "26": 2 * 24 * time.Hour, "27": 4 * 24 * time.Hour,
		"28": 6 * 24 * time.Hour, "29": 8 * 24 * time.Hour, "30": 10 * 24 * time.Hour,
		"2": 72 * time.Hour, // "try again later": after 72 hours, as Solidgate advises
	}},
	{names: "amex americanexpress", codes: codes{
		DoNotHonor:             "100",
		ExpiredCard:            "101",
		PINRequired:            "106 117",
		Generic:                "107",
		InvalidMerchant:        "109",
		InvalidAmount:          "110",
		InvalidAccount:         "111 189", // 189: the account was canceled
		InvalidRequest:         "115 181 183 194",
		InsufficientFunds:      "116",
		NotPermitted:           "119",
		LimitExceeded:          "121",
		IncorrectCVV:           "122",
		NotActivated:           "125", // its effective date is to come
		AuthenticationRequired: "130",
		AccountUpdated:         "187",
		PickUpCard:             "200",
		ProcessingError:        "909",
		IssuerUnavailable:      "912",
	}},
	{names: "iso85831993 nexi xpay nexixpay sia", codes: codes{
		DoNotHonor:         "100",
		ExpiredCard:        "101",
		SuspectedFraud:     "102 122 129",
		InvalidMerchant:    "103 109 120",
		RestrictedCard:     "104 124",
		Generic:            "105 107 108",
		PINRequired:        "106 112 117 126",
		InvalidAmount:      "110",
		InvalidAccount:     "111 118",
		InvalidRequest:     "115 904",
		InsufficientFunds:  "116",
		NotPermitted:       "119",
		LimitExceeded:      "121",
		Velocity:           "123",
		NotActivated:       "125",
		PickUpCard:         "200 201 202 203 204 205 206 207 210",
		LostCard:           "208",
		StolenCard:         "209",
		InvalidTransaction: "902",
		ProcessingError:    "903 909 923",
		IssuerUnavailable:  "906 907 908 910 911 912",
		Duplicate:          "913",
	}},
}

// isoCodes are the schemes' two-character codes. 82 is Visa's negative result of the
// security code and Mastercard's "policy"; 65 is also how Mastercard's issuers in Europe ask
// for authentication, which only words can tell.
var isoCodes = codes{
	PickUpCard:             "04 07 33 34 35 36 37 38 67",
	LostCard:               "41",
	StolenCard:             "43",
	InvalidAccount:         "14 15 46 56",
	NotPermitted:           "57",
	InvalidTransaction:     "12",
	RevokedAgreement:       "r0 r1 r3",
	DoNotHonor:             "05",
	Generic:                "01 02 21 25 z1",
	InsufficientFunds:      "51",
	LimitExceeded:          "61 n4",
	Velocity:               "65",
	RestrictedCard:         "62 64 93 5c 9g",
	NotActivated:           "72 78",
	IssuerUnavailable:      "28 68 90 91 92 n0 z3",
	ProcessingError:        "06 09 19 22 96",
	SuspectedFraud:         "59 63 83",
	ExpiredCard:            "54",
	IncorrectCVV:           "n7 82",
	IncorrectAddress:       "6p",
	AccountUpdated:         "79",
	InvalidAmount:          "13 b1 b2 n8 z5",
	InvalidMerchant:        "03 58 60",
	InvalidRequest:         "30 40",
	CardTypeUnsupported:    "31 39 52 53",
	Duplicate:              "94",
	AuthenticationRequired: "1a",
	PINRequired:            "55 70 74 75 81 86 89 p5 p6",
}
