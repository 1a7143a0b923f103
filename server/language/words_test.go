package language_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/paywicket/paywicket/embed"
	"github.com/paywicket/paywicket/server/language"
)

func TestWhatIsSaid(t *testing.T) {
	t.Parallel()
	english := language.Pick("en")
	for want, got := range map[string]string{
		"Pay $49.00":                       english.Say("checkout.pay", "amount", "$49.00"),
		"Pay {shop}":                       english.Say("checkout.pay", "amount", "{shop}", "shop", "Shop"),
		"Pay {amount}":                     english.Say("checkout.pay"),
		"Visa ending in 1111 was removed.": english.Say("checkout.removed", "brand", "Visa", "last4", 1111, "odd"),
		"Total":                            english.Say("page.total"),
		"page.nothing":                     english.Say("page.nothing"),
		"checkout.nothing":                 english.Count("checkout.nothing", 1),
		"3 digits":                         english.Count("checkout.cvvHint", 3),
		"1 digit":                          english.Count("checkout.cvvHint", 1),
		"{count} digits":                   english.Say("checkout.cvvHint"),
		"3 payments of $16.33":             english.Count("checkout.payParts", 3, "part", "$16.33"),
		"4 ×":                              english.Count("page.quantity", 4),
		"12:05\u00a0UTC":                   english.Time(time.Date(2026, 7, 1, 14, 5, 59, 0, time.FixedZone("", 2*3600))),
		"04/30":                            english.MonthYear(4, 2030),
		"11/05":                            english.MonthYear(11, 2105),
	} {
		if got != want {
			t.Errorf("said is %q, want %q", got, want)
		}
	}
}

// Whatever is counted is said, with its number or in words.
func TestEveryNumberHasItsForm(t *testing.T) {
	t.Parallel()
	counted := map[string]bool{}
	for _, name := range language.All() {
		for n := range 201 {
			counted[language.Pick(name).Count("checkout.attempts", n)] = true
			if got := language.Pick(name).Count("checkout.payParts", n, "part", "$1"); !strings.Contains(got, "$1") || strings.ContainsAny(got, "{}") {
				t.Errorf("%s: %d is %q", name, n, got)
			}
		}
	}
	if len(counted) < 30*190 {
		t.Errorf("only %d are told apart", len(counted))
	}
	russian := language.Pick("ru")
	one, few, many := russian.Count("checkout.cvvHint", 1), russian.Count("checkout.cvvHint", 3), russian.Count("checkout.cvvHint", 5)
	if one[1:] == few[1:] || few[1:] == many[1:] || one[1:] != russian.Count("checkout.cvvHint", 21)[2:] {
		t.Errorf("%q, %q, %q", one, few, many)
	}
	if got := language.Pick("ar-EG").Count("page.deadline", 15, "time", "-"); !strings.Contains(got, "١٥") {
		t.Errorf("15 is %q", got)
	}
}

// The words that a browser loads are those that the server says, and no more than these.
func TestABrowserGetsTheCheckoutsWords(t *testing.T) {
	t.Parallel()
	for _, name := range language.All() {
		var served map[string]any
		if err := json.Unmarshal([]byte(language.Pick(name).Words()), &served); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if served["page"] != nil || served["title"] != nil || served["total"] != nil {
			t.Errorf("%s carries what only the server says", name)
		}
		for key, value := range served {
			if text, plain := value.(string); plain && language.Pick(name).Say("checkout."+key) != text {
				t.Errorf("%s: %s is %q for a browser and %q here", name, key, text, language.Pick(name).Say("checkout."+key))
			}
		}
		if file, ok := embed.Asset("languages/" + name + ".json"); !ok || file.Path != "/languages/"+name+".json" || file.ContentType != "application/json" {
			t.Errorf("%s is not served", name)
		}
	}
}

// said finds a key that a page's code or template says.
var said = regexp.MustCompile(`\b(?:[Ss]ay|[Cc]ount|[Pp]hrase)\(? ?(?:[a-z.]+, )?"((?:checkout|page)\.[^"]+)"`)

// A key that is not in the files would be shown as it is.
func TestWhatThePagesSayIsThere(t *testing.T) {
	t.Parallel()
	english := language.Pick("en")
	found := 0
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasSuffix(path, "_test.go") || !strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, ".html") {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, key := range said.FindAllStringSubmatch(string(text), -1) {
			found++
			if english.Say(key[1]) == key[1] {
				t.Errorf("%s says %s, which is not in frontend/languages/en.json", path, key[1])
			}
		}
		return nil
	})
	if err != nil || found == 0 {
		t.Errorf("%d keys found, %v", found, err)
	}
}
