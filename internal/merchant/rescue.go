package merchant

import (
	"context"
	"slices"
	"strings"

	"github.com/paywicket/paywicket/internal/fault"
)

// Switch turns on one kind of rescue of declined payments: who asked for the payment,
// where the order came from, and in which environment it is tried. Its text is the three
// with dots between, such as "cit.website.live".
//
// In an account for real money a switch of the sandbox stands for a trial: what would be
// done is decided and kept, and nothing is charged.
type Switch string

// The parts of a switch.
var (
	switchKinds        = []string{"cit", "mit"}
	switchSources      = []string{"website", "call_center"}
	switchEnvironments = []string{"sandbox", "live"}
)

// Switches are all there are. Each is on unless a merchant or a site turned it off, and
// none of them turns another.
func Switches() []Switch {
	var all []Switch
	for _, kind := range switchKinds {
		for _, source := range switchSources {
			for _, environment := range switchEnvironments {
				all = append(all, Switch(kind+"."+source+"."+environment))
			}
		}
	}
	return all
}

// Rescues tells whether a switch is on for a site of the merchant's.
func (m Merchant) Rescues(site Site, s Switch) bool {
	return !slices.Contains(m.RescueOff, s) && !slices.Contains(site.RescueOff, s)
}

// SetRescue says which switches are off for a merchant, or for one of its sites.
// Errors: fault.NotFound, a fault on off.
func (s *Service) SetRescue(ctx context.Context, merchant, site string, off []Switch, actor string) error {
	all := Switches()
	for i, one := range off {
		if !slices.Contains(all, one) || slices.Contains(off[:i], one) {
			return fault.Field("off", "Name each switch once. There are: %s.", switchList(all))
		}
	}
	return s.Store.SetRescue(ctx, merchant, site, off, actor)
}

func switchList(all []Switch) string {
	var names []string
	for _, one := range all {
		names = append(names, string(one))
	}
	return strings.Join(names, ", ")
}
