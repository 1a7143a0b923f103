package sense

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"
)

// laptop is a device as its signals tell.
func laptop() Features {
	return Features{
		"platform": "Win32", "cores": "8", "memory": "8", "graphics": `["Google Inc. (Intel)","ANGLE (Intel, Iris Xe)"]`,
		"brands": `["Chromium 155","Google Chrome 155","desktop"]`, "canvas": "0a1b2c3d", "limits": `[16384,16384]`, "audio": "124.04", "math": "0ea48827",
		"codecs": "[2,0,2]", "hints": `["x86","64","","15.0.0","155.0.1"]`, "screen": "[1920,1080,24]", "ratio": "1", "gamut": `["srgb",false,false]`,
		"fonts": `["Segoe UI","Calibri"]`, "timeZone": "Europe/Berlin", "languages": `["de","en"]`, "locale": `["de-DE","gregory","latn","h23","-12.345,5"]`,
		"touch": "[0,false,true,true]", "media": "[false,false]", "storage": "[true,true,true,true]", "permissions": "aaaaaa",
	}
}

// harmless are changes of one device that recognition must survive.
var harmless = map[string]map[string]string{
	"another screen": {"screen": "[2560,1440,24]", "gamut": `["p3",false,false]`},
	"pixel ratio":    {"ratio": "1.25"},
	"time zone":      {"timeZone": "America/New_York"},
	"language":       {"languages": `["en","de"]`, "locale": `["en-US","gregory","latn","h12","-12,345.5"]`},
	"reduced motion": {"media": "[false,true]"},
	"browser update": {"brands": `["Chromium 156","Google Chrome 156","desktop"]`, "canvas": "ffffffff", "audio": "124.05", "limits": `[16384,16385]`, "hints": `["x86","64","","15.0.0","156.0.1"]`},
	"touch":          {"touch": "[10,true,true,true]"},
	"a font added":   {"fonts": `["Segoe UI","Calibri","Fira Code"]`},
	"in a frame":     {"storage": "[false,false,true,false]", "permissions": "dddddd"},
}

// unsure are those that another device of the same make could just as well be.
var unsure = []string{"another screen", "pixel ratio", "time zone", "language", "a font added"}

func changed(f Features, by ...string) Features {
	f = maps.Clone(f)
	for _, name := range by {
		maps.Copy(f, harmless[name])
	}
	return f
}

// harmlessly is the laptop with changes.
func harmlessly(by ...string) Features { return changed(laptop(), by...) }

func known() Device {
	return Device{ID: "dev_1", Features: laptop(), Visitors: []string{"abc"}, Networks: []string{"203.0.113.0/24"}, LastAt: time.Unix(1, 0)}
}

// Each harmless change, and every two of them: recognised by the browser's name or the
// network; by signals alone when no other device could look so, and else possible.
func TestHarmlessChanges(t *testing.T) {
	t.Parallel()
	names := slices.Sorted(maps.Keys(harmless))
	for i, one := range names {
		for _, other := range names[i:] {
			what := fmt.Sprintf("%s and %s", one, other)
			seen := changed(laptop(), one, other)
			for _, now := range []Context{{Visitor: "abc"}, {Network: "203.0.113.0/24"}} {
				if l := Compare(seen, now, known()); l.Verdict != Recognised {
					t.Errorf("%s, %+v: %s, %v", what, now, l.Verdict, l.Reasons)
				}
			}
			want := Recognised
			if slices.Contains(unsure, one) || slices.Contains(unsure, other) {
				want = Possible
			}
			if l := Compare(seen, Context{}, known()); l.Verdict != want {
				t.Errorf("%s, by signals alone: %s, %v", what, l.Verdict, l.Reasons)
			}
			// And it is looked for under a key that has not changed.
			before := lookupKeys(laptop())
			if !slices.ContainsFunc(lookupKeys(seen), func(key int64) bool { return slices.Contains(before, key) }) {
				t.Errorf("%s: it would not be looked at", what)
			}
		}
	}
}

