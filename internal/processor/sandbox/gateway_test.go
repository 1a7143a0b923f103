package sandbox_test

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/card"
	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/pan"
	"github.com/paywicket/paywicket/internal/processor"
	"github.com/paywicket/paywicket/internal/processor/sandbox"
)

const (
	number = "4111111111111111"
	cvv    = "739"
)

// asking is what the tests ask for.
var asking = processor.Request{
	Reference: "9qz0c6k2m4n8", Amount: money.Amount{Minor: 4900, Currency: "USD"}, Descriptor: `SHOP "A"`, ReturnURL: "https://checkout.example/back",
}

func typed(t testing.TB) processor.Instrument {
	t.Helper()
	n, err := pan.ParseNumber([]byte(number))
	if err != nil {
		t.Fatal(err)
	}
	v, err := pan.ParseCVV([]byte(cvv), n.Brand())
	if err != nil {
		t.Fatal(err)
	}
	c := pan.Card{Number: n, CVV: v, Expiry: card.Expiry{Month: 3, Year: 2030}, Name: "Ada Lovelace"}
	t.Cleanup(c.Wipe)
	return c
}

func connect(t testing.TB, url string, transport http.RoundTripper) *sandbox.Gateway {
	t.Helper()
	g, err := sandbox.New(url, &http.Client{Transport: transport})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// peer is a processor of our own making, which says whatever a test wants.
func peer(t testing.TB, handler http.HandlerFunc) *sandbox.Gateway {
	t.Helper()
	server := httptest.NewServer(handler)
	transport := &http.Transport{}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		server.CloseClientConnections()
		server.Close()
	})
	return connect(t, server.URL, transport)
}

// alone finds the CVV by itself: its digits may well be part of a port.
var alone = regexp.MustCompile(`(^|[^0-9])` + cvv + `([^0-9]|$)`)

// silentAbout checks that a text has nothing of the card.
func silentAbout(t testing.TB, said string) {
	t.Helper()
	if strings.Contains(said, number) || alone.MatchString(said) {
		t.Errorf("card data was said: %s", said)
	}
}

func TestWhatIsSent(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*processor.Instrument)
		cvv    string
	}{
		"a fresh card":   {func(*processor.Instrument) {}, `"cvv":"739",`},
		"from the vault": {func(c *processor.Instrument) { c.CVV = pan.CVV{} }, ""},
	} {
		var got string
		g := peer(t, func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			got = fmt.Sprintf("%s %s %s %d %s", r.Method, r.URL.Path, r.Header.Get("Idempotency-Key"), r.ContentLength-int64(len(body)), body)
			fmt.Fprint(w, `{"id":"auth_1","status":"approved","reference":"r","amount":1,"currency":"EUR","approval_code":"A1B2C3"}`)
		})
		instrument := typed(t)
		c.change(&instrument)
		outcome, err := g.Authorize(t.Context(), asking, instrument)
		want := processor.Outcome{
			State: processor.Approved, ProcessorID: "auth_1", Reference: "r", Amount: money.Amount{Minor: 1, Currency: "EUR"}, ApprovalCode: "A1B2C3",
		}
		if err != nil || outcome != want {
			t.Errorf("%s: %+v, %v; the echo must be what came, right or wrong", name, outcome, err)
		}
		if want := `POST /authorizations 9qz0c6k2m4n8 0 {"reference":"9qz0c6k2m4n8","amount":4900,"currency":"USD","descriptor":"SHOP \"A\"",` +
			`"return_url":"https://checkout.example/back","name":"Ada Lovelace","number":"4111111111111111",` + c.cvv + `"exp_month":3,"exp_year":2030}`; got != want {
			t.Errorf("%s: sent\n%s, want\n%s", name, got, want)
		}
		if at := strings.Index(got, "{"); !json.Valid([]byte(got[at:])) {
			t.Errorf("%s: what was sent is no JSON", name)
		}
	}
}

