package processortest

import (
	"net/http"
	"net/url"
	"slices"
	"testing"

	"github.com/paywicket/paywicket/internal/processor"
)

// AtTheBank is the shopper's word on an issuer's page that takes it by POST, as a decision.
func AtTheBank(decision string) func(testing.TB, processor.Outcome) {
	return func(t testing.TB, asked processor.Outcome) {
		t.Helper()
		response, err := http.Post(asked.ChallengeURL+"?decision="+decision, "", nil)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
	}
}

// challenged asks for the card whose issuer wants to see the shopper, and checks
// that the page is one that a checkout will be allowed to frame.
func (f Fixture) challenged(t *testing.T) (processor.Request, processor.Outcome) {
	t.Helper()
	if f.Challenge == nil {
		t.Skip("this processor has no challenge")
	}
	ask := f.request(*f.Challenge)
	asked := f.answered(t, ask, *f.Challenge)
	expect(t, asked, processor.Challenge)
	page, err := url.Parse(asked.ChallengeURL)
	if err != nil || !slices.Contains(f.Gateway.ChallengeOrigins(), page.Scheme+"://"+page.Host) {
		t.Errorf("the page %q is not at one of %q", asked.ChallengeURL, f.Gateway.ChallengeOrigins())
	}
	if asked.ApprovalCode != "" {
		t.Errorf("approved before the shopper was seen: %+v", asked)
	}
	pending := f.looked(t, ask, *f.Challenge)
	echoes(t, ask, pending)
	expect(t, pending, processor.Challenge)
	return ask, asked
}

func challengeConfirmed(t *testing.T, f Fixture) {
	ask, asked := f.challenged(t)
	f.Confirm(t, asked)
	settled := f.looked(t, ask, *f.Challenge)
	echoes(t, ask, settled)
	expect(t, settled, processor.Approved)
	if settled.ChallengeURL != "" {
		t.Errorf("a settled authorization still has a page: %+v", settled)
	}
	f.Refuse(t, asked) // one use: too late
	if again := f.looked(t, ask, *f.Challenge); again != settled {
		t.Errorf("a second word changed %+v to %+v", settled, again)
	}
	f.once(t, ask)
}

func challengeRefused(t *testing.T, f Fixture) {
	ask, asked := f.challenged(t)
	f.Refuse(t, asked)
	settled := f.looked(t, ask, *f.Challenge)
	expect(t, settled, processor.Declined)
	if settled.DeclineCode != processor.AuthenticationFailed {
		t.Errorf("the decline code is %s", settled.DeclineCode)
	}
	f.Confirm(t, asked) // one use: too late
	expect(t, f.looked(t, ask, *f.Challenge), processor.Declined)
}

func challengeCancelled(t *testing.T, f Fixture) {
	if !f.Gateway.Abilities().CancelChallenge {
		t.Skip("this processor cannot end a challenge")
	}
	ask, asked := f.challenged(t)
	for range 2 { // twice is harmless
		cancelled := f.cancelled(t, ask)
		expect(t, cancelled, processor.Declined)
		if cancelled.DeclineCode != processor.AuthenticationFailed {
			t.Errorf("the decline code is %s", cancelled.DeclineCode)
		}
	}
	f.Confirm(t, asked) // a page that was left open: too late
	expect(t, f.looked(t, ask, *f.Challenge), processor.Declined)
}

func cancelAfterTheEnd(t *testing.T, f Fixture) {
	if !f.Gateway.Abilities().CancelChallenge {
		t.Skip("this processor cannot end a challenge")
	}
	ask, asked := f.challenged(t)
	f.Confirm(t, asked)
	expect(t, f.cancelled(t, ask), processor.Approved)
	expect(t, f.looked(t, ask, *f.Challenge), processor.Approved)
}

func (f Fixture) cancelled(t *testing.T, ask processor.Request) processor.Outcome {
	t.Helper()
	outcome, err := f.Gateway.CancelChallenge(t.Context(), original(ask))
	if err != nil {
		t.Fatalf("cancel: %v", err)
	}
	quiet(t, *f.Challenge, outcome, err)
	echoes(t, ask, outcome)
	return outcome
}
