package rescue

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/paywicket/paywicket/internal/processor"
)

// codes are a source's response codes by what they mean: the codes of one reason in one
// text, with spaces between them, in small letters.
type codes map[Reason]string

// source is somebody whose response codes merchants pass on.
type source struct {
	names   string // as merchants spell it, only letters and digits, with spaces between the spellings
	codes   codes
	schemes bool // what is none of its own codes is one of the schemes'
	network func(code string) string
	waits   map[string]time.Duration // how long to leave the issuer alone, by the code
}

// sources are all that are known.
var sources = slices.Concat(schemeSources, gatewaySources, acquirerSources, worldSources)

// bySource finds a source by any of its names, byCode a reason by a source and a code.
var bySource, byCode = index(sources)

// ofSchemes are the reasons by the schemes' two-character codes.
var ofSchemes = isoCodes.byCode()

// byCode gives the reasons by their codes.
func (c codes) byCode() map[string]Reason {
	reasons := map[string]Reason{}
	for reason, list := range c {
		for _, code := range strings.Fields(list) {
			reasons[plain(code)] = reason
		}
	}
	return reasons
}

func index(all []source) (map[string]int, []map[string]Reason) {
	places, reasons := map[string]int{}, make([]map[string]Reason, len(all))
	for i, s := range all {
		for _, name := range strings.Fields(s.names) {
			places[name] = i
		}
		reasons[i] = s.codes.byCode()
	}
	return places, reasons
}

// ourSource is what our own words of declines are called as a source.
const ourSource = "paywicket"

// Classify gives what a decline means that a merchant tells of: the source of the code as
// the merchant spells it, the code, and its words.
//
// A code of a source that is not known, and one that a source whose own codes are longer
// does not have, is looked up among the schemes' two-character codes; what is nowhere is
// looked for in the words. Words also say more of a code
// that only means "declined", and what they forbid stands whatever the code allows: of
// two readings the stricter is taken, for it is the merchant whom the schemes would fine.
func Classify(source, code, description string) Verdict {
	v := byTheCode(letters(source), strings.ToLower(strings.TrimSpace(code)))
	if said, ok := advice(code + " " + description); ok && v.Class != Hard {
		if said.Class == Hard || said.Class == Data || !v.Known {
			said.Network = v.Network
			return said
		}
		v.Wait = max(v.Wait, said.Wait)
	}
	reason, ok := inWords(description)
	if !ok && !v.Known {
		reason, ok = inWords(code)
	}
	switch {
	case !ok:
	case !v.Known, v.Reason == Generic, reason.Class() == Hard && v.Class.Retryable(),
		v.Reason == Velocity && reason == AuthenticationRequired: // what Mastercard's 65 means in Europe
		refined := meaning(reason)
		refined.Network, refined.Wait = v.Network, v.Wait
		return refined
	}
	return v
}

// byTheCode gives what a code means to a source.
func byTheCode(name, code string) Verdict {
	if name == ourSource {
		return FromDeclineCode(processor.DeclineCode(code))
	}
	i, known := bySource[name]
	if !known {
		return byScheme(code)
	}
	s := sources[i]
	key := plain(code)
	if s.waits != nil {
		key = plain(strings.TrimLeft(code, "mac :=#-")) // an advice code is also written "MAC 03"
	}
	reason, ok := byCode[i][key]
	if !ok {
		if s.schemes {
			return byScheme(code)
		}
		return unknown()
	}
	v := meaning(reason)
	v.Wait = s.waits[key]
	if s.network != nil {
		v.Network = s.network(code)
	}
	return v
}

// byScheme gives what a two-character code means to the schemes.
func byScheme(code string) Verdict {
	if len(code) > 2 {
		return unknown()
	}
	reason, ok := ofSchemes[plain(code)]
	if !ok {
		return unknown()
	}
	v := meaning(reason)
	v.Network = twoCharacters(code)
	return v
}

// adviceWords find a merchant advice code in a description: "MAC 03", "MAC: 21",
// "Merchant advice code 24".
var adviceWords = regexp.MustCompile(`(?i)\b(?:mac|merchant advice(?: code)?)[ :=#-]*([0-9]{2})\b`)

func advice(description string) (Verdict, bool) {
	found := adviceWords.FindStringSubmatch(description)
	if found == nil {
		return Verdict{}, false
	}
	v := byTheCode(adviceSource, found[1])
	return v, v.Known
}

// plain is a code without what sources do not agree on: the case of its letters, blanks
// around it, and zeros before a number.
func plain(code string) string {
	code = strings.ToLower(strings.TrimSpace(code))
	if code == "" || strings.Trim(code, "0123456789") != "" {
		return code
	}
	if code = strings.TrimLeft(code, "0"); code == "" {
		return "0"
	}
	return code
}

// twoCharacters is a scheme's code as the schemes write it.
func twoCharacters(code string) string {
	code = strings.ToUpper(plain(code))
	if len(code) == 1 {
		return "0" + code
	}
	return code
}

// letters is a name without anything but its letters and digits, in small letters.
func letters(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, name)
}
