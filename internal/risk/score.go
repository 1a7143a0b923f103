package risk

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/text/language"

	"github.com/paywicket/paywicket/internal/merchant"
	"github.com/paywicket/paywicket/internal/sense"
)

// sum is a score as it comes about.
type sum struct {
	score   int
	reasons []string
}

func (s *sum) add(points int, format string, args ...any) {
	if points > 0 {
		s.score += points
		s.reasons = append(s.reasons, fmt.Sprintf("%s (%d)", fmt.Sprintf(format, args...), points))
	}
}

// assess gives the score and what it leads to.
func assess(a Attempt, seen history) Assessment {
	as := judge(a, seen)
	if a.Merchant.Environment == merchant.Test && !a.Merchant.Guard.InTest && as.Action != Allow {
		as.Reasons = append([]string{"with a live key: " + string(as.Action)}, as.Reasons...)
		as.Action = Allow
	}
	return as
}

func judge(a Attempt, seen history) Assessment {
	var s sum
	s.visit(a.Visit)
	s.behaviour(a.Visit)
	s.pace(seen)
	s.place(a)
	as := Assessment{Score: min(100, s.score), Action: Allow, Reasons: s.reasons}
	if as.Reasons == nil {
		as.Reasons = []string{}
	}
	say := func(reason string) { as.Reasons = append([]string{reason}, as.Reasons...) }
	challenge, refuse := a.Merchant.Guard.Thresholds()
	if why := seen.limit(); why != "" {
		as.Action = Refuse
		say(why)
		return as
	}
	if entry := listed(a, a.Merchant.Guard.Refuse); entry != "" {
		as.Action = Refuse
		say("the merchant refuses " + entry)
		return as
	}
	if entry := listed(a, a.Merchant.Guard.Allow); entry != "" {
		say("the merchant allows " + entry)
		return as
	}
	if entry := listed(a, a.Merchant.Guard.Challenge); entry != "" {
		as.Action = Challenge
		say("the merchant wants 3-D Secure for " + entry)
	}
	switch {
	case as.Score >= refuse:
		as.Action = Refuse
	case as.Score >= challenge:
		as.Action = Challenge
	}
	if as.Action != Refuse && (seen.attacked() || seen.swept()) {
		as.proven, as.Action = as.Action, Prove
		say("somebody is testing cards here")
	}
	return as
}

// visit adds what the pages and the device tell.
func (s *sum) visit(v sense.Visit) {
	if v.Replayed {
		s.add(60, "a page sent what another had recorded")
	}
	if v.Moved {
		s.add(40, "the visit's pages are on different devices")
	}
	if v.Device == "" {
		s.add(20, "its page said nothing of its device")
		return
	}
	if v.Likeness.Verdict != sense.Recognised {
		s.add(5, "its device is not known")
	}
	for _, p := range v.Pages {
		tells, _ := p.Signals["automation"].Value.([]any)
		for _, tell := range tells {
			if name, ok := tell.(string); ok {
				s.add(automation(name), "its browser is driven by a program: %s", name)
			}
		}
	}
}

// What a person needs at least for a form, in milliseconds, and how much of a card's number
// is typed when it is.
const (
	leastTime  = 2000
	leastTyped = 8
)

// behaviour adds how the checkout was filled in: nobody types a card in a moment, though a
// browser that knows it fills it in.
func (s *sum) behaviour(v sense.Visit) {
	var inside, typed float64
	var pasted, filled, told bool
	for _, p := range v.Pages {
		for _, batch := range p.Events {
			var events []sense.Event
			if p.Place != sense.Frame || json.Unmarshal(batch, &events) != nil {
				continue
			}
			for _, e := range events {
				habit, _ := e.Value.(map[string]any)
				switch e.Type {
				case "autofill":
					filled = true
				case "paste":
					pasted = pasted || e.Field == "number"
				case "typing":
					told = true
					inside += number(habit["inside"])
					if e.Field == "number" {
						typed += number(habit["typed"])
					}
				}
			}
		}
	}
	if !told || filled {
		return
	}
	if inside < leastTime {
		s.add(15, "its form was filled in within %.1f seconds", inside/1000)
	}
	if pasted && typed < leastTyped {
		s.add(5, "its number was pasted")
	}
}

func number(value any) float64 {
	n, _ := value.(float64)
	return n
}

// automation is how much a tell counts. Single ones of the others come about by old phones
// and tools for privacy.
func automation(name string) int {
	switch name {
	case "webdriver", "headless":
		return 25
	case "patched", "own", "zone", "system":
		return 10
	}
	return 5
}

// pace adds what has been tried lately.
func (s *sum) pace(h history) {
	s.add([]int{0, 0, 0, 5, 20, 40}[min(h.deviceCards+1, 5)], "%d cards on its device in 24 hours", h.deviceCards+1)
	switch n := h.cardDay.Declines; {
	case n >= 6:
		s.add(35, "its card was declined %d times in 24 hours", n)
	case n >= 3:
		s.add(15, "its card was declined %d times in 24 hours", n)
	}
	if n := h.networkHour; n.Declines >= 10 && n.Declines*100 >= n.Attempts*60 {
		s.add(min(30, n.Declines), "%d of %d attempts from its network were declined in an hour", n.Declines, n.Attempts)
	}
	if h.swept() {
		s.add(20, "%d of %d cards of its range were declined in an hour", h.rangeHour.Declines, h.rangeHour.Attempts)
	}
}

// continents are the regions (UN M.49) that the first words of time zones' names stand for.
var continents = map[string]string{"Europe": "150", "Asia": "142", "Africa": "002", "America": "019", "Australia": "009", "Pacific": "009"}

// place adds what the card's country and the device's zone and languages tell together.
func (s *sum) place(a Attempt) {
	country, err := language.ParseRegion(a.Issuance.Country)
	if err != nil {
		return
	}
	for _, p := range a.Visit.Pages {
		zone, _ := p.Signals["timeZone"].Value.(string)
		name, _, _ := strings.Cut(zone, "/")
		region, err := language.ParseRegion(continents[name])
		if err != nil || region.Contains(country) {
			continue
		}
		s.add(10, "its card is from %s, and its clock is set to %s", a.Issuance.Country, zone)
		spoken, _ := p.Signals["languages"].Value.([]any)
		if !slices.ContainsFunc(spoken, func(tag any) bool {
			text, _ := tag.(string)
			of, _ := language.Make(text).Region()
			return of == country
		}) {
			s.add(5, "and it prefers no language of that country")
		}
		return
	}
}

// listed gives the entry of a list that an attempt is on, empty for none.
func listed(a Attempt, list []string) string {
	mine := []string{"card:" + a.Card, "country:" + a.Issuance.Country}
	if a.Visit.Device != "" {
		mine = append(mine, "device:"+a.Visit.Device)
	}
	if a.Network != "" {
		mine = append(mine, "network:"+a.Network)
	}
	for n := 6; n <= len(a.BIN); n++ {
		mine = append(mine, "bin:"+a.BIN[:n])
	}
	for _, entry := range list {
		if slices.Contains(mine, entry) {
			return entry
		}
	}
	return ""
}
