package webhook_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
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

// shelf keeps endpoints and events in memory: what is tested here is what is sent.
type shelf struct {
	endpoints map[string]webhook.Endpoint
	events    map[string]event.Event
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

func (s *shelf) DisableEndpoint(_ context.Context, _, id, _ string) error {
	e := s.endpoints[id]
	e.DisabledAt = time.Now()
	s.endpoints[id] = e
	return nil
}

func (s *shelf) FindEvent(_ context.Context, m, id string) (event.Event, error) {
	if e, ok := s.events[id]; ok && e.Merchant == m {
		return e, nil
	}
	return event.Event{}, fault.New(fault.NotFound, "none")
}

func (s *shelf) ListEvents(context.Context, string, string, int) ([]event.Event, error) {
	return nil, nil
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
		w.WriteHeader(r.status)
	}))
	t.Cleanup(r.Close)
	return r
}

var told = event.New(event.PaymentAuthorized, "mer_1", "pay_1", 2, time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC), event.Payment{ID: "pay_1", Status: "authorized"})

// serve makes a service with one endpoint at the receiver, and gives its secret.
func serve(t *testing.T, to *receiver) (*webhook.Service, *shelf, string, string) {
	t.Helper()
	kept := &shelf{map[string]webhook.Endpoint{}, map[string]event.Event{told.ID: told}}
	s := &webhook.Service{Store: kept, Keys: open{}, Client: egress.Policy{Loopback: true}.Client(2 * time.Second), Now: time.Now, Loopback: true}
	e, secret, err := s.Register(t.Context(), "mer_1", to.URL+"/webhooks", nil, "key 1")
	if err != nil {
		t.Fatal(err)
	}
	return s, kept, e.ID, secret
}

// The specification's own library verifies what is sent, and refuses it when a
// byte of it is different.
func TestWhatIsSentCanBeVerified(t *testing.T) {
	t.Parallel()
	to := receive(t, 204)
	s, _, endpoint, secret := serve(t, to)
	if err := s.Deliver(t.Context(), "mer_1", endpoint, told.ID); err != nil {
		t.Fatal(err)
	}
	verifier, err := standardwebhooks.NewWebhook(secret)
	if err != nil || !strings.HasPrefix(secret, "whsec_") {
		t.Fatalf("%v", err)
	}
	header, body := to.headers[0], to.bodies[0]
	if err := verifier.Verify(body, header); err != nil {
		t.Errorf("%v", err)
	}
	if err := verifier.Verify(append([]byte(" "), body...), header); err == nil {
		t.Error("another body has the same signature")
	}
	header.Set("webhook-id", "evt_other")
	if err := verifier.Verify(body, header); err == nil {
		t.Error("another id has the same signature")
	}
	var envelope event.Envelope
	if err := json.Unmarshal(body, &envelope); err != nil || envelope.ID != told.ID || envelope.Type != told.Type || envelope.Sequence != 2 {
		t.Errorf("%s, %v", body, err)
	}
}

// A second delivery is the same event under the same id, signed anew.
func TestADeliveryThatIsRepeatedHasTheSameID(t *testing.T) {
	t.Parallel()
	to := receive(t, 500)
	s, _, endpoint, _ := serve(t, to)
	begin := time.Now()
	for i := range 2 {
		s.Now = func() time.Time { return begin.Add(time.Duration(i) * time.Minute) }
		if err := s.Deliver(t.Context(), "mer_1", endpoint, told.ID); err == nil {
			t.Error("a 500 was taken for an answer")
		}
	}
	if a, b := to.headers[0], to.headers[1]; a.Get("webhook-id") != b.Get("webhook-id") || a.Get("webhook-timestamp") == b.Get("webhook-timestamp") || a.Get("webhook-signature") == b.Get("webhook-signature") {
		t.Errorf("%v then %v", a, b)
	}
}

func TestWhatAReceiverAnswers(t *testing.T) {
	t.Parallel()
	for status, again := range map[int]bool{200: false, 201: false, 204: false, 301: true, 307: true, 400: true, 401: true, 404: true, 429: true, 500: true, 503: true} {
		to := receive(t, status)
		s, _, endpoint, _ := serve(t, to)
		if err := s.Deliver(t.Context(), "mer_1", endpoint, told.ID); (err != nil) != again {
			t.Errorf("%d: %v", status, err)
		}
		if len(to.bodies) != 1 {
			t.Errorf("%d: sent %d times", status, len(to.bodies))
		}
	}
}

