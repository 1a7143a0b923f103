package page

import (
	"path"
	"slices"

	"github.com/gofiber/fiber/v2"

	"github.com/paywicket/paywicket/embed"
	"github.com/paywicket/paywicket/internal/integrity"
	"github.com/paywicket/paywicket/server/wire"
)

// InventoryPath is where anybody may read which scripts there are.
const InventoryPath = "/.well-known/paywicket-scripts.json"

// The pages that scripts run on.
const (
	onCheckout = "checkout"  // the payment page, which the shopper types a card into
	onMerchant = "merchant"  // the shop's own page around it
	onReturn   = "challenge" // where an issuer's page leads back to, within the payment page
	onBeside   = "beside"    // frames that nobody sees, beside the payment page
	onConfirm  = "confirm"   // where a shopper is asked about a declined payment; no card is typed there
)

// How browsers are told that a script may run.
const (
	byNonce    = "the nonce of the page's Content-Security-Policy"
	byBoth     = "the nonce of the page's Content-Security-Policy, and its integrity attribute"
	byWorker   = "worker-src 'self' of the page's Content-Security-Policy, and the one address that its Trusted Types policy lets pass"
	byMerchant = "the shop's own page: its script element, which may have this integrity, and its Content-Security-Policy"
)

// justified says of every script that is built why it is there (PCI DSS 4.0.1, requirement 6.4.3).
var justified = map[string]struct{ on, purpose, authorized string }{
	"checkout.js":         {onCheckout, "Checks what is typed, sends the card to this server and nowhere else, and shows what came of it.", byNonce},
	"seen.js":             {onCheckout, "Reads the device and how the form is filled in, without what is typed, so that stolen cards are not tested here.", byBoth},
	"proof.js":            {onCheckout, "Works out a puzzle beside the page when many cards are tried, so that trying them costs something.", byWorker},
	"paywicket.js":        {onMerchant, "Puts the payment page into the shop's page as a frame of another origin, and passes on what it tells. It sees no card.", byMerchant},
	"sense.js":            {onMerchant, "For shops that want it: reads the device on the way to the checkout, as seen.js does there. It sees no card.", byMerchant},
	"keep.js":             {onBeside, "Keeps what was typed in its memory, for as long as a shop's page takes the payment page away and puts it back.", byNonce},
	"why.js":              {onBeside, "Tells a shop's page why the payment page is not shown: one of a few codes. It sees no card.", byNonce},
	"challenge-return.js": {onReturn, "Tells the payment page that the shopper is back from the card's issuer.", byBoth},
	"confirm.js":          {onConfirm, "Follows what becomes of a payment that the shopper let be tried again.", byBoth},
}

// isScript tells whether an asset is one that browsers run.
func isScript(file embed.File) bool { return path.Ext(file.Path) == ".js" }

// ScriptPaths gives where each script is served by itself.
func ScriptPaths() []string {
	var paths []string
	for _, file := range embed.All() {
		if isScript(file) {
			paths = append(paths, file.Path)
		}
	}
	return paths
}

// NewInventory lists every script that is built, and how it gets to browsers: inline when the
// payment page as it is served holds it so.
func NewInventory(origin string, served integrity.Page) integrity.Inventory {
	in := integrity.Inventory{Origin: origin, Page: SpecimenPath, Headers: served.Headers}
	for _, file := range embed.All() {
		if !isScript(file) {
			continue
		}
		why := justified[file.Name]
		listed := integrity.Listed{Name: file.Name, On: why.on, Path: file.Path, Integrity: file.Integrity, Purpose: why.purpose, Authorized: why.authorized}
		for _, part := range served.Parts {
			if part.Kind == integrity.Script && part.Source == integrity.Inline && part.Hash == file.Integrity {
				listed.Path, listed.Authorized = integrity.Inline, byNonce
			}
			if part.Kind == integrity.Script && part.Source == file.Path {
				listed.Authorized = byBoth
			}
		}
		in.Scripts = append(in.Scripts, listed)
	}
	return in
}

// Unlisted gives the scripts of a page that no inventory lists: there are none.
func Unlisted(in integrity.Inventory, served integrity.Page) []integrity.Part {
	var others []integrity.Part
	for _, part := range served.Parts {
		listed := slices.ContainsFunc(in.Scripts, func(l integrity.Listed) bool { return part.Hash == l.Integrity })
		if (part.Kind == integrity.Script || part.Kind == integrity.Handler) && !listed {
			others = append(others, part)
		}
	}
	return others
}

// inventory serves the list.
func (p *Pages) inventory(c *fiber.Ctx) error {
	in, err := p.Inventory(c.UserContext())
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderCacheControl, shortly)
	c.Set(fiber.HeaderAccessControlAllowOrigin, "*")
	return wire.Answer(c, fiber.StatusOK, in)
}
