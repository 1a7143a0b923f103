package cli_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Which declines are rescued can be said for a merchant and for a site, and is shown as it
// was said.
func TestRescueIsSwitched(t *testing.T) {
	data, file := filepath.Join(t.TempDir(), "data"), filepath.Join(t.TempDir(), "keys.json")
	if code, out, errors := run("merchant", "create", "Shop", "--data", data, "--descriptor", "SHOP EXAMPLE", "--origin", "https://shop.example", "--credentials", file); code != 0 {
		t.Fatalf("%d %s%s", code, out, errors)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var keys struct {
		Merchant string `json:"mid"`
		Site     string `json:"site_id"`
	}
	if err := json.Unmarshal(text, &keys); err != nil {
		t.Fatal(err)
	}
	const all = "cit.website.sandbox cit.website.live cit.call_center.sandbox cit.call_center.live mit.website.sandbox mit.website.live mit.call_center.sandbox mit.call_center.live"
	rest := strings.Replace(all, " mit.website.live", "", 1)
	for _, c := range []struct {
		args     []string
		code     int
		merchant string // what is said of it; of errors when the code is not 0
		site     string
	}{
		{[]string{"--show"}, 0, "everything is on: " + all, "everything is on: " + all},
		{[]string{"--off", "mit.website.live"}, 0, "off: mit.website.live; on: " + rest, "everything is on"},
		{nil, 0, "off: mit.website.live; on: " + rest, "everything is on"},
		{[]string{"--off", "mit.website.live", "--site", keys.Site}, 0, "off: mit.website.live", "off: mit.website.live"},
		{[]string{"--all-on"}, 0, "everything is on", "off: mit.website.live"},
		{[]string{"--all-on", "--site", keys.Site}, 0, "everything is on", "everything is on"},
		{[]string{"--off", "mit.website"}, 1, "cit.call_center.live", ""},
		{[]string{"--off", "mit.website.live", "--off", "mit.website.live"}, 1, "once", ""},
		{[]string{"--off", "mit.website.live", "--site", "site_x"}, 1, "nothing of that id", ""},
		{[]string{"--show", "--site", "site_x"}, 1, "nothing of that id", ""},
		{[]string{"--off", "mit.website.live", "--show"}, 2, "--show", ""},
		{[]string{"--show"}, 0, "everything is on: " + all, "everything is on: " + all},
	} {
		code, out, errors := run(append([]string{"merchant", "rescue", keys.Merchant, "--data", data}, c.args...)...)
		if code != c.code {
			t.Errorf("%v: %d %s%s", c.args, code, out, errors)
		}
		if code != 0 {
			if !strings.Contains(errors, c.merchant) {
				t.Errorf("%v: %s", c.args, errors)
			}
			continue
		}
		if !strings.Contains(out, keys.Merchant+": "+c.merchant) || !strings.Contains(out, keys.Site+" (SHOP EXAMPLE): "+c.site) {
			t.Errorf("%v: %s", c.args, out)
		}
	}
	if code, _, errors := run("merchant", "rescue", "mer_x", "--data", data); code != 1 || !strings.Contains(errors, "nothing of that id") {
		t.Errorf("no such merchant: %d %s", code, errors)
	}
}
