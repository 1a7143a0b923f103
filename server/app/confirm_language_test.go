package app_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/paywicket/paywicket/server/language"
)

// reply answers a question as its form does that names a language, at an address that may
// name one too.
func (h *house) reply(address, mark, locale string) *http.Response {
	h.t.Helper()
	form := url.Values{"answer": {"yes"}, "asked": {mark}, "locale": {locale}}
	request, err := http.NewRequestWithContext(h.t.Context(), "POST", h.url+"/confirm/"+address, strings.NewReader(form.Encode()))
	if err != nil {
		h.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := asIs.Do(request)
	if err != nil {
		h.t.Fatal(err)
	}
	response.Body.Close()
	return response
}

// A shopper agrees to what they have read in their own language, and that is what is kept.
func TestAQuestionIsAskedInTheShoppersLanguage(t *testing.T) {
	t.Parallel()
	h := open(t)
	v := h.challenged("4111111111111111", time.Now())
	german := language.Pick("de-AT")
	_, english := h.look(v.Key)
	_, page := h.look(v.Key, "Accept-Language", "de-AT,de;q=0.9,en;q=0.8")
	for _, part := range []string{
		`<html lang="de" dir="ltr">`, `<input type="hidden" name="locale" value="de-AT">`, "<h1>" + german.Say("page.again") + "</h1>",
		"<bdi>$\u00a049,00</bdi>", ">" + german.Say("page.yes") + "</button>",
	} {
		if !strings.Contains(page, part) {
			t.Errorf("there is no %s in %s", part, page)
		}
	}
	if _, named := h.look(v.Key+"?locale=de-AT", "Accept-Language", "fr"); mark(named) != mark(page) || mark(page) == mark(english) {
		t.Errorf("the address does not decide: %s, %s, %s", mark(named), mark(page), mark(english))
	}
	if _, arabic := h.look(v.Key, "Accept-Language", "ar"); !strings.Contains(arabic, `<html lang="ar" dir="rtl">`) {
		t.Errorf("%s", arabic)
	}
	// Words in one language are not agreed to in another's.
	h.reply(v.Key, mark(english), "de-AT")
	h.reply(v.Key, mark(page), "en")
	h.reply(v.Key, mark(page), "de")
	if rows := h.rows(); len(rows) != 0 {
		t.Fatalf("words that nobody read were agreed to: %+v", rows)
	}
	answered := h.reply(v.Key+"?locale=de-AT", mark(page), "de-AT")
	if answered.StatusCode != http.StatusSeeOther || answered.Header.Get("Location") != "/confirm/"+v.Key+"?locale=de-AT" {
		t.Errorf("%d to %s", answered.StatusCode, answered.Header.Get("Location"))
	}
	after, err := h.app.Rescues().Find(t.Context(), v.Order.Merchant, v.ID)
	if err != nil || after.Consent == nil || !after.Consent.Agreed {
		t.Fatalf("%+v, %v", after.Consent, err)
	}
	for _, part := range []string{german.Say("page.again"), "$\u00a049,00", "[" + german.Say("page.yes") + "]", "\n[de-AT]"} {
		if !strings.Contains(after.Consent.Text, part) {
			t.Errorf("the consent does not say %q: %s", part, after.Consent.Text)
		}
	}
}
