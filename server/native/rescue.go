package native

import (
	"slices"
	"time"

	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/merchant"
	"github.com/paywicket/paywicket/internal/rescue"
	"github.com/paywicket/paywicket/server/wire"
)

// Switch is one kind of rescue, and whether it is on.
type Switch struct {
	Name merchant.Switch `json:"name"` // kind, source and environment, such as cit.website.live
	On   bool            `json:"on"`
}

// SiteSwitches are a site's own switches. What a merchant has turned off is off for all its
// sites, whatever these say.
type SiteSwitches struct {
	Site     string   `json:"site"`
	Switches []Switch `json:"switches"`
}

// Rescue is how a merchant's declined sales are rescued.
type Rescue struct {
	Switches []Switch        `json:"switches"`
	Sites    []SiteSwitches  `json:"sites"`   // oldest first
	Version  int             `json:"version"` // of the rules; 0 for the default ones
	Rules    rescue.Table    `json:"rules"`   // those in force
	Facts    []string        `json:"facts"`   // what a condition can ask for
	Actions  []rescue.Action `json:"actions"` // what a rule can do
}

func (a *API) findRescue(call wire.Call, _ wire.Empty) (Rescue, error) {
	account, err := a.Merchants.Store.FindMerchant(call, call.Merchant())
	if err != nil {
		return Rescue{}, err
	}
	sites, err := a.Merchants.Store.ListSites(call, call.Merchant())
	if err != nil {
		return Rescue{}, err
	}
	table, version, err := a.Rescues.Rules(call, call.Merchant())
	if err != nil {
		return Rescue{}, err
	}
	out := Rescue{
		Switches: switches(account.RescueOff), Sites: []SiteSwitches{}, Version: version, Rules: shown(table), Facts: rescue.FactNames(), Actions: rescue.Actions,
	}
	for _, s := range sites {
		out.Sites = append(out.Sites, SiteSwitches{Site: s.ID, Switches: switches(s.RescueOff)})
	}
	return out, nil
}

func switches(off []merchant.Switch) []Switch {
	var all []Switch
	for _, one := range merchant.Switches() {
		all = append(all, Switch{Name: one, On: !slices.Contains(off, one)})
	}
	return all
}

// shown gives a table whose lists are never null.
func shown(table rescue.Table) rescue.Table {
	out := rescue.Table{}
	for _, rule := range table {
		if rule.When == nil {
			rule.When = []rescue.Condition{}
		}
		out = append(out, rule)
	}
	return out
}

// switchesRequest names what is off, in place of what was: for the merchant, or for one of
// its sites.
type switchesRequest struct {
	Off  []merchant.Switch `json:"off" validate:"required"`
	Site string            `json:"site"`
}

func (a *API) setSwitches(call wire.Call, in switchesRequest) (Rescue, error) {
	if in.Site != "" {
		if err := named(id.Site, in.Site); err != nil {
			return Rescue{}, err
		}
	}
	if err := a.Merchants.SetRescue(call, call.Merchant(), in.Site, in.Off, call.Actor()); err != nil {
		return Rescue{}, err
	}
	return a.findRescue(call, wire.Empty{})
}

// rulesRequest is another decision table, and the version of the one that it was made of.
type rulesRequest struct {
	Version *int         `json:"version" validate:"required"`
	Rules   rescue.Table `json:"rules" validate:"required"`
}

// maxRules is how large a body with a decision table may be, in bytes: as large as the
// server reads any. A hundred rules of some size have 40 KiB.
const maxRules = 64 << 10

// MaxBody lets the body hold a whole table.
func (rulesRequest) MaxBody() int { return maxRules }

// Rules is a decision table in force, by its version.
type Rules struct {
	Version int          `json:"version"`
	Rules   rescue.Table `json:"rules"`
}

func (a *API) setRules(call wire.Call, in rulesRequest) (Rules, error) {
	table := shown(in.Rules)
	if err := a.Rescues.SetRules(call, call.Merchant(), table, *in.Version, call.Actor()); err != nil {
		return Rules{}, err
	}
	return Rules{Version: *in.Version + 1, Rules: table}, nil
}

// rescueReplayRequest is a decision table to be tried on what was decided in a span of
// time: the past thirty days up to now for what is left out.
type rescueReplayRequest struct {
	Rules rescue.Table `json:"rules" validate:"required"`
	From  time.Time    `json:"from"` // included
	To    time.Time    `json:"to"`   // excluded
}

// MaxBody lets the body hold a whole table.
func (rescueReplayRequest) MaxBody() int { return maxRules }

func (a *API) replayRules(call wire.Call, in rescueReplayRequest) (rescue.Replay, error) {
	from, to := spanOr(in.From, in.To, a.Rescues.Now())
	return a.Rescues.Replay(call, call.Merchant(), in.Rules, from, to)
}
