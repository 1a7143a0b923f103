// Package flexchargetest is a small peer in the shape of FlexCharge's API, with a memory:
// orders keep their state, and a key is done once.
//
//	POST /v1/oauth2/token
//	POST /v1/tokenize
//	POST /v1/transmit
//	POST /v1/evaluate, POST /v1/outcome
//	GET  /v1/orders, GET /v1/orders/{key}
//	POST /v1/capture
//	POST /v1/orders/{key}/cancel, POST /v1/orders/{key}/refund
//
// It is for tests: cards come and go as text here.
package flexchargetest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/money"
)

// FlexCharge's own test cards, and one whose order waits for the shopper.
const (
	Approved   = "4000002760003184"
	Declined   = "4000300011112220"
	Challenged = "4187427415564246"
	Slow       = "4000000000009235" // approved, and answered late
	Pending    = "4000000000000077" // submitted, and approved when Decide says so
)

// Server is the peer. Start makes one.
type Server struct {
	*httptest.Server
	// Late is how late an answer about the card Slow is.
	Late time.Duration
	// Hang holds tokenizations until it is closed; nil for not at all.
	Hang chan struct{}

	mu      sync.Mutex
	access  string
	tokens  int // access tokens that were given
	cards   map[string]string
	orders  []*order
	byToken int // evaluations of a card by its token
	copies  []Copy
	Refused int // calls with a token that is no good any more
}

// order is an evaluated order.
type order struct {
	key, reference, status, currency, card string
	amount, refunded                       int64
	confirmed                              bool
}

// Start starts a peer that ends with the test.
func Start(t testing.TB) *Server {
	t.Helper()
	s := &Server{cards: map[string]string{}}
	routes := http.NewServeMux()
	routes.HandleFunc("POST /v1/oauth2/token", s.grant)
	routes.HandleFunc("POST /v1/tokenize", s.bearer(s.tokenize))
	routes.HandleFunc("POST /v1/transmit", s.bearer(s.transmit))
	routes.HandleFunc("POST /v1/evaluate", s.bearer(s.evaluate))
	routes.HandleFunc("POST /v1/outcome", s.bearer(s.outcome))
	routes.HandleFunc("GET /v1/orders", s.bearer(s.list))
	routes.HandleFunc("GET /v1/orders/{key}", s.bearer(s.show))
	routes.HandleFunc("POST /v1/capture", s.bearer(s.capture))
	routes.HandleFunc("POST /v1/orders/{key}/{what}", s.bearer(s.modify))
	s.Server = httptest.NewServer(routes)
	t.Cleanup(s.Close)
	return s
}

// Count is how many orders there are of a reference.
func (s *Server) Count(reference string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, o := range s.orders {
		if o.reference == reference {
			n++
		}
	}
	return n
}

// Cards is how many cards its vault has.
func (s *Server) Cards() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.cards)
}

// ByToken is how many evaluations named a card by its token.
func (s *Server) ByToken() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.byToken
}

// Expire makes the access token that is out no good any more.
func (s *Server) Expire() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.access = ""
}

// Decide ends the orders that are being worked on.
func (s *Server) Decide() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, o := range s.orders {
		if o.status == "PROCESSING" {
			o.status, o.confirmed = "COMPLETED", true
		}
	}
}

// answer is what is said, and how late.
type answer struct {
	status int
	body   any
	late   time.Duration
}

func say(w http.ResponseWriter, a answer) {
	time.Sleep(a.late)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(a.status)
	if a.body != nil {
		_ = json.NewEncoder(w).Encode(a.body)
	}
}

func (s *Server) grant(w http.ResponseWriter, r *http.Request) {
	var in struct{ AppKey, AppSecret string }
	if json.NewDecoder(r.Body).Decode(&in) != nil || in.AppKey != "app" || in.AppSecret != "secret" {
		say(w, answer{status: http.StatusBadRequest, body: map[string]any{"errors": []string{"Invalid credentials"}}})
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens++
	s.access = fmt.Sprint("access-", s.tokens)
	say(w, answer{status: http.StatusOK, body: map[string]any{
		"accessToken": s.access, "refreshToken": "r", "expires": time.Now().Add(10 * time.Minute).UnixMilli(), "success": true,
	}})
}

// bearer does a request of who has an access token.
func (s *Server) bearer(do func(r *http.Request) answer) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if s.Hang != nil && r.URL.Path == "/v1/tokenize" {
			<-s.Hang
		}
		s.mu.Lock()
		a := answer{status: http.StatusUnauthorized}
		if s.access != "" && r.Header.Get("Authorization") == "Bearer "+s.access {
			a = do(r)
		} else {
			s.Refused++
		}
		s.mu.Unlock()
		say(w, a)
	}
}

