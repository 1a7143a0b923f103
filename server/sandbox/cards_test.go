package sandbox_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/pan"
	"github.com/paywicket/paywicket/internal/processor"
	"github.com/paywicket/paywicket/server/sandbox"
)

func TestEveryTestCardIsACard(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, c := range sandbox.TestCards {
		number, err := pan.ParseNumber([]byte(c.Number))
		if err != nil {
			t.Errorf("%s: %v", c.Number, err)
			continue
		}
		if number.Brand() != c.Brand {
			t.Errorf("%s is %s, and the table says %s", c.Number, number.Brand(), c.Brand)
		}
		if again, err := pan.ParseNumber([]byte(c.Display())); err != nil || string(again.Bytes()) != c.Number {
			t.Errorf("%s is displayed as %s", c.Number, c.Display())
		}
		if c.Purpose == "" {
			t.Errorf("%s does not say what it is for", c.Number)
		}
		// The issuer's page tells cards apart by what the ledger keeps.
		if shown := number.BIN() + number.Last4(); seen[shown] {
			t.Errorf("%s: another card has its BIN and last four", c.Number)
		} else {
			seen[shown] = true
		}
	}
}

func TestDisplay(t *testing.T) {
	t.Parallel()
	for number, want := range map[string]string{
		"4111111111111111": "4111 1111 1111 1111", "378282246310005": "3782 822463 10005", "30569309025904": "3056 930902 5904",
		"5061460410120223210": "5061 4604 1012 0223 210", "4222222222222": "4222 2222 22222", "501800000009": "5018 0000 0009",
	} {
		if got := (sandbox.TestCard{Number: number}).Display(); got != want {
			t.Errorf("%s is displayed as %q, want %q", number, got, want)
		}
	}
}

func TestEveryCardDoesWhatItSays(t *testing.T) {
	t.Parallel()
	b := start(t)
	found := map[processor.DeclineCode]bool{}
	for _, c := range sandbox.TestCards {
		if c.Behaviour.Silent || c.Behaviour.Delay > 0 {
			continue // the gateway's tests wait for these
		}
		status, row := b.post(ask(c.Number))
		want := processor.Approved
		switch {
		case c.Behaviour.Challenge:
			want = processor.Challenge
		case c.Behaviour.Decline != "":
			want = processor.Declined
			found[row.DeclineCode] = true
		}
		if status != http.StatusOK || row.Status != want || (want == processor.Declined && row.DeclineCode != c.Behaviour.Decline) {
			t.Errorf("%s (%s): %d %+v", c.Display(), c.Purpose, status, row)
		}
		if code := row.NetworkCode; want == processor.Approved && (code != "00" || len(row.ApprovalCode) != 6) {
			t.Errorf("%s: approved with network code %q and approval code %q", c.Display(), code, row.ApprovalCode)
		}
		if c.Behaviour.Challenge {
			b.decide(row.ChallengeURL, "confirm")
			if row, _ = b.ledger.Find(row.Reference); row.DeclineCode != c.Behaviour.Decline || row.Status == processor.Challenge {
				t.Errorf("%s (%s), confirmed: %+v", c.Display(), c.Purpose, row)
			}
		}
	}
	for _, code := range processor.DeclineCodes {
		if !found[code] {
			t.Errorf("no card is declined with %s", code)
		}
	}
}

// Numbers that other sandboxes approve, or that nobody lists, are approved.
func TestOtherCardsAreApproved(t *testing.T) {
	t.Parallel()
	b := start(t)
	for _, number := range []string{"4242424242424242", "4012888888881881", "6011111111111117", "30569309025904", "5105105105105100", "501800000009"} {
		if status, row := b.post(ask(number)); status != http.StatusOK || row.Status != processor.Approved {
			t.Errorf("%s: %d %+v", number, status, row)
		}
	}
}

func TestAmountsDecideWhateverTheCard(t *testing.T) {
	t.Parallel()
	b := start(t)
	for _, a := range sandbox.TestAmounts {
		for _, number := range []string{"4111111111111111", "4000002760003184", "4000000000000002"} {
			_, row := b.post(with(ask(number), "amount", a.Minor))
			if row.Status != processor.Declined || row.DeclineCode != a.Decline || fmt.Sprint("190", row.NetworkCode) != a.Display() {
				t.Errorf("%s with %s: %+v", a.Display(), number, row)
			}
		}
		if a.Purpose() == "" {
			t.Errorf("%d does not say what it is for", a.Minor)
		}
	}
	if _, row := b.post(with(ask("4111111111111111"), "amount", 19050)); row.Status != processor.Approved {
		t.Errorf("an amount next to a test amount: %+v", row)
	}
}

func TestChecksOfTheIssuer(t *testing.T) {
	t.Parallel()
	b := start(t)
	good := ask("4111111111111111")
	for _, c := range []struct {
		name  string
		body  map[string]any
		state processor.State
		cvv   string
		code  string
	}{
		{"a CVV matches", good, processor.Approved, "M", "00"},
		{"no CVV", with(good, "cvv", nil), processor.Approved, "P", "00"},
		{"the CVV does not match", ask("4000000000000101"), processor.Approved, "N", "00"},
		{"declined for the CVV", ask("4000000000000127"), processor.Declined, "N", "82"},
		{"declined for a CVV that was not there", with(ask("4000000000000127"), "cvv", nil), processor.Declined, "P", "82"},
		{"nobody there to check", ask("4009830000001985"), processor.Declined, "P", "91"},
		{"past its expiry", with(with(good, "exp_year", 2026), "exp_month", 10), processor.Declined, "M", "54"},
		{"in its last month", with(with(good, "exp_year", 2026), "exp_month", 11), processor.Approved, "M", "00"},
	} {
		c.body = with(c.body, "reference", id.Random())
		if _, row := b.post(c.body); row.Status != c.state || row.CVVResult != c.cvv || row.NetworkCode != c.code || row.AVS != "U" {
			t.Errorf("%s: %+v", c.name, row)
		}
	}
}
