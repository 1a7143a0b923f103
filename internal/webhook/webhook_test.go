package webhook_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/paywicket/paywicket/internal/egress"
	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/webhook"
)

// shelf keeps endpoints in memory: what is tested here is what is sent.
type shelf struct {
	webhook.Store // what is not needed here
	endpoints     map[string]webhook.Endpoint
}

func (s *shelf) CreateEndpoint(_ context.Context, e webhook.Endpoint, _ string) error {
	s.endpoints[e.ID] = e
	return nil
}

func (s *shelf) FindEndpoint(_ context.Context, m, id string) (webhook.Endpoint, error) {
	if e, ok := s.endpoints[id]; ok && e.Merchant == m {
		return e, nil
	}
	return webhook.Endpoint{}, fault.New(fault.NotFound, "none")
}

func (s *shelf) ChangeEndpoint(ctx context.Context, m, id, _, _ string, change func(webhook.Endpoint) (webhook.Endpoint, error)) (webhook.Endpoint, error) {
	e, err := s.FindEndpoint(ctx, m, id)
	if err == nil {
		e, err = change(e)
	}
	if err == nil {
		s.endpoints[id] = e
	}
	return e, err
}

// open seals nothing, but holds the service to the context it binds secrets to.
type open struct{}

func (open) Seal(plaintext, context []byte) ([]byte, error) {
	return []byte(string(context) + "|" + string(plaintext)), nil
}

func (open) Unseal(sealed, context []byte) ([]byte, error) {
	secret, ok := strings.CutPrefix(string(sealed), string(context)+"|")
	if !ok {
		return nil, errors.New("another context")
	}
	return []byte(secret), nil
}

// receiver is a merchant's server that answers with a status, and keeps what came.
type receiver struct {
	*httptest.Server
	status  int
	header  http.Header
	body    string
	echo    bool // the signature is printed, too
	headers []http.Header
	bodies  [][]byte
}

func receive(t *testing.T, status int) *receiver {
	r := &receiver{status: status}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		body, err := io.ReadAll(request.Body)
		if err != nil || request.Method != http.MethodPost {
			t.Errorf("%s, %v", request.Method, err)
		}
		r.headers, r.bodies = append(r.headers, request.Header), append(r.bodies, body)
		w.Header().Set("Location", "/elsewhere")
		maps.Copy(w.Header(), r.header)
		w.WriteHeader(r.status)
		if r.echo {
			_, _ = io.WriteString(w, "webhook-signature: "+request.Header.Get("Webhook-Signature"))
		}
		_, _ = io.WriteString(w, r.body)
	}))
	t.Cleanup(r.Close)
	return r
}

var told = event.New(event.PaymentAuthorized, "mer_1", "pay_1", 2, time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC), event.Payment{ID: "pay_1", Status: "authorized"})

// house is a service with one endpoint at the receiver.
type house struct {
	*webhook.Service
	*shelf
	t        *testing.T
	endpoint string
	secret   string
	clock    time.Time
}

func serve(t *testing.T, to *receiver) *house {
	t.Helper()
	h := &house{shelf: &shelf{endpoints: map[string]webhook.Endpoint{}}, t: t, clock: time.Now()}
	h.Service = &webhook.Service{Store: h.shelf, Keys: open{}, Client: egress.Policy{Loopback: true}.Client(2 * time.Second), Now: func() time.Time { return h.clock }, Loopback: true}
	e, secret, err := h.Register(t.Context(), webhook.Endpoint{Merchant: "mer_1", URL: to.URL + "/webhooks"}, "key 1")
	if err != nil {
		t.Fatal(err)
	}
	h.endpoint, h.secret = e.ID, secret
	return h
}

// claimed is a delivery of an event to the endpoint as it is now.
func (h *house) claimed() webhook.Claimed {
	to := h.endpoints[h.endpoint]
	return webhook.Claimed{Delivery: webhook.Delivery{Merchant: to.Merchant, Endpoint: to.ID, Event: told.ID, State: webhook.Pending, CreatedAt: h.clock}, To: to, What: told}
}