func bad(field, message string) answer {
	return answer{status: http.StatusBadRequest, body: map[string]any{"TraceId": []string{"00-1"}, field: []string{message}}}
}

func (s *Server) tokenize(r *http.Request) answer {
	var in struct {
		PaymentMethod struct {
			CreditCard struct {
				FirstName string `json:"first_name"`
				LastName  string `json:"last_name"`
				Number    string
				CVV       string `json:"verification_value"`
				Year      string
			} `json:"credit_card"`
		} `json:"payment_method"`
	}
	if json.NewDecoder(r.Body).Decode(&in) != nil || r.URL.Query().Get("mid") != "mid-1" {
		return bad("mid", "The mid field is required.")
	}
	c := in.PaymentMethod.CreditCard
	if c.FirstName == "" || c.LastName == "" || c.Number == "" || c.Year == "" {
		return bad("PaymentMethod", "The first_name, last_name, number and year fields are required.")
	}
	token := fmt.Sprintf("0b6f9e9c-0000-4000-8000-%012d", len(s.cards)+1)
	s.cards[token] = c.Number
	return answer{status: http.StatusOK, body: map[string]any{"success": true, "transaction": map[string]any{
		"succeeded": true, "payment_method": map[string]any{"token": token, "last_four_digits": c.Number[len(c.Number)-4:]},
	}}}
}

// asked is an order as it is asked for.
type asked struct {
	IsDeclined      *bool  `json:"isDeclined"`
	IdempotencyKey  string `json:"idempotencyKey"`
	OrderID         string `json:"orderId"`
	MID             string
	TransactionType string `json:"transactionType"`
	Transaction     struct {
		ID, Currency                                 string
		Amount                                       int64
		ResponseCode, ResponseCodeSource             string
		AvsResultCode, CvvResultCode, CavvResultCode string
	}
	Payer         struct{ Email string }
	PaymentMethod struct {
		Token      bool
		CardNumber string `json:"cardNumber"`
	} `json:"paymentMethod"`
}

// missing names a required field that an order lacks.
func (a asked) missing() string {
	t := a.Transaction
	for field, value := range map[string]string{
		"OrderId": a.OrderID, "IdempotencyKey": a.IdempotencyKey, "Transaction.Id": t.ID, "Transaction.ResponseCode": t.ResponseCode,
		"Transaction.ResponseCodeSource": t.ResponseCodeSource, "Transaction.AvsResultCode": t.AvsResultCode,
		"Transaction.CvvResultCode": t.CvvResultCode, "Transaction.CavvResultCode": t.CavvResultCode, "Payer.Email": a.Payer.Email, "Mid": a.MID,
	} {
		if value == "" {
			return field
		}
	}
	return ""
}

func (s *Server) evaluate(r *http.Request) answer {
	var in asked
	if json.NewDecoder(r.Body).Decode(&in) != nil {
		return bad("Body", "is no JSON")
	}
	if field := in.missing(); field != "" {
		return bad(field, "The field is required.")
	}
	if in.IsDeclined == nil || !*in.IsDeclined {
		return bad("IsDeclined", "The IsDeclined field is required.")
	}
	card := in.PaymentMethod.CardNumber
	if in.PaymentMethod.Token {
		card = s.cards[card]
		s.byToken++
	}
	if len(card) < 12 {
		return bad("PaymentMethod.CardNumber", "The card is not known.")
	}
	for _, o := range s.orders {
		if o.reference == in.OrderID {
			return answer{status: http.StatusOK, body: o.view(o.said())}
		}
	}
	o := &order{
		key: fmt.Sprintf("7f0c8a52-0000-4000-8000-%012d", len(s.orders)+1), reference: in.OrderID, currency: in.Transaction.Currency, amount: in.Transaction.Amount, card: card,
		status: "COMPLETED", confirmed: true,
	}
	late := time.Duration(0)
	switch card {
	case Declined:
		o.status, o.confirmed = "CANCELLED", false
	case Challenged:
		o.status, o.confirmed = "ONHOLD", false
	case Pending:
		o.status, o.confirmed = "PROCESSING", false
	case Slow:
		late = s.Late
	}
	if o.confirmed && in.TransactionType == "Authorization" {
		o.status = "CAPTUREREQUIRED"
	}
	s.orders = append(s.orders, o)
	return answer{status: http.StatusOK, body: o.view(o.said()), late: late}
}

