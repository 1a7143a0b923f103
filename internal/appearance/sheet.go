package appearance

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Palette is a theme's own colours.
type Palette struct {
	Ink          Colour // text
	Quiet        Colour // text that matters less
	Line         Colour // round inputs
	Surface      Colour // what all stands on
	Accent       Colour // of buttons, when the merchant chose none
	Danger       Colour // what is wrong
	DangerGround Colour // behind a decline
	Good         Colour // a payment's success
}

// The two palettes: the one place where the checkout's colours are.
var (
	LightPalette = Palette{
		Ink: colour("#1b1f27"), Quiet: colour("#5d6675"), Line: colour("#868f9e"), Surface: white, Accent: colour("#2b50c8"),
		Danger: colour("#b3261e"), DangerGround: colour("#fdf0ee"), Good: colour("#13724b"),
	}
	DarkPalette = Palette{
		Ink: colour("#eceff4"), Quiet: colour("#a3adbd"), Line: colour("#6f7a8c"), Surface: colour("#1d2129"), Accent: colour("#8ea9ff"),
		Danger: colour("#ff9d93"), DangerGround: colour("#3a1f1d"), Good: colour("#74d3a5"),
	}
)

// CSS is the appearance as a style sheet: custom properties of :root and its color-scheme,
// in both themes when the shopper's device chooses. It is made of this package's own words,
// numbers, colours and checked names of fonts, whatever the appearance says: the zero
// value's stand in for what Check would refuse.
//
// The properties: --ink, --quiet, --line, --surface, --danger, --danger-ground and --good of
// the theme; --accent, --on-accent for text on it, --accent-ink for text, links and the
// focus ring in its hue, --accent-edge for what has the accent's colour and must be seen on
// the surface; --font, --radius, --gap between fields and --pad within them.
func (a Appearance) CSS() string {
	if a.Check() != nil {
		a = Appearance{}
	}
	var css strings.Builder
	first := LightPalette
	if a.Theme == Dark {
		first = DarkPalette
	}
	scheme := string(a.Theme)
	if scheme != string(Light) && scheme != string(Dark) {
		scheme = "light dark"
	}
	gap, pad := a.Density.room()
	radius := 10
	if a.Radius != nil {
		radius = *a.Radius
	}
	fmt.Fprintf(&css, ":root{color-scheme:%s;--font:%s;--radius:%dpx;--gap:%s;--pad:%s;%s}", scheme, families(a.Font), radius, gap, pad, a.colours(first))
	if scheme == "light dark" {
		fmt.Fprintf(&css, "@media (prefers-color-scheme:dark){:root{%s}}", a.colours(DarkPalette))
	}
	return css.String()
}

// colours gives the properties of a theme's colours.
func (a Appearance) colours(p Palette) string {
	accent := p.Accent
	if a.Accent != "" {
		accent = colour(a.Accent)
	}
	ink, edge := readable(accent, p.Surface), accent
	if Contrast(accent, p.Surface) < shapeContrast {
		edge = ink
	}
	return fmt.Sprintf("--ink:%s;--quiet:%s;--line:%s;--surface:%s;--danger:%s;--danger-ground:%s;--good:%s;--accent:%s;--on-accent:%s;--accent-ink:%s;--accent-edge:%s",
		p.Ink, p.Quiet, p.Line, p.Surface, p.Danger, p.DangerGround, p.Good, accent, on(accent), ink, edge)
}

// room is the room between fields and within them.
func (d Density) room() (gap, pad string) {
	switch d {
	case Compact:
		return ".5rem", ".5rem"
	case Spacious:
		return "1.125rem", ".95rem"
	}
	return ".75rem", ".7rem"
}

// fonts are the names that stand for families which devices have.
var fonts = map[string]string{
	"system":  `system-ui,-apple-system,"Segoe UI",Roboto,sans-serif`,
	"serif":   `ui-serif,Georgia,Cambria,"Times New Roman",serif`,
	"mono":    `ui-monospace,"Cascadia Mono",Menlo,Consolas,monospace`,
	"rounded": `ui-rounded,"SF Pro Rounded","Arial Rounded MT Bold",Nunito,system-ui,sans-serif`,
}

// generic are the families that CSS itself names (CSS Fonts 4, section 2.1.3): with quotes
// they would be names of fonts.
var generic = []string{"serif", "sans-serif", "monospace", "system-ui", "ui-serif", "ui-sans-serif", "ui-monospace", "ui-rounded"}

// families is a font as CSS has it. Names go into quotes, which none of them has; the
// shopper's own font stands behind those that the device does not have.
func families(font string) string {
	if own, ok := fonts[cmp.Or(font, "system")]; ok {
		return own
	}
	var css strings.Builder
	for name := range strings.SplitSeq(font, ",") {
		if name = strings.TrimSpace(name); slices.Contains(generic, name) {
			css.WriteString(name + ",")
		} else {
			css.WriteString(`"` + name + `",`)
		}
	}
	return css.String() + fonts["system"]
}

// isFont tells whether a font is one of ours or a list of names.
func isFont(font string) bool {
	if font == "" {
		return true
	}
	for name := range strings.SplitSeq(font, ",") {
		if strings.TrimSpace(name) == "" || strings.ContainsFunc(name, func(r rune) bool { return !strings.ContainsRune(fontLetters, r) }) {
			return false
		}
	}
	return len(font) <= maxFont
}

const fontLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 '-"
