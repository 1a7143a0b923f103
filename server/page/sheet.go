package page

import (
	"fmt"
	"html/template"

	"github.com/paywicket/paywicket/embed"
	"github.com/paywicket/paywicket/internal/appearance"
)

// ownTheme is how pages look that no merchant has chosen the look of.
var ownTheme = template.CSS(appearance.Appearance{}.CSS())

// sheet is what the head of a small page's template is filled with.
type sheet struct {
	Title   string
	Nonce   string
	Data    string       // for the page's script, as JSON; empty for none
	Theme   template.CSS // our own look: the colours are not in the style sheet
	Style   string       // asset names
	Scripts []string     // asset names
}

// Asset gives the template an asset by name.
func (sheet) Asset(name string) (embed.File, error) {
	file, ok := embed.Asset(name)
	if !ok {
		return file, fmt.Errorf("page: no asset %s: run go run ./frontend/build", name)
	}
	return file, nil
}