func TestAReceiverThatIsGoneIsLeftAlone(t *testing.T) {
	t.Parallel()
	to := receive(t, 410)
	s, _, endpoint, _ := serve(t, to)
	for range 2 {
		if err := s.Deliver(t.Context(), "mer_1", endpoint, told.ID); err != nil {
			t.Error(err)
		}
	}
	if len(to.bodies) != 1 {
		t.Errorf("sent %d times", len(to.bodies))
	}
}

func TestAReceiverThatIsDownIsTriedAgain(t *testing.T) {
	t.Parallel()
	to := receive(t, 204)
	s, _, endpoint, _ := serve(t, to)
	to.Close()
	if err := s.Deliver(t.Context(), "mer_1", endpoint, told.ID); err == nil {
		t.Error("delivered to nobody")
	}
}

// An endpoint that was registered before the policy grew stricter, or whose name
// now leads inside, is not dialled.
func TestNoDeliveryReachesThisMachine(t *testing.T) {
	t.Parallel()
	to := receive(t, 204)
	s, _, endpoint, _ := serve(t, to)
	s.Client = egress.Policy{}.Client(2 * time.Second)
	if err := s.Deliver(t.Context(), "mer_1", endpoint, told.ID); !errors.Is(err, egress.ErrForbidden) || len(to.bodies) != 0 {
		t.Errorf("%v, sent %d times", err, len(to.bodies))
	}
}

// A sealed secret that was copied into another endpoint's row does not sign for it.
func TestASecretBelongsToItsEndpoint(t *testing.T) {
	t.Parallel()
	to := receive(t, 204)
	s, kept, endpoint, _ := serve(t, to)
	other, _, err := s.Register(t.Context(), "mer_2", to.URL, nil, "key 2")
	if err != nil {
		t.Fatal(err)
	}
	mine := kept.endpoints[endpoint]
	mine.Sealed = other.Sealed
	kept.endpoints[endpoint] = mine
	if err := s.Deliver(t.Context(), "mer_1", endpoint, told.ID); err == nil || len(to.bodies) != 0 {
		t.Errorf("%v, sent %d times", err, len(to.bodies))
	}
}

func TestWhereWebhooksMayGo(t *testing.T) {
	t.Parallel()
	for url, good := range map[string]bool{
		"https://shop.example/webhooks": true, "https://shop.example:8443/w?x=1": true, "https://shop.example:443": true,
		"http://shop.example/webhooks": false, "https://shop.example:22/": false, "ftp://shop.example/": false, "file:///etc/passwd": false,
		"https://user:pass@shop.example/": false, "https://shop.example/#x": false, "https://": false, "": false, "shop.example": false,
		"http://127.0.0.1:9000/": false, "https://" + strings.Repeat("a", 500) + ".example": false, "javascript:alert(1)": false,
	} {
		s := &webhook.Service{Store: &shelf{endpoints: map[string]webhook.Endpoint{}}, Keys: open{}, Now: time.Now}
		_, _, err := s.Register(t.Context(), "mer_1", url, nil, "key 1")
		if good != (err == nil) || err != nil && fault.Of(err).Field != "url" {
			t.Errorf("%s: %v", url, err)
		}
	}
	s := &webhook.Service{Store: &shelf{endpoints: map[string]webhook.Endpoint{}}, Keys: open{}, Now: time.Now}
	if _, _, err := s.Register(t.Context(), "mer_1", "https://shop.example", []event.Type{"payment.magic"}, "key 1"); err == nil || fault.Of(err).Field != "events" {
		t.Errorf("an unknown event: %v", err)
	}
}

// Ten attempts over 75 hours and 35 minutes, each up to a tenth late.
func TestTheSchedule(t *testing.T) {
	t.Parallel()
	var least time.Duration
	for n := 1; n < webhook.MaxAttempts; n++ {
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
	if whole := 75*time.Hour + 35*time.Minute; webhook.MaxAttempts != 10 || least < whole || least > whole*102/100 {
		t.Errorf("%d attempts over %s, want 10 over %s", webhook.MaxAttempts, least, whole)
	}
}
