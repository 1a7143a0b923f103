package sandbox_test

import (
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/card"
	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/processor"
	"github.com/paywicket/paywicket/internal/processor/processortest"
	gateway "github.com/paywicket/paywicket/internal/processor/sandbox"
	"github.com/paywicket/paywicket/server/sandbox"
)

// The gateway and the processor are tried together, here: the inner ring may not
// name this one.
func TestGatewayAgainstTheRealServer(t *testing.T) {
	t.Parallel()
	processortest.Run(t, func(t *testing.T) processortest.Fixture {
		b := start(t)
		return processortest.Fixture{
			Gateway: connect(t, b.url), Amount: money.Amount{Minor: 4900, Currency: "EUR"}, Expiry: card.Expiry{Month: 12, Year: 2030},
			Approve:   processortest.Case{Number: "4111111111111111", CVV: "739"},
			Declines:  declines(),
			Challenge: &processortest.Case{Number: "4000002760003184", CVV: "739"},
			Confirm:   func(_ testing.TB, asked processor.Outcome) { b.decide(asked.ChallengeURL, "confirm") },
			Refuse:    func(_ testing.TB, asked processor.Outcome) { b.decide(asked.ChallengeURL, "refuse") },
			Slow:      &processortest.Case{Number: "4000000000009235", CVV: "739"},
			Patience:  300 * time.Millisecond,
			Refusing:  func(t testing.TB) processor.Gateway { return connect(t, nobody(t)) },
			Count:     func(_ testing.TB, reference string) int { return b.rows(reference) },
			Now:       func() time.Time { return today },
		}
	})
}

// declines finds a card for every code that a card alone can cause.
func declines() map[processor.DeclineCode]processortest.Case {
	cases := map[processor.DeclineCode]processortest.Case{}
	for _, t := range sandbox.TestCards {
		if t.Behaviour.Decline != "" && !t.Behaviour.Challenge {
			cases[t.Behaviour.Decline] = processortest.Case{Number: t.Number, CVV: "739"}
		}
	}
	return cases
}

func connect(t testing.TB, url string) processor.Gateway {
	t.Helper()
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	g, err := gateway.New(url, &http.Client{Transport: transport})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// nobody gives an address where nobody listens.
func nobody(t testing.TB) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return "http://" + listener.Addr().String()
}

// The card whose answer gets lost: approved, and the gateway cannot know.
func TestSilentCardIsFoundOut(t *testing.T) {
	t.Parallel()
	b := start(t)
	g := connect(t, b.url)
	c := silentCase(t)
	defer c.card.Wipe()
	outcome, err := g.Authorize(c.ctx, c.ask, c.card)
	if err != nil || outcome.State != processor.Unknown {
		t.Fatalf("%+v, %v; want unknown", outcome, err)
	}
	if outcome, err = g.Lookup(t.Context(), processor.Original{Reference: c.ask.Reference}); err != nil || outcome.State != processor.Approved {
		t.Fatalf("looked up: %+v, %v; want approved", outcome, err)
	}
	if b.rows(c.ask.Reference) != 1 || b.ledger.Asked(c.ask.Reference) != 1 {
		t.Error("asked more than once")
	}
}
