package app_test

import (
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/rescue"
	"github.com/paywicket/paywicket/server/sandbox"
)

// challenged tells the house of a declined sale whose shopper is to be asked, as it would
// have been at a time.
func (h *house) challenged(number string, at time.Time) rescue.View {
	h.t.Helper()
	kept := h.api("POST", "/v1/tokens", `{"number":"`+number+`","exp_month":12,"exp_year":2030}`)
	token, err := id.ParseToken(kept.text("id"))
	if err != nil {
		h.t.Fatalf("%d %s", kept.Status, kept.Body)
	}
	service := *h.app.Rescues()
	service.Now = func() time.Time { return at.UTC().Truncate(time.Millisecond) }
	v, err := service.Evaluate(h.t.Context(), rescue.Sale{
		Merchant: h.account.Merchant.ID, Kind: rescue.CIT, Source: rescue.Website, Reference: "order-" + id.Random(), Transaction: id.Random(),
		Amount: money.Amount{Minor: 4900, Currency: "USD"}, Capture: true, Declined: true, Token: token,
		Answer: rescue.Answer{Code: "05", Source: "iso8583", AVS: "U"}, CVV: true, Phone: true, Cue: rescue.ToChallenge,
	}, nil, "test")
	if err != nil || v.Status() != rescue.StatusChallenge || v.Challenge != h.url+"/confirm/"+v.Key {
		h.t.Fatalf("%s (%s) at %s, %v", v.Status(), v.Reason, v.Challenge, err)
	}
	return v
}

// look opens the page that asks, and gives what is read on it.
func (h *house) look(key string, header ...string) (*http.Response, string) {
	h.t.Helper()
	response, body := h.get("/confirm/"+key, header...)
	return response, string(body)
}

// mark finds what the form says of the words that were read.
func mark(page string) string {
	found := regexp.MustCompile(`name="asked" value="([^"]+)"`).FindStringSubmatch(page)
	if found == nil {
		return ""
	}
	return found[1]
}

