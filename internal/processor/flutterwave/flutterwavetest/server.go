// Package flutterwavetest is a small peer in the shape of version 3 of Flutterwave's API,
// with a memory: cards that are declined are declined, a card that was charged has a token,
// and what was captured can be refunded.
//
//	POST /v3/charges?type=card                 a card, encrypted
//	POST /v3/tokenized-charges                 a token that the peer gave
//	GET  /v3/transactions/verify_by_reference  by tx_ref
//	GET  /v3/transactions                      by from, to and page
//	POST /v3/charges/{flw_ref}/capture, void, refund
//	POST /v3/transactions/{id}/refund
//	POST /challenge/{id}?decision=confirm      the issuer's page
//
// It is for tests: cards come and go as text here.
package flutterwavetest

import (
	"crypto/des"
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/money"
)

// Key is the account's secret key.
const Key = "FLWSECK-6f1c02d4a9b84c7e8a55b3bb0ad4d1ce-X"

// Challenged is the card whose issuer wants to see the shopper, WantsPIN the one that is
// not charged without its PIN; both are Flutterwave's own test cards.
const (
	Challenged = "4187427415564246"
	WantsPIN   = "5531886652142950"
)

// Declines are Flutterwave's own test cards that are declined, with its words.
var Declines = map[string]string{
	"5258585922666506": "Insufficient Funds",
	"5590131743294314": "Transaction Error: Suspected Fraud",
	"5143010522339965": "Do Not Honour",
	"5551658157653822": "Invalid Transaction",
}

// Server is the peer. Start makes one.
type Server struct {
	*httptest.Server
	// Slow holds the answer to a charge of this card back, after it was decided.
	Slow map[string]time.Duration

	mu      sync.Mutex
	charges []*charge
	tokens  map[string]*charge // the first charge of each card
}

// charge is a transaction.
type charge struct {
	id                                 int64
	reference, currency, email, card   string
	status, response, model, kind      string
	amount, charged, settled, refunded int64
	voided                             bool
	created                            time.Time
}

// Start starts a peer that ends with the test.
func Start(t testing.TB) *Server {
	t.Helper()
	s := &Server{tokens: map[string]*charge{}, Slow: map[string]time.Duration{}}
	routes := http.NewServeMux()
	routes.HandleFunc("POST /v3/charges", s.keyed(s.chargeCard))
	routes.HandleFunc("POST /v3/tokenized-charges", s.keyed(s.chargeToken))
	routes.HandleFunc("GET /v3/transactions/verify_by_reference", s.keyed(s.verify))
	routes.HandleFunc("GET /v3/transactions", s.keyed(s.list))
	routes.HandleFunc("POST /v3/charges/{ref}/{what}", s.keyed(s.modify))
	routes.HandleFunc("POST /v3/transactions/{id}/refund", s.keyed(s.refund))
	routes.HandleFunc("POST /challenge/{id}", s.decide)
	s.Server = httptest.NewServer(routes)
	t.Cleanup(s.Close)
	return s
}

// Count is how many transactions there are of a reference.
func (s *Server) Count(reference string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, c := range s.charges {
		if c.reference == reference {
			n++
		}
	}
	return n
}

// answer is what is said, and how late.
type answer struct {
	status int
	body   any
	late   time.Duration
}

func no(status int, message string) answer {
	return answer{status: status, body: map[string]any{"status": "error", "message": message, "data": nil}}
}

// keyed does a request of who has the account's key.
func (s *Server) keyed(do func(r *http.Request) answer) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		a := no(http.StatusUnauthorized, "Authorization required")
		if r.Header.Get("Authorization") == "Bearer "+Key {
			s.mu.Lock()
			a = do(r)
			s.mu.Unlock()
		}
		time.Sleep(a.late)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(a.status)
		_ = json.NewEncoder(w).Encode(a.body)
	}
}

// decrypt opens what a card charge carries, as Flutterwave documents it.
func decrypt(client string) ([]byte, error) {
	sum := md5.Sum([]byte(Key))
	digest := hex.EncodeToString(sum[:])
	cipher, err := des.NewTripleDESCipher([]byte(strings.TrimPrefix(Key, "FLWSECK-")[:12] + digest[20:]))
	if err != nil {
		return nil, err
	}
	text, err := base64.StdEncoding.DecodeString(client)
	if err != nil || len(text) == 0 || len(text)%8 != 0 {
		return nil, fmt.Errorf("client: %d bytes, %v", len(text), err)
	}
	for at := 0; at < len(text); at += 8 {
		cipher.Decrypt(text[at:at+8], text[at:at+8])
	}
	pad := int(text[len(text)-1])
	if pad < 1 || pad > 8 {
		return nil, fmt.Errorf("client: padding of %d", pad)
	}
	return text[:len(text)-pad], nil
}

