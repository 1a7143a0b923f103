package sandbox

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"net/http"
	"slices"
	"strings"

	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/processor"
)

//go:embed pages.html
var pagesText string

//go:embed pages.css
var style string

var pages = template.Must(template.New("pages").Parse(pagesText))

// styleHash lets the pages' one style, and nothing else, through their policy.
var styleHash = func() string {
	sum := sha256.Sum256([]byte(style))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}()

// show writes a page. Its form may end at its own origin and at those in formsTo:
// Chromium holds the redirect after a form to form-action as well. Nothing is said
// about who may frame it: an issuer's page stands in checkouts of any origin,
// within merchants' pages of any origin.
func show(w http.ResponseWriter, status int, name string, data map[string]any, formsTo ...string) {
	data["Style"] = template.CSS(style)
	var out bytes.Buffer
	if err := pages.ExecuteTemplate(&out, name, data); err != nil {
		http.Error(w, "the page could not be made", http.StatusInternalServerError)
		return
	}
	policy := []string{"default-src 'none'", "style-src " + styleHash, "base-uri 'none'", "form-action " + strings.Join(append([]string{"'self'"}, formsTo...), " ")}
	header := w.Header()
	header.Set("Content-Security-Policy", strings.Join(policy, "; "))
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Cache-Control", "no-store")
	header.Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = out.WriteTo(w)
}

// message shows a page that only says something.
func message(w http.ResponseWriter, status int, title, text string) {
	show(w, status, "message", map[string]any{"Title": title, "Text": text})
}

func notFound(w http.ResponseWriter) {
	message(w, http.StatusNotFound, "Nothing to confirm", "There is no payment waiting here. Go back to the shop and try again.")
}

// showChallenge is the issuer's page. Its address is the capability: 128 random
// bits that only the checkout was given.
func (s *Server) showChallenge(w http.ResponseWriter, r *http.Request) {
	row, ok := s.Ledger.findID(r.PathValue("id"))
	if !ok {
		notFound(w)
		return
	}
	if row.Status != processor.Challenge {
		leave(w, r, row)
		return
	}
	var formsTo []string
	if back := origin(row.ReturnURL); back != "" {
		formsTo = append(formsTo, back)
	}
	show(w, http.StatusOK, "challenge", map[string]any{
		"Merchant": row.Descriptor, "Amount": money.Amount{Minor: row.Amount, Currency: row.Currency}.String(),
		"Last4": row.Last4, "ID": row.ID,
	}, formsTo...)
}

// decideChallenge takes the shopper's word, once, and sends the shopper back. A
// second word changes nothing and is sent back the same way.
func (s *Server) decideChallenge(w http.ResponseWriter, r *http.Request) {
	row, ok := s.Ledger.findID(r.PathValue("id"))
	if !ok {
		notFound(w)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	var step func(*Authorization)
	switch r.PostFormValue("decision") {
	case "confirm":
		step = confirm
	case "refuse":
		step = (*Authorization).failAuthentication
	default:
		message(w, http.StatusBadRequest, "Confirm or refuse", "Go back and press one of the two buttons.")
		return
	}
	row, _, err := s.Ledger.settle(row.Reference, step)
	if err != nil {
		s.Log.Error("the sandbox's ledger cannot be written", "error", err)
		message(w, http.StatusInternalServerError, "Sorry", "Your answer could not be recorded. Go back and try again.")
		return
	}
	leave(w, r, row)
}

// confirm settles a challenge that the shopper passed. Which way is read off the
// card again: a row knows enough of it, as no two test cards share BIN and last four.
func confirm(a *Authorization) {
	a.authenticate(processor.Challenged)
	for _, t := range TestCards {
		if t.Behaviour.Decline != "" && strings.HasPrefix(t.Number, a.BIN) && strings.HasSuffix(t.Number, a.Last4) {
			a.decline(t.Behaviour.Decline)
			return
		}
	}
	a.approve()
}

// leave sends the shopper back to the checkout.
func leave(w http.ResponseWriter, r *http.Request, row Authorization) {
	if row.ReturnURL == "" {
		message(w, http.StatusOK, "Thank you", "You can close this page.")
		return
	}
	http.Redirect(w, r, row.ReturnURL, http.StatusSeeOther)
}

// shown is how many of the newest rows the page for people has.
const shown = 50

// showLedger is the page for people.
func (s *Server) showLedger(w http.ResponseWriter, _ *http.Request) {
	newest := s.Ledger.List()
	newest = newest[max(0, len(newest)-shown):]
	slices.Reverse(newest)
	show(w, http.StatusOK, "ledger", map[string]any{"Cards": TestCards, "Moods": Moods, "Amounts": TestAmounts, "Addresses": TestAddresses, "Rows": newest})
}
