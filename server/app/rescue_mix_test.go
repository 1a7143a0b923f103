package app_test

import (
	"time"

	"github.com/paywicket/paywicket/internal/rescue"
)

// temper is a kind of issuer in a month of declines: the hidden rule, and how often a
// decline comes from such a one.
type temper struct {
	name   string
	mood   string // of the sandbox's moods, by its two digits; empty for an amount that decides
	amount int64  // minor units; 0 for any
	cit    int    // of a thousand declines with the shopper there
	mit    int    // of a thousand without
	// declines tells when it says no, by the sandbox's own clock; nil for always.
	declines func(home time.Time) bool
	// possible tells whether anything could rescue the sale; nil for nothing. It is how the
	// simulation knows what could be had, and no part of what is tried.
	possible func(one *declined) bool
}

// tempers is the mix. How the reasons are shared out follows public figures, which differ:
//
//   - insufficient funds 38 %, expired or cancelled cards 24 %, declines without a reason 17 %
//     of failed subscription payments (Dunningcompare, "Payment failure causes", 2026, after
//     Recurly and Stripe); four of the five most frequent reasons are soft, the fifth is an
//     invalid number (Recurly Research, 2018, 1,300 businesses);
//   - do_not_honor is 30 to 40 % of all declines, and with insufficient funds 76 % of Visa's
//     declined volume; half of the do_not_honor are insufficient funds that are not called so,
//     and others suspected fraud (Churnward, "Credit card decline codes", after Visa's
//     analysis of declines and Adyen);
//   - strong customer authentication costs Europe 6 to 8 % (Dunningcompare, after Stripe).
//
// So in all about 36 % are insufficient funds, 27 % do_not_honor, 7 % generic, 11 % hard, 4 % each
// expired, limits, unavailable issuers and suspected fraud, and of Europe's shoppers 10 %
// must authenticate.
//
// How many of each can be rescued at all is kept at or below what is said to be recovered:
// of insufficient funds 25 to 35 % (Paymid) or 48 to 65 % (Dunningcompare, after Recurly), of
// do_not_honor 15 to 25 %, of limits 40 to 50 %, of system errors 60 to 80 % (Paymid). Nothing
// rescues two of three soft declines here: whose money does not come, nobody pays.
var tempers = []temper{
	{name: "no money this month", mood: "14", cit: 155, mit: 150},
	{name: "money comes on pay days", mood: "06", cit: 70, mit: 180, declines: noPayDay, possible: later},
	{name: "too much for the account", mood: "13", cit: 70, mit: 50},
	{name: "no money, then stolen", mood: "16", cit: 20, mit: 30, declines: untilStolen},
	{name: "says no for good, without a word", mood: "15", cit: 160, mit: 130},
	{name: "wants a postal code", mood: "01", cit: 35, mit: 20, possible: postalCodeKnown},
	{name: "wants the whole address", mood: "02", cit: 25, mit: 15, possible: addressKnown},
	{name: "mistrusts one acquirer", mood: "03", cit: 40, mit: 40, possible: always},
	{name: "does not know the descriptor", mood: "10", cit: 15, mit: 15, possible: always},
	{name: "wants to see the shopper", mood: "17", cit: 25, possible: shopperThere},
	{name: "wants it called a series", mood: "12", mit: 20, possible: always},
	{name: "approves in office hours", mood: "09", cit: 30, mit: 40, declines: outOfOffice, possible: later},
	{name: "generic, for good", amount: 19001, cit: 40, mit: 30},
	{name: "a limit until midnight", mood: "07", cit: 35, mit: 40, declines: afterNoon, possible: later},
	{name: "down for ten minutes", mood: "08", cit: 15, mit: 20, declines: onTheHour, possible: later},
	{name: "down on one acquirer's line", mood: "18", cit: 25, mit: 20, possible: always},
	{name: "suspects fraud, until it sees the shopper", mood: "05", cit: 25, mit: 15, possible: shopperAgrees},
	{name: "suspects fraud, for good", amount: 19059, cit: 25, mit: 15},
	{name: "must authenticate", mood: "04", cit: 45, possible: shopperThere},
	{name: "stolen", mood: "11", cit: 40, mit: 40},
	{name: "no such account", amount: 19014, cit: 30, mit: 35},
	{name: "not permitted", amount: 19057, cit: 25, mit: 15},
	{name: "lost", amount: 19041, cit: 10, mit: 15},
	{name: "expired", amount: 19054, cit: 20, mit: 65},
	{name: "wrong CVV", amount: 19082, cit: 20},
}

// When an issuer with hours says no, by the sandbox's clock.
func noPayDay(home time.Time) bool {
	return home.Day() != 1 && home.Day() != 15 && home.Weekday() != time.Friday
}
func untilStolen(home time.Time) bool { return home.Day() < 20 }
func outOfOffice(home time.Time) bool { return home.Hour() < 9 || home.Hour() >= 17 }
func afterNoon(home time.Time) bool   { return home.Hour() >= 12 }
func onTheHour(home time.Time) bool   { return home.Minute() < 10 }

// What could rescue a sale.
func always(*declined) bool              { return true }
func later(one *declined) bool           { return one.kind == rescue.MIT }
func postalCodeKnown(one *declined) bool { return one.shopper.billing.PostalCode != "" }
func addressKnown(one *declined) bool {
	return one.shopper.billing.PostalCode != "" && one.shopper.billing.Line1 != ""
}
func shopperAgrees(one *declined) bool {
	return one.kind == rescue.CIT && one.says != refuses && one.says != never
}
func shopperThere(one *declined) bool { return one.kind == rescue.CIT && one.says == proves }

// country is where shoppers and their issuers are.
type country struct {
	code, currency, zone, language, postal string
	weight                                 int
	home                                   bool // its issuers keep the hours of the sandbox, within an hour in summer
	europe                                 bool // of strong customer authentication
}

// countries are where a shop with customers abroad sells. The sandbox's issuers live at
// UTC−5, so those with hours of their own are only where clocks show about that.
var countries = []country{
	{code: "US", currency: "USD", zone: "America/New_York", language: "en-US", postal: "10001", weight: 34, home: true},
	{code: "CA", currency: "CAD", zone: "America/Toronto", language: "en-CA", postal: "K1C 2N6", weight: 10, home: true},
	{code: "CO", currency: "COP", zone: "America/Bogota", language: "es-CO", postal: "110111", weight: 5, home: true},
	{code: "PE", currency: "PEN", zone: "America/Lima", language: "es-PE", postal: "15001", weight: 3, home: true},
	{code: "GB", currency: "GBP", zone: "Europe/London", language: "en-GB", postal: "SW1A 1AA", weight: 14, europe: true},
	{code: "DE", currency: "EUR", zone: "Europe/Berlin", language: "de-DE", postal: "10115", weight: 13, europe: true},
	{code: "FR", currency: "EUR", zone: "Europe/Paris", language: "fr-FR", postal: "75001", weight: 9, europe: true},
	{code: "ES", currency: "EUR", zone: "Europe/Madrid", language: "es-ES", postal: "28001", weight: 5, europe: true},
	{code: "BR", currency: "BRL", zone: "America/Sao_Paulo", language: "pt-BR", postal: "01310-100", weight: 7},
}
