package page

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"github.com/paywicket/paywicket/internal/merchant"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/rescue"
	"github.com/paywicket/paywicket/server/language"
)

// question is what a shopper is asked about a declined payment. What is shown and what is
// kept of it is made of the same lines, in the same language.
type question struct {
	Language language.Language
	Title    string
	Lead     string
	Facts    []known
	Points   []string
	Yes      string
	No       string
}

// known is a fact that a question is about.
type known struct{ Name, Value string }

// ask makes the question of a challenge. It says who charges what and how often, how that
// is called on the statement and what a no means, so that a yes is informed.
func ask(l language.Language, a rescue.Asked) question {
	shop, card, amount := a.Merchant.Name, a.Card.Brand.Name(), l.Money(a.Amount.Minor, a.Amount.Currency)
	q := question{
		Language: l,
		Title:    l.Say("page.again"),
		Lead:     l.Say("page.againLead", "shop", shop),
		Facts: []known{
			{l.Say("page.factShop"), shop},
			{l.Say("page.factAmount"), amount},
			{l.Say("page.factCard"), card + " •••• " + a.Card.Last4},
			{l.Say("page.factStatement"), a.Site.Descriptor},
		},
		Points: []string{
			l.Say("page.pointYes", "brand", card, "last4", a.Card.Last4, "amount", amount, "shop", shop),
			l.Say("page.pointBank"),
			l.Say("page.pointNo"),
		},
		Yes: l.Say("page.yes"), No: l.Say("page.no"),
	}
	if a.Merchant.Environment == merchant.Test {
		q.Points = append(q.Points, l.Say("page.pointTest"))
	}
	return q
}

// Words is the whole question as text, a line for each of its parts, and at last which
// language that is in.
func (q question) Words() string {
	lines := []string{q.Title, q.Lead}
	for _, fact := range q.Facts {
		lines = append(lines, fact.Name+": "+fact.Value)
	}
	lines = append(lines, q.Points...)
	lines = append(lines, "["+q.Yes+"] ["+q.No+"]", "["+q.Language.Tag()+"]")
	return strings.Join(lines, "\n")
}

// Mark names the question's words. The answer carries it with their language, so that nobody
// is taken to have agreed to words that were changed after they had read them, or to others
// than they had read.
func (q question) Mark() string {
	sum := sha256.Sum256([]byte(q.Words()))
	return hex.EncodeToString(sum[:])
}

// The statuses of a question, for its script and the shop's page.
const (
	askedStatus      = "asked"
	challengeStatus  = "challenge" // the issuer's page waits
	processingStatus = "processing"
	approvedStatus   = "approved"
	declinedStatus   = "declined"
	cancelledStatus  = "cancelled"
	expiredStatus    = "expired"
)

// statusOf says in one word where a question stands.
func statusOf(a rescue.Asked, now time.Time) string {
	switch a.Status() {
	case rescue.StatusChallenge:
		if a.Paid != nil && a.Paid.State == payment.RequiresAction {
			return challengeStatus
		}
		if !now.Before(a.ExpiresAt) {
			return expiredStatus // and will be marked so by whoever looks after orders
		}
		return askedStatus
	case rescue.StatusApproved, rescue.StatusCaptureRequired:
		return approvedStatus
	case rescue.StatusDeclined:
		return declinedStatus
	case rescue.StatusCancelled, rescue.StatusReturned:
		return cancelledStatus
	case rescue.StatusExpired:
		return expiredStatus
	}
	return processingStatus
}

// saying is a screen that says one thing.
type saying struct {
	Kind  string // waiting, success or ended
	Title string
	Text  string
}

// sayingOf is what a shopper is told who has nothing to answer.
func sayingOf(l language.Language, a rescue.Asked, status string) saying {
	shop := a.Merchant.Name
	closing := func(text string) string { return sentences(text, l.Say("page.closePage", "shop", shop)) }
	switch status {
	case challengeStatus:
		return saying{"waiting", l.Say("checkout.challenge"), l.Say("page.confirmAtBank")}
	case approvedStatus:
		amount := l.Money(a.Amount.Minor, a.Amount.Currency)
		return saying{"success", l.Say("checkout.paid"), closing(l.Say("checkout.paidWith", "amount", amount, "brand", a.Card.Brand.Name(), "last4", a.Card.Last4))}
	case declinedStatus:
		return saying{"ended", l.Say("page.notMade"), l.Say("page.notMadeMore", "shop", shop)}
	case cancelledStatus:
		if a.Paid == nil {
			return saying{"ended", l.Say("page.wasCancelled"), closing(l.Say("page.notCharged"))}
		}
		return saying{"ended", l.Say("page.wasCancelled"), closing(l.Say("page.givenBack", "shop", shop))}
	case expiredStatus:
		return saying{"ended", l.Say("page.tooLate"), l.Say("page.tooLateMore", "shop", shop)}
	}
	return saying{"waiting", l.Say("checkout.finding"), l.Say("page.findingMore", "shop", shop)}
}

// sentences puts one sentence after another. Where a sentence ends in a wide stop, no space
// follows.
func sentences(first, second string) string {
	if strings.HasSuffix(first, "。") {
		return first + second
	}
	return first + " " + second
}
