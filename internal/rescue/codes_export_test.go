package rescue

import "strings"

// Listed is a code as the tables have it: with one of its source's names, and what it means.
type Listed struct {
	Source, Code string
	Reason       Reason
}

// EveryCode gives all that the tables hold, also what is there twice.
func EveryCode() []Listed {
	var all []Listed
	for _, s := range sources {
		for reason, list := range s.codes {
			for _, code := range strings.Fields(list) {
				all = append(all, Listed{strings.Fields(s.names)[0], plain(code), reason})
			}
		}
	}
	return all
}

// EveryName gives the names of all sources, also what is there twice.
func EveryName() []string {
	var all []string
	for _, s := range sources {
		all = append(all, strings.Fields(s.names)...)
	}
	return all
}

// Steps gives how many delayed attempts a reason is worth.
func Steps(r Reason) int { return len(steps[r]) }

// Zones gives the countries that have a time zone, and its name.
func Zones() map[string]string { return zones }
