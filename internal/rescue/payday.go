package rescue

import (
	"time"

	"github.com/paywicket/paywicket/internal/card"
)

// Salaries are posted to accounts overnight. From salaryHour to some two and a half hours
// later, by the issuer's clock, they are there and mostly not yet spent.
const salaryHour = 6

// payday gives in words why a day is one on which accounts are filled, and false when it is
// not. Those whose money comes with the wage (debit, prepaid, and what is not known) may be
// paid by the week; a credit line is filled when its holder pays the month's bill.
func payday(day time.Time, country string, funding card.Type) (why string, ok bool) {
	if restsOn(day.Weekday(), country) {
		return "", false
	}
	next := nextWorkingDay(day, country)
	switch {
	case day.Day() == 1:
		return "on the 1st of the month, a pay day", true
	case next.Month() != day.Month():
		return "on the last working day of the month, a pay day", true
	case day.Day() == 15:
		return "on the 15th of the month, a pay day", true
	case day.Day() < 15 && next.Day() > 15:
		return "on the working day before the 15th of the month, a pay day", true
	case next.Sub(day) > 36*time.Hour && funding != card.Credit && funding != card.Charge:
		return "on the last working day of the week, when weekly wages are paid", true
	}
	return "", false
}

// nextWorkingDay gives the first working day after a day.
func nextWorkingDay(day time.Time, country string) time.Time {
	for {
		day = day.AddDate(0, 0, 1)
		if !restsOn(day.Weekday(), country) {
			return day
		}
	}
}

// weekends are the days of rest where they are not Saturday and Sunday (Unicode CLDR,
// weekData).
var weekends = map[string][]time.Weekday{
	"AF": {time.Thursday, time.Friday}, "IR": {time.Friday}, "BN": {time.Friday, time.Sunday}, "NP": {time.Saturday},
	"BH": fridaySaturday, "BD": fridaySaturday, "DZ": fridaySaturday, "EG": fridaySaturday, "IL": fridaySaturday, "IQ": fridaySaturday,
	"JO": fridaySaturday, "KW": fridaySaturday, "LY": fridaySaturday, "MV": fridaySaturday, "OM": fridaySaturday, "QA": fridaySaturday,
	"SA": fridaySaturday, "SD": fridaySaturday, "SY": fridaySaturday, "YE": fridaySaturday,
}

var (
	fridaySaturday = []time.Weekday{time.Friday, time.Saturday}
	saturdaySunday = []time.Weekday{time.Saturday, time.Sunday}
)

// restsOn tells whether banks of a country, by its two letters, do not work on a day of the
// week. Holidays are not known.
func restsOn(day time.Weekday, country string) bool {
	rest, ok := weekends[country]
	if !ok {
		rest = saturdaySunday
	}
	for _, d := range rest {
		if d == day {
			return true
		}
	}
	return false
}
