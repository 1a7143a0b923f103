package page

import (
	"encoding/json"
	"strings"
	"sync"

	"github.com/paywicket/paywicket/internal/checkout"
)

// spoken holds the words that documents carry, by language and by what is left out.
var spoken sync.Map

// written are the words that the document has in its elements and the script never says by
// itself: when the language changes they come with the others of that.
const written = "number expiry expiryHint name optional network secure sandbox finding findingMore challenge challengeSlow challengeAgain challengeGo " +
	"otherCard cancelled cancelledMore expiredMore usedUp usedUpMore back continue cancel"

// words are what a checkout's script says, without the words about what its form has not:
// they would be a tenth of the document. Another language's are loaded whole.
func words(r shopper, v checkout.View) json.RawMessage {
	form := v.Session.Form
	unsaid := []string{written}
	leave := func(out bool, keys string) {
		if out {
			unsaid = append(unsaid, keys)
		}
	}
	leave(form.Email == checkout.NotAsked, "email emailMissing emailWrong")
	leave(form.Phone == checkout.NotAsked, "phone phoneMissing phoneWrong")
	leave(form.Billing == checkout.NoBilling, "billing country countryMissing line1 line1Missing city cityMissing state stateMissing postalCode postalCodeMissing zipCode")
	leave(len(form.Plans) == 0, "installments payAtOnce payParts payTotal payExtra")
	leave(form.Save == checkout.NeverSave, "saveCard saveAlways")
	leave(form.HideSaved || v.Session.Terms.Payer.ID == "", "savedCards savedCard savedExpires savedExpired newCard remove removeCard removed")
	without := strings.Join(unsaid, " ")
	name := r.Base() + " " + without
	if known, ok := spoken.Load(name); ok {
		return known.(json.RawMessage)
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal([]byte(r.Words()), &all); err != nil {
		panic("page: words: " + err.Error()) // they were made by our own build
	}
	for key := range strings.FieldsSeq(without) {
		delete(all, key)
	}
	text, err := json.Marshal(all)
	if err != nil {
		panic("page: words: " + err.Error())
	}
	spoken.Store(name, json.RawMessage(text))
	return text
}
