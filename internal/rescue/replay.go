package rescue

import (
	"context"
	"time"

	"github.com/paywicket/paywicket/internal/fault"
)

// Rules gives a merchant's decision table with its version: 0 and the default for one who
// has none of its own.
func (s *Service) Rules(ctx context.Context, merchant string) (Table, int, error) {
	table, version, err := s.Store.Rules(ctx, merchant)
	if err == nil && version == 0 {
		table = DefaultTable
	}
	return table, version, err
}

// SetRules gives a merchant another decision table, which holds from now on. version is the
// one that it was made of. Errors: faults on rules; fault.Conflict when there is a newer one.
func (s *Service) SetRules(ctx context.Context, merchant string, table Table, version int, actor string) error {
	if err := table.Check(); err != nil {
		return err
	}
	return s.Store.SetRules(ctx, merchant, table, version+1, actor)
}

// Replay is what a decision table would have done with the declines of a span of time.
type Replay struct {
	Decisions int            `json:"decisions"`
	Changed   int            `json:"changed"` // decided otherwise than they were
	Rules     []RuleReplay   `json:"rules"`   // in the order of the table
	Actions   []ActionReplay `json:"actions"`
	Examples  []Difference   `json:"examples"` // the newest that would have changed
}

// RuleReplay is how often a rule decided, and how often it would have.
type RuleReplay struct {
	Name  string `json:"name"`
	Did   int    `json:"did"`
	Would int    `json:"would"`
}

// ActionReplay is what was done of one kind and currency, and what would have been.
// Amounts are minor units.
type ActionReplay struct {
	Action      Action `json:"action"`
	Currency    string `json:"currency"`
	Did         int    `json:"did"`
	DidAmount   int64  `json:"did_amount"`
	Would       int    `json:"would"`
	WouldAmount int64  `json:"would_amount"`
}

// Difference is a decline that would have been decided otherwise.
type Difference struct {
	ID        string    `json:"id"`
	Order     string    `json:"order"`
	Payment   string    `json:"payment"`
	Amount    int64     `json:"amount"`
	Currency  string    `json:"currency"`
	At        time.Time `json:"at"`
	Did       Action    `json:"did"`
	DidRule   string    `json:"did_rule"`
	Would     Action    `json:"would"`
	WouldRule string    `json:"would_rule"`
}

// Limits of a replay.
const (
	maxReplay   = 92 * 24 * time.Hour
	maxExamples = 50
)

// Replay runs a decision table over what was decided in a span of time, from included and
// to excluded, and changes nothing. Errors: faults on rules, from and to.
func (s *Service) Replay(ctx context.Context, merchant string, table Table, from, to time.Time) (Replay, error) {
	if err := table.Check(); err != nil {
		return Replay{}, err
	}
	if !from.Before(to) || to.Sub(from) > maxReplay {
		return Replay{}, fault.Field("from", "Give a span of up to %d days, from before to.", int(maxReplay.Hours()/24))
	}
	r := newReplay(table)
	err := s.Store.Decisions(ctx, merchant, from, to, func(d Decision) error {
		r.add(d, table.Rule(d.Facts))
		return nil
	})
	return r.Replay, err
}

// replaying adds a replay up.
type replaying struct {
	Replay
	rules   map[string]int // places in Rules
	actions map[string]int // places in Actions
}

func newReplay(table Table) *replaying {
	r := &replaying{Replay: Replay{Rules: []RuleReplay{}, Actions: []ActionReplay{}, Examples: []Difference{}}, rules: map[string]int{}, actions: map[string]int{}}
	for _, rule := range table {
		r.rule(rule.Name)
	}
	return r
}

func (r *replaying) rule(name string) *RuleReplay {
	i, ok := r.rules[name]
	if !ok {
		i = len(r.Rules)
		r.rules[name], r.Rules = i, append(r.Rules, RuleReplay{Name: name})
	}
	return &r.Rules[i]
}

func (r *replaying) action(a Action, currency string) *ActionReplay {
	key := string(a) + " " + currency
	i, ok := r.actions[key]
	if !ok {
		i = len(r.Actions)
		r.actions[key], r.Actions = i, append(r.Actions, ActionReplay{Action: a, Currency: currency})
	}
	return &r.Actions[i]
}

func (r *replaying) add(d Decision, would Rule) {
	r.Decisions++
	r.rule(d.Rule).Did++
	r.rule(would.Name).Would++
	did := r.action(d.Action, d.Amount.Currency)
	did.Did++
	did.DidAmount += d.Amount.Minor
	then := r.action(would.Then, d.Amount.Currency)
	then.Would++
	then.WouldAmount += d.Amount.Minor
	if would.Then == d.Action {
		return
	}
	r.Changed++
	r.Examples = append(r.Examples, Difference{
		ID: d.ID, Order: d.Order, Payment: d.Payment, Amount: d.Amount.Minor, Currency: d.Amount.Currency, At: d.At.UTC(),
		Did: d.Action, DidRule: d.Rule, Would: would.Then, WouldRule: would.Name,
	})
	if len(r.Examples) > maxExamples {
		r.Examples = r.Examples[1:]
	}
}
