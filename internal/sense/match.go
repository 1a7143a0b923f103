package sense

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// group is signals that change together, because the same thing changes them.
type group string

// The groups, and what it means for one to have changed.
const (
	veto     group = "veto"     // another device: these never change on one
	update   group = "update"   // drawn and computed by the browser: changes with its version
	display  group = "display"  // a monitor, the zoom
	typeface group = "typeface" // fonts, which are added and removed
	zone     group = "zone"     // somebody travels
	language group = "language" // a setting
	input    group = "input"    // a mouse, a touch screen that is switched off
	taste    group = "taste"    // dark mode and the like, at any hour
	aside    group = "aside"    // belongs to the place, not the device: a frame, a private window
)

// trait is what a signal is to matching.
type trait struct {
	in    group
	words string // what it is, for a person
}

// traits are the signals by what they are to matching. Which groups a change of the screen,
// of fonts, zone or language falls into was measured: devices that differ in nothing else
// cannot be told from one that changed.
var traits = map[string]trait{
	"platform": {veto, "system"}, "cores": {veto, "processors"}, "memory": {veto, "memory"}, "graphics": {veto, "graphics unit"},
	"brands": {update, "browser"}, "canvas": {update, "drawing"}, "limits": {update, "graphics limits"}, "audio": {update, "sound"},
	"math": {update, "arithmetic"}, "codecs": {update, "codecs"}, "hints": {update, "versions"},
	"screen": {display, "screen"}, "ratio": {display, "pixel ratio"}, "gamut": {display, "colours"},
	"fonts": {typeface, "fonts"}, "timeZone": {zone, "time zone"}, "languages": {language, "languages"}, "locale": {language, "habits of writing"},
	"touch": {input, "touch"}, "media": {taste, "preferences"}, "storage": {aside, "stores"}, "permissions": {aside, "permissions"},
}

// SignalNames are the signals that a merchant can switch off, in order: those that count
// in matching, and the others that the collector reads.
func SignalNames() []string {
	names := append(slices.Collect(maps.Keys(traits)), "automation", "visitor")
	slices.Sort(names)
	return names
}

// ambiguous are the groups in which two devices of one make may differ as well as one
// device from itself.
var ambiguous = []group{display, typeface, zone, language}

// Verdict is whether a visit came from a device that is known.
type Verdict string

// The verdicts.
const (
	Recognised Verdict = "recognised" // this device
	Possible   Verdict = "possible"   // this device changed, or another just like it: signals cannot tell
	New        Verdict = "new"        // none that is known
)

// Likeness is how a visit compares with a device.
type Likeness struct {
	Verdict    Verdict
	Confidence float64  // from 0 to 1
	Reasons    []string // in words, what decided first
	changed    int      // groups, to choose among devices
}

// Context is what is known of a visit beside its signals.
type Context struct {
	Visitor string // the name that its browser was given; empty for none
	Network string // the address without its last part: /24 or /64
}

// mostChanges is how many groups may have changed on a device that is recognised: more
// were not seen together in the pairs of changes that were measured.
const mostChanges = 3

// weight is how much of the confidence a change takes: the more, the less often it comes
// about on one device.
var weight = map[group]float64{update: 0.03, input: 0.05, typeface: 0.05, zone: 0.06, display: 0.07, language: 0.08}

// Compare holds a visit to a device: what can never change must be equal, and of the rest
// it weighs which groups changed.
func Compare(seen Features, now Context, d Device) Likeness {
	sameName := now.Visitor != "" && slices.Contains(d.Visitors, now.Visitor)
	sameNetwork := now.Network != "" && slices.Contains(d.Networks, now.Network)
	changed, vetoes := differences(seen, d.Features)
	if len(vetoes) > 0 {
		why := []string{"another " + strings.Join(vetoes, ", ")}
		if sameName {
			why = append(why, "though it has the name of a known browser: copied")
		}
		return Likeness{Verdict: New, Reasons: why}
	}
	l := Likeness{changed: len(changed)}
	say := func(format string, args ...any) { l.Reasons = append(l.Reasons, fmt.Sprintf(format, args...)) }
	if compared := common(seen, d.Features); compared < leastCompared && !sameName {
		l.Verdict = New
		say("only %d signals can be compared", compared)
		return l
	}
	unsure := slices.ContainsFunc(changed, func(g group) bool { return slices.Contains(ambiguous, g) })
	switch {
	case slices.Contains(changed, update) && !updated(d.Features, seen):
		l.Verdict = New
		say("it draws and computes otherwise, and its browser was not updated")
		return l
	case len(changed) > mostChanges:
		l.Verdict = New
		say("too much is different: %s", list(changed))
		return l
	case !unsure || sameName || sameNetwork:
		l.Verdict, l.Confidence = Recognised, 0.95
	default:
		l.Verdict, l.Confidence = Possible, 0.5
	}
	for _, g := range changed {
		l.Confidence -= weight[g]
	}
	say("system, processors, memory and graphics unit agree")
	if len(changed) == 0 {
		say("nothing else is different")
	} else {
		say("different: %s", list(changed))
	}
	if sameName {
		l.Confidence += 0.04
		say("its browser has the name it was given before")
	}
	if sameNetwork {
		say("it came from the same network before")
	}
	if l.Verdict == Possible {
		say("another device of the same make could look like this")
	}
	return l
}

// leastCompared is how many signals two visits must have in common.
const leastCompared = 8

func common(a, b Features) int {
	n := 0
	for name := range a {
		if _, ok := b[name]; ok && traits[name].in != aside {
			n++
		}
	}
	return n
}

// differences gives the groups that changed, and in words what vetoes.
func differences(a, b Features) (changed []group, vetoes []string) {
	if one, other := a.browser(), b.browser(); one != other && one != "" && other != "" {
		vetoes = append(vetoes, "browser")
	}
	for name, t := range traits {
		x, there := a[name]
		y, too := b[name]
		if !there || !too || x == y || t.in == aside || t.in == taste || name == "canvas" && a["ratio"] != b["ratio"] {
			continue // text is drawn otherwise for finer pixels, too
		}
		if t.in == veto {
			vetoes = append(vetoes, t.words)
		} else if !slices.Contains(changed, t.in) {
			changed = append(changed, t.in)
		}
	}
	slices.Sort(changed)
	slices.Sort(vetoes)
	return changed, vetoes
}

// updated tells whether the browser is a later one: they are not set back.
func updated(before, after Features) bool {
	_, old := before.version()
	_, now := after.version()
	return now > old || now == old && before["hints"] != "" && after["hints"] != "" && before["hints"] != after["hints"]
}

func list(groups []group) string {
	words := map[group]string{
		update: "the browser's version", display: "the screen", typeface: "fonts", zone: "the time zone", language: "languages", input: "touch",
	}
	var all []string
	for _, g := range groups {
		all = append(all, words[g])
	}
	return strings.Join(all, ", ")
}