// asked is a charge as it is asked for.
type asked struct {
	Card         string `json:"card_number"`
	CVV          string
	Month        string `json:"expiry_month"`
	Year         string `json:"expiry_year"`
	Token, Email string
	Amount       json.Number
	Currency     string
	TxRef        string `json:"tx_ref"`
	Preauthorize bool
	RedirectURL  string `json:"redirect_url"`
}

func (s *Server) chargeCard(r *http.Request) answer {
	var body struct{ Client string }
	var in asked
	if r.URL.Query().Get("type") != "card" || json.NewDecoder(r.Body).Decode(&body) != nil {
		return no(http.StatusBadRequest, "client is required")
	}
	text, err := decrypt(body.Client)
	if err != nil || json.Unmarshal(text, &in) != nil || len(in.Month) != 2 || len(in.Year) != 2 || in.CVV == "" || in.Email == "" {
		return no(http.StatusBadRequest, "Invalid client")
	}
	if in.Card == WantsPIN {
		return answer{status: http.StatusOK, body: map[string]any{
			"status": "success", "message": "Charge authorization data required",
			"meta": map[string]any{"authorization": map[string]any{"mode": "pin", "fields": []string{"pin"}}},
		}}
	}
	return s.charge(in)
}

func (s *Server) chargeToken(r *http.Request) answer {
	var in asked
	if json.NewDecoder(r.Body).Decode(&in) != nil {
		return no(http.StatusBadRequest, "Invalid JSON")
	}
	first := s.tokens[in.Token]
	if first == nil || first.email != in.Email {
		return no(http.StatusBadRequest, "Wrong token or email passed")
	}
	in.Card = first.card
	return s.charge(in)
}

func (s *Server) charge(in asked) answer {
	amount, err := money.ParseMajor(in.Amount.String(), in.Currency)
	if err != nil || amount.Minor <= 0 || in.TxRef == "" {
		return no(http.StatusBadRequest, "Invalid amount")
	}
	c := &charge{
		id: int64(1000 + len(s.charges)), reference: in.TxRef, currency: in.Currency, email: in.Email, card: in.Card,
		status: "successful", response: "Approved", model: "noauth", kind: "normal", amount: amount.Minor, charged: amount.Minor,
		created: time.Now().UTC(),
	}
	if in.Preauthorize {
		c.kind = "preauth"
	} else {
		c.settled = c.amount
	}
	s.charges = append(s.charges, c)
	if words := Declines[in.Card]; words != "" {
		c.status, c.response, c.settled = "failed", words, 0
		return no(http.StatusBadRequest, words)
	}
	if in.Card == Challenged && in.CVV != "" {
		c.status, c.model = "pending", "VBVSECURECODE"
		return answer{status: http.StatusOK, body: map[string]any{
			"status": "success", "message": "Charge initiated", "data": s.show(c),
			"meta": map[string]any{"authorization": map[string]any{"mode": "redirect", "redirect": fmt.Sprintf("%s/challenge/%d", s.URL, c.id)}},
		}}
	}
	return answer{status: http.StatusOK, body: map[string]any{"status": "success", "message": "Charge initiated", "data": s.show(c)}, late: s.Slow[in.Card]}
}

func major(minor int64, currency string) json.Number {
	return json.Number(money.Amount{Minor: minor, Currency: currency}.Major())
}

// show is a charge as the API shows it.
func (s *Server) show(c *charge) map[string]any {
	card := map[string]any{"first_6digits": c.card[:6], "last_4digits": c.card[len(c.card)-4:], "issuer": "TEST BANK", "country": "NG", "type": "VISA", "expiry": "12/30"}
	if c.status == "successful" {
		token := "flw-t1nf-" + hex.EncodeToString([]byte(c.card[10:])) + "-m03k"
		card["token"] = token
		if s.tokens[token] == nil {
			s.tokens[token] = c
		}
	}
	status := c.status
	if c.voided {
		status = "voided"
	}
	return map[string]any{
		"id": c.id, "tx_ref": c.reference, "flw_ref": fmt.Sprintf("FLW-MOCK-%d", c.id), "device_fingerprint": "N/A", "auth_url": "N/A",
		"amount": major(c.amount, c.currency), "charged_amount": major(c.charged, c.currency), "amount_settled": major(c.settled, c.currency),
		"app_fee": 1.4, "merchant_fee": 0, "processor_response": c.response, "auth_model": c.model, "currency": c.currency, "ip": "N/A",
		"narration": "CARD Transaction", "status": status, "payment_type": "card", "charge_type": c.kind, "created_at": c.created, "account_id": 17321,
		"customer": map[string]any{"id": 1, "phone_number": nil, "name": "Anonymous customer", "email": c.email, "created_at": c.created},
		"card":     card, "meta": nil,
	}
}

