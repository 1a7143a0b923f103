package docs

import (
	_ "embed"
	"strings"

	embedded "github.com/paywicket/paywicket/embed"
)

//go:embed embedding.html
var embeddingText string

// languages are those that the checkout speaks, in the order of their codes.
const languages = "ar bg cs da de el en es fi fr he hi hu id it ja ko nb nl pl pt ro ru sk sv th tr uk vi zh"

// embeddingPage is what the page on embedding tells beside its text.
func embeddingPage() map[string]any {
	loader, _ := embedded.Asset("paywicket.js")
	return map[string]any{"Integrity": loader.Integrity, "Languages": strings.Fields(languages)}
}
