package risk_test

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
	"math/rand/v2"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/merchant"
	"github.com/paywicket/paywicket/internal/risk"
	"github.com/paywicket/paywicket/internal/sense"
	"github.com/paywicket/paywicket/internal/store"
)

// signer signs with what it signs.
type signer struct{}

func (signer) Sign(message []byte) ([]byte, error) { return message, nil }
func (signer) CheckSignature(message, signature []byte) error {
	if string(message) != string(signature) {
		return errors.New("it is another's")
	}
	return nil
}

// town is a judge on a real database, with a clock of its own and a merchant.
type town struct {
	testing.TB
	judge *risk.Service
	db    *store.DB
	path  string
	at    time.Time
	shop  merchant.Merchant
}

func open(t testing.TB) *town {
	t.Helper()
	w := &town{TB: t, path: filepath.Join(t.TempDir(), "paywicket.db"), at: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)}
	w.shop = merchant.Merchant{ID: "mer_1", Environment: merchant.Live}
	w.restart()
	return w
}

func (w *town) now() time.Time { return w.at }

// restart ends the server as a crash does, half a second after it last wrote, and starts it.
func (w *town) restart() {
	w.Helper()
	if w.db != nil {
		if err := w.db.Close(); err != nil {
			w.Fatal(err)
		}
	}
	var err error
	if w.db, err = store.Open(w.Context(), w.path, w.now); err != nil {
		w.Fatal(err)
	}
	db := w.db
	w.Cleanup(func() { _ = db.Close() })
	w.judge = risk.New(w.db, signer{}, w.now)
	w.judge.Ease()
}

// solve works a puzzle out as a browser does.
func solve(puzzle string) string {
	wanted, _ := strconv.Atoi(puzzle[:2])
	for n := 0; ; n++ {
		text := puzzle + "." + strconv.Itoa(n)
		sum := sha256.Sum256([]byte(text))
		if bits.LeadingZeros64(binary.BigEndian.Uint64(sum[:])) >= wanted {
			return text
		}
	}
}

// try puts an attempt to the judge, working out what it asks for, and tells whether it
// reaches the processor, which then declines it or not.
func (w *town) try(a risk.Attempt, declined bool) (reached, worked bool) {
	w.Helper()
	a.Merchant = w.shop
	_, err := w.judge.Judge(w.Context(), a)
	var unproven *risk.Unproven
	if errors.As(err, &unproven) {
		worked = true
		a.Proof = solve(unproven.Puzzle)
		_, err = w.judge.Judge(w.Context(), a)
	}
	if err != nil {
		if fault.CodeOf(err) != fault.Forbidden {
			w.Fatal(err)
		}
		return false, worked
	}
	w.judge.Tried(a)
	if declined {
		w.judge.Declined(a)
	}
	return true, worked
}

// on is a visit on a device that is known.
func on(device string) sense.Visit {
	return sense.Visit{Device: device, Likeness: sense.Likeness{Verdict: sense.Recognised}, Pages: []sense.Page{{Device: device}}}
}