// say answers as the page's form does.
func (h *house) say(key, answer, mark string, header ...string) *http.Response {
	h.t.Helper()
	form := url.Values{"answer": {answer}, "asked": {mark}}
	request, err := http.NewRequestWithContext(h.t.Context(), "POST", h.url+"/confirm/"+key, strings.NewReader(form.Encode()))
	if err != nil {
		h.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	response, err := asIs.Do(request)
	if err != nil {
		h.t.Fatal(err)
	}
	io.Copy(io.Discard, response.Body)
	response.Body.Close()
	return response
}

// told lists what was announced of an order, and of its payments, in order.
func (h *house) told(v rescue.View) []string {
	h.t.Helper()
	var types []string
	list := h.api("GET", "/v1/events", "")
	events, _ := list.field("events").([]any)
	for _, one := range events {
		event := one.(map[string]any)
		if data, _ := event["data"].(map[string]any); data["id"] == v.ID {
			types = append(types, event["type"].(string))
		}
	}
	slices.Reverse(types) // the list has the newest first
	return types
}

// rows are what the processor was asked for.
func (h *house) rows() []sandbox.Authorization { return h.ledger.List() }

func (h *house) expectTold(v rescue.View, want ...string) {
	h.t.Helper()
	if got := h.told(v); !slices.Equal(got, want) {
		h.t.Errorf("told were %v, want %v", got, want)
	}
}

func TestAYesIsSeenByTheIssuerAndChargedOnce(t *testing.T) {
	t.Parallel()
	h := open(t)
	v := h.challenged("4111111111111111", time.Now())
	_, page := h.look(v.Key)
	if answered := h.say(v.Key, "yes", mark(page)); answered.StatusCode != http.StatusSeeOther || answered.Header.Get("Location") != "/confirm/"+v.Key {
		t.Fatalf("%d to %q", answered.StatusCode, answered.Header.Get("Location"))
	}
	// On its own, the page leads on to the issuer's; within the shop's, it holds that.
	_, alone := h.look(v.Key, "Sec-Fetch-Dest", "document")
	bank := regexp.MustCompile(`<meta http-equiv="refresh" content="0;url=([^"]+)">`).FindStringSubmatch(alone)
	if bank == nil || strings.Contains(alone, "<iframe") || !strings.Contains(alone, `<a class="pay" href="`+bank[1]+`">`) {
		t.Fatalf("no way to the bank: %s", alone)
	}
	if _, framed := h.look(v.Key, "Sec-Fetch-Dest", "iframe"); !strings.Contains(framed, `<iframe class="bank" src="`+bank[1]+`"`) || strings.Contains(framed, "http-equiv") {
		t.Errorf("within a frame: %s", framed)
	}
	h.say(v.Key, "yes", mark(page))
	h.say(v.Key, "no", mark(page))
	back := h.atTheBank(html.UnescapeString(bank[1]), "confirm")
	if r := h.follow(back); r.StatusCode != http.StatusSeeOther || r.Header.Get("Location") != "/confirm/"+v.Key {
		t.Errorf("back from the bank: %d to %q", r.StatusCode, r.Header.Get("Location"))
	}
	if r := h.follow(back); r.StatusCode != http.StatusGone {
		t.Errorf("the way back is good twice: %d", r.StatusCode)
	}
	response, end := h.look(v.Key)
	if response.StatusCode != 200 || !strings.Contains(end, `role="status"`) || !strings.Contains(end, "$49.00 paid with Visa ending in 1111.") || mark(end) != "" {
		t.Errorf("%d %s", response.StatusCode, end)
	}
	h.say(v.Key, "yes", mark(page))
	if rows := h.rows(); len(rows) != 1 || rows[0].Status != "approved" || rows[0].Captured != 4900 || h.ledger.Asked(rows[0].Reference) != 1 {
		t.Errorf("the processor has %+v", rows)
	}
	h.expectTold(v, "challenge.presented", "challenge.attempted", "challenge.passed", "order.completed")
	if strings.Contains(h.log.String(), v.Key) {
		t.Error("the log holds the key")
	}
}

// Whoever presses twice, in two windows or in no time, is charged once.
func TestManyAnswersAtOnceChargeOnce(t *testing.T) {
	t.Parallel()
	h := open(t)
	for _, number := range []string{"4111111111111111", "5555555555554444", "378282246310005", "4005519200000004"} {
		before := len(h.rows())
		v := h.challenged(number, time.Now())
		_, page := h.look(v.Key)
		words := mark(page)
		var all sync.WaitGroup
		start := make(chan struct{})
		for range 16 {
			all.Go(func() {
				<-start
				h.say(v.Key, "yes", words)
			})
		}
		close(start)
		all.Wait()
		if rows := h.rows(); len(rows) != before+1 {
			t.Fatalf("the processor was asked %d times", len(rows)-before)
		}
		h.expectTold(v, "challenge.presented", "challenge.attempted")
	}
}

func TestANoIsANo(t *testing.T) {
	t.Parallel()
	h := open(t)
	v := h.challenged("4111111111111111", time.Now())
	_, page := h.look(v.Key)
	if answered := h.say(v.Key, "no", mark(page)); answered.StatusCode != http.StatusSeeOther {
		t.Fatalf("%d", answered.StatusCode)
	}
	h.say(v.Key, "yes", mark(page))
	if _, end := h.look(v.Key); !strings.Contains(end, "The payment was cancelled") || !strings.Contains(end, "You were not charged.") {
		t.Errorf("%s", end)
	}
	if rows := h.rows(); len(rows) != 0 {
		t.Errorf("the processor was asked: %+v", rows)
	}
	h.expectTold(v, "challenge.presented", "challenge.failed", "order.cancelled")
	after, err := h.app.Rescues().Find(t.Context(), v.Order.Merchant, v.ID)
	if err != nil || after.Consent == nil || after.Consent.Agreed {
		t.Errorf("%+v, %v", after.Consent, err)
	}
}

func TestALateAnswerChangesNothing(t *testing.T) {
	t.Parallel()
	h := open(t)
	v := h.challenged("4111111111111111", time.Now().Add(-rescue.ChallengeLife+1500*time.Millisecond))
	_, page := h.look(v.Key)
	if mark(page) == "" || !strings.Contains(page, "You have less than a minute to answer") {
		t.Fatalf("it cannot be answered: %s", page)
	}
	time.Sleep(time.Until(v.ExpiresAt))
	if answered := h.say(v.Key, "yes", mark(page)); answered.StatusCode != http.StatusSeeOther {
		t.Errorf("%d", answered.StatusCode)
	}
	if _, end := h.look(v.Key); !strings.Contains(end, "There is no more time to answer") || mark(end) != "" {
		t.Errorf("%s", end)
	}
	if rows := h.rows(); len(rows) != 0 {
		t.Errorf("the processor was asked: %+v", rows)
	}
	h.expectTold(v, "challenge.presented", "challenge.failed", "order.expired")
}

func TestASecondDeclineIsTheLast(t *testing.T) {
	t.Parallel()
	h := open(t)
	v := h.challenged("4000008260003178", time.Now()) // 3-D Secure, then no money
	_, page := h.look(v.Key)
	h.say(v.Key, "yes", mark(page))
	_, alone := h.look(v.Key)
	bank := regexp.MustCompile(`content="0;url=([^"]+)"`).FindStringSubmatch(alone)
	if bank == nil {
		t.Fatalf("no way to the bank: %s", alone)
	}
	h.follow(h.atTheBank(html.UnescapeString(bank[1]), "confirm"))
	if _, end := h.look(v.Key); !strings.Contains(end, "The payment could not be made") {
		t.Errorf("%s", end)
	}
	h.expectTold(v, "challenge.presented", "challenge.attempted", "challenge.failed", "order.declined")
}

// What a shopper agreed to is kept as they read it, and nothing else is taken for it.
func TestTheConsentIsKeptWordForWord(t *testing.T) {
	t.Parallel()
	h := open(t)
	v := h.challenged("4111111111111111", time.Now())
	_, page := h.look(v.Key)
	for _, words := range []string{"", strings.Repeat("0", 64), mark(page)[1:]} {
		if answered := h.say(v.Key, "yes", words); answered.StatusCode != http.StatusSeeOther {
			t.Errorf("%d", answered.StatusCode)
		}
		if _, again := h.look(v.Key); mark(again) != mark(page) {
			t.Errorf("words that nobody read were agreed to: %q", words)
		}
	}
	h.say(v.Key, "yes", mark(page))
	after, err := h.app.Rescues().Find(t.Context(), v.Order.Merchant, v.ID)
	if err != nil || after.Consent == nil {
		t.Fatalf("%+v, %v", after.Consent, err)
	}
	said := *after.Consent
	if !said.Agreed || said.Network != "127.0.0.0/24" || time.Since(said.At) > time.Minute {
		t.Errorf("%+v", said)
	}
	for _, fact := range []string{"Shop", "$49.00", "Visa", "1111", "once", "DESCRIPTOR", "bank may ask", "[Yes, try again] [No, cancel]"} {
		if !strings.Contains(said.Text, fact) {
			t.Errorf("the consent does not say %q: %s", fact, said.Text)
		}
	}
	read := visible(page)
	for line := range strings.Lines(said.Text) {
		for _, part := range regexp.MustCompile(`: |[\[\]\n]+ ?`).Split(line, -1) {
			if !strings.Contains(read, part) {
				t.Errorf("%q was not to be read on the page: %s", part, read)
			}
		}
	}
}

// visible is the text of a page's body.
func visible(page string) string {
	_, body, _ := strings.Cut(page, "<body>")
	return html.UnescapeString(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(body, ""))
}

// Whatever opens nothing gets the same page: unknown, malformed, or another order's.
func TestKeysThatOpenNothing(t *testing.T) {
	t.Parallel()
	h := open(t)
	v := h.challenged("4111111111111111", time.Now())
	nonce := regexp.MustCompile(`nonce="[^"]+"`)
	unknown, want := h.look(id.Random() + id.Random())
	if unknown.StatusCode != 404 || !strings.Contains(want, "There is nothing to answer here") || !strings.Contains(unknown.Header.Get("Content-Security-Policy"), "frame-ancestors 'none'") {
		t.Fatalf("%d %s", unknown.StatusCode, want)
	}
	wrong := v.Key[:len(v.Key)-2] + "00"
	for _, key := range []string{
		"x", wrong, v.Key[:26], strings.ToUpper(v.Key), v.ID, v.Key + "0", "%00" + v.Key[1:], "%ff%fe",
		h.account.Merchant.ID + "/" + id.NewToken().UUID() + "/" + id.Random(), "mer_x/" + v.ID + "/" + id.Random(),
		h.merchant("Other").Merchant.ID + "/" + v.ID + "/" + id.Random(),
	} {
		if response, page := h.look(key); response.StatusCode != 404 || nonce.ReplaceAllString(page, "") != nonce.ReplaceAllString(want, "") {
			t.Errorf("%s: %d %s", key, response.StatusCode, page)
		}
	}
	if answered := h.say(wrong, "yes", ""); answered.StatusCode != 404 {
		t.Errorf("an answer to nothing: %d", answered.StatusCode)
	}
	// Nothing was paid yet, so there is no way back from a bank.
	if response, _ := h.look(h.account.Merchant.ID + "/" + v.ID + "/" + id.Random()); response.StatusCode != 410 {
		t.Errorf("back from no bank: %d", response.StatusCode)
	}
}

func TestAnAnswerComesFromThePageItself(t *testing.T) {
	t.Parallel()
	h := open(t)
	v := h.challenged("4111111111111111", time.Now())
	_, page := h.look(v.Key)
	for name, header := range map[string][]string{
		"another site":             {"Sec-Fetch-Site", "cross-site"},
		"a sister of ours":         {"Sec-Fetch-Site", "same-site"},
		"an address bar":           {"Sec-Fetch-Site", "none"},
		"the shop's origin":        {"Origin", "https://shop.example"},
		"a page that hides itself": {"Origin", "null"},
		"a lie about the origin":   {"Origin", "https://shop.example", "Sec-Fetch-Site", "same-origin"},
		"hidden, of another site":  {"Origin", "null", "Sec-Fetch-Site", "cross-site"},
	} {
		if answered := h.say(v.Key, "yes", mark(page), header...); answered.StatusCode != http.StatusForbidden {
			t.Errorf("%s: %d", name, answered.StatusCode)
		}
	}
	for body, want := range map[string]int{
		"answer=maybe": 400, "answer=yes&answer=no": 400, "": 400, "answer": 400, "%zz": 400, "answer=no&x=" + strings.Repeat("x", 1024): 413,
	} {
		if a := h.call("POST", "/confirm/"+v.Key, body, "Content-Type", "application/x-www-form-urlencoded"); a.Status != want {
			t.Errorf("%.30s: %d %s, want %d", body, a.Status, a.Body, want)
		}
	}
	if a := h.call("POST", "/confirm/"+v.Key, `{"answer":"yes"}`); a.Status != http.StatusUnsupportedMediaType {
		t.Errorf("as JSON: %d %s", a.Status, a.Body)
	}
	if len(h.rows()) != 0 {
		t.Error("the processor was asked")
	}
	// So does a browser answer, from a page that tells no referrer.
	if answered := h.say(v.Key, "no", mark(page), "Origin", "null", "Sec-Fetch-Site", "same-origin"); answered.StatusCode != http.StatusSeeOther {
		t.Errorf("the page itself: %d", answered.StatusCode)
	}
}

func TestTheQuestionIsLockedDown(t *testing.T) {
	t.Parallel()
	h := open(t)
	v := h.challenged("4111111111111111", time.Now())
	response, page := h.look(v.Key)
	policy := response.Header.Get("Content-Security-Policy")
	nonce := regexp.MustCompile(`'nonce-([^']+)'`).FindStringSubmatch(policy)
	if nonce == nil || strings.Count(page, `nonce="`+nonce[1]+`"`) != 3 || regexp.MustCompile(`style=|<style>|onclick`).MatchString(page) {
		t.Fatalf("nonce: %v in %s", nonce, page)
	}
	for _, directive := range []string{
		"default-src 'none'", "connect-src 'self'", "base-uri 'none'", "form-action 'self'", "style-src 'nonce-" + nonce[1] + "'",
		"frame-ancestors 'self' https://shop.example http://localhost:3000", "require-trusted-types-for 'script'",
	} {
		if !strings.Contains(policy+";", directive+";") {
			t.Errorf("the policy lacks %q: %s", directive, policy)
		}
	}
	if strings.Contains(policy, "unsafe") || strings.Contains(policy, "*") {
		t.Errorf("the policy is loose: %s", policy)
	}
	for name, want := range map[string]string{
		"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "X-Frame-Options": "", "Paywicket-Status": "asked",
	} {
		if got := response.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if response.Header.Get("Permissions-Policy") == "" {
		t.Error("there is no Permissions-Policy")
	}
}

// An outcome that is not known yet is looked for by itself, without a script too, and not
// for ever.
func TestAnUnknownOutcomeIsLookedFor(t *testing.T) {
	t.Parallel()
	h := open(t)
	const again = `<noscript><meta http-equiv="refresh" content="2"></noscript>`
	v := h.challenged("5135020000005871", time.Now()) // its answer gets lost
	_, page := h.look(v.Key)
	h.say(v.Key, "yes", mark(page))
	if response, waiting := h.look(v.Key); response.Header.Get("Paywicket-Status") != "processing" || !strings.Contains(waiting, again) || !strings.Contains(waiting, "We are finding out…") {
		t.Errorf("%s", waiting)
	}
	// Had that been a while ago, nobody would look any more.
	then := time.Now().Add(-5 * time.Minute)
	old := h.challenged("5135020000005871", then)
	service := *h.app.Rescues()
	service.Now = func() time.Time { return then }
	if _, err := service.Answer(t.Context(), old.Key, true, "Yes?", ""); err != nil {
		t.Fatal(err)
	}
	if response, waiting := h.look(old.Key); response.Header.Get("Paywicket-Status") != "processing" || strings.Contains(waiting, "http-equiv") {
		t.Errorf("%s", waiting)
	}
	h.eventually(func() bool {
		response, _ := h.look(v.Key)
		return response.Header.Get("Paywicket-Status") == "challenge"
	})
	if rows := h.rows(); len(rows) != 2 || h.ledger.Asked(rows[0].Reference) != 1 {
		t.Errorf("the processor was asked %d times", len(rows))
	}
}
