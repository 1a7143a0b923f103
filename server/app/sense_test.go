package app_test

import (
	"fmt"
	"html"
	"net/http"
	"strings"
	"testing"
)

// opened is a checkout's page: its sense key and nonce.
func (h *house) opened(session string) (key, nonce string) {
	h.t.Helper()
	page := html.UnescapeString(h.call("GET", "/checkout/"+session, "").Body)
	field := func(name string) string {
		_, rest, _ := strings.Cut(page, name+`":"`)
		value, _, _ := strings.Cut(rest, `"`)
		return value
	}
	return field("sense_key"), field("sense_nonce")
}

// signals are what a device sends, with times that no second visit has; change alters some.
func signals(seed int, change ...string) string {
	values := map[string]string{
		"platform": `"Win32"`, "cores": "8", "memory": "8", "graphics": `["Google Inc.","ANGLE (Intel, Iris Xe)"]`, "brands": `["Google Chrome 156","desktop"]`,
		"canvas": `"0a1b2c3d"`, "limits": "[16384]", "math": `"0ea48827"`, "codecs": "[2,0]", "screen": "[1920,1080,24]", "ratio": "1", "gamut": `["srgb",false]`,
		"timeZone": `"Europe/Berlin"`, "languages": `["de","en"]`, "locale": `["de-DE","h23"]`, "touch": "[0,false,true]",
	}
	for i := 0; i < len(change); i += 2 {
		values[change[i]] = change[i+1]
	}
	var parts []string
	n := seed
	for name, value := range values {
		n = n*31%9973 + len(name)
		parts = append(parts, fmt.Sprintf(`"%s":{"value":%s,"ms":%d.%d}`, name, value, seed%7, n%10+1))
	}
	return "{" + strings.Join(parts, ",") + "}"
}

func (h *house) see(key, nonce, signals string) answer {
	h.t.Helper()
	return h.call("POST", "/sense/seen", `{"sense_key":"`+key+`","nonce":"`+nonce+`","done":true,"signals":`+signals+`}`)
}

// visit opens a checkout on a device, and gives what is thought of it.
func (h *house) visit(signals string) answer {
	h.t.Helper()
	session := h.session()
	key, nonce := h.opened(session)
	if a := h.see(key, nonce, signals); a.Status != http.StatusNoContent {
		h.t.Fatalf("%d %s", a.Status, a.Body)
	}
	return h.api("GET", "/v1/checkout_sessions/"+session+"/visit", "")
}

