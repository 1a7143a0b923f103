package sense

import (
	"context"
	"fmt"
	"net/netip"
	"strings"

	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
)

// Begin gives a page of a merchant's site a sense key and its nonce. known is the key that
// an earlier page of the same visit was given, or empty: a good one is kept.
func (s *Service) Begin(ctx context.Context, merchant, site, known string) (key, nonce string, err error) {
	if known != "" {
		if of, err := s.Store.FindSenseKey(ctx, merchant, known); err == nil && of == site {
			key = known
		}
	}
	if key == "" {
		key = id.New(id.SenseKey)
		if err := s.Store.KeepSenseKey(ctx, merchant, site, key, s.Now()); err != nil {
			return "", "", err
		}
	}
	nonce, err = s.NewPage(key, Funnel)
	return key, nonce, err
}

// Joins is an error unless a merchant's key was given to a page of the site: a checkout
// goes on with it. Errors: a fault on sense_key.
func (s *Service) Joins(ctx context.Context, merchant, site, key string) error {
	of, err := s.Store.FindSenseKey(ctx, merchant, key)
	if err != nil && fault.CodeOf(err) != fault.NotFound {
		return err
	}
	if err != nil || of != site {
		return fault.Field("sense_key", "No page of this site was given this key. Leave it out, and the checkout has one of its own.")
	}
	return nil
}

// Visit is what all pages of a sense key together tell.
type Visit struct {
	Pages    []Page
	Device   string // empty when no page has sent signals
	Likeness Likeness
	// Moved says that its pages are on different devices: the key was passed on.
	Moved bool
	// Replayed says that a page sent what another had recorded.
	Replayed bool
}

// Visit gives what a sense key's pages have sent. The checkout's frame counts first.
func (s *Service) Visit(ctx context.Context, merchant, key string) (Visit, error) {
	pages, err := s.Store.PagesOf(ctx, merchant, key)
	if err != nil {
		return Visit{}, err
	}
	v := Visit{Pages: pages}
	var first Page
	for _, p := range v.Pages {
		v.Replayed = v.Replayed || p.Replayed
		if p.Device == "" {
			continue
		}
		if first.Device == "" || p.Place == Frame && first.Place != Frame {
			first = p
		}
	}
	v.Device, v.Likeness = first.Device, first.Likeness
	seen := ReadFeatures(first.Signals)
	for _, p := range v.Pages {
		if p.Device == "" || p.ID == first.ID {
			continue
		}
		// A page and a frame may well say less of the same device; they never contradict.
		_, vetoes := differences(seen, ReadFeatures(p.Signals))
		v.Moved = v.Moved || len(vetoes) > 0
	}
	return v, nil
}

// Device gives a merchant's device. Errors: fault.NotFound.
func (s *Service) Device(ctx context.Context, merchant, device string) (Device, error) {
	return s.Store.FindDevice(ctx, merchant, device)
}

// Erase takes a merchant's device away, with all that its pages sent. Errors:
// fault.NotFound.
func (s *Service) Erase(ctx context.Context, merchant, device, actor string) error {
	return s.Store.EraseDevice(ctx, merchant, device, actor)
}

// Match is which device of a merchant's signals are like, without keeping anything.
type Match struct {
	Device string // empty when they are like none
	Likeness
}

// Recognise says which of a merchant's devices has such signals.
func (s *Service) Recognise(ctx context.Context, merchant string, f Features, around Context) (Match, error) {
	found, likeness, err := recognise(s.Store.LookUp(ctx, merchant), f, around)
	return Match{found.ID, likeness}, err
}

// recognise finds the device that signals are most like.
func recognise(known Lookup, f Features, around Context) (Device, Likeness, error) {
	var visitors []string
	if around.Visitor != "" {
		visitors = []string{around.Visitor}
	}
	candidates, err := known.Devices(lookupKeys(f, visitors...))
	if err != nil {
		return Device{}, Likeness{}, err
	}
	found, likeness := choose(f, around, candidates)
	return found, likeness, nil
}

// Network is an address without its last part, which changes while a shopper stays where
// he is: /24 of IPv4, /64 of IPv6. Empty when it is no address.
func Network(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return ""
	}
	a = a.Unmap().WithZone("")
	bits := 64
	if a.Is4() {
		bits = 24
	}
	p, err := a.Prefix(bits)
	if err != nil {
		return ""
	}
	return p.String()
}

// Words says what is known of a device, for a person.
func (d Device) Words() []string {
	f := d.Features
	var words []string
	say := func(format string, args ...any) { words = append(words, fmt.Sprintf(format, args...)) }
	if name, version := f.version(); version > 0 {
		say("%s %d", name, version)
	} else if f["brands"] != "" {
		say("a browser that is not known by name")
	}
	plain := strings.NewReplacer("[", "", "]", "", `"`, "", ",", ", ")
	for _, known := range []struct{ name, form string }{
		{"platform", "runs on %s"}, {"cores", "%s processors"}, {"memory", "%s GiB of memory, or more"}, {"graphics", "draws with %s"},
		{"screen", "has a screen of %s (longer side, shorter side, bits of colour)"}, {"ratio", "%s device pixels to one of CSS"}, {"gamut", "shows colours of %s"},
		{"timeZone", "is set to the time zone %s"}, {"languages", "prefers the languages %s"}, {"fonts", "has the fonts %s"},
	} {
		if f[known.name] != "" {
			say(known.form, plain.Replace(f[known.name]))
		}
	}
	return words
}
