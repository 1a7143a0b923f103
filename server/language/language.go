// Package language is what a page says to a shopper: which of our languages that is in, its
// words, and how amounts are written there. The words are frontend/languages/*.json, put into
// the program by go run ./frontend/build.
//
// The words and the formats are chosen apart: a shopper from Austria reads German as any
// other does, and amounts as Austrians write them. A package that needs a word of its own
// adds it to the files; nothing here knows what is said.
package language

import (
	"maps"
	"slices"
	"strings"
	"sync"

	bcp47 "golang.org/x/text/language"
)

// fallback is spoken when nobody asks for a language of ours, and says what others lack.
const fallback = "en"

// Language is one of our languages, and the region whose formats it keeps. It is comparable;
// the zero value is English.
type Language struct {
	base string // the name of the words' file, such as de
	tag  string // with the region that was asked for, such as de-AT
}

// All lists our languages by the names of their files: ar, bg, … zh. English comes first.
func All() []string { return slices.Clone(ours().names) }

// ours are our languages, and what finds one of them for a reader.
var ours = sync.OnceValue(func() (known struct {
	names   []string
	matcher bcp47.Matcher
}) {
	known.names = append([]string{fallback}, slices.DeleteFunc(slices.Sorted(maps.Keys(dictionaries())), func(name string) bool { return name == fallback })...)
	tags := make([]bcp47.Tag, len(known.names))
	for i, name := range known.names {
		tags[i] = bcp47.MustParse(name)
	}
	known.matcher = bcp47.NewMatcher(tags)
	return known
})

// Pick gives the language for a reader. Each wish is a tag (BCP 47, such as "de-AT") or the
// value of an Accept-Language header (RFC 9110, section 12.5.4); the first that leads to one
// of our languages wins. English is for those who wish for nothing we have.
//
// Within a header, a language of ours comes before one that its readers merely tend to
// understand (CLDR's language matching: Russian for Kazakh). Chinese in traditional
// characters gets the words in simplified ones, and the formats of its region. What cannot
// be read is passed over.
func Pick(wanted ...string) Language {
	for _, wish := range wanted {
		tags := read(wish)
		for _, own := range []bool{true, false} {
			for _, tag := range tags {
				if found, ok := match(tag, own); ok {
					return found
				}
			}
		}
	}
	return Language{base: fallback, tag: fallback}
}

// The bounds of what is read of a wish, in bytes and in tags. Browsers send a tenth of it.
const (
	maxWish = 1 << 10
	maxTags = 32
)

// read gives the tags of a wish, the most wished for first.
func read(wish string) []bcp47.Tag {
	if len(wish) > maxWish {
		wish = wish[:maxWish]
	}
	// One part that is not well-formed would spoil the others.
	parts := slices.DeleteFunc(strings.Split(wish, ","), func(part string) bool {
		_, _, err := bcp47.ParseAcceptLanguage(part)
		return err != nil
	})
	tags, _, err := bcp47.ParseAcceptLanguage(strings.Join(parts, ","))
	if err != nil {
		return nil
	}
	return tags[:min(len(tags), maxTags)]
}

// match finds the language of ours for one tag: its own only, or one that is understood, too.
func match(tag bcp47.Tag, own bool) (Language, bool) {
	_, index, confidence := ours().matcher.Match(tag)
	if confidence == bcp47.No {
		return Language{}, false
	}
	found := Language{base: ours().names[index]}
	found.tag = found.base
	spoken, _ := tag.Base()
	norwegian := found.base == "nb" && (spoken.String() == "no" || spoken.String() == "nn")
	if itself := spoken.String() == found.base || norwegian; !itself && (own || found.base == fallback) {
		return Language{}, false // whoever understands English gets it last, as all do
	}
	if region, how := tag.Region(); how == bcp47.Exact || isTraditional(tag) {
		found.tag += "-" + region.String()
	}
	return found, true
}

// isTraditional tells whether a tag asks for traditional characters without naming a region:
// its likely one writes amounts in them.
func isTraditional(tag bcp47.Tag) bool {
	script, how := tag.Script()
	return script.String() == "Hant" && how == bcp47.Exact
}

// Tag names the language with the region whose formats are kept, such as "de-AT", for Intl.
func (l Language) Tag() string {
	if l.tag == "" {
		return fallback
	}
	return l.tag
}

// Base names the language of the words, such as "de": it is the name of their file, and
// what the lang attribute says.
func (l Language) Base() string {
	if l.base == "" {
		return fallback
	}
	return l.base
}

// Dir is the direction of writing for the dir attribute: "ltr" or "rtl".
func (l Language) Dir() string {
	switch l.Base() {
	case "ar", "he":
		return "rtl"
	}
	return "ltr"
}
