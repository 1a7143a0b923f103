package merchant

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"github.com/paywicket/paywicket/internal/fault"
)

// Guard is what a merchant wants collected of its shoppers' devices, and done about risk.
// Its zero value is the defaults.
type Guard struct {
	SignalsOff  []string `json:"signals_off,omitempty"`  // by the collector's names for them
	ChallengeAt int      `json:"challenge_at,omitempty"` // score from which 3-D Secure is asked for; 0 for DefaultChallengeAt
	RefuseAt    int      `json:"refuse_at,omitempty"`    // score from which nothing is asked; 0 for DefaultRefuseAt
	Refuse      []string `json:"refuse,omitempty"`       // what is never asked; an entry is like bin:411111
	Challenge   []string `json:"challenge,omitempty"`    // what is asked with 3-D Secure
	Allow       []string `json:"allow,omitempty"`        // what is asked whatever the score
	// InTest says that all of this holds in the test environment too, and the limits against
	// card testing with it. Else scores are told there and lead to nothing: merchants try
	// declines, and drive browsers by program.
	InTest bool `json:"in_test,omitempty"`
}

// When a score leads to something; scores go from 0 to 100.
const (
	DefaultChallengeAt = 50
	DefaultRefuseAt    = 85
)

// Thresholds gives the scores from which a challenge is wanted and nothing is asked.
func (g Guard) Thresholds() (challenge, refuse int) {
	challenge, refuse = DefaultChallengeAt, DefaultRefuseAt
	if g.ChallengeAt > 0 {
		challenge = g.ChallengeAt
	}
	if g.RefuseAt > 0 {
		refuse = g.RefuseAt
	}
	return challenge, refuse
}

// listingForm is an entry of a list: what kind of thing, and which.
var listingForm = regexp.MustCompile(`^(device:dev_[0-9a-z]+|network:[0-9a-f.:]+/[0-9]+|bin:[0-9]{6,8}|card:[0-9a-zA-Z_-]+|country:[A-Z]{2})$`)

// maxListed is how many entries a list has at most.
const maxListed = 1000

// check refuses what cannot be. Errors: faults that name the field.
func (g Guard) check() error {
	challenge, refuse := g.Thresholds()
	if challenge < 1 || refuse > 101 || challenge > refuse {
		return fault.Field("refuse_at", "Scores go from 1 to 100, and 101 is never: the one for a challenge first.")
	}
	for name, list := range map[string][]string{"refuse": g.Refuse, "challenge": g.Challenge, "allow": g.Allow} {
		if len(list) > maxListed {
			return fault.Field(name, "A list has %d entries at most.", maxListed)
		}
		for _, entry := range list {
			if !listingForm.MatchString(entry) {
				return fault.Field(name, "An entry is like device:dev_…, network:203.0.113.0/24, bin:411111, card:<fingerprint> or country:NL.")
			}
			if slices.Contains(g.Refuse, entry) && slices.Contains(g.Allow, entry) {
				return fault.Field(name, "%s is in both lists.", entry)
			}
		}
	}
	return nil
}

// SetGuard sets what is collected for a merchant and done about risk; known are the
// collector's signals. Errors: fault.NotFound, faults that name the field.
func (s *Service) SetGuard(ctx context.Context, merchant string, g Guard, known []string) error {
	for _, name := range g.SignalsOff {
		if !slices.Contains(known, name) {
			return fault.Field("signals_off", "There is no such signal. There are: %s.", strings.Join(known, ", "))
		}
	}
	if err := g.check(); err != nil {
		return err
	}
	m, err := s.Store.FindMerchant(ctx, merchant)
	if err != nil {
		return err
	}
	m.Guard = g
	return s.Store.SetTerms(ctx, m)
}
