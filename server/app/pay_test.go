package app_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/paywicket/paywicket/internal/processor"
	"github.com/paywicket/paywicket/server/sandbox"
)

func TestEveryTestCardDoesWhatItSays(t *testing.T) {
	t.Parallel()
	h := open(t)
	for _, card := range sandbox.TestCards {
		switch {
		case strings.HasPrefix(card.Purpose, "Declined: "):
			code := strings.TrimPrefix(card.Purpose, "Declined: ")
			a := h.pay(h.session(), card.Number)
			if a.Status != 200 || a.text("status") != "declined" || a.text("decline.code") != code || a.text("token") == "" {
				t.Errorf("%s %s: %d %s", card.Display(), card.Purpose, a.Status, a.Body)
			}
			if message := a.text("decline.message"); message == "" || strings.Contains(message, "_") {
				t.Errorf("%s: the shopper is told %q", card.Display(), message)
			}
		case card.Purpose == "Approved":
			if a := h.pay(h.session(), card.Number); a.Status != 200 || a.text("status") != "authorized" || a.text("token") == "" {
				t.Errorf("%s %s: %d %s", card.Display(), card.Purpose, a.Status, a.Body)
			}
		}
	}
	if a := h.call("POST", "/checkout/"+h.session()+"/pay", `{"number":"378282246310005","exp_month":1,"exp_year":2031,"cvv":"7391"}`); a.text("status") != "authorized" || a.text("brand") != "amex" {
		t.Errorf("Amex: %s", a.Body)
	}
	if a := h.pay(h.session(), "4000002760003184"); a.text("status") != "requires_action" || !strings.Contains(a.text("action.url"), "/challenge/") {
		t.Errorf("3-D Secure: %s", a.Body)
	}
}

func TestEveryDeclineCodeOfACardHasATestCard(t *testing.T) {
	t.Parallel()
	for _, code := range processor.DeclineCodes {
		found := code == processor.AuthenticationFailed // the shopper does that, not the card
		for _, card := range sandbox.TestCards {
			found = found || card.Purpose == "Declined: "+string(code)
		}
		if !found {
			t.Errorf("no test card is declined with %s", code)
		}
	}
}

func TestTestAmountsDecide(t *testing.T) {
	t.Parallel()
	h := open(t)
	for _, amount := range sandbox.TestAmounts {
		a := h.api("POST", "/v1/checkout_sessions", `{"amount":`+amount.Display()+`,"currency":"USD"}`)
		if paid := h.pay(a.text("id"), "4111111111111111"); !strings.Contains(amount.Purpose(), paid.text("decline.code")) || paid.text("status") != "declined" {
			t.Errorf("%s %s: %s", amount.Display(), amount.Purpose(), paid.Body)
		}
	}
}

func TestASessionIsPaidOnce(t *testing.T) {
	t.Parallel()
	h := open(t)
	session := h.session()
	if a := h.pay(session, "4111111111111111"); a.text("status") != "authorized" {
		t.Fatalf("first: %s", a.Body)
	}
	if a := h.pay(session, "5555555555554444"); a.Status != http.StatusConflict || a.text("code") != "conflict" {
		t.Errorf("second: %d %s", a.Status, a.Body)
	}
	if a := h.api("GET", "/v1/checkout_sessions/"+session, ""); a.text("status") != "completed" {
		t.Errorf("session: %s", a.Body)
	}
	if n := len(h.ledger.List()); n != 1 {
		t.Errorf("the processor was asked %d times", n)
	}
}

// However many tabs press at once, the processor is asked once.
func TestSimultaneousSubmitsAskOnce(t *testing.T) {
	t.Parallel()
	h := open(t)
	session := h.session()
	var pressing sync.WaitGroup
	statuses := make(chan int, 20)
	for range cap(statuses) {
		pressing.Go(func() { statuses <- h.pay(session, "4111111111111111").Status })
	}
	pressing.Wait()
	close(statuses)
	count := map[int]int{}
	for status := range statuses {
		count[status]++
	}
	if count[200] != 1 || count[409] != 19 || len(h.ledger.List()) != 1 {
		t.Errorf("answers %v, the processor was asked %d times", count, len(h.ledger.List()))
	}
}

// Nothing of a card beyond BIN and last four is anywhere, whatever came of it.
func TestNoCardIsLeftOnDiskOrInTheLog(t *testing.T) {
	t.Parallel()
	h := open(t)
	numbers := []string{"4111111111111111", "4000000000009995", "4000002760003184", "5555555555554444"}
	for _, number := range numbers {
		a := h.pay(h.session(), number)
		if strings.Contains(a.Body, number) || strings.Contains(a.Body, "739") && !strings.Contains(a.Body, "_") {
			t.Errorf("the answer holds the card: %s", a.Body)
		}
	}
	h.pay(h.session(), "4111111111111112") // refused for its check digit
	h.call("POST", "/checkout/"+h.session()+"/pay", `{"number":"4111111111111111","cvv":"739"`)
	h.expectNoTrace(append(numbers, "4111111111111112", `"739"`, "cvv\":\"739")...)
}

func TestTheProcessorIsDown(t *testing.T) {
	t.Parallel()
	h := open(t, func(s *sandbox.Server) { s.PublicURL = "" })
	session := h.session()
	h.ledger.Close() // the ledger refuses, so the processor answers 500: nobody knows
	a := h.pay(session, "4111111111111111")
	if a.Status != http.StatusAccepted || a.text("status") != "processing" || a.text("token") == "" {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	if again := h.pay(session, "4111111111111111"); again.Status != http.StatusConflict {
		t.Errorf("while it is not known, another card is refused: %d %s", again.Status, again.Body)
	}
}
