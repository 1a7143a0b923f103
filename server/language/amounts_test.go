package language_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/server/language"
)

var update = flag.Bool("update", false, "write testdata/written.json anew")

func TestAmountsInTheirPlace(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		tag      string
		minor    int64
		currency string
		want     string
	}{
		{"en", 4900, "USD", "$49.00"}, {"en-CA", 4900, "USD", "US$49.00"}, {"en-GB", 123456, "GBP", "£1,234.56"}, {"en-IN", 1234567890, "INR", "₹1,23,45,678.90"},
		{"en", 4900, "CHF", "CHF_49.00"}, {"en", 1234567, "KWD", "KWD_1,234.567"}, {"en-XX", 5, "USD", "$0.05"},
		{"de", 123456, "EUR", "1.234,56_€"}, {"de-AT", 123456, "EUR", "€_1.234,56"}, {"de-CH", 123456, "CHF", "CHF_1'234.56"},
		{"es", 123456, "EUR", "1234,56_€"}, {"es", 1234567, "EUR", "12.345,67_€"}, {"es-MX", 123456, "MXN", "$1,234.56"}, {"fr-CA", 4900, "CAD", "49,00_$"},
		{"ja", 500, "JPY", "￥500"}, {"en", 500, "JPY", "¥500"}, {"ko", 1234567, "KRW", "₩1,234,567"}, {"hi", 0, "INR", "₹0.00"}, {"cs", 4900, "CZK", "49,00_Kč"},
		{"nl", 4900, "EUR", "€_49,00"}, {"pt-PT", 123456, "EUR", "1234,56_€"}, {"pt-BR", 4900, "BRL", "R$_49,00"}, {"sv-FI", 4900, "EUR", "49,00_€"},
		{"ar-EG", 123456, "EGP", "\u200f١٬٢٣٤٫٥٦_ج.م.\u200f"}, {"ar-AE", 4900, "AED", "\u200f49.00_د.إ.\u200f"}, {"he", 4900, "ILS", "\u200f49.00_\u200f₪"},
		{"zh", 4900, "CNY", "¥49.00"}, {"zh-TW", 4900, "TWD", "$49.00"}, {"zh-HK", 4900, "HKD", "HK$49.00"},
		{"en", money.Max, "USD", "$9,999,999,999.99"}, {"en", 1, "XXQ", "XXQ_1"},
	} {
		got := strings.NewReplacer("\u00a0", "_", "\u202f", "_").Replace(language.Pick(c.tag).Money(c.minor, c.currency))
		if got != c.want {
			t.Errorf("%d %s in %s is %q, want %q", c.minor, c.currency, c.tag, got, c.want)
		}
	}
	noon := time.Date(2026, 7, 1, 12, 5, 0, 0, time.UTC)
	if got := language.Pick("ar-EG").Time(noon) + " " + language.Pick("fi").Time(noon); got != "١٢:٠٥\u00a0UTC 12.05\u00a0UTC" {
		t.Errorf("the time is %q", got)
	}
}

// shoppers are readers of each language, and of the regions that write amounts their own way.
const shoppers = all + " en-GB en-AU en-CA en-IN en-IE en-NZ en-ZA en-SG en-CH de-AT de-CH de-LI de-LU fr-CA fr-CH fr-BE es-MX es-AR es-CO es-CL es-PE es-US es-UY" +
	" pt-PT pt-BR nl-BE it-CH zh-TW zh-HK zh-SG ar-AE ar-SA ar-EG ar-MA sv-FI el-CY ro-MD ru-KZ"

// written is what this package writes, for the front end's tests to hold against Intl.
type written struct {
	CLDR    string            `json:"cldr"` // which Intl the formats are of
	Amounts [][]any           `json:"amounts"`
	Numbers [][]any           `json:"numbers"`
	Plurals map[string]string `json:"plurals"` // by language, the first letters of the categories of 0, 1, 2, … 200; x for other
}

// write tries amounts of every size in some currencies, the shopper's among them.
func write(t *testing.T) []byte {
	t.Helper()
	var formats struct{ CLDR string }
	text, err := os.ReadFile("amounts.json")
	if err == nil {
		err = json.Unmarshal(text, &formats)
	}
	if err != nil {
		t.Fatal(err)
	}
	out := written{CLDR: formats.CLDR, Plurals: map[string]string{}}
	minors := []int64{4900, 5, 123456, 1234567, 98765432100, 0, 99999}
	currencies := strings.Fields("USD EUR GBP JPY CHF CNY INR KWD BRL AED CAD MXN SEK PLN")
	for i, tag := range strings.Fields(shoppers) {
		l := language.Pick(tag)
		for j := range 6 {
			// Steps that share no factor with the lists' lengths meet every pair.
			currency, minor := currencies[(i*3+j*5)%len(currencies)], minors[(i+j)%len(minors)]
			exponent, _ := money.Exponent(currency)
			out.Amounts = append(out.Amounts, []any{tag, currency, exponent, minor, l.Money(minor, currency)})
		}
		for _, n := range []int{3, 720, 1234, 56789} {
			out.Numbers = append(out.Numbers, []any{tag, n, language.Number(l, n)})
		}
	}
	for _, name := range strings.Fields(all) {
		for n := range 201 {
			letter := language.Category(name, n)[:1]
			if letter == "o" && language.Category(name, n) == "other" {
				letter = "x"
			}
			out.Plurals[name] += letter
		}
	}
	return lines(t, out)
}

// lines is JSON with one amount a line.
func lines(t *testing.T, value any) []byte {
	t.Helper()
	compact, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return append(bytes.ReplaceAll(compact, []byte("],"), []byte("],\n")), '\n')
}

// What is written is kept, and frontend/languages/amounts.test.ts holds it against Intl.
func TestWhatIsWrittenIsWhatIntlIsAskedAbout(t *testing.T) {
	t.Parallel()
	const path = "testdata/written.json"
	got := write(t)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is of another time: run go test ./server/language -update", path)
	}
}
