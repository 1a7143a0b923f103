package cli

import (
	"github.com/paywicket/paywicket/internal/merchant"
	"github.com/paywicket/paywicket/internal/sense"
)

// merchantGuardCommand sets what is collected and done about risk. What is not given is
// the default.
type merchantGuardCommand struct {
	atMerchants
	Merchant    string   `arg:"" help:"Its id, mer_…"`
	ChallengeAt int      `help:"Score from which 3-D Secure is asked for. Default: 50; 101 is never."`
	RefuseAt    int      `help:"Score from which a card is refused. Default: 85; 101 is never."`
	Refuse      []string `help:"What is always refused, such as bin:411111, country:NL, network:203.0.113.0/24, device:dev_… or card:<fingerprint>. May be given again."`
	Challenge   []string `help:"What is asked with 3-D Secure, whatever the score. May be given again."`
	Allow       []string `help:"What is asked whatever the score; the limits hold all the same. May be given again."`
	SignalsOff  []string `help:"Signals that are not collected, such as fonts or canvas. May be given again."`
	InTest      bool     `help:"All of this holds in the test environment too. Default: there it is only told."`
}

// Run sets it.
func (m merchantGuardCommand) Run(c console) error {
	return m.do(c, func(s *merchant.Service) error {
		guard := merchant.Guard{
			SignalsOff: m.SignalsOff, ChallengeAt: m.ChallengeAt, RefuseAt: m.RefuseAt, Refuse: m.Refuse, Challenge: m.Challenge, Allow: m.Allow, InTest: m.InTest,
		}
		if err := s.SetGuard(c, m.Merchant, guard, sense.SignalNames()); err != nil {
			return err
		}
		c.printf("It holds from now on.")
		return nil
	})
}