// What cannot change on one device makes it another, whatever else agrees: also when it
// brings the browser's name along.
func TestAnotherDevice(t *testing.T) {
	t.Parallel()
	for name, value := range map[string]string{
		"platform": "MacIntel", "cores": "4", "memory": "4", "graphics": `["Apple","Apple M3"]`, "brands": `Mozilla/5.0 (Windows NT 10.0; rv:153.0) Gecko/20100101 Firefox/153.0`,
	} {
		seen := laptop()
		seen[name] = value
		for _, now := range []Context{{}, {Visitor: "abc", Network: "203.0.113.0/24"}} {
			if l := Compare(seen, now, known()); l.Verdict != New || len(l.Reasons) == 0 {
				t.Errorf("another %s, %+v: %s, %v", name, now, l.Verdict, l.Reasons)
			}
		}
	}
	for what, seen := range map[string]Features{
		"drawn otherwise, without an update": func() Features { f := laptop(); f["canvas"] = "00000000"; return f }(),
		"an older browser": func() Features {
			f := changed(laptop(), "browser update")
			f["brands"] = `["Google Chrome 120"]`
			return f
		}(),
		"everything at once": changed(laptop(), "another screen", "time zone", "language", "a font added"),
		"hardly anything":    {"platform": "Win32", "cores": "8"},
	} {
		if l := Compare(seen, Context{}, known()); l.Verdict != New {
			t.Errorf("%s: %s, %v", what, l.Verdict, l.Reasons)
		}
	}
}

// A device that drew when it came first, and does not now, is looked for all the same.
func TestWithoutGraphics(t *testing.T) {
	t.Parallel()
	seen := laptop()
	for _, name := range []string{"graphics", "limits", "canvas"} {
		delete(seen, name)
	}
	before := lookupKeys(laptop())
	if !slices.ContainsFunc(lookupKeys(seen), func(key int64) bool { return slices.Contains(before, key) }) {
		t.Error("it would not be looked at")
	}
	if l := Compare(seen, Context{}, known()); l.Verdict != Recognised {
		t.Errorf("%+v", l)
	}
}

// Two known devices that are as like it as the other are told as such; a name decides.
func TestTwins(t *testing.T) {
	t.Parallel()
	one, other := known(), known()
	other.ID, other.Visitors, other.Networks = "dev_2", []string{"xyz"}, nil
	if d, l := choose(laptop(), Context{}, []Device{one, other}); l.Verdict != Possible || l.Confidence >= 0.5 {
		t.Errorf("%s: %+v", d.ID, l)
	}
	if d, l := choose(laptop(), Context{Visitor: "xyz"}, []Device{one, other}); l.Verdict != Recognised || d.ID != "dev_2" {
		t.Errorf("%s: %+v", d.ID, l)
	}
	changed := known()
	changed.ID, changed.Features = "dev_3", harmlessly("time zone", "language")
	_, rare := choose(laptop(), Context{}, []Device{one})
	if _, common := choose(laptop(), Context{}, []Device{one, changed}); common.Verdict != Recognised || common.Confidence >= rare.Confidence {
		t.Errorf("what is rare gives %.2f, what is common %.2f", rare.Confidence, common.Confidence)
	}
	if _, l := choose(laptop(), Context{}, nil); l.Verdict != New || l.Confidence != 1 {
		t.Errorf("nobody is known: %+v", l)
	}
}

func TestBrowserVersions(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`["Not:A-Brand 8","Chromium 156","desktop"]`:                                                                            "Chrome 156",
		`["Chromium 156","Microsoft Edge 156","desktop"]`:                                                                       "Edge 156",
		`Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0`:                                                "Firefox 153",
		`Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Safari/605.1.15`: "Safari 26",
		`nonsense`: " 0",
	} {
		if name, version := (Features{"brands": text}).version(); fmt.Sprint(name, " ", version) != want {
			t.Errorf("%s is %s %d", text, name, version)
		}
	}
}

func TestNetwork(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"203.0.113.77": "203.0.113.0/24", "::ffff:203.0.113.77": "203.0.113.0/24", "2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64", "fe80::1%eth0": "fe80::/64", "here": "", "": "",
	} {
		if got := Network(address); got != want {
			t.Errorf("%s is in %q", address, got)
		}
	}
}