// send makes an attempt.
func (h *house) send(c webhook.Claimed) webhook.Delivery {
	h.t.Helper()
	d, err := h.Send(h.t.Context(), c)
	if err != nil {
		h.t.Fatal(err)
	}
	return d
}

// verifies tells whether the specification's own library takes a delivery.
func verifies(t *testing.T, secret string, body []byte, header http.Header) bool {
	t.Helper()
	verifier, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		t.Fatal(err)
	}
	return verifier.Verify(body, header) == nil
}

// The specification's own library verifies what is sent, and refuses it when a
// byte of it is different.
func TestWhatIsSentCanBeVerified(t *testing.T) {
	t.Parallel()
	to := receive(t, 204)
	h := serve(t, to)
	if d := h.send(h.claimed()); d.State != webhook.Delivered || !d.DueAt.IsZero() || len(d.Log) != 1 || d.Log[0].Status != 204 {
		t.Errorf("%+v", d)
	}
	header, body := to.headers[0], to.bodies[0]
	if !strings.HasPrefix(h.secret, "whsec_") || !verifies(t, h.secret, body, header) {
		t.Error("it cannot be verified")
	}
	if verifies(t, h.secret, append([]byte(" "), body...), header) {
		t.Error("another body has the same signature")
	}
	header.Set("webhook-id", "evt_other")
	if verifies(t, h.secret, body, header) {
		t.Error("another id has the same signature")
	}
	var envelope event.Envelope
	if err := json.Unmarshal(body, &envelope); err != nil || envelope.ID != told.ID || envelope.Type != told.Type || envelope.Sequence != 2 {
		t.Errorf("%s, %v", body, err)
	}
}

// For a while after a rotation both secrets verify; then the new one alone.
func TestTwoSecretsOverlap(t *testing.T) {
	t.Parallel()
	to := receive(t, 204)
	h := serve(t, to)
	_, fresh, err := h.RotateSecret(t.Context(), "mer_1", h.endpoint, time.Hour, "key 1")
	if err != nil || fresh == h.secret {
		t.Fatalf("%v", err)
	}
	h.send(h.claimed())
	if !verifies(t, h.secret, to.bodies[0], to.headers[0]) || !verifies(t, fresh, to.bodies[0], to.headers[0]) {
		t.Errorf("signed %s", to.headers[0].Get("webhook-signature"))
	}
	h.clock = h.clock.Add(time.Hour)
	h.send(h.claimed())
	to.headers[1].Set("webhook-timestamp", to.headers[1].Get("webhook-timestamp"))
	if signature := to.headers[1].Get("webhook-signature"); strings.Contains(signature, " ") {
		t.Errorf("the old secret still signs: %s", signature)
	}
	if _, _, err := h.RotateSecret(t.Context(), "mer_1", h.endpoint, webhook.MaxOverlap+time.Second, "key 1"); err == nil || fault.Of(err).Field != "overlap" {
		t.Errorf("a long overlap: %v", err)
	}
}

// A second delivery is the same event under the same id, signed anew.
func TestADeliveryThatIsRepeatedHasTheSameID(t *testing.T) {
	t.Parallel()
	to := receive(t, 500)
	h := serve(t, to)
	for range 2 {
		h.clock = h.clock.Add(time.Minute)
		if d := h.send(h.claimed()); d.State != webhook.Pending {
			t.Error("a 500 was taken for an answer")
		}
	}
	if a, b := to.headers[0], to.headers[1]; a.Get("webhook-id") != b.Get("webhook-id") || a.Get("webhook-timestamp") == b.Get("webhook-timestamp") || a.Get("webhook-signature") == b.Get("webhook-signature") {
		t.Errorf("%v then %v", a, b)
	}
}

