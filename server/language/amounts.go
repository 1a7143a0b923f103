package language

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/paywicket/paywicket/internal/money"
)

// The formats are those of CLDR as Intl has them, so that a page reads the same before and
// after its script has run: node frontend/languages/amounts.mjs writes them.
//
//go:embed amounts.json
var amountsText []byte

// format is how a language or a region writes amounts. In a pattern, ¤ is the symbol and #
// the number.
type format struct {
	Pattern string
	Spaced  string // for a symbol that ends as a word does
	Decimal string
	Group   string
	Plain   string // separates the groups of a number that is no amount
	Zero    string // the first of the digits
	Least   int    // a number of fewer digits has no groups
	Second  int    // the size of all groups but the last, which has three digits
	Time    string // between hours and minutes
	Symbols map[string]string
	Own     map[string]format // currencies that are written in a way of their own
}

// formats holds what is known of each tag; a region's is its language's but for what differs.
var formats = sync.OnceValue(func() map[string]format {
	var read struct{ Tags map[string]json.RawMessage }
	if err := json.Unmarshal(amountsText, &read); err != nil {
		panic("language: " + err.Error())
	}
	all := map[string]format{}
	for tag, text := range read.Tags {
		var f format
		if base, _, regional := strings.Cut(tag, "-"); regional {
			if err := json.Unmarshal(read.Tags[base], &f); err != nil {
				panic("language: " + base + ": " + err.Error())
			}
			f.Symbols = maps.Clone(f.Symbols)
		}
		if err := json.Unmarshal(text, &f); err != nil {
			panic("language: " + tag + ": " + err.Error())
		}
		all[tag] = f
	}
	return all
})

// format gives the formats of the language's region, or else of the language itself.
func (l Language) format() format {
	for _, tag := range []string{l.Tag(), l.Base()} {
		if f, ok := formats()[tag]; ok {
			return f
		}
	}
	return formats()[fallback]
}

// Money writes an amount of minor units of a currency (ISO 4217), which is not negative, as
// the language's region does: "$49.00", "49,00 €", "¥500". It is exact, and shows all the
// decimals that the currency has. It is what Intl.NumberFormat gives for the language's Tag
// with the style "currency" and as many fraction digits.
func (l Language) Money(minor int64, currency string) string {
	f := l.format()
	symbol, ok := f.Symbols[currency]
	if !ok {
		symbol = currency
	}
	pattern, decimal, group := f.Pattern, f.Decimal, f.Group
	if wordAt(symbol, strings.HasPrefix(pattern, "¤")) {
		pattern = f.Spaced
	}
	if own, ok := f.Own[currency]; ok {
		pattern, decimal, group = own.Pattern, own.Decimal, own.Group
	}
	whole, fraction, _ := strings.Cut(money.Amount{Minor: minor, Currency: currency}.Major(), ".")
	number := f.grouped(whole, group)
	if fraction != "" {
		number += decimal + fraction
	}
	return strings.NewReplacer("¤", symbol, "#", f.inDigits(number)).Replace(pattern)
}

// wordAt tells whether a symbol ends as a word does on the side of the number: then a space
// keeps them apart (CLDR, currencySpacing: neither a symbol nor a separator).
func wordAt(symbol string, first bool) bool {
	side, _ := utf8.DecodeRuneInString(symbol)
	if first {
		side, _ = utf8.DecodeLastRuneInString(symbol)
	}
	return !unicode.In(side, unicode.S, unicode.Z)
}

// grouped puts separators into whole digits.
func (f format) grouped(whole, separator string) string {
	if len(whole) < f.Least {
		return whole
	}
	end := len(whole) - 3
	text := whole[end:]
	for end > 0 {
		begin := max(0, end-f.Second)
		text = whole[begin:end] + separator + text
		end = begin
	}
	return text
}

// inDigits writes a number's digits as the language does.
func (f format) inDigits(number string) string {
	zero, _ := utf8.DecodeRuneInString(f.Zero)
	if zero == '0' {
		return number
	}
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return zero + r - '0'
		}
		return r
	}, number)
}

// number writes a whole number, which is not negative.
func (l Language) number(n int) string {
	f := l.format()
	return f.inDigits(f.grouped(strconv.Itoa(n), f.Plain))
}

// Time is the hours and minutes of a moment in UTC, such as "15:04 UTC". Nobody tells the
// server where a shopper's clock stands.
func (l Language) Time(t time.Time) string {
	f := l.format()
	return f.inDigits(t.UTC().Format("15") + f.Time + t.UTC().Format("04") + "\u00a0UTC")
}

// MonthYear is a card's month of expiry as cards have it, such as "04/30": in every
// language, since it is compared with the card.
func (l Language) MonthYear(month, year int) string { return fmt.Sprintf("%02d/%02d", month, year%100) }
