package app_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/paywicket/paywicket/embed"
)

// form opens a session of 49 dollars with a form of its own, given as members of JSON.
func (h *house) form(members string) string {
	h.t.Helper()
	a := h.api("POST", "/v1/checkout_sessions", `{"amount":4900,"currency":"USD",`+members+`}`)
	if a.Status != http.StatusCreated {
		h.t.Fatalf("session: %d %s", a.Status, a.Body)
	}
	return a.text("id")
}

// words are what the checkout says in a language.
func (h *house) words(language string) map[string]any {
	h.t.Helper()
	var words map[string]any
	file, ok := embed.Asset("languages/" + language + ".json")
	if !ok || json.Unmarshal(file.Body, &words) != nil {
		h.t.Fatalf("there are no words of %s", language)
	}
	return words
}

// data is what a page carries for its script.
func (b *browser) data() map[string]any {
	b.t.Helper()
	found := regexp.MustCompile(`(?s)id="page-data"[^>]*?(?:content=")?>?(\{.*?\})(?:</script>|">)`).FindStringSubmatch(b.page)
	var data map[string]any
	if found == nil || json.Unmarshal([]byte(found[1]), &data) != nil {
		b.t.Fatalf("the page carries nothing for its script: %.300s", b.page)
	}
	return data
}

// savedChoice finds the saved card that is chosen before the shopper chooses.
var savedChoice = regexp.MustCompile(`name="saved" value="(tok_[^"]*)"[^>]* checked`)

// A card that the shopper let the shop keep is offered the next time, paid with by its CVV
// alone, and forgotten when they say so; nobody else is offered it.
func TestASavedCardWithoutScript(t *testing.T) {
	t.Parallel()
	h := open(t)
	const mine = `"customer":{"id":"customer-7"},"save_card":"ask"`
	b := h.browse(h.form(mine), "")
	b.expect("asked", 200, "Save this card for my next purchase at Shop")
	b.card("4111111111111111", "save", "1")
	b.expect("paid", 200, "Payment complete")

	b = h.browse(h.form(mine), "")
	b.expect("offered", 200, "Visa ending in 1111", "expires 12/30")
	token := savedChoice.FindStringSubmatch(b.page)
	if token == nil {
		t.Fatalf("it is not chosen: %s", b.page)
	}
	if first := regexp.MustCompile(`<button[^>]*>`).FindString(b.page); !strings.Contains(first, `name="action" value="pay"`) {
		t.Errorf("Return presses %s", first)
	}
	b.send()
	b.expect("without its CVV", 422, "Enter the security code.")
	b.send("cvv", "7390")
	b.expect("with a wrong one", 422, "The security code has 3 digits.")
	b.send("cvv", "739")
	b.expect("paid with it", 200, "Payment complete", "1111")

	other := h.browse(h.form(`"customer":{"id":"customer-8"},"save_card":"ask"`), "")
	if savedChoice.MatchString(other.page) {
		t.Error("another customer is offered the card")
	}
	other.send("saved", token[1], "cvv", "739")
	other.expect("another's card", 422, `role="alert">This payment cannot be taken.`)
	other.send("action", "forget:"+token[1])
	h.browse(h.form(mine), "").expect("still offered", 200, "Visa ending in 1111")

	b = h.browse(h.form(mine), "?locale=fr")
	b.send("action", "forget:"+token[1])
	b.expect("forgotten", 200, `lang="fr"`)
	if strings.Contains(b.page, token[1]) {
		t.Error("a forgotten card is offered")
	}
	b.expectNoDigits("4111111111111111")
	h.expectNoTrace("4111111111111111")
}

// The same by the script's calls.
func TestASavedCardByScript(t *testing.T) {
	t.Parallel()
	h := open(t)
	const mine = `"customer":{"id":"customer-7"},"save_card":"always"`
	a := h.call("POST", "/checkout/"+h.form(mine)+"/pay", `{"number":"4111111111111111","exp_month":12,"exp_year":2030,"cvv":"739","name":"Ada"}`)
	if a.text("status") != "authorized" {
		t.Fatalf("%s", a.Body)
	}
	session := h.form(mine)
	b := h.browse(session, "")
	offered := savedChoice.FindStringSubmatch(b.page)
	if offered == nil || b.data()["ask_saved_cvv"] != true {
		t.Fatalf("%v", b.data())
	}
	b.expect("said beside the button", 200, "Visa ending in 1111", "you let Shop save this card")
	token := offered[1]
	if a := h.call("POST", "/checkout/"+session+"/pay", `{"saved":"`+token+`"}`); a.Status != 400 || a.text("field") != "cvv" {
		t.Errorf("without its CVV: %d %s", a.Status, a.Body)
	}
	if a := h.call("DELETE", "/checkout/"+session+"/cards/"+token, "", "Origin", "https://evil.example"); a.Status != 403 {
		t.Errorf("from elsewhere: %d %s", a.Status, a.Body)
	}
	if a := h.call("DELETE", "/checkout/"+session+"/cards/tok_1", ""); a.Status != 404 {
		t.Errorf("no token: %d %s", a.Status, a.Body)
	}
	if a := h.call("DELETE", "/checkout/"+session+"/cards/"+token, ""); a.Status != 204 || a.Body != "" {
		t.Errorf("forgotten: %d %s", a.Status, a.Body)
	}
	if a := h.call("POST", "/checkout/"+session+"/pay", `{"saved":"`+token+`","cvv":"739"}`); a.Status != 400 || a.text("field") != "saved" {
		t.Errorf("paid with a forgotten card: %d %s", a.Status, a.Body)
	}
}

