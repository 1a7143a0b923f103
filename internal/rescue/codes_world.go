package rescue

// worldSources are processors of Latin America, Spain and of many countries. Those that
// only repeat the schemes' codes or tell their reasons in words, as Flutterwave does, need
// no list.
//
// Sources: Nuvei's "Errors" (a decline is −1, with the issuer's words); Mercado Pago's
// "Status detail" of payments; Redsys's "Códigos de respuesta".
var worldSources = []source{
	{names: "nuvei safecharge", schemes: true, codes: codes{
		Generic:         "-1",
		InvalidRequest:  "1004",
		IncorrectExpiry: "1029",
	}},
	{names: "mercadopago mercadolibre", codes: codes{
		Generic:                "cc_rejected_other_reason cc_rejected_card_error cc_rejected_call_for_authorize",
		InsufficientFunds:      "cc_rejected_insufficient_amount",
		InvalidAccount:         "cc_rejected_bad_filled_card_number",
		IncorrectExpiry:        "cc_rejected_bad_filled_date",
		IncorrectCVV:           "cc_rejected_bad_filled_security_code",
		InvalidRequest:         "cc_rejected_bad_filled_other cc_rejected_invalid_installments",
		NotActivated:           "cc_rejected_card_disabled",
		Duplicate:              "cc_rejected_duplicated_payment",
		SuspectedFraud:         "cc_rejected_high_risk cc_rejected_blacklist",
		Velocity:               "cc_rejected_max_attempts",
		CardTypeUnsupported:    "cc_rejected_card_type_not_allowed",
		AuthenticationRequired: "cc_rejected_3ds_mandatory",
		AuthenticationFailed:   "cc_rejected_3ds_challenge",
	}},
	{names: "redsys sermepa", codes: codes{
		ExpiredCard:            "0101",
		SuspectedFraud:         "0102",
		NotPermitted:           "0104",
		PINRequired:            "0106",
		InsufficientFunds:      "0116",
		InvalidAccount:         "0118 9064 9093",
		IncorrectCVV:           "0129",
		AuthenticationFailed:   "0184",
		CardTypeUnsupported:    "0180 9078",
		Generic:                "0190 9094",
		IncorrectExpiry:        "0191",
		AuthenticationRequired: "0195",
		PickUpCard:             "0202",
		NotActivated:           "0125",
		InvalidMerchant:        "0904",
		ProcessingError:        "0909",
		IssuerUnavailable:      "0912 9912",
		Duplicate:              "0913",
	}},
}
