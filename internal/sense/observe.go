package sense

import (
	"encoding/json"
	"hash/fnv"
	"maps"
	"slices"

	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
)

// mostBatches is how many batches a page may send. The collector sends three.
const mostBatches = 10

// observed is what a batch makes of a page.
func (s *Service) observed(p Page, batch Batch, events []byte, known Lookup) (Observation, error) {
	now := s.Now()
	if p.FirstAt.IsZero() {
		p.FirstAt, p.Network = now, batch.Network
	}
	p.LastAt = now
	if p.Batches++; p.Batches > mostBatches {
		return Observation{}, fault.New(fault.TooMany, "This page has sent enough.")
	}
	out := Observation{Page: p, Events: events}
	fresh := map[string]Signal{}
	for name, signal := range batch.Signals {
		// What came first stays: later it could be made up after the fact.
		if _, sent := p.Signals[name]; !sent {
			fresh[name] = signal
		}
	}
	if len(fresh) == 0 {
		return out, nil
	}
	if len(p.Signals) == 0 {
		p.Exact = exact(fresh)
		var err error
		if p.Replayed, err = known.Recorded(p.Exact); err != nil {
			return out, err
		}
	}
	p.Signals = merged(p.Signals, fresh)
	if !batch.Done {
		out.Page = p
		return out, nil // what is yet to come may tell devices apart
	}
	return s.resolve(p, out, known)
}

// resolve says which device a page is on, by all that it has sent: once, for what comes
// later could be made up.
func (s *Service) resolve(p Page, out Observation, known Lookup) (Observation, error) {
	if p.Device != "" {
		out.Page = p
		return out, nil
	}
	features := ReadFeatures(p.Signals)
	around := Context{Visitor: p.visitor(), Network: p.Network}
	found, likeness, err := recognise(known, features, around)
	if err != nil {
		return out, err
	}
	if p.Replayed || likeness.Verdict != Recognised {
		found = Device{ID: id.New(id.Device), Merchant: p.Merchant, FirstAt: p.LastAt}
	}
	found.Visits++
	found = found.seen(features, around, p.LastAt)
	p.Device, p.Likeness = found.ID, likeness
	out.Page, out.Device, out.Keys = p, &found, lookupKeys(found.Features, found.Visitors...)
	return out, nil
}

// visitor is the name that the page's browser says it was given.
func (p Page) visitor() string {
	text, _ := p.Signals["visitor"].Value.(string)
	return text
}

// exact is a hash of signals with the times they took, which no second visit repeats; 0
// when too few took any time at all.
func exact(signals map[string]Signal) int64 {
	h := fnv.New64a()
	timed := 0
	for _, name := range slices.Sorted(maps.Keys(signals)) {
		if name == "visitor" {
			continue // the only one that whoever plays a recording has reason to change
		}
		if signals[name].Millis > 0 {
			timed++
		}
		text, _ := json.Marshal(signals[name])
		_, _ = h.Write(append([]byte(name), text...))
	}
	if timed < leastTimed {
		return 0
	}
	return int64(h.Sum64())
}

// leastTimed is how many times a recording must hold to be told from chance: each is one of
// some dozens, so that six agree by chance once in a thousand millions.
const leastTimed = 6

func merged(a, b map[string]Signal) map[string]Signal {
	all := make(map[string]Signal, len(a)+len(b))
	maps.Copy(all, a)
	maps.Copy(all, b)
	return all
}
