package page

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"github.com/paywicket/paywicket/internal/merchant"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/rescue"
)

// question is what a shopper is asked about a declined payment. What is shown and what is
// kept of it is made of the same lines.
type question struct {
	Title  string
	Lead   string
	Facts  []known
	Points []string
	Yes    string
	No     string
}

// known is a fact that a question is about.
type known struct{ Name, Value string }

// ask makes the question of a challenge. It says who charges what and how often, how that
// is called on the statement and what a no means, so that a yes is informed.
func ask(a rescue.Asked) question {
	card := a.Card.Brand.Name()
	q := question{
		Title: "Try this payment again?",
		Lead:  "Your payment to " + a.Merchant.Name + " was declined. You were not charged.",
		Facts: []known{
			{"Shop", a.Merchant.Name},
			{"Amount", a.Amount.String()},
			{"Card", card + " •••• " + a.Card.Last4},
			{"On your statement", a.Site.Descriptor},
		},
		Points: []string{
			"If you say yes, your " + card + " ending in " + a.Card.Last4 + " is charged " + a.Amount.String() + " once, by " + a.Merchant.Name + ".",
			"Your bank may ask you to confirm that it is you.",
			"If you say no, or do not answer in time, you are not charged.",
		},
		Yes: "Yes, try again", No: "No, cancel",
	}
	if a.Merchant.Environment == merchant.Test {
		q.Points = append(q.Points, "Test mode: no money moves.")
	}
	return q
}

// Words is the whole question as text, a line for each of its parts.
func (q question) Words() string {
	lines := []string{q.Title, q.Lead}
	for _, fact := range q.Facts {
		lines = append(lines, fact.Name+": "+fact.Value)
	}
	lines = append(lines, q.Points...)
	return strings.Join(append(lines, "["+q.Yes+"] ["+q.No+"]"), "\n")
}

// Mark names the question's words. The answer carries it, so that nobody is taken to have
// agreed to words that were changed after they had read them.
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
func sayingOf(a rescue.Asked, status string) saying {
	back := " You can close this page, or go back to " + a.Merchant.Name + "."
	switch status {
	case challengeStatus:
		return saying{"waiting", "Your bank wants to be sure that it is you", "Confirm the payment on your bank's page."}
	case approvedStatus:
		return saying{"success", "Payment complete", a.Amount.String() + " paid with " + a.Card.Brand.Name() + " ending in " + a.Card.Last4 + "." + back}
	case declinedStatus:
		return saying{"ended", "The payment could not be made", "You were not charged. Go back to " + a.Merchant.Name + " to pay in another way."}
	case cancelledStatus:
		if a.Paid == nil {
			return saying{"ended", "The payment was cancelled", "You were not charged." + back}
		}
		return saying{"ended", "The payment was cancelled", a.Merchant.Name + " has given your money back, or never took it. It can take your bank some days to show that." + back}
	case expiredStatus:
		return saying{"ended", "There is no more time to answer", "You were not charged. Go back to " + a.Merchant.Name + " to pay again."}
	}
	return saying{"waiting", "We are finding out…", "Your bank is taking its time. You need not pay again: " + a.Merchant.Name + " is told the outcome as soon as it is known."}
}
