package language_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/paywicket/paywicket/server/language"
)

// all is what a checkout speaks.
const all = "en ar bg cs da de el es fi fr he hi hu id it ja ko nb nl pl pt ro ru sk sv th tr uk vi zh"

func TestThereAreThirtyLanguages(t *testing.T) {
	t.Parallel()
	if got := strings.Join(language.All(), " "); got != all {
		t.Errorf("there are %s, want %s", got, all)
	}
	for _, name := range language.All() {
		want := "ltr"
		if name == "ar" || name == "he" {
			want = "rtl"
		}
		if l := language.Pick(name); l.Tag() != name || l.Base() != name || l.Dir() != want {
			t.Errorf("%s is %s, %s, %s", name, l.Tag(), l.Base(), l.Dir())
		}
	}
}

func TestTheLanguageForAReader(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ wanted, base, tag string }{
		{"de", "de", "de"}, {"de-AT", "de", "de-AT"}, {"DE_at", "de", "de-AT"}, {"pt-BR", "pt", "pt-BR"}, {"en-GB", "en", "en-GB"},
		{"no", "nb", "nb"}, {"nn-NO", "nb", "nb-NO"}, {"iw", "he", "he"}, {"iw-IL", "he", "he-IL"}, {"in", "id", "id"},
		{"zh-Hant", "zh", "zh-TW"}, {"zh-TW", "zh", "zh-TW"}, {"zh-Hant-HK", "zh", "zh-HK"}, {"zh-Hans-SG", "zh", "zh-SG"}, {"cmn", "zh", "zh"},
		{"es-419", "es", "es-419"}, {"de-AT-u-nu-arab", "de", "de-AT"}, {"ca-ES", "en", "en"}, {"eu-ES", "es", "es-ES"}, {"gsw-CH", "de", "de-CH"},
		{"", "en", "en"}, {"*", "en", "en"}, {"tlh", "en", "en"}, {"\xff\x00", "en", "en"}, {"de;q=0", "en", "en"}, {strings.Repeat("de,", 5000), "de", "de"},
		{"fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5", "fr", "fr-CH"},
		{"en;q=0.5, uk;q=0.8", "uk", "uk"},
		{"zh-TW,zh;q=0.9,en-US;q=0.8,en;q=0.7", "zh", "zh-TW"},
		{"kk-KZ, en;q=0.8", "en", "en"}, // they say that they read it
		{"kk-KZ", "ru", "ru-KZ"},
		{"sr-RS", "en", "en"}, // which is not Bulgarian
		{"a_very_long_thing!, de", "de", "de"},
		{"fr;q=wrong, it", "it", "it"},
		{"cy|sv-FI,fi", "sv", "sv-FI"}, // a wish for what nobody has, and another
		{"|ja|ko", "ja", "ja"},
		{"x-private|el-CY", "el", "el-CY"},
	} {
		l := language.Pick(strings.Split(c.wanted, "|")...)
		if l.Base() != c.base || l.Tag() != c.tag {
			t.Errorf("%.60q gets %s with the formats of %s, want %s and %s", c.wanted, l.Base(), l.Tag(), c.base, c.tag)
		}
	}
	if l := (language.Language{}); l.Base() != "en" || l.Tag() != "en" || l.Dir() != "ltr" || l.Say("page.total") != "Total" {
		t.Errorf("the zero value is %s, %s", l.Base(), l.Tag())
	}
}

func FuzzPick(f *testing.F) {
	f.Add("de-AT,en;q=0.5")
	f.Add("zh-Hant-u-nu-hanidec;q=1")
	f.Fuzz(func(t *testing.T, wish string) {
		l := language.Pick(wish)
		if !slices.Contains(language.All(), l.Base()) || !strings.HasPrefix(l.Tag(), l.Base()) || len(l.Tag()) > len("es-419") {
			t.Fatalf("%q gets %s with the formats of %s", wish, l.Base(), l.Tag())
		}
	})
}
