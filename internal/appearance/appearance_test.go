package appearance_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/paywicket/paywicket/internal/appearance"
	"github.com/paywicket/paywicket/internal/fault"
)

func TestParse(t *testing.T) {
	t.Parallel()
	a, err := appearance.Parse([]byte(`{"theme":"dark","accent":"#FF8800","font":"Söhne"}`))
	if err == nil {
		t.Errorf("a font with a letter outside of the list: %+v", a)
	}
	a, err = appearance.Parse([]byte(`{"theme":"dark","accent":"#Ff8800","font":"O'Reilly Sans, Georgia, serif","radius":0,"density":"compact","labels":"floating"}`))
	if err != nil || a.Theme != appearance.Dark || a.Accent != "#Ff8800" || a.Radius == nil || *a.Radius != 0 || a.Density != appearance.Compact || a.Labels != appearance.Floating {
		t.Fatalf("%+v, %v", a, err)
	}
	text, err := json.Marshal(a)
	if again, err2 := appearance.Parse(text); err != nil || err2 != nil || again.CSS() != a.CSS() {
		t.Errorf("kept as %s and read again: %v %v", text, err, err2)
	}
	if a, err := appearance.Parse([]byte(`{}`)); err != nil || a != (appearance.Appearance{}) {
		t.Errorf("nothing chosen: %+v, %v", a, err)
	}
}

// Each refusal names the field.
func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for text, field := range map[string]string{
		``:                             "appearance",
		`[]`:                           "appearance",
		`{} {}`:                        "appearance",
		`{"theme":"blue"}`:             "appearance.theme",
		`{"theme":1}`:                  "appearance.theme",
		`{"Theme":"dark"}`:             "appearance.Theme",
		`{"theme":"dark","theme":"x"}`: "appearance.theme",
		`{"accent":"red"}`:             "appearance.accent",
		`{"accent":"#12345"}`:          "appearance.accent",
		`{"accent":"#+12345"}`:         "appearance.accent",
		`{"accent":"#12345g"}`:         "appearance.accent",
		`{"accent":"#123456;"}`:        "appearance.accent",
		`{"font":"a;b"}`:               "appearance.font",
		`{"font":"a\"b"}`:              "appearance.font",
		`{"font":"url(x)"}`:            "appearance.font",
		`{"font":"a,,b"}`:              "appearance.font",
		`{"font":" "}`:                 "appearance.font",
		`{"font":"a\\"}`:               "appearance.font",
		`{"radius":-1}`:                "appearance.radius",
		`{"radius":25}`:                "appearance.radius",
		`{"radius":1.5}`:               "appearance.radius",
		`{"radius":"4"}`:               "appearance.radius",
		`{"density":"tight"}`:          "appearance.density",
		`{"labels":"below"}`:           "appearance.labels",
		`{"colour":"#123456"}`:         "appearance.colour",
		`{"4111111111111111":1}`:       "appearance.",
		`{"font":"` + strings.Repeat("a", 121) + `"}`:  "appearance.font",
		`{"font":"` + strings.Repeat("a", 2000) + `"}`: "appearance",
	} {
		a, err := appearance.Parse([]byte(text))
		if f := fault.Of(err); err == nil || f.Code != fault.Invalid || f.Field != field || a != (appearance.Appearance{}) {
			t.Errorf("%s: %+v, %v; want a fault on %s", text, a, err, field)
		}
	}
}

func TestOver(t *testing.T) {
	t.Parallel()
	none, eight := 0, 8
	base := appearance.Appearance{Theme: appearance.Dark, Accent: "#112233", Font: "serif", Radius: &eight, Density: appearance.Compact, Labels: appearance.Floating}
	if got := (appearance.Appearance{}).Over(base); got != base {
		t.Errorf("nothing over it: %+v", got)
	}
	over := appearance.Appearance{Theme: appearance.Light, Accent: "#445566", Font: "mono", Radius: &none, Density: appearance.Spacious, Labels: appearance.Above}
	if got := over.Over(base); got != over {
		t.Errorf("everything over it: %+v", got)
	}
}

// property reads a custom property's colour from a style sheet, the last there is.
func property(t fatal, css, name string) appearance.Colour {
	found := regexp.MustCompile(`[;{]`+name+`:#([0-9a-f]{6})[;}]`).FindAllStringSubmatch(css, -1)
	if found == nil {
		t.Fatalf("no %s in %s", name, css)
	}
	var c appearance.Colour
	if _, err := fmt.Sscanf(found[len(found)-1][1], "%02x%02x%02x", &c.Red, &c.Green, &c.Blue); err != nil {
		t.Fatalf("%v", err)
	}
	return c
}

type fatal interface{ Fatalf(string, ...any) }

// Whatever the accent, everything can be read (WCAG 2.2, 1.4.3 and 1.4.11).
func TestAnyAccentCanBeRead(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		accent := fmt.Sprintf("#%06x", rapid.IntRange(0, 0xffffff).Draw(t, "accent"))
		theme := rapid.SampledFrom([]appearance.Theme{appearance.Light, appearance.Dark, appearance.System}).Draw(t, "theme")
		css := appearance.Appearance{Accent: accent, Theme: theme}.CSS()
		light, dark, both := strings.Cut(css, "@media")
		if both != (theme == appearance.System) {
			t.Fatalf("%s: %s", theme, css)
		}
		expectReadable(t, light)
		if both {
			expectReadable(t, dark)
		}
	})
}

