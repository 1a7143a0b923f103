package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/paywicket/paywicket/internal/card"
)

// generateBrands writes the schemes that package card knows as TypeScript: their names,
// prefixes, lengths and CVVs. A browser thus sees the scheme that the server will see.
func generateBrands(out string) error {
	var text strings.Builder
	text.WriteString("// Made from internal/card by go run ./frontend/build. Do not edit.\n\n")
	text.WriteString("/** A scheme's name, as it writes itself, the lengths of its numbers, and the digits of its CVV. */\n")
	text.WriteString("export const schemes: Record<string, [name: string, lengths: string, cvv: number]> = {\n")
	var listed []card.Brand
	for _, r := range card.Ranges() {
		seen := false
		for _, b := range listed {
			seen = seen || b == r.Brand
		}
		if !seen {
			listed = append(listed, r.Brand)
		}
	}
	// Those that share a card with another scheme have no prefixes of their own.
	for _, b := range append(listed, card.CartesBancaires, card.Dankort, card.Bancontact, card.EftposAU, card.Unknown) {
		fmt.Fprintf(&text, "  %s: [%q, %q, %d],\n", b, b.Name(), strings.Trim(fmt.Sprint(b.Lengths()), "[]"), b.CVVLength())
	}
	text.WriteString("};\n\n/** Six-digit prefixes, the first that fits decides: \"low-high brand\". */\nexport const ranges = `\n")
	for _, r := range card.Ranges() {
		fmt.Fprintf(&text, "%d-%d %s\n", r.Low, r.High, r.Brand)
	}
	text.WriteString("`;\n")
	return os.WriteFile(out, []byte(text.String()), 0o644)
}
