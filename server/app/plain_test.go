package app_test

import (
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
)

// browser is a shopper's browser without script: it opens the checkout's document, and sends
// the form that is in it.
type browser struct {
	*house
	session string
	opened  string // the address of the last page
	page    string // what it shows, with its entities decoded
	status  int
	raw     string // everything that came, as it came
}

// browse opens a checkout.
func (h *house) browse(session, query string) *browser {
	h.t.Helper()
	b := &browser{house: h, session: session}
	b.open("/checkout/" + session + query)
	return b
}

func (b *browser) open(address string) {
	b.t.Helper()
	response, err := asIs.Get(b.url + address)
	if err != nil {
		b.t.Fatal(err)
	}
	b.opened = address
	b.take(response)
}

// take reads a page.
func (b *browser) take(response *http.Response) {
	b.t.Helper()
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	b.status, b.page = response.StatusCode, html.UnescapeString(string(body))
	b.raw += string(body)
	for name, values := range response.Header {
		b.raw += name + strings.Join(values, " ")
	}
}

var inputs = regexp.MustCompile(`<input[^>]*>`)

func attribute(tag, name string) string {
	found := regexp.MustCompile(` ` + name + `="([^"]*)"`).FindStringSubmatch(tag)
	if found == nil {
		return ""
	}
	return html.UnescapeString(found[1])
}

// form gives what a browser would send of the form as it stands.
func (b *browser) form() url.Values {
	values := url.Values{}
	for _, tag := range inputs.FindAllString(b.raw[strings.LastIndex(b.raw, "<!doctype html>"):], -1) {
		kind := attribute(tag, "type")
		if name := attribute(tag, "name"); name != "" && (kind != "radio" && kind != "checkbox" || strings.Contains(tag, " checked")) {
			values.Set(name, attribute(tag, "value"))
		}
	}
	if selected := regexp.MustCompile(`<option value="([^"]*)" selected`).FindStringSubmatch(b.page); selected != nil {
		values.Set("country", selected[1])
	}
	values.Set("action", "pay")
	return values
}

// send fills in the form, given as pairs, and sends it; it follows one way back to the
// checkout.
func (b *browser) send(fields ...string) {
	b.t.Helper()
	values := b.form()
	for i := 0; i < len(fields); i += 2 {
		values.Set(fields[i], fields[i+1])
	}
	b.post(values)
}