func TestWhatAReceiverAnswers(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]webhook.DeliveryState{
		200: webhook.Delivered, 201: webhook.Delivered, 204: webhook.Delivered, 410: webhook.Cancelled,
		301: webhook.Pending, 307: webhook.Pending, 400: webhook.Pending, 401: webhook.Pending, 404: webhook.Pending, 429: webhook.Pending, 500: webhook.Pending, 503: webhook.Pending,
	} {
		to := receive(t, status)
		h := serve(t, to)
		if d := h.send(h.claimed()); d.State != want || d.DueAt.IsZero() != (want != webhook.Pending) || d.Attempts != 1 || d.Log[0].Status != status {
			t.Errorf("%d: %+v", status, d)
		}
		if len(to.bodies) != 1 {
			t.Errorf("%d: sent %d times", status, len(to.bodies))
		}
	}
}

func TestAReceiverThatIsGoneIsLeftAlone(t *testing.T) {
	t.Parallel()
	to := receive(t, 410)
	h := serve(t, to)
	for range 2 {
		if d := h.send(h.claimed()); d.State != webhook.Cancelled {
			t.Errorf("%+v", d)
		}
	}
	if len(to.bodies) != 1 || h.endpoints[h.endpoint].DisabledAt.IsZero() {
		t.Errorf("sent %d times", len(to.bodies))
	}
}

func TestAReceiverThatIsDownIsTriedAgain(t *testing.T) {
	t.Parallel()
	to := receive(t, 204)
	h := serve(t, to)
	to.Close()
	if d := h.send(h.claimed()); d.State != webhook.Pending || d.Log[0].Error == "" || strings.Contains(d.Log[0].Error, "/webhooks") {
		t.Errorf("%+v", d)
	}
}

// A receiver says when it wants to be asked again: in seconds or by date, a day at most.
func TestRetryAfterIsHonoured(t *testing.T) {
	t.Parallel()
	to := receive(t, 429)
	h := serve(t, to)
	h.clock = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Duration{
		"120": 2 * time.Minute, "Sat, 21 Nov 2026 13:00:00 GMT": time.Hour, "9999999": 24 * time.Hour,
		"": 0, "soon": 0, "-5": 0, "Sat, 21 Nov 2026 11:00:00 GMT": 0, "1.5": 0,
	} {
		to.header = http.Header{"Retry-After": {text}}
		wait := h.send(h.claimed()).DueAt.Sub(h.clock)
		if want == 0 && (wait < 5*time.Second || wait > 6*time.Second) || want > 0 && wait != want {
			t.Errorf("%q: again after %s, want %s", text, wait, want)
		}
	}
}

// Of an answer's body a KiB is kept, as text.
func TestTheLogKeepsAKiB(t *testing.T) {
	t.Parallel()
	to := receive(t, 500)
	h := serve(t, to)
	for body, want := range map[string]string{
		"no": "no", strings.Repeat("x", 5000): strings.Repeat("x", 1024), strings.Repeat("é", 1000): strings.Repeat("é", 512),
		strings.Repeat("x", 1023) + "é": strings.Repeat("x", 1023), "a\x00b\xff": "a�b�",
	} {
		to.body = body
		if got := h.send(h.claimed()).Log[0].Body; got != want {
			t.Errorf("%d bytes became %d: %.20q", len(body), len(got), got)
		}
	}
}

// Some receivers print what they were sent; the log does not keep it.
func TestTheLogKeepsNoSecret(t *testing.T) {
	t.Parallel()
	to := receive(t, 500)
	h := serve(t, to)
	to.echo = true
	got := h.send(h.claimed()).Log[0].Body
	if !strings.Contains(got, "webhook-signature: …") || strings.Contains(got, "v1,") {
		t.Errorf("kept: %s", got)
	}
}

// An endpoint that was registered before the policy grew stricter, or whose name
// now leads inside, is not dialled.
func TestNoDeliveryReachesThisMachine(t *testing.T) {
	t.Parallel()
	to := receive(t, 204)
	h := serve(t, to)
	h.Client = egress.Policy{}.Client(2 * time.Second)
	if d := h.send(h.claimed()); d.State != webhook.Pending || !strings.Contains(d.Log[0].Error, "not allowed") || len(to.bodies) != 0 {
		t.Errorf("%+v, sent %d times", d, len(to.bodies))
	}
}