// A billing address goes with it, as far as there is one.
func TestAnAddressIsSent(t *testing.T) {
	t.Parallel()
	var sent map[string]any
	g := peer(t, func(w http.ResponseWriter, r *http.Request) {
		sent = map[string]any{}
		if err := json.NewDecoder(r.Body).Decode(&sent); err != nil {
			t.Error(err)
		}
		fmt.Fprint(w, approved+"}")
	})
	for _, c := range []struct {
		address processor.Address
		want    map[string]any
	}{
		{processor.Address{}, map[string]any{}},
		{processor.Address{PostalCode: `"1`}, map[string]any{"billing_postal_code": `"1`}},
		{
			processor.Address{Line1: "1 High Street", City: "Springfield", State: "IL", PostalCode: "62701", Country: "US"},
			map[string]any{"billing_line1": "1 High Street", "billing_city": "Springfield", "billing_state": "IL", "billing_postal_code": "62701", "billing_country": "US"},
		},
	} {
		ask := asking
		ask.Billing = c.address
		if _, err := g.Authorize(t.Context(), ask, typed(t)); err != nil {
			t.Fatal(err)
		}
		for field := range sent {
			if !strings.HasPrefix(field, "billing_") {
				delete(sent, field)
			}
		}
		if !maps.Equal(sent, c.want) {
			t.Errorf("%+v was sent as %v", c.address, sent)
		}
	}
}

func TestNew(t *testing.T) {
	t.Parallel()
	for url, origin := range map[string]string{
		"http://127.0.0.1:8090": "http://127.0.0.1:8090", "https://processor.example/test/": "https://processor.example",
	} {
		g, err := sandbox.New(url, http.DefaultClient)
		if err != nil || g.Name() != "sandbox" || !slices.Equal(g.ChallengeOrigins(), []string{origin}) {
			t.Errorf("%s: %v, %v", url, err, g)
			continue
		}
		g.ChallengeBase = "https://issuer.example/3ds"
		if got := g.ChallengeOrigins(); !slices.Equal(got, []string{"https://issuer.example"}) {
			t.Errorf("a processor that browsers reach elsewhere: %q", got)
		}
	}
	for _, url := range []string{"", "127.0.0.1:8090", "ftp://a", "http://", "http://user:pass@a", "http://a?b=c", "http://a#b", "http://a b"} {
		if _, err := sandbox.New(url, http.DefaultClient); err == nil || strings.Contains(err.Error(), "pass") {
			t.Errorf("%q: %v", url, err)
		}
	}
	if _, err := sandbox.New("http://127.0.0.1", nil); err == nil {
		t.Error("a gateway without a client")
	}
}

// Before there is a connection nothing can have been sent, and that is an error.
func TestNothingSent(t *testing.T) {
	t.Parallel()
	secure := httptest.NewTLSServer(http.NotFoundHandler())
	secure.Config.ErrorLog = nil
	defer secure.Close()
	for name, c := range map[string]struct {
		url       string
		transport http.RoundTripper
	}{
		"nobody listens":    {"http://127.0.0.1:1", &http.Transport{}},
		"a name nobody has": {"http://nobody.invalid", &http.Transport{}},
		"a stranger's key":  {secure.URL, &http.Transport{TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12}}},
		"dialling takes too long": {"http://127.0.0.1:1", &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}}},
	} {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		outcome, err := connect(t, c.url, c.transport).Authorize(ctx, asking, typed(t))
		cancel()
		if err == nil || outcome != (processor.Outcome{}) {
			t.Errorf("%s: %+v, %v; want an error", name, outcome, err)
		}
		silentAbout(t, fmt.Sprint(err))
	}
}

// A redirect is an answer that makes no sense; the card goes nowhere else.
func TestNoRedirectIsFollowed(t *testing.T) {
	t.Parallel()
	for _, status := range []int{301, 302, 303, 307, 308} {
		asked := 0
		g := peer(t, func(w http.ResponseWriter, r *http.Request) {
			asked++
			http.Redirect(w, r, "/elsewhere", status)
		})
		if outcome, err := g.Authorize(t.Context(), asking, typed(t)); err != nil || outcome.State != processor.Unknown || asked != 1 {
			t.Errorf("%d: %+v, %v, asked %d times", status, outcome, err, asked)
		}
		if outcome, err := g.Lookup(t.Context(), processor.Original{Reference: "r"}); err == nil || asked != 2 {
			t.Errorf("%d, looked up: %+v, %v, asked %d times", status, outcome, err, asked)
		}
	}
}
