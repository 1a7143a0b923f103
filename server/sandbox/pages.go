package sandbox

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"net/http"
	"net/url"
	"strings"

	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/processor"
)

//go:embed pages.html
var pagesText string

//go:embed pages.css
var style string

var pages = template.Must(template.New("pages").Parse(pagesText))

// styleHash lets the pages' one style through their policy.
var styleHash = func() string {
	sum := sha256.Sum256([]byte(style))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}()

// show writes a page. formsTo are origins that its form may end at: Chromium holds
// the redirect after a form to form-action too.
func show(w http.ResponseWriter, status int, name string, data map[string]any, formsTo ...string) {
	data["Style"] = template.CSS(style)
	var out bytes.Buffer
	if err := pages.ExecuteTemplate(&out, name, data); err != nil {
		http.Error(w, "the page could not be made", http.StatusInternalServerError)
		return
	}
	header := w.Header()
	header.Set("Content-Security-Policy", "default-src 'none'; style-src "+styleHash+"; img-src data:; base-uri 'none'; form-action 'self' "+strings.Join(formsTo, " "))
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Cache-Control", "no-store")
	header.Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = out.WriteTo(w)
}

// row finds the authorization of a challenge.
func (s *Server) row(id string) (Authorization, bool) {
	for _, row := range s.Ledger.List() {
		if row.ID == id {
			return row, true
		}
	}
	return Authorization{}, false
}

// showChallenge is the issuer's page. Any page may frame it: it stands within a
// checkout within a shop.
func (s *Server) showChallenge(w http.ResponseWriter, r *http.Request) {
	row, ok := s.row(r.PathValue("id"))
	if !ok {
		show(w, http.StatusNotFound, "message", map[string]any{"Title": "Not found", "Text": "There is nothing to confirm here."})
		return
	}
	if row.Status != processor.Challenge {
		s.leave(w, r, row)
		return
	}
	back, err := url.Parse(row.ReturnURL)
	if err != nil {
		back = &url.URL{}
	}
	show(w, http.StatusOK, "challenge", map[string]any{
		"Shop": row.Descriptor, "Amount": money.Amount{Minor: row.Amount, Currency: row.Currency}.String(),
		"Card": "•••• " + row.Last4, "ID": row.ID,
	}, back.Scheme+"://"+back.Host)
}

// decideChallenge takes the shopper's word, once, and sends them back.
func (s *Server) decideChallenge(w http.ResponseWriter, r *http.Request) {
	row, ok := s.row(r.PathValue("id"))
	if !ok {
		show(w, http.StatusNotFound, "message", map[string]any{"Title": "Not found", "Text": "There is nothing to confirm here."})
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	confirmed := r.PostFormValue("decision") == "confirm"
	row, _, err := s.Ledger.Settle(row.Reference, func(a *Authorization) {
		if code := declineOf(a.Amount); confirmed && code != "" {
			a.decline(code)
		} else if confirmed {
			a.approve()
		} else {
			a.decline(processor.AuthenticationFailed)
		}
	})
	if err != nil {
		s.Log.Error("the ledger cannot be written", "error", err)
		show(w, http.StatusInternalServerError, "message", map[string]any{"Title": "Sorry", "Text": "That could not be recorded. Try again."})
		return
	}
	s.leave(w, r, row)
}

// leave sends the shopper back to the checkout.
func (s *Server) leave(w http.ResponseWriter, r *http.Request, row Authorization) {
	if row.ReturnURL == "" {
		show(w, http.StatusOK, "message", map[string]any{"Title": "Thank you", "Text": "You can close this page."})
		return
	}
	http.Redirect(w, r, row.ReturnURL, http.StatusSeeOther)
}

// showLedger is the page for people.
func (s *Server) showLedger(w http.ResponseWriter, _ *http.Request) {
	rows := s.Ledger.List()
	newest := make([]Authorization, 0, 50)
	for i := len(rows) - 1; i >= 0 && len(newest) < cap(newest); i-- {
		newest = append(newest, rows[i])
	}
	show(w, http.StatusOK, "ledger", map[string]any{"Cards": TestCards, "Amounts": TestAmounts, "Rows": newest})
}