func TestSenseTakesWhatItShould(t *testing.T) {
	t.Parallel()
	h := open(t)
	key, nonce := h.opened(h.session())
	good := `{"sense_key":"` + key + `","nonce":"` + nonce + `","signals":{"screen":{"value":[1920,1080],"ms":0.1}},"events":[{"type":"focus","field":"number","at":3}]}`
	if a := h.call("POST", "/sense/seen", good); a.Status != 204 {
		t.Errorf("a good batch: %d %s", a.Status, a.Body)
	}
	for name, c := range map[string]struct {
		body   string
		status int
	}{
		"unknown key":   {strings.Replace(good, key, "sns_00000000000000000000000000", 1), 400},
		"no nonce":      {strings.Replace(good, nonce, "", 1), 400},
		"another nonce": {strings.Replace(good, nonce, nonce[:len(nonce)-6]+"AAAAAA", 1), 400},
		"typed value":   {strings.Replace(good, `"at":3`, `"at":3,"value":"4111 1111 1111 1111"`, 1), 400},
		"key press":     {strings.Replace(good, `"focus"`, `"keydown"`, 1), 400},
		"unknown field": {strings.Replace(good, `"at":3`, `"at":3,"key":"4"`, 1), 400},
		"too large":     {strings.Replace(good, `"screen"`, `"`+strings.Repeat("a", 33<<10)+`"`, 1), 413},
	} {
		if a := h.call("POST", "/sense/seen", c.body); a.Status != c.status {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
	}
	h.expectNoTrace("4111 1111 1111 1111", "keydown")
}

// The second visit of a device is recognised, one that changed too, and another device is
// told apart; what is known can be read, and taken away.
func TestADeviceComesAgain(t *testing.T) {
	t.Parallel()
	h := open(t)
	first := h.visit(signals(1))
	if first.text("verdict") != "new" || first.text("device") == "" {
		t.Fatalf("%s", first.Body)
	}
	device := first.text("device")
	updated := []string{"brands", `["Google Chrome 157","desktop"]`, "canvas", `"ffff0000"`}
	for i, changed := range [][]string{nil, {"media", "[true]"}, {"screen", "[2560,1440,24]"}, updated} {
		what := fmt.Sprint("the same with ", changed)
		if a := h.visit(signals(10+i, changed...)); a.text("verdict") != "recognised" || a.text("device") != device {
			t.Errorf("%s: %s", what, a.Body)
		}
	}
	if a := h.visit(signals(40, append(updated, "cores", "16")...)); a.text("verdict") != "new" || a.text("device") == device {
		t.Errorf("another device: %s", a.Body)
	}
	known := h.api("GET", "/v1/devices/"+device, "")
	if known.field("visits") != 5.0 || !strings.Contains(known.Body, "8 processors") || !strings.Contains(known.Body, "Iris Xe") {
		t.Errorf("%s", known.Body)
	}
	if a := h.api("DELETE", "/v1/devices/"+device, ""); a.Status != http.StatusNoContent {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	if a := h.api("GET", "/v1/devices/"+device, ""); a.Status != http.StatusNotFound {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	if a := h.visit(signals(50)); a.text("verdict") != "new" || a.text("device") == device {
		t.Errorf("after it was erased: %s", a.Body)
	}
}

// What a page recorded is known again when it is sent from another: under another key it
// is refused as it is, and under a nonce of its own it is told as a recording.
func TestARecordingIsToldAsOne(t *testing.T) {
	t.Parallel()
	h := open(t)
	recorded := signals(3)
	_, nonce := h.opened(h.session())
	victim := h.visit(recorded)
	session := h.session()
	key, own := h.opened(session)
	if a := h.see(key, nonce, recorded); a.Status != http.StatusBadRequest || a.text("field") != "nonce" {
		t.Errorf("with another page's nonce: %d %s", a.Status, a.Body)
	}
	if a := h.see(key, own, recorded); a.Status != http.StatusNoContent {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	a := h.api("GET", "/v1/checkout_sessions/"+session+"/visit", "")
	if a.field("replayed") != true || a.text("device") == victim.text("device") {
		t.Errorf("%s", a.Body)
	}
}

// A shop's page is given a key by its origin, its server passes the key on, and the frame
// is known to be on the same device; a key that was passed to another device is told.
func TestAShopsPagesAndItsCheckout(t *testing.T) {
	t.Parallel()
	h := open(t)
	ask := func(origin, key string) answer {
		return h.call("POST", "/sense/open", `{"merchant":"`+h.account.Merchant.ID+`","site":"","sense_key":"`+key+`"}`, "Origin", origin)
	}
	if a := ask("https://elsewhere.example", ""); a.Status != http.StatusForbidden || a.Header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("another origin: %d %s", a.Status, a.Body)
	}
	first := ask("https://shop.example", "")
	key := first.text("sense_key")
	if first.Status != http.StatusOK || key == "" || first.Header.Get("Access-Control-Allow-Origin") != "https://shop.example" {
		t.Fatalf("%d %s", first.Status, first.Body)
	}
	if a := ask("https://shop.example", key); a.text("sense_key") != key || a.text("nonce") == first.text("nonce") {
		t.Errorf("the next page: %s", a.Body)
	}
	if a := h.see(key, first.text("nonce"), signals(5)); a.Status != http.StatusNoContent {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	checkout := func(key string) answer {
		return h.api("POST", "/v1/checkout_sessions", `{"amount":4900,"currency":"USD","sense_key":"`+key+`"}`)
	}
	if a := checkout("sns_00000000000000000000000000"); a.Status != http.StatusBadRequest || a.text("field") != "sense_key" {
		t.Errorf("a key of nobody's: %d %s", a.Status, a.Body)
	}
	for what, c := range map[string]struct {
		signals string
		moved   bool
	}{"the same device": {signals(6, "timeZone", `"Europe/Paris"`), false}, "another": {signals(7, "graphics", `["Apple","M3"]`), true}} {
		session := checkout(key).text("id")
		under, nonce := h.opened(session)
		if under != key {
			t.Fatalf("the frame has the key %s", under)
		}
		if a := h.see(key, nonce, c.signals); a.Status != http.StatusNoContent {
			t.Fatalf("%d %s", a.Status, a.Body)
		}
		if a := h.api("GET", "/v1/checkout_sessions/"+session+"/visit", ""); a.field("moved") != c.moved {
			t.Errorf("%s: %s", what, a.Body)
		}
		if c.moved {
			break
		}
	}
}

// Of a customer who wants to be forgotten nothing is left but the payments.
func TestACustomerIsErased(t *testing.T) {
	t.Parallel()
	h := open(t)
	pay := func(email string, seed int) (token, device string) {
		session := h.api("POST", "/v1/checkout_sessions", `{"amount":4900,"currency":"USD","customer":{"email":"`+email+`"}}`).text("id")
		key, nonce := h.opened(session)
		h.see(key, nonce, signals(seed, "graphics", fmt.Sprintf(`["maker","unit %d"]`, seed)))
		paid := h.pay(session, "4111111111111111")
		a := h.api("GET", "/v1/payments/"+paid.text("payment"), "")
		return a.text("token"), a.text("risk.device")
	}
	token, device := pay("ada@shop.example", 21)
	other, theirs := pay("eve@shop.example", 22)
	if token == "" || device == "" || theirs == "" {
		t.Fatal("there is nothing to erase")
	}
	if a := h.api("POST", "/v1/customers/erase", `{"email":"ada@shop.example"}`); a.Body != `{"tokens":1,"devices":1}` {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	for path, status := range map[string]int{"/v1/tokens/" + token: 404, "/v1/devices/" + device: 404, "/v1/tokens/" + other: 200, "/v1/devices/" + theirs: 200} {
		if a := h.api("GET", path, ""); a.Status != status {
			t.Errorf("%s: %d %s", path, a.Status, a.Body)
		}
	}
	if a := h.api("POST", "/v1/customers/erase", `{"email":"ada@shop.example"}`); a.Body != `{"tokens":0,"devices":0}` {
		t.Errorf("again: %d %s", a.Status, a.Body)
	}
}
