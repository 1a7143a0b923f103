package page

import (
	"github.com/paywicket/paywicket/internal/card"
	"github.com/paywicket/paywicket/internal/checkout"
	"github.com/paywicket/paywicket/internal/fault"
)

// tellOutcome puts into a view where the session stands, and what is said of its newest
// payment.
func (p *Pages) tellOutcome(shown *view, v checkout.View, r shopper) {
	latest, now := result(v), p.Now()
	shown.Phase = phaseOf(v, latest, fault.CodeOf(v.Admit(now)))
	if latest == nil {
		return
	}
	switch shown.Phase {
	case paidPhase:
		name := []any{"amount", r.Money(v.Latest.Amount.Minor, v.Latest.Amount.Currency), "brand", card.Brand(latest.Brand).Name(), "last4", latest.Last4}
		shown.Paid = told{r.Say("checkout.paid"), r.Say("checkout.paidWith", name...)}
		if v.Latest.Amount.Minor == 0 {
			shown.Paid = told{r.Say("checkout.saved"), r.Say("checkout.savedWith", name...)}
		}
	case challengePhase:
		shown.Challenge = latest.Action.URL
	case formPhase:
		if latest.Status == "failed" {
			shown.Notice = r.Say("checkout.notSent")
		}
		if latest.Decline != nil {
			shown.Decline = &decline{
				Title: r.Say("checkout.declined"), Text: r.Say("checkout." + latest.Decline.Reason), Attempts: r.Count("checkout.attempts", v.AttemptsLeft()),
			}
		}
	}
}

// phaseOf tells what the checkout shows: by the newest payment, and by whether another may
// start.
func phaseOf(v checkout.View, latest *PayResult, refused fault.Code) phase {
	status := ""
	if latest != nil {
		status = latest.Status
	}
	switch {
	case status == "authorized":
		return paidPhase
	case status == "cancelled":
		return cancelledPhase
	case status == "requires_action" && isWebAddress(v.Latest.ChallengeURL):
		return challengePhase
	case status == "processing" || status == "requires_action":
		return findingPhase
	case refused == fault.TooMany:
		return usedUpPhase
	case refused == fault.Gone && status == "failed":
		return failedPhase
	case refused == fault.Gone:
		return expiredPhase
	}
	return formPhase
}