func (s *Server) verify(r *http.Request) answer {
	for _, c := range s.charges {
		if c.reference == r.URL.Query().Get("tx_ref") {
			return answer{status: http.StatusOK, body: map[string]any{"status": "success", "message": "Transaction fetched successfully", "data": s.show(c)}}
		}
	}
	return no(http.StatusBadRequest, "No transaction was found for this id")
}

// perPage is how many transactions a page has: few, so that there are several.
const perPage = 2

func (s *Server) list(r *http.Request) answer {
	query := r.URL.Query()
	page, _ := strconv.Atoi(query.Get("page"))
	var all []any
	for _, c := range s.charges {
		if day := c.created.Format(time.DateOnly); day >= query.Get("from") && day <= query.Get("to") {
			all = append(all, s.show(c))
		}
	}
	pages := (len(all) + perPage - 1) / perPage
	here := all[min(len(all), (page-1)*perPage):min(len(all), page*perPage)]
	return answer{status: http.StatusOK, body: map[string]any{
		"status": "success", "message": "Transactions fetched", "data": here,
		"meta": map[string]any{"page_info": map[string]any{"total": len(all), "current_page": page, "total_pages": pages}},
	}}
}

// modify captures, voids or refunds a preauthorization.
func (s *Server) modify(r *http.Request) answer {
	c := s.byRef(r.PathValue("ref"))
	var in struct{ Amount string }
	if c == nil || c.status != "successful" || c.kind != "preauth" || c.voided || json.NewDecoder(r.Body).Decode(&in) != nil {
		return no(http.StatusBadRequest, "Invalid Auth model. Preauth can only be used with NOAUTH/BVN")
	}
	amount, err := money.ParseMajor(in.Amount, c.currency)
	switch what := r.PathValue("what"); {
	case what == "void" && c.settled == 0:
		c.voided = true
	case what == "capture" && err == nil && c.settled == 0 && amount.Minor <= c.amount:
		c.charged, c.settled = amount.Minor, amount.Minor
	case what == "refund" && err == nil && amount.Minor <= c.settled-c.refunded:
		c.refunded += amount.Minor
		return answer{status: http.StatusOK, body: s.show(c)}
	default:
		return no(http.StatusBadRequest, "Not possible")
	}
	return answer{status: http.StatusOK, body: map[string]any{"status": "success", "message": "Charge updated", "data": s.show(c)}}
}

func (s *Server) byRef(ref string) *charge {
	n, err := strconv.Atoi(strings.TrimPrefix(ref, "FLW-MOCK-"))
	if err != nil || n < 1000 || n-1000 >= len(s.charges) {
		return nil
	}
	return s.charges[n-1000]
}

// refund gives back of what was charged at once.
func (s *Server) refund(r *http.Request) answer {
	c := s.byRef(r.PathValue("id"))
	var in struct{ Amount json.Number }
	if c == nil || c.kind == "preauth" || json.NewDecoder(r.Body).Decode(&in) != nil {
		return no(http.StatusBadRequest, "No transaction was found for this id")
	}
	amount, err := money.ParseMajor(in.Amount.String(), c.currency)
	if err != nil || c.status != "successful" || amount.Minor > c.amount-c.refunded {
		return no(http.StatusBadRequest, "Refund amount is greater than the transaction amount")
	}
	c.refunded += amount.Minor
	return answer{status: http.StatusOK, body: map[string]any{"status": "success", "message": "Transaction refund initiated", "data": map[string]any{
		"id": c.id*10 + 1, "tx_id": c.id, "flw_ref": "URF_1", "amount_refunded": in.Amount, "status": "completed", "destination": "payment_source",
	}}}
}

// decide is the issuer's page: what was decided first stays.
func (s *Server) decide(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.byRef(r.PathValue("id"))
	if c == nil || c.status != "pending" {
		w.WriteHeader(http.StatusConflict)
		return
	}
	if c.status, c.response = "failed", "Authentication failed"; r.URL.Query().Get("decision") == "confirm" {
		c.status, c.response = "successful", "Approved"
	}
}
