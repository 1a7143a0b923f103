package sandbox_test

import (
	"crypto/sha256"
	"encoding/base64"
	"io"
	"net/http"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/paywicket/paywicket/internal/processor"
)

// open gets a page with its headers.
func (b *bench) open(address string) (*http.Response, string) {
	b.t.Helper()
	request, err := http.NewRequestWithContext(b.t.Context(), http.MethodGet, address, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	response, err := b.client.Do(request)
	if err != nil {
		b.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return response, string(text)
}

// pending asks for a card whose issuer wants to see the shopper.
func (b *bench) pending(field string, value any) (reference, page string) {
	b.t.Helper()
	status, row := b.post(with(ask("4000002760003184"), field, value))
	if status != http.StatusOK || row.Status != processor.Challenge || !strings.HasPrefix(row.ChallengeURL, b.url+"/challenge/auth_") {
		b.t.Fatalf("no challenge: %d %+v", status, row)
	}
	return row.Reference, row.ChallengeURL
}

func TestTheIssuersPage(t *testing.T) {
	t.Parallel()
	b := start(t)
	_, page := b.pending("descriptor", `<b>Bread & "Butter"</b>`)
	response, text := b.open(page)
	for _, want := range []string{
		"<title>Confirm your payment", `<html lang="en">`, "&lt;b&gt;Bread &amp; &#34;Butter&#34;&lt;/b&gt;", "49.00 USD", "••••", "3184",
		`value="confirm"`, `value="refuse"`, `method="post"`, `width=device-width`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	for _, refuse := range []string{"<b>Bread", "<script", "400000", "http://", "https://"} {
		if strings.Contains(text, refuse) {
			t.Errorf("the page has %q", refuse)
		}
	}
	style := regexp.MustCompile(`(?s)<style>(.*?)</style>`).FindStringSubmatch(text)
	sum := sha256.Sum256([]byte(style[1]))
	want := "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'self' https://checkout.example"
	if got := response.Header.Get("Content-Security-Policy"); got != want {
		t.Errorf("the policy is\n%s, want\n%s", got, want)
	}
	// It is framed by checkouts of any origin, within merchants' pages of any origin.
	if response.Header.Get("X-Frame-Options") != "" || strings.Contains(want, "frame-ancestors") {
		t.Error("the page may not be framed")
	}
	if response.Header.Get("Cache-Control") != "no-store" || response.Header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("headers: %v", response.Header)
	}
}

func TestTheShopperDecidesOnce(t *testing.T) {
	t.Parallel()
	b := start(t)
	for _, c := range []struct {
		first, second string
		want          processor.State
		code          processor.DeclineCode
	}{
		{"confirm", "refuse", processor.Approved, ""},
		{"refuse", "confirm", processor.Declined, processor.AuthenticationFailed},
	} {
		reference, page := b.pending("amount", 4900)
		var before any
		for _, decision := range []string{c.first, c.second, c.first} {
			response := b.decide(page, decision)
			if response.StatusCode != http.StatusSeeOther || response.Header.Get("Location") != returnURL {
				t.Errorf("%s: %s to %s", decision, response.Status, response.Header.Get("Location"))
			}
			row, _ := b.ledger.Find(reference)
			if row.Status != c.want || row.DeclineCode != c.code || row.ChallengeURL != "" || (before != nil && !reflect.DeepEqual(before, row)) {
				t.Errorf("%s then %s: %+v", c.first, decision, row)
			}
			before = row
		}
		if response, _ := b.open(page); response.StatusCode != http.StatusSeeOther || response.Header.Get("Location") != returnURL {
			t.Errorf("a settled page: %s", response.Status)
		}
	}
}

func TestWhatDecidesNothing(t *testing.T) {
	t.Parallel()
	b := start(t)
	reference, page := b.pending("amount", 4900)
	for _, decision := range []string{"", "yes", "Confirm"} {
		if response := b.decide(page, decision); response.StatusCode != http.StatusBadRequest {
			t.Errorf("%q: %s", decision, response.Status)
		}
	}
	if response := b.decide(page, strings.Repeat("x", 20<<10)); response.StatusCode != http.StatusBadRequest {
		t.Errorf("a large form: %s", response.Status)
	}
	if row, _ := b.ledger.Find(reference); row.Status != processor.Challenge {
		t.Errorf("the challenge became %+v", row)
	}
	if response := b.decide(b.url+"/challenge/auth_nobody", "confirm"); response.StatusCode != http.StatusNotFound {
		t.Errorf("an unknown challenge: %s", response.Status)
	}
	if response, _ := b.open(b.url + "/challenge/" + reference); response.StatusCode != http.StatusNotFound {
		t.Errorf("a reference is no challenge: %s", response.Status)
	}
}

func TestAChallengeWithNowhereToReturnTo(t *testing.T) {
	t.Parallel()
	b := start(t)
	_, page := b.pending("return_url", nil)
	response, _ := b.open(page)
	if policy := response.Header.Get("Content-Security-Policy"); !strings.HasSuffix(policy, "form-action 'self'") {
		t.Errorf("the policy is %s", policy)
	}
	if response := b.decide(page, "confirm"); response.StatusCode != http.StatusOK {
		t.Errorf("confirmed: %s", response.Status)
	}
}

func TestThePublicAddressIsAdvertised(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.server.PublicURL = "https://issuer.example/"
	_, row := b.post(ask("4000002760003184"))
	if want := "https://issuer.example/challenge/" + row.ID; row.ChallengeURL != want {
		t.Errorf("the page is at %s, want %s", row.ChallengeURL, want)
	}
}

func TestThePageForPeople(t *testing.T) {
	t.Parallel()
	b := start(t)
	_, empty := b.open(b.url + "/")
	_, older := b.post(ask("4111111111111111"))
	_, newer := b.post(ask("5555555555554444"))
	_, text := b.open(b.url + "/")
	if !strings.Contains(empty, "None yet") || !strings.Contains(text, "4000 0000 0000 9995") || !strings.Contains(text, "19051") {
		t.Error("the page lacks the test cards or amounts")
	}
	if first, second := strings.Index(text, newer.Reference), strings.Index(text, older.Reference); first < 0 || second < first {
		t.Errorf("the newest row is not first: %d, %d", first, second)
	}
}