func TestTheOwnLookCanBeRead(t *testing.T) {
	t.Parallel()
	light, dark, _ := strings.Cut(appearance.Appearance{}.CSS(), "@media")
	expectReadable(t, light)
	expectReadable(t, dark)
	if property(t, light, "--surface") == property(t, dark, "--surface") {
		t.Error("both themes have one surface")
	}
}

func expectReadable(t fatal, css string) {
	for _, c := range []struct {
		what, on string
		least    float64
	}{
		{"--ink", "--surface", 4.5}, {"--quiet", "--surface", 4.5}, {"--danger", "--surface", 4.5}, {"--good", "--surface", 4.5},
		{"--ink", "--danger-ground", 4.5}, {"--danger", "--danger-ground", 4.5}, {"--quiet", "--danger-ground", 4.5},
		{"--on-accent", "--accent", 4.5}, {"--accent-ink", "--surface", 4.5},
		{"--line", "--surface", 3}, {"--accent-edge", "--surface", 3}, {"--danger", "--surface", 3},
	} {
		if got := appearance.Contrast(property(t, css, c.what), property(t, css, c.on)); got < c.least {
			t.Fatalf("%s on %s has %.2f:1, want %.1f:1: %s", c.what, c.on, got, c.least, css)
		}
	}
}

// Known ratios, so that the mathematics is not tested by itself.
func TestContrast(t *testing.T) {
	t.Parallel()
	grey := appearance.Colour{Red: 0x76, Green: 0x76, Blue: 0x76} // the lightest grey that is text on white
	white := appearance.Colour{Red: 255, Green: 255, Blue: 255}
	for _, c := range []struct {
		a, b appearance.Colour
		want string
	}{{white, appearance.Colour{}, "21.00"}, {grey, white, "4.54"}, {white, grey, "4.54"}, {appearance.Colour{Red: 255}, white, "4.00"}, {white, white, "1.00"}} {
		if got := fmt.Sprintf("%.2f", appearance.Contrast(c.a, c.b)); got != c.want {
			t.Errorf("%s on %s: %s, want %s", c.a, c.b, got, c.want)
		}
	}
}

// An accent that can be read already stays as it is.
func TestAReadableAccentStays(t *testing.T) {
	t.Parallel()
	css := appearance.Appearance{Accent: "#0a5c36", Theme: appearance.Light, Font: "Inter, sans-serif"}.CSS()
	for _, want := range []string{"--accent:#0a5c36;", "--accent-ink:#0a5c36;", "--accent-edge:#0a5c36}", "--on-accent:#ffffff;", `--font:"Inter",sans-serif,system-ui`, "--radius:10px;", "color-scheme:light;"} {
		if !strings.Contains(css, want) {
			t.Errorf("no %s in %s", want, css)
		}
	}
}

// safe is all that a style sheet of ours is made of: no escape, comment, tag or address.
var safe = regexp.MustCompile(`^:root\{[A-Za-z0-9 "'#,:;.-]*\}(@media \(prefers-color-scheme:dark\)\{:root\{[a-z0-9#:;-]*\}\})?$`)

func expectSafe(t *testing.T, a appearance.Appearance) {
	t.Helper()
	css := a.CSS()
	// With everything that stands in quotes taken out, each declaration is one.
	if bare := regexp.MustCompile(`"[^"]*"`).ReplaceAllString(css, "x"); !safe.MatchString(css) || strings.ContainsAny(bare, `"'`) || strings.Count(bare, ";") != strings.Count(appearance.Appearance{Theme: a.Theme}.CSS(), ";") {
		t.Errorf("%+v gives %s", a, css)
	}
}

func FuzzCSS(f *testing.F) {
	f.Add([]byte(`{"theme":"dark","accent":"#ffffff","font":"O'Reilly Sans, serif","radius":0,"density":"compact","labels":"floating"}`))
	f.Add([]byte(`{"font":"mono"}`))
	f.Add([]byte(`{"font":"';}body{","accent":"#000000"}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		a, err := appearance.Parse(text)
		if err != nil && (fault.CodeOf(err) != fault.Invalid || a != (appearance.Appearance{})) {
			t.Errorf("%q: %+v, %v", text, a, err)
		}
		expectSafe(t, a)
	})
}

// Nor does what was never checked become CSS.
func TestWhatIsNotCheckedBecomesNoCSS(t *testing.T) {
	t.Parallel()
	far := 1 << 20
	for _, a := range []appearance.Appearance{
		{Theme: "dark;}*{display:none"}, {Accent: "red;}*{display:none"}, {Accent: "#"}, {Font: `a";}*{display:none`}, {Radius: &far}, {Density: "1px;}"},
	} {
		if got := a.CSS(); got != (appearance.Appearance{}).CSS() {
			t.Errorf("%+v gives %s", a, got)
		}
	}
}