// Ten thousand stolen cards, from five hundred addresses and a hundred devices, in ten
// minutes, while shoppers pay: after the first minute next to none reaches the processor,
// next to no shopper is refused, and a restart changes neither.
func TestACardTestingAttack(t *testing.T) {
	t.Parallel()
	w := open(t)
	random := rand.New(rand.NewPCG(1, 2))
	const cards, addresses, devices, length = 10_000, 500, 100, 10 * time.Minute
	reached, late, tried, refused, shoppers, worked := 0, 0, 0, 0, 0, 0
	begin := w.at
	for i := range cards {
		w.at = begin.Add(length * time.Duration(i) / cards)
		if i%8 == 0 { // about twice a second
			if err := w.judge.Flush(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if i == cards/3 {
			w.restart()
		}
		ok, _ := w.try(risk.Attempt{
			Session: fmt.Sprint("cs_a", i), Card: fmt.Sprint("stolen-", i), BIN: fmt.Sprint(400000 + i%40),
			Network: fmt.Sprintf("198.51.%d.0/24", random.IntN(addresses)), Visit: on(fmt.Sprint("dev_a", random.IntN(devices))),
		}, random.IntN(100) < 97)
		if after := w.at.Sub(begin) > time.Minute; after {
			tried++
			if ok {
				late++
			}
		}
		if ok {
			reached++
		}
		if i%10 == 0 { // a shopper, of whom one in twelve is declined; some share the attackers' networks
			shoppers++
			network := fmt.Sprintf("203.0.%d.0/24", random.IntN(200))
			if random.IntN(5) == 0 {
				network = fmt.Sprintf("198.51.%d.0/24", random.IntN(addresses))
			}
			ok, had := w.try(risk.Attempt{
				Session: fmt.Sprint("cs_s", i), Card: fmt.Sprint("mine-", i), BIN: fmt.Sprint(400000 + random.IntN(60)), Network: network, Visit: on(fmt.Sprint("dev_s", i)),
			}, random.IntN(12) == 0)
			if !ok {
				refused++
			}
			if had {
				worked++
			}
		}
	}
	t.Logf("of %d stolen cards %d reached the processor, %d of %d after the first minute (%.2f %%); of %d shoppers %d were refused (%.2f %%), and the browsers of %d did some work",
		cards, reached, late, tried, 100*float64(late)/float64(tried), shoppers, refused, 100*float64(refused)/float64(shoppers), worked)
	if late*100 > tried {
		t.Errorf("%d of %d stolen cards reached the processor after the first minute", late, tried)
	}
	if refused*200 > shoppers {
		t.Errorf("%d of %d shoppers were refused", refused, shoppers)
	}
}

// A card that is declined is not asked about for ever, wherever it is tried; a restart
// does not forget that.
func TestACardsDeclines(t *testing.T) {
	t.Parallel()
	w := open(t)
	same := func(i int) risk.Attempt {
		return risk.Attempt{Session: fmt.Sprint("cs_", i), Card: "card-1", BIN: "411111", Visit: on(fmt.Sprint("dev_", i))}
	}
	asked := 0
	for i := range 20 {
		if ok, _ := w.try(same(i), true); ok {
			asked++
		}
		if i == 4 {
			if err := w.judge.Flush(t.Context()); err != nil {
				t.Fatal(err)
			}
			w.restart()
		}
	}
	if asked != 9 {
		t.Errorf("it was asked about %d times in a day", asked)
	}
	for day := range 20 {
		w.at = w.at.Add(26 * time.Hour)
		if ok, _ := w.try(same(100+day), true); ok {
			asked++
		}
		if err := w.judge.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if asked != 15 {
		t.Errorf("it was asked about %d times in thirty days", asked)
	}
	w.at = w.at.Add(31 * 24 * time.Hour)
	if ok, _ := w.try(same(200), true); !ok {
		t.Error("a month later it is still refused")
	}
	if err := w.judge.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := w.judge.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// A device may try so many cards a day, and pages that say nothing of their device so many
// an hour from a network.
func TestCardsOfADevice(t *testing.T) {
	t.Parallel()
	w := open(t)
	for what, visit := range map[string]sense.Visit{"a device": on("dev_1"), "a stranger": {}} {
		asked := 0
		for i := range 10 {
			if ok, _ := w.try(risk.Attempt{Session: fmt.Sprint(what, i), Card: fmt.Sprint(what, i), BIN: "411111", Network: "203.0.113.0/24", Visit: visit}, false); ok {
				asked++
			}
		}
		if asked != 6 {
			t.Errorf("%s tried %d cards", what, asked)
		}
	}
	// The same card again is no other.
	again := risk.Attempt{Session: "cs_9", Card: "card-9", BIN: "411111", Network: "198.51.100.0/24", Visit: on("dev_9")}
	for range 8 {
		if ok, _ := w.try(again, false); !ok {
			t.Fatal("one card is counted as many")
		}
		if err := w.judge.Flush(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
}

// What is being written down at the moment counts all the while.
func TestNothingIsMissedWhileItIsWrittenDown(t *testing.T) {
	t.Parallel()
	w := open(t)
	a := risk.Attempt{Merchant: w.shop, Session: "cs_1", Card: "card-1", BIN: "411111", Visit: on("dev_1")}
	for range 9 {
		w.judge.Tried(a)
		w.judge.Declined(a)
	}
	var flushing sync.WaitGroup
	stop := make(chan struct{})
	flushing.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
			}
			// Something new each time, so that there is always something to write.
			w.judge.Tried(risk.Attempt{Merchant: w.shop, Card: "another", BIN: "400000"})
			if err := w.judge.Flush(context.Background()); err != nil {
				t.Error(err)
			}
		}
	})
	for i := range 300 {
		if _, err := w.judge.Judge(t.Context(), a); fault.CodeOf(err) != fault.Forbidden {
			t.Errorf("question %d: %v", i, err)
			break
		}
	}
	close(stop)
	flushing.Wait()
}
