package lookup

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"

	"github.com/paywicket/paywicket/internal/card"
	"github.com/paywicket/paywicket/internal/fault"
)

// maxText bounds a category and an issuer, in bytes.
const maxText = 100

// columns are the names that the common open lists give to what is read from them,
// without regard to case, spaces and underscores.
var columns = map[string][]string{
	"bin":      {"bin", "iin", "prefix"},
	"brand":    {"brand", "scheme", "network"},
	"type":     {"type", "cardtype"},
	"category": {"category", "level", "cardcategory"},
	"issuer":   {"issuer", "bank", "bankname", "issuername"},
	"country":  {"alpha2", "isocode2", "countrycode", "countryalpha2"},
	"cobrand":  {"cobrand", "cobadge", "secondbrand", "secondscheme", "secondnetwork"},
}

// Skipped is a row that could not be used.
type Skipped struct {
	Line   int
	Reason string
}

// Read makes a table of a list in CSV whose first row names the columns: BIN, and any
// of Brand, Type, Category, Issuer, alpha_2 and co_brand (the second scheme of a card
// that bears two); others are passed over. A row without
// a BIN of 4 to 11 digits is skipped and told of. When a BIN stands in several rows
// only what they agree on is kept. Errors: faults that name the line and what is
// wrong with it.
func Read(list io.Reader, skipped func(Skipped)) (*Table, error) {
	rows := csv.NewReader(list)
	rows.FieldsPerRecord, rows.LazyQuotes, rows.ReuseRecord = -1, true, true
	head, err := rows.Read()
	if err != nil {
		return nil, fault.New(fault.Invalid, "The list is empty or is not CSV: its first row must name the columns, BIN among them.")
	}
	at, err := place(head)
	if err != nil {
		return nil, err
	}
	b := newBuilder()
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		line, _ := rows.FieldPos(0)
		if parse := (*csv.ParseError)(nil); errors.As(err, &parse) {
			skipped(Skipped{parse.Line, parse.Err.Error()})
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("lookup: read list: %w", err)
		}
		field := func(name string) string {
			if i, ok := at[name]; ok && i < len(row) {
				return clean(row[i])
			}
			return ""
		}
		bin := field("bin")
		if len(bin) < minBIN || len(bin) > maxBIN || !digits(bin) {
			skipped(Skipped{line, fmt.Sprintf("a BIN has %d to %d digits", minBIN, maxBIN)})
			continue
		}
		b.add(bin, card.Issuance{
			Brand: brandOf(field("brand")), Type: typeOf(field("type"), field("category")), Category: strings.ToUpper(field("category")),
			Issuer: field("issuer"), Country: countryOf(field("country")),
			CoBrand: coBrandOf(field("cobrand")),
		})
	}
	if b.bins() == 0 {
		return nil, fault.New(fault.Invalid, "The list has no row with a BIN of %d to %d digits.", minBIN, maxBIN)
	}
	return b.table(), nil
}

// place finds the columns in the first row.
func place(head []string) (map[string]int, error) {
	at := map[string]int{}
	for i, name := range head {
		plain := strings.Map(func(r rune) rune {
			if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
				return -1
			}
			return unicode.ToLower(r)
		}, name)
		for column, names := range columns {
			for _, n := range names {
				if _, taken := at[column]; n == plain && !taken {
					at[column] = i
				}
			}
		}
	}
	if _, ok := at["bin"]; !ok {
		return nil, fault.New(fault.Invalid, "The first row names no BIN column. It must name the columns, such as BIN,Brand,Type,Category,Issuer,CountryName,alpha_2.")
	}
	return at, nil
}

// clean makes a field fit to be shown: one line, no more spaces than needed.
func clean(text string) string {
	text = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(text, ""), func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
	if len(text) > maxText {
		text = strings.ToValidUTF8(text[:maxText], "")
	}
	return text
}

// brands are the spellings of schemes in the lists, without spaces.
var brands = map[string]card.Brand{
	"VISA": card.Visa, "MASTERCARD": card.Mastercard, "AMERICANEXPRESS": card.Amex, "AMEX": card.Amex,
	"DISCOVER": card.Discover, "DINERSCLUB": card.Diners, "DINERSCLUBINTERNATIONAL": card.Diners, "DINERS": card.Diners,
	"JCB": card.JCB, "UNIONPAY": card.UnionPay, "CHINAUNIONPAY": card.UnionPay, "MAESTRO": card.Maestro, "ELO": card.Elo,
	"MIR": card.Mir, "NSPKMIR": card.Mir, "RUPAY": card.RuPay, "VERVE": card.Verve, "TROY": card.Troy,
	"CARTESBANCAIRES": card.CartesBancaires, "CARTEBANCAIRE": card.CartesBancaires, "CB": card.CartesBancaires, "DANKORT": card.Dankort,
	"BANCONTACT": card.Bancontact, "EFTPOS": card.EftposAU, "EFTPOSAU": card.EftposAU, "EFTPOSAUSTRALIA": card.EftposAU,
}

func brandOf(text string) card.Brand {
	if b, ok := brands[strings.ToUpper(strings.NewReplacer(" ", "", "_", "").Replace(text))]; ok {
		return b
	}
	return card.Unknown
}

// coBrandOf reads a second scheme, empty for none that is known.
func coBrandOf(text string) card.Brand {
	if b := brandOf(text); b != card.Unknown {
		return b
	}
	return ""
}

// typeOf reads a type. Most lists call a prepaid card a debit card of the category
// "PREPAID".
func typeOf(kind, category string) card.Type {
	kind, category = strings.ToUpper(kind), strings.ToUpper(category)
	switch {
	case strings.Contains(kind, "PREPAID") || strings.Contains(category, "PREPAID"):
		return card.Prepaid
	case strings.HasPrefix(kind, "CHARGE"):
		return card.Charge
	case kind == "CREDIT":
		return card.Credit
	case kind == "DEBIT":
		return card.Debit
	}
	return ""
}

func countryOf(text string) string {
	if len(text) != 2 || strings.ContainsFunc(text, func(r rune) bool { return r > unicode.MaxASCII || !unicode.IsLetter(r) }) {
		return ""
	}
	return strings.ToUpper(text)
}
