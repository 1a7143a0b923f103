package docs

import (
	_ "embed"
	"slices"
	"time"

	"github.com/paywicket/paywicket/internal/merchant"
	"github.com/paywicket/paywicket/internal/rescue"
)

//go:embed rescue.html
var rescueText string

// classWords say what may be done about the declines of each class.
var classWords = map[rescue.Class]string{
	rescue.Hard:           "The schemes forbid asking again with this card. Nothing is tried.",
	rescue.Soft:           "It may go through another way or at another time, as it is.",
	rescue.Fraud:          "Somebody takes it for fraud. The shopper proves it wrong, or asking again harms your standing.",
	rescue.Data:           "Something that was sent must be put right first, or only the shopper can.",
	rescue.Authentication: "The shopper must take part.",
}

// actionWords say what each action is.
var actionWords = map[rescue.Action]string{
	rescue.Decline:      "Leave it at that.",
	rescue.Reroute:      "Charge at a processor that was not asked yet.",
	rescue.Correct:      "Charge with the billing address and the site's own descriptor.",
	rescue.Again:        "Charge at the same processor once more.",
	rescue.Authenticate: "Charge with 3-D Secure.",
	rescue.Confirm:      "Ask the shopper first.",
	rescue.Schedule:     "Charge later. Only for payments that nobody waits for.",
}

// factWords say what each fact is.
var factWords = map[string]string{
	"class":            "What may be done about the decline; one of the classes above.",
	"reason":           "Why it was declined; one of the reasons above.",
	"code":             "The scheme's response code (ISO 8583, data element 39), when it is known.",
	"kind":             "cit when the customer set it off, mit when the merchant did.",
	"source":           "website or call_center.",
	"present":          "Whether the shopper waits in our checkout.",
	"test":             "Whether nothing of it is real money.",
	"cue":              "In the sandbox: challenge or pass, as the payer's telephone number says.",
	"score":            "The risk of the visit, 0 to 100; -1 when nothing is known of it.",
	"device":           "Whether the shopper's device has been seen here before.",
	"card_approvals":   "How often the card was approved at this merchant's.",
	"card_declines":    "How often the card was declined at this merchant's.",
	"card_hard":        "Declines of the card that say that nothing will ever come of it.",
	"payer_approvals":  "How often the payer's cards were approved at this merchant's.",
	"payer_declines":   "How often the payer's cards were declined at this merchant's.",
	"device_approvals": "How often payments from the device were approved at this merchant's.",
	"type":             "credit, debit, prepaid or charge; empty when it is not known.",
	"country":          "Where the card was issued (ISO 3166-1, two letters); empty when it is not known.",
	"amount":           "In minor units.",
	"hour":             "The hour of the day where the card was issued, 0 to 23.",
	"cvv":              "Whether it came with a CVV. The CVV itself is never kept.",
	"phone":            "Whether the payer's telephone number is known.",
	"address":          "Whether a billing postal code is known.",
	"sent":             "Whether the address was sent with the last try.",
	"authenticated":    "Whether the issuer has seen the shopper for it (3-D Secure).",
	"confirmed":        "Whether the shopper has agreed to another try.",
	"tries":            "How often it was tried here.",
	"repeats":          "How often of these at the processor that declined last, after the first.",
	"others":           "How many processors were not asked yet.",
}

// named is a thing with what there is to say of it.
type named struct{ Name, Text string }

// class is a class of declines with its reasons.
type class struct {
	Name, Text string
	Reasons    []rescue.Reason
}

// timetable is when a payment would be tried again after declines of one reason.
type timetable struct {
	Reason rescue.Reason
	Tries  []named // when, and why then
}

// rescuePage is what the page on rescue tells, read off the rules themselves so that the
// two cannot disagree.
func rescuePage() map[string]any {
	var classes []class
	for _, c := range rescue.Classes {
		of := class{Name: string(c), Text: classWords[c]}
		for _, r := range rescue.Reasons {
			if r.Class() == c {
				of.Reasons = append(of.Reasons, r)
			}
		}
		classes = append(classes, of)
	}
	var actions, facts []named
	for _, a := range rescue.Actions {
		actions = append(actions, named{string(a), actionWords[a]})
	}
	for _, f := range rescue.FactNames() {
		facts = append(facts, named{f, factWords[f]})
	}
	return map[string]any{
		"Classes": classes, "Rules": rescue.DefaultTable, "Actions": actions, "Facts": facts, "Switches": merchant.Switches(),
		"Limits": rescue.SchemeLimits, "Patience": days(rescue.DefaultPatience), "MostPatience": days(rescue.MostPatience),
		"ChallengeMinutes": int(rescue.ChallengeLife.Minutes()), "ReplayDays": days(rescue.MostReplay),
		"Declined": exampleDecline.In(examplePlace.Zone()).Format("Monday, 2 January 2006, 15:04"), "Timetables": timetables(),
	}
}

func days(d time.Duration) int { return int(d.Hours() / 24) }

// What the page's timetables are about: a credit card issued in New York's time zone,
// declined on an afternoon in the middle of a month.
var (
	exampleDecline = time.Date(2026, time.March, 9, 18, 30, 0, 0, time.UTC)
	examplePlace   = rescue.Place{Country: "US"}
)

// timetables has the scheduler itself plan every try of the example, for each reason.
func timetables() []timetable {
	var all []timetable
	for _, r := range rescue.Reasons {
		t := timetable{Reason: r}
		now, past := exampleDecline, []time.Time{exampleDecline}
		for {
			verdict := rescue.Verdict{Class: r.Class(), Reason: r, Known: true}
			plan, ok := rescue.Next(verdict, len(t.Tries), past, examplePlace, "credit", rescue.SchemeLimits, now, exampleDecline.Add(rescue.MostPatience))
			if !ok {
				break
			}
			t.Tries = append(t.Tries, named{plan.At.In(examplePlace.Zone()).Format("Mon 2 Jan, 15:04"), plan.Why})
			now, past = plan.At, append(slices.Clone(past), plan.At)
		}
		if len(t.Tries) > 0 {
			all = append(all, t)
		}
	}
	return all
}
