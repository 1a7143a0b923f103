package language

import (
	"fmt"
	"strconv"
	"time"

	"github.com/paywicket/paywicket/internal/money"
)

// Money writes an amount of minor units.
func (l Language) Money(minor int64, currency string) string {
	return money.Amount{Minor: minor, Currency: currency}.String()
}

// number writes a whole number.
func (l Language) number(n int) string { return strconv.Itoa(n) }

// Time is the hours and minutes of a moment in UTC, such as "15:04 UTC".
func (l Language) Time(t time.Time) string { return t.UTC().Format("15:04\u00a0UTC") }

// MonthYear is a card's month of expiry as cards have it, such as "04/30": in every
// language, since it is compared with the card.
func (l Language) MonthYear(month, year int) string { return fmt.Sprintf("%02d/%02d", month, year%100) }
