package rescue

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/paywicket/paywicket/internal/fault"
)

// Action is what can be done about a decline.
type Action string

// The actions. Those that charge go to a processor at once.
const (
	Decline      Action = "decline"      // leave it at that
	Reroute      Action = "reroute"      // charge at a processor that was not asked yet
	Correct      Action = "correct"      // charge with the billing address and the site's own descriptor
	Again        Action = "again"        // charge at the same processor once more: the way to the issuer failed
	Authenticate Action = "authenticate" // charge with 3-D Secure
	Confirm      Action = "challenge"    // ask the shopper first
	Schedule     Action = "schedule"     // charge later
)

// Actions lists them all.
var Actions = []Action{Decline, Reroute, Correct, Again, Authenticate, Confirm, Schedule}

// charges tells whether an action goes to a processor at once.
func (a Action) charges() bool {
	return a == Reroute || a == Correct || a == Again || a == Authenticate
}

// Condition is one test of a fact. What is given of Is, AtLeast and AtMost must all hold.
type Condition struct {
	Fact    string   `json:"fact"`
	Is      []string `json:"is,omitempty"` // any of these; true and false for truth values
	AtLeast *int64   `json:"at_least,omitempty"`
	AtMost  *int64   `json:"at_most,omitempty"`
}

// Rule says what is to be done when all its conditions hold.
type Rule struct {
	Name string      `json:"name"` // lower-case words with dashes, by which it is known
	Why  string      `json:"why"`  // for people
	When []Condition `json:"when"`
	Then Action      `json:"then"`
	Off  bool        `json:"off,omitempty"`
}

// Table is a decision table. The first rule that is on, whose conditions hold and whose
// action can be taken, decides; when there is none, the decline stands.
type Table []Rule

// Limits of a table.
const (
	maxRules      = 100
	maxConditions = 20
	maxValues     = 100
	maxWords      = 300 // bytes
)

// holds tells whether a condition does.
func (c Condition) holds(f Facts) bool {
	read, ok := facts[c.Fact]
	if !ok {
		return false
	}
	value := read(f)
	if len(c.Is) > 0 && !slices.Contains(c.Is, fmt.Sprint(value)) {
		return false
	}
	number, _ := value.(int64)
	return (c.AtLeast == nil || number >= *c.AtLeast) && (c.AtMost == nil || number <= *c.AtMost)
}

// String says a condition for people.
func (c Condition) String() string {
	var parts []string
	if len(c.Is) > 0 {
		parts = append(parts, "is "+strings.Join(c.Is, " or "))
	}
	if c.AtLeast != nil {
		parts = append(parts, fmt.Sprintf("is at least %d", *c.AtLeast))
	}
	if c.AtMost != nil {
		parts = append(parts, fmt.Sprintf("is at most %d", *c.AtMost))
	}
	return strings.ReplaceAll(c.Fact, "_", " ") + " " + strings.Join(parts, " and ")
}

func (r Rule) holds(f Facts) bool {
	for _, c := range r.When {
		if !c.holds(f) {
			return false
		}
	}
	return !r.Off && f.can(r.Then)
}

// Rule gives the rule that decides.
func (t Table) Rule(f Facts) Rule {
	for _, r := range t {
		if r.holds(f) {
			return r
		}
	}
	return Rule{Name: "nothing-fits", Why: "No rule says otherwise.", Then: Decline}
}

// Check refuses a table that cannot be. Errors: faults on rules.
func (t Table) Check() error {
	if len(t) > maxRules {
		return fault.Field("rules", "A table has %d rules at most.", maxRules)
	}
	names := map[string]bool{}
	for i, r := range t {
		switch {
		case !isRuleName(r.Name) || names[r.Name]:
			return fault.Field("rules", "Rule %d needs a name of its own: 1 to 60 lower-case letters, digits and dashes.", i+1)
		case len(r.Why) > maxWords:
			return fault.Field("rules", "Say in %d bytes why there is a rule %s.", maxWords, r.Name)
		case !slices.Contains(Actions, r.Then):
			return fault.Field("rules", "The rule %s does nothing that is known. Choose from: %s.", r.Name, words(Actions))
		case len(r.When) > maxConditions:
			return fault.Field("rules", "The rule %s has more than %d conditions.", r.Name, maxConditions)
		}
		names[r.Name] = true
		for _, c := range r.When {
			if err := c.check(r.Name); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c Condition) check(rule string) error {
	read, ok := facts[c.Fact]
	if !ok {
		return fault.Field("rules", "The rule %s asks for a fact that is not known. Choose from: %s.", rule, strings.Join(slices.Sorted(maps.Keys(facts)), ", "))
	}
	if len(c.Is) == 0 && c.AtLeast == nil && c.AtMost == nil || len(c.Is) > maxValues {
		return fault.Field("rules", "In the rule %s, say of %s what it is (up to %d values), or at_least or at_most.", rule, c.Fact, maxValues)
	}
	if _, number := read(Facts{}).(int64); !number && (c.AtLeast != nil || c.AtMost != nil) {
		return fault.Field("rules", "In the rule %s, %s is no number. Say what it is.", rule, c.Fact)
	}
	for _, value := range c.Is {
		if len(value) > maxWords {
			return fault.Field("rules", "In the rule %s, a value of %s is too long.", rule, c.Fact)
		}
	}
	return nil
}

func isRuleName(name string) bool {
	if name == "" || len(name) > 60 {
		return false
	}
	for _, b := range []byte(name) {
		if (b < 'a' || b > 'z') && (b < '0' || b > '9') && b != '-' {
			return false
		}
	}
	return true
}

func words[T ~string](all []T) string {
	var names []string
	for _, one := range all {
		names = append(names, string(one))
	}
	return strings.Join(names, ", ")
}