// said is the state in the words of evaluate.
func (o *order) said() string {
	switch {
	case o.status == "COMPLETED":
		return "APPROVED"
	case o.status == "ONHOLD":
		return "CHALLENGE"
	case o.status == "PROCESSING":
		return "SUBMITTED"
	case o.status == "CANCELLED" && o.card == Declined:
		return "DECLINED"
	}
	return o.status
}

func (o *order) view(status string) map[string]any {
	view := map[string]any{
		"orderSessionKey": o.key, "senseKey": nil, "orderId": o.key, "success": true, "result": "Success", "status": status, "statusCode": nil,
		"errors": []any{}, "customProperties": map[string]any{},
	}
	if o.confirmed {
		view["confirmationId"] = "c-" + o.key
	}
	return view
}

func (s *Server) find(key string) *order {
	for _, o := range s.orders {
		if o.key == key {
			return o
		}
	}
	return nil
}

func (s *Server) outcome(r *http.Request) answer {
	var in struct{ OrderSessionKey string }
	if json.NewDecoder(r.Body).Decode(&in) != nil {
		return bad("OrderSessionKey", "The field is required.")
	}
	o := s.find(in.OrderSessionKey)
	if o == nil {
		return answer{status: http.StatusOK, body: map[string]any{"success": true, "status": "NOTFOUND"}}
	}
	return answer{status: http.StatusOK, body: o.view(o.said())}
}

func (o *order) order() map[string]any {
	return map[string]any{"id": o.key, "referenceNumber": o.reference, "statusName": o.status, "currencyCode": o.currency}
}

func (s *Server) list(*http.Request) answer {
	all := []any{}
	for _, o := range s.orders {
		all = append(all, o.order())
	}
	return answer{status: http.StatusOK, body: all}
}

func (s *Server) show(r *http.Request) answer {
	if o := s.find(r.PathValue("key")); o != nil {
		return answer{status: http.StatusOK, body: o.order()}
	}
	return answer{status: http.StatusNotFound, body: map[string]any{"errors": []string{"not found"}}}
}

func failed(message string) answer {
	return answer{status: http.StatusOK, body: map[string]any{
		"success": false, "status": "FAILED", "responseCode": "2001", "responseMessage": message,
		"errors": []any{map[string]any{"item1": message, "item2": "2001", "item3": "2001", "item4": true}},
	}}
}

func (s *Server) capture(r *http.Request) answer {
	var in struct {
		IdempotencyKey, OrderID, Currency string
		Amount                            int64
	}
	if json.NewDecoder(r.Body).Decode(&in) != nil || in.IdempotencyKey == "" {
		return bad("IdempotencyKey", "The field is required.")
	}
	o := s.find(in.OrderID)
	if o == nil || o.status != "CAPTUREREQUIRED" || in.Amount != o.amount || !strings.EqualFold(in.Currency, o.currency) {
		return failed("The order cannot be captured")
	}
	o.status = "COMPLETED"
	return answer{status: http.StatusOK, body: o.view("APPROVED")}
}

func (s *Server) modify(r *http.Request) answer {
	o := s.find(r.PathValue("key"))
	var in struct{ AmountToRefund json.Number }
	if o == nil || json.NewDecoder(r.Body).Decode(&in) != nil {
		return answer{status: http.StatusNotFound}
	}
	if r.PathValue("what") == "cancel" {
		if o.status == "COMPLETED" {
			return failed("The order is completed")
		}
		o.status = "CANCELLED"
		return answer{status: http.StatusOK} // with nothing in it
	}
	amount, err := money.ParseMajor(in.AmountToRefund.String(), o.currency)
	if err != nil || o.status != "COMPLETED" || amount.Minor > o.amount-o.refunded {
		return failed("The refund is more than what is left")
	}
	if o.refunded += amount.Minor; o.refunded == o.amount {
		o.status = "RETURNED"
	}
	return answer{status: http.StatusOK, body: o.view("APPROVED")}
}