// What a shopper agreed to is kept as they read it, in their language.
func TestAConsentIsKeptInItsLanguage(t *testing.T) {
	t.Parallel()
	h := open(t)
	const always = `"customer":{"id":"customer-7"},"save_card":"always"`
	for _, language := range []string{"de", "fr"} {
		want := strings.ReplaceAll(h.words(language)["saveAlways"].(string), "{shop}", "Shop")
		h.browse(h.form(always), "?locale="+language).card("4111111111111111")
		a := h.call("POST", "/checkout/"+h.form(always)+"/pay?locale="+language, `{"number":"4111111111111111","exp_month":12,"exp_year":2030,"cvv":"739","name":"Ada"}`)
		if n := h.countIn(`SELECT count(*) FROM audit_entries WHERE action = 'card.save' AND detail = ?`, want); a.Status != 200 || n != 2 {
			t.Errorf("%s: %q was agreed to %d times: %s", language, want, n, a.Body)
		}
	}
}

func TestInstallmentsWithoutScript(t *testing.T) {
	t.Parallel()
	h := open(t)
	b := h.browse(h.form(`"installment_plans":[{"count":3,"total":5100}]`), "")
	b.expect("offered", 200, "$49.00 now", "3 payments of $17.00", "$51.00 in total", "$2.00 more than at once")
	b.card("4000 0000 0000 9996", "plan", "3")
	if got := b.form().Get("plan"); b.status != 422 || got != "3" {
		t.Errorf("%d: the choice became %q", b.status, got)
	}
	b.card("4111111111111111", "plan", "3")
	b.expect("paid", 200, "$51.00 paid with Visa ending in 1111.")
}

// The page around the checkout may choose the language and the look; what cannot be is said
// to its developer and changes nothing.
func TestLanguageAndLook(t *testing.T) {
	t.Parallel()
	h := open(t)
	session := h.form(`"locale":"de","appearance":{"theme":"dark","accent":"#ff0000","labels":"floating"},"return_url":"https://shop.example/done?a=1","cancel_url":"https://shop.example/cart"`)
	b := h.browse(session, "")
	b.expect("its own", 200, `lang="de"`, "color-scheme:dark", "--accent:#ff0000", `dir="ltr"`, `data-labels="floating"`, `href="https://shop.example/cart?session=`+session+`"`, `href="https://shop.example/done?a=1&session=`+session+`"`)
	data := b.data()
	if data["locale"] != "de" || len(data["complaints"].([]any)) != 0 {
		t.Errorf("%v", data)
	}
	b.open("/checkout/" + session + "?locale=ar-EG&appearance=" + url.QueryEscape(`{"accent":"#00ff00"}`))
	b.expect("chosen", 200, `lang="ar" dir="rtl"`, "color-scheme:dark", "--accent:#00ff00", "--on-accent:#000000")
	b.card("4000000000009995")
	b.expect("kept", 200, `lang="ar" dir="rtl"`, "--accent:#00ff00")
	if b.opened != "/checkout/"+session+"?appearance=%7B%22accent%22%3A%22%2300ff00%22%7D&locale=ar-EG" {
		t.Errorf("led back to %s", b.opened)
	}
	b.open("/checkout/" + session + "?locale=xx&appearance=" + url.QueryEscape(`{"accent":"red;}"}`))
	b.expect("what cannot be", 200, `lang="de"`, "--accent:#ff0000")
	if complaints := b.data()["complaints"].([]any); len(complaints) != 1 || !strings.HasPrefix(complaints[0].(string), "appearance.accent: ") {
		t.Errorf("%v", complaints)
	}
	for wanted, status := range map[string]int{"": 200, `{"theme":"light"}`: 200, `{"theme":"pink"}`: 400, `{`: 400} {
		a := h.call("GET", "/checkout/"+session+"/style?appearance="+url.QueryEscape(wanted), "")
		if a.Status != status || status == 200 && (!strings.Contains(a.Body, "--accent:#ff0000") || !strings.HasPrefix(a.Header.Get("Content-Type"), "text/css") || a.Header.Get("X-Content-Type-Options") != "nosniff") {
			t.Errorf("style %s: %d %s", wanted, a.Status, a.Body)
		}
	}
}

func TestNetworks(t *testing.T) {
	t.Parallel()
	h := open(t)
	session := h.session()
	for body, status := range map[string]int{
		`{"bin":"41111111"}`: 200, `{"bin":"411111"}`: 200, `{"bin":"41111"}`: 400, `{"bin":"411111111"}`: 400, `{"bin":"4111111x"}`: 400, `{"bin":41111111}`: 400, `{}`: 400, `{"bin":"41111111","x":1}`: 400,
	} {
		a := h.call("POST", "/checkout/"+session+"/networks", body)
		if a.Status != status || status == 200 && a.Body != `{"networks":[]}` || strings.Contains(a.Body, "1111111") {
			t.Errorf("%s: %d %s", body, a.Status, a.Body)
		}
	}
	if a := h.call("POST", "/checkout/"+session+"/networks", `{"bin":"41111111"}`, "Origin", "https://evil.example"); a.Status != 403 {
		t.Errorf("from elsewhere: %d", a.Status)
	}
}
