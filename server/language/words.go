package language

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"

	"golang.org/x/text/feature/plural"
	bcp47 "golang.org/x/text/language"

	"github.com/paywicket/paywicket/embed"
)

// dictionary is a language's words by key, such as checkout.pay.
type dictionary map[string]phrase

// phrase is a text, or one for each of the language's plural categories (CLDR: one, few, …).
type phrase struct {
	text  string
	forms map[string]string
}

// UnmarshalJSON reads either.
func (p *phrase) UnmarshalJSON(text []byte) error {
	if text[0] == '{' {
		return json.Unmarshal(text, &p.forms)
	}
	return json.Unmarshal(text, &p.text)
}

// dictionaries holds every language's words.
var dictionaries = sync.OnceValue(func() map[string]dictionary {
	var groups map[string]map[string]dictionary
	if err := json.Unmarshal(embed.Words(), &groups); err != nil {
		panic("language: " + err.Error()) // what is compiled in is whole, or no test has passed
	}
	all := map[string]dictionary{}
	for language, byGroup := range groups {
		all[language] = dictionary{}
		for group, words := range byGroup {
			for key, said := range words {
				all[language][group+"."+key] = said
			}
		}
	}
	return all
})

// phrase gives what a key says. What is not translated is said in English.
func (l Language) phrase(key string) (said phrase, spoken string, ok bool) {
	for _, spoken = range []string{l.Base(), fallback} {
		if said, ok = dictionaries()[spoken][key]; ok {
			return said, spoken, true
		}
	}
	return phrase{}, fallback, false
}

// Say gives the text of a key, such as "checkout.pay", with what stands in its places: names
// and values by turns, such as "amount", "$49.00". A place that nothing is given for stays as
// it is. A key that is not there gives itself: a shopper who can pay is worth more than a
// clean page. A test finds every key that the server's pages use.
func (l Language) Say(key string, args ...any) string {
	said, _, ok := l.phrase(key)
	if !ok {
		return key
	}
	if said.forms != nil {
		return fill(said.forms["other"], args)
	}
	return fill(said.text, args)
}

// Count is Say for a number of things: it takes the plural form for n and puts n, in the
// language's digits, where the text has {count}.
func (l Language) Count(key string, n int, args ...any) string {
	said, spoken, ok := l.phrase(key)
	if !ok {
		return key
	}
	text, ok := said.forms[category(spoken, n)]
	if !ok {
		text = said.forms["other"]
	}
	if said.forms == nil {
		text = said.text
	}
	return fill(text, append([]any{"count", l.number(n)}, args...))
}

// categories are CLDR's names of the plural forms.
var categories = map[plural.Form]string{
	plural.Zero: "zero", plural.One: "one", plural.Two: "two", plural.Few: "few", plural.Many: "many", plural.Other: "other",
}

// category is the plural category of a whole number in a language.
func category(spoken string, n int) string {
	form := plural.Cardinal.MatchPlural(bcp47.Make(spoken), max(n, -n), 0, 0, 0, 0)
	if spoken == "he" && form == plural.Many {
		form = plural.Other // CLDR has had no such form since its version 42; the library is older
	}
	return categories[form]
}

// fill puts values into a text's places. What is put in is not looked at again: a shop may
// be called "{amount}".
func fill(text string, args []any) string {
	if !strings.Contains(text, "{") {
		return text
	}
	pairs := make([]string, 0, len(args))
	for i := 0; i+1 < len(args); i += 2 {
		pairs = append(pairs, fmt.Sprintf("{%v}", args[i]), fmt.Sprint(args[i+1]))
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// Words is the language's group "checkout" as compact JSON, as /languages/xx.json serves it.
func (l Language) Words() string {
	file, ok := embed.Asset("languages/" + l.Base() + ".json")
	if !ok {
		panic("language: " + l.Base() + " has words and no file: run go run ./frontend/build")
	}
	return string(file.Body)
}
