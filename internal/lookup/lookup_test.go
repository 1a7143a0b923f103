package lookup_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/paywicket/paywicket/internal/card"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/lookup"
)

const list = "\uFEFF" + `BIN,Brand,Type,Category,Issuer,IssuerPhone,IssuerUrl,alpha_2,alpha_3,CountryName
411111,VISA,CREDIT,PLATINUM,"JPMORGAN CHASE BANK, N.A.",,,US,USA,UNITED STATES
53199900,MASTERCARD,DEBIT,PREPAID,FIRST BANK,,,NG,NGA,NIGERIA
53199901,MASTERCARD,DEBIT,PREPAID,SECOND BANK,,,NG,NGA,NIGERIA
34,AMEX,CREDIT,,TOO SHORT,,,US,USA,UNITED STATES
4111 11,VISA,,,,,,,,
374500,AMERICAN EXPRESS,CHARGE CARD,gold,American   Express ,,,gb,GBR,UNITED KINGDOM
400000,VISA,DEBIT,CLASSIC,ONE,,,FR,FRA,FRANCE
400000,VISA,CREDIT,CLASSIC,ONE,,,France,FRA,FRANCE
62,
`

func TestReadAndFind(t *testing.T) {
	t.Parallel()
	var lines []int
	table, kept, err := lookup.Pack(strings.NewReader(list), func(s lookup.Skipped) { lines = append(lines, s.Line) })
	if err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(lines) != "[5 6 10]" || table.Len() != 5 {
		t.Errorf("skipped lines %v, %d BINs", lines, table.Len())
	}
	again, err := lookup.Unpack(kept)
	if err != nil || again.Len() != table.Len() {
		t.Fatalf("%v, %v", again, err)
	}
	first := card.Issuance{Brand: card.Mastercard, Type: card.Prepaid, Category: "PREPAID", Issuer: "FIRST BANK", Country: "NG"}
	both := first
	both.Issuer = ""
	for bin, want := range map[string]card.Issuance{
		"411111":      {Brand: card.Visa, Type: card.Credit, Category: "PLATINUM", Issuer: "JPMORGAN CHASE BANK, N.A.", Country: "US"},
		"41111199":    {Brand: card.Visa, Type: card.Credit, Category: "PLATINUM", Issuer: "JPMORGAN CHASE BANK, N.A.", Country: "US"},
		"53199900":    first,
		"53199900123": first,
		"531999":      both, // what is kept of a card does not tell which of the two it is
		"53199955":    both,
		"374500":      {Brand: card.Amex, Type: card.Charge, Category: "GOLD", Issuer: "American Express", Country: "GB"},
		"400000":      {Brand: card.Visa, Category: "CLASSIC", Issuer: "ONE"},
	} {
		for _, from := range []*lookup.Table{table, again} {
			if got, ok := from.Find(bin); !ok || got != want {
				t.Errorf("%s: %+v %v, want %+v", bin, got, ok, want)
			}
		}
	}
	for _, unknown := range []string{"", "4", "411112", "5319", "340000", "41111x", "４１１１１１", "620000"} {
		if got, ok := table.Find(unknown); ok {
			t.Errorf("%q: %+v", unknown, got)
		}
	}
}

func TestOtherListsAreRead(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"bin,brand,type,category,issuer,alpha_2\n411111,visa,debit,classic,Bank,us\n",
		"iin,scheme,card_type,level,bank_name,country_code\n411111,Visa,Debit,Classic,Bank,US\n",
		"Country Code,BIN,isoCode2,Brand,Type,Category,Issuer\nUS,411111,DE,VISA,DEBIT,CLASSIC,Bank\n",
	} {
		table, err := lookup.Read(strings.NewReader(text), func(s lookup.Skipped) { t.Errorf("skipped %+v", s) })
		if err != nil {
			t.Fatal(err)
		}
		want := card.Issuance{Brand: card.Visa, Type: card.Debit, Category: "CLASSIC", Issuer: "Bank", Country: "US"}
		if got, ok := table.Find("411111"); !ok || got != want {
			t.Errorf("%+v %v", got, ok)
		}
	}
}

func TestWhatIsNoListIsRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "\n", "411111,VISA\n", "BIN,Brand\n", "BIN\nabc\n12\n"} {
		if _, err := lookup.Read(strings.NewReader(text), func(lookup.Skipped) {}); fault.CodeOf(err) != fault.Invalid || err == nil {
			t.Errorf("%q: %v", text, err)
		}
	}
	if _, err := lookup.Unpack([]byte("no gzip")); err == nil {
		t.Error("unpacked what is no table")
	}
}

func TestAnEmptyTableKnowsNothing(t *testing.T) {
	t.Parallel()
	var live lookup.Live
	if found, ok := live.Find("411111"); ok {
		t.Errorf("%+v", found)
	}
	table, err := lookup.Read(strings.NewReader(list), func(lookup.Skipped) {})
	if err != nil {
		t.Fatal(err)
	}
	live.Use(table)
	if _, ok := live.Find("411111"); !ok {
		t.Error("the table in force was not asked")
	}
}

// large is a list as long as the common open ones.
func large() []byte {
	var out bytes.Buffer
	out.WriteString("BIN,Brand,Type,Category,Issuer,CountryName,alpha_2\n")
	for i := range 350_000 {
		fmt.Fprintf(&out, "%d,VISA,DEBIT,CLASSIC,BANK %d,COUNTRY,US\n", 400_000+i*37%600_000+i/600_000*1_000_000, i%30_000)
	}
	return out.Bytes()
}

func BenchmarkFind(b *testing.B) {
	table, err := lookup.Read(bytes.NewReader(large()), func(lookup.Skipped) {})
	if err != nil {
		b.Fatal(err)
	}
	bins := make([]string, 4096)
	for i := range bins {
		bins[i] = fmt.Sprint(400_000 + i*7919%600_000)
	}
	for i := 0; b.Loop(); i++ {
		table.Find(bins[i%len(bins)])
	}
}

func BenchmarkRead(b *testing.B) {
	text := large()
	for b.Loop() {
		if _, err := lookup.Read(bytes.NewReader(text), func(lookup.Skipped) {}); err != nil {
			b.Fatal(err)
		}
	}
}
