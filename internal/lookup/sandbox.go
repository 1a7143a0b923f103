package lookup

import (
	"strings"

	"github.com/paywicket/paywicket/internal/card"
)

// testCoBadges are the first digits of the sandbox's test cards that bear two schemes.
// They are in no list, for nobody issues them.
var testCoBadges = map[string]card.Issuance{
	"40000025": {Brand: card.Visa, Type: card.Credit, Country: "FR", CoBrand: card.CartesBancaires},
	"55555525": {Brand: card.Mastercard, Type: card.Credit, Country: "FR", CoBrand: card.CartesBancaires},
}

// Sandbox gives what is to be thought of the sandbox's test cards that begin with a BIN
// of eight digits or more, where their numbers alone do not tell it: those that bear two
// schemes. ok is false for every other.
func Sandbox(bin string) (found card.Issuance, ok bool) {
	for prefix, issuance := range testCoBadges {
		if strings.HasPrefix(bin, prefix) {
			return issuance, true
		}
	}
	return card.Issuance{}, false
}