// A sealed secret that was copied into another endpoint's row does not sign for it.
func TestASecretBelongsToItsEndpoint(t *testing.T) {
	t.Parallel()
	to := receive(t, 204)
	h := serve(t, to)
	other, _, err := h.Register(t.Context(), webhook.Endpoint{Merchant: "mer_2", URL: to.URL}, "key 2")
	if err != nil {
		t.Fatal(err)
	}
	c := h.claimed()
	c.To.Sealed = other.Sealed
	if _, err := h.Send(t.Context(), c); err == nil || len(to.bodies) != 0 {
		t.Errorf("%v, sent %d times", err, len(to.bodies))
	}
}

func TestWhereWebhooksMayGo(t *testing.T) {
	t.Parallel()
	s := &webhook.Service{Store: &shelf{endpoints: map[string]webhook.Endpoint{}}, Keys: open{}, Now: time.Now}
	for url, good := range map[string]bool{
		"https://shop.example/webhooks": true, "https://shop.example:8443/w?x=1": true, "https://shop.example:443": true,
		"http://shop.example/webhooks": false, "https://shop.example:22/": false, "ftp://shop.example/": false, "file:///etc/passwd": false,
		"https://user:pass@shop.example/": false, "https://shop.example/#x": false, "https://": false, "": false, "shop.example": false,
		"http://127.0.0.1:9000/": false, "https://" + strings.Repeat("a", 500) + ".example": false, "javascript:alert(1)": false,
	} {
		_, _, err := s.Register(t.Context(), webhook.Endpoint{Merchant: "mer_1", URL: url}, "key 1")
		if good != (err == nil) || err != nil && fault.Of(err).Field != "url" {
			t.Errorf("%s: %v", url, err)
		}
	}
	if _, _, err := s.Register(t.Context(), webhook.Endpoint{Merchant: "mer_1", URL: "https://shop.example", Types: []event.Type{"payment.magic"}}, "key 1"); err == nil || fault.Of(err).Field != "events" {
		t.Errorf("an unknown event: %v", err)
	}
	if _, _, err := s.Register(t.Context(), webhook.Endpoint{Merchant: "mer_1", URL: "https://shop.example", Wait: webhook.MaxWait + 1}, "key 1"); err == nil || fault.Of(err).Field != "wait" {
		t.Errorf("a long wait: %v", err)
	}
}

// Ten attempts over 75 hours and 35 minutes, each up to a tenth late; then one a day, and
// none after 30 days.
func TestTheSchedule(t *testing.T) {
	t.Parallel()
	var least time.Duration
	for n := 1; n < 10; n++ {
		shortest, longest := time.Duration(1<<62), time.Duration(0)
		for range 200 {
			wait := webhook.Wait(n)
			shortest, longest = min(shortest, wait), max(longest, wait)
		}
		if longest > shortest*12/10 || longest == shortest {
			t.Errorf("after attempt %d: %s to %s", n, shortest, longest)
		}
		least += shortest
	}
	if whole := 75*time.Hour + 35*time.Minute; least < whole || least > whole*102/100 {
		t.Errorf("ten attempts over %s, want %s", least, whole)
	}
	to := receive(t, 500)
	h := serve(t, to)
	c, began := h.claimed(), h.clock
	for c.State == webhook.Pending {
		if !c.DueAt.IsZero() {
			h.clock = c.DueAt
		}
		c.Delivery = h.send(c)
	}
	if over := h.clock.Sub(began); c.State != webhook.Exhausted || over > 30*24*time.Hour || over < 28*24*time.Hour || c.Attempts != len(to.bodies) || c.Attempts < 30 {
		t.Errorf("%s after %d attempts over %s", c.State, c.Attempts, over)
	}
}