func (b *browser) post(values url.Values) {
	b.t.Helper()
	request, err := http.NewRequest("POST", b.url+"/checkout/"+b.session, strings.NewReader(values.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Origin", "null") // as a browser sends it of a page without referrer
	request.Header.Set("Sec-Fetch-Site", "same-origin")
	response, err := asIs.Do(request)
	if err != nil {
		b.t.Fatal(err)
	}
	b.take(response)
	if b.status == http.StatusSeeOther {
		to := response.Header.Get("Location")
		if !strings.HasPrefix(to, "/checkout/"+b.session) {
			b.t.Fatalf("sent on to %s", to)
		}
		b.open(to)
	}
}

var words = regexp.MustCompile(`<script type="application/json"[^<]*</script>`)

// card sends a card.
func (b *browser) card(number string, fields ...string) {
	b.t.Helper()
	b.send(append([]string{"saved", "", "number", number, "expiry", "12 / 30", "cvv", "739", "name", "Ada Lovelace"}, fields...)...)
}

func (b *browser) expect(what string, status int, said ...string) {
	b.t.Helper()
	if b.status != status {
		b.t.Errorf("%s: %d, want %d", what, b.status, status)
	}
	shown := words.ReplaceAllString(b.page, "") // what could be said is carried there
	for _, text := range said {
		if !strings.Contains(shown, text) {
			b.t.Errorf("%s: the page does not say %q: %s", what, text, shown)
		}
	}
}

// expectNoDigits tells that no answer held a number or its end, nor the CVV as a value.
func (b *browser) expectNoDigits(numbers ...string) {
	b.t.Helper()
	for _, number := range numbers {
		if strings.Contains(b.raw, number) || strings.Contains(b.raw, number[:10]) || strings.Contains(b.raw, number[:4]+" "+number[4:8]) || strings.Contains(b.raw, `value="739"`) {
			b.t.Errorf("an answer holds %s", number)
		}
	}
}

// A whole purchase without a script: a card that is mistyped, one that is declined, one that
// pays; and afterwards the form again, as the back button has it.
func TestAPurchaseWithoutScript(t *testing.T) {
	t.Parallel()
	h := open(t)
	b := h.browse(h.session(), "")
	b.expect("the form", 200, `lang="en"`, "Card number", "Pay $49.00")
	b.card("4000 0000 0000 9996", "expiry", "13/30")
	b.expect("mistyped", 422, "Check the card number", "such as 04 / 30", `value="13/30"`, `value="Ada Lovelace"`)
	b.card("4000000000009995", "expiry", "13/30")
	b.expect("a wrong date", 422, "such as 04 / 30", "enter the card number and the security code again")
	first := b.form()
	b.card("4000000000009995")
	b.expect("declined", 200, "There is not enough money", "2 more times")
	b.card("4111111111111111", "locale", "de")
	b.expect("paid, in German", 200, h.words("de")["paid"].(string), "1111")
	if n := len(h.ledger.List()); n != 2 {
		t.Errorf("the processor was asked %d times", n)
	}
	first.Set("number", "4111111111111111")
	first.Set("expiry", "12/30")
	first.Set("cvv", "739")
	b.post(first)
	b.expect("sent again", 200, "Payment complete")
	b.send("number", "", "action", "pay")
	b.expect("sent again and empty", 200, "Payment complete")
	if n := len(h.ledger.List()); n != 2 {
		t.Errorf("sent again, the processor was asked %d times", n)
	}
	b.expectNoDigits("4000000000009995", "4111111111111111", "4000000000009996")
	h.expectNoTrace("4000000000009995", "4111111111111111", "739&", "cvv=")
}

// Pressed twice at the same time, a form pays once.
func TestAFormThatIsSentTwicePaysOnce(t *testing.T) {
	t.Parallel()
	h := open(t)
	session := h.session()
	var pressing sync.WaitGroup
	for range 8 {
		pressing.Go(func() { h.browse(session, "").card("4111111111111111") })
	}
	pressing.Wait()
	if n := len(h.ledger.List()); n != 1 {
		t.Errorf("the processor was asked %d times", n)
	}
	h.browse(session, "").expect("after all", 200, "Payment complete")
}

// Everything that is missing is said at once, in the shopper's language.
func TestWhatIsMissingIsSaidInPlace(t *testing.T) {
	t.Parallel()
	h := open(t)
	session := h.form(`"collect":{"email":"required","phone":"optional","billing_address":"full"},"locale":"de-AT"`)
	b := h.browse(session, "")
	b.expect("the form", 200, `lang="de"`, "Österreich", `<option value="AT" selected`)
	b.card("4111111111111111", "email", "ada", "phone", "12", "postal_code", "4111 1111 1111 1111")
	b.expect("wrong", 422, `value="ada"`)
	for name, key := range map[string]string{"email": "emailWrong", "phone": "phoneWrong", "line1": "line1Missing", "city": "cityMissing", "postal_code": "fieldWrong"} {
		if said := h.words("de")[key]; said == nil || !strings.Contains(b.page, said.(string)) {
			t.Errorf("%s: the page does not say %v", name, said)
		}
	}
	b.card("4111111111111111", "email", "ada@example.com", "phone", "", "line1", "Hauptstraße 1", "city", "Wien", "postal_code", "1010", "country", "AT")
	b.expect("paid", 200, h.words("de")["paid"].(string))
	b.expectNoDigits("4111111111111111")
	a := h.api("GET", "/v1/checkout_sessions/"+session, "")
	if a.text("status") != "completed" {
		t.Errorf("%s", a.Body)
	}
}

// 3-D Secure without a script: the page leads to the bank's, which leads back.
func TestThreeDSecureWithoutScript(t *testing.T) {
	t.Parallel()
	h := open(t)
	for decision, want := range map[string]string{"confirm": "Payment complete", "refuse": "could not confirm that it is you"} {
		b := h.browse(h.session(), "?locale=en")
		b.card("4000002760003184")
		bank := regexp.MustCompile(`<noscript><meta http-equiv="refresh" content="0;\s*url=([^"]*)"`).FindStringSubmatch(b.page)
		if bank == nil {
			t.Fatalf("nothing leads to the bank: %s", b.page)
		}
		b.expect("asked", 200, `<a class="pay" href="`+bank[1]+`"`)
		back := h.atTheBank(bank[1], decision)
		response, err := asIs.Get(back)
		if err != nil || response.StatusCode != http.StatusSeeOther {
			t.Fatalf("the way back: %v %v", response, err)
		}
		response.Body.Close()
		b.open(response.Header.Get("Location"))
		b.expect(decision, 200, want)
		b.expectNoDigits("4000002760003184")
	}
	// In a frame, the page that comes back says so to the one around it, or leads there.
	b := h.browse(h.session(), "")
	b.card("4000002760003184")
	bank := regexp.MustCompile(`content="0;\s*url=([^"]*)"`).FindStringSubmatch(b.page)[1]
	request, _ := http.NewRequest("GET", h.atTheBank(bank, "confirm"), nil)
	request.Header.Set("Sec-Fetch-Dest", "iframe")
	response, err := asIs.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	b.take(response)
	b.expect("in a frame", 200, "challenge-return", `href="/checkout/`+b.session+`" target="_parent"`)
}

// What is not known yet is looked for again by the page itself.
func TestAPaymentThatIsNotKnownYetWithoutScript(t *testing.T) {
	t.Parallel()
	h := open(t)
	b := h.browse(h.session(), "")
	h.ledger.Close() // the processor answers 500: nobody knows
	b.card("4111111111111111")
	b.expect("not known", 200, `<noscript><meta http-equiv="refresh" content="3"`, "Your bank is taking its time")
	b.card("5555555555554444")
	b.expect("another card", 200, "Your bank is taking its time")
}

// A form from elsewhere, or that is no form of ours, changes nothing.
func TestFormsFromElsewhereAreRefused(t *testing.T) {
	t.Parallel()
	h := open(t)
	session := h.session()
	whole := url.Values{"number": {"4111111111111111"}, "expiry": {"12/30"}, "cvv": {"739"}, "name": {"Ada"}}.Encode()
	for name, c := range map[string]struct {
		body   string
		header [2]string
		status int
	}{
		"another site":   {whole, [2]string{"Origin", "https://evil.example"}, 403},
		"a sister site":  {whole, [2]string{"Sec-Fetch-Site", "same-site"}, 403},
		"JSON":           {`{"number":"4111111111111111"}`, [2]string{"Content-Type", "application/json"}, 415},
		"repeated":       {whole + "&number=4111111111111111", [2]string{}, 400},
		"unknown":        {whole + "&amount=1", [2]string{}, 400},
		"large":          {whole + "&city=" + strings.Repeat("a", 20<<10), [2]string{}, 413},
		"another amount": {whole + "&plan=12", [2]string{}, 422},
	} {
		request, err := http.NewRequest("POST", h.url+"/checkout/"+session, strings.NewReader(c.body))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if c.header[0] != "" {
			request.Header.Set(c.header[0], c.header[1])
		}
		response, err := asIs.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(response.Body)
		response.Body.Close()
		if response.StatusCode != c.status || strings.Contains(string(body), "411111111111") {
			t.Errorf("%s: %d %s", name, response.StatusCode, body)
		}
	}
	if n := len(h.ledger.List()); n != 0 {
		t.Errorf("the processor was asked %d times", n)
	}
	b := &browser{house: h, session: "cs_00000000000000000000000000"}
	b.open("/checkout/" + b.session)
	b.expect("no such checkout", 404, "There is no such checkout")
	b.post(url.Values{"number": {"4111111111111111"}})
	b.expect("a form for none", 404, "There is no such checkout")
}
