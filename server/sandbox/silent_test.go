package sandbox_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/card"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/pan"
	"github.com/paywicket/paywicket/internal/processor"
)

const silent = "5135020000005871"

type lost struct {
	ctx  context.Context
	ask  processor.Request
	card pan.Card
}

// silentCase asks for the silent card with little patience.
func silentCase(t *testing.T) lost {
	t.Helper()
	number, err := pan.ParseNumber([]byte(silent))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	t.Cleanup(cancel)
	return lost{ctx, processor.Request{
		Reference: id.Random(), Amount: money.Amount{Minor: 4900, Currency: "USD"}, ReturnURL: returnURL,
	}, pan.Card{Number: number, Expiry: card.Expiry{Month: 12, Year: 2030}}}
}

// net/http takes the end of its ReadTimeout for the client's leaving, and would cut
// the connection early. The client must run out of patience first.
func TestSilenceOutlastsTheReadTimeout(t *testing.T) {
	t.Parallel()
	b := start(t)
	front := httptest.NewUnstartedServer(b.server.Handler())
	front.Config.ReadTimeout = 50 * time.Millisecond
	front.Start()
	defer front.Close()
	text, err := json.Marshal(ask(silent))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, front.URL+"/authorizations", strings.NewReader(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	var sent struct{ Reference string }
	if err := json.Unmarshal(text, &sent); err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Idempotency-Key", sent.Reference)
	response, err := front.Client().Do(request)
	if err == nil {
		_ = response.Body.Close()
		t.Fatalf("the silent card answered %s", response.Status)
	}
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the connection was cut before the client left: %v", err)
	}
	if row, ok := b.ledger.Find(sent.Reference); !ok || row.Status != processor.Approved {
		t.Errorf("the ledger has %+v, %v", row, ok)
	}
}

func TestLatencyIsSlept(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.server.Latency = 150 * time.Millisecond
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	g := connect(t, b.url)
	c := silentCase(t)
	quick, err := pan.ParseNumber([]byte("4242424242424242"))
	if err != nil {
		t.Fatal(err)
	}
	c.card.Number = quick
	if outcome, err := g.Authorize(ctx, c.ask, c.card); err != nil || outcome.State != processor.Unknown {
		t.Errorf("after 50 of 150 ms: %+v, %v", outcome, err)
	}
	c.ask.Reference = id.Random()
	if outcome, err := g.Authorize(t.Context(), c.ask, c.card); err != nil || outcome.State != processor.Approved {
		t.Errorf("with time enough: %+v, %v", outcome, err)
	}
}
