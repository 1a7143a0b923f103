package checkout_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/card"
	"github.com/paywicket/paywicket/internal/checkout"
	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/pan"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/processor"
)

func TestACardBecomesATokenAndAnAuthorization(t *testing.T) {
	t.Parallel()
	h := open(t)
	session := h.session()
	v, err := h.pay(session)
	h.must(err)
	p := v.Latest
	if p.State != payment.Authorized || !p.Vaulted || p.Card.BIN != "411111" || p.Card.Last4 != "1111" || v.Status(h.now()) != checkout.Completed {
		t.Errorf("%+v", p)
	}
	if got, want := h.events(), []event.Type{event.TokenCreated, event.PaymentAuthorized}; !slices.Equal(got, want) {
		t.Errorf("announced %v, want %v", got, want)
	}
	asked := h.says.asked[0]
	if asked.Reference != p.ProcessorReference || asked.Amount != p.Amount || asked.Descriptor != "KESTREL KETTLES" || asked.ReturnURL != "https://pay.example/checkout/"+session+"/challenge/"+p.ReturnKey {
		t.Errorf("the processor was asked %+v", asked)
	}
	if _, err := h.pay(session); fault.CodeOf(err) != fault.Conflict || err == nil {
		t.Errorf("paid twice: %v", err)
	}
	if n := len(h.says.asked); n != 1 {
		t.Errorf("the processor was asked %d times", n)
	}
}

// Each leg waits until the other has begun: only legs that run at the same time
// ever end.
func TestBothLegsRunAtTheSameTime(t *testing.T) {
	t.Parallel()
	h := open(t)
	authorizing, keeping := make(chan struct{}), make(chan struct{})
	h.says.authorize = func(ctx context.Context, r processor.Request, _ processor.Instrument) (processor.Outcome, error) {
		close(authorizing)
		select {
		case <-keeping:
			return echo(r, processor.Approved), nil
		case <-ctx.Done():
			return processor.Outcome{State: processor.Unknown}, nil
		}
	}
	h.vault.before = func() error {
		close(keeping)
		select {
		case <-authorizing:
			return nil
		case <-time.After(5 * time.Second):
			return errors.New("authorization did not begin")
		}
	}
	v, err := h.pay(h.session())
	h.must(err)
	if v.Latest.State != payment.Authorized || !v.Latest.Vaulted {
		t.Errorf("%s, kept: %v", v.Latest.State, v.Latest.Vaulted)
	}
}

// The intent is durable before the first byte goes to the processor: whoever
// looks then finds it.
func TestTheIntentIsThereBeforeTheProcessorIsAsked(t *testing.T) {
	t.Parallel()
	h := open(t)
	found := 0
	h.says.authorize = func(_ context.Context, r processor.Request, _ processor.Instrument) (processor.Outcome, error) {
		if err := h.rows.QueryRow(h.rows.Rebind(`SELECT count(*) FROM payments WHERE processor_reference = ? AND state = 'inflight'`), r.Reference).Scan(&found); err != nil {
			t.Error(err)
		}
		return echo(r, processor.Approved), nil
	}
	_, err := h.pay(h.session())
	h.must(err)
	if found != 1 {
		t.Errorf("when the processor was asked there were %d intents", found)
	}
}

func TestADeclineStillYieldsATokenAndAnotherTry(t *testing.T) {
	t.Parallel()
	h := open(t)
	session := h.session()
	h.says.authorize = says(processor.Declined)
	for left := checkout.MaxAttempts - 1; left >= 0; left-- {
		v, err := h.pay(session)
		h.must(err)
		if v.Latest.State != payment.Declined || !v.Latest.Vaulted || v.AttemptsLeft() != left {
			t.Errorf("%s, kept: %v, %d left, want %d", v.Latest.State, v.Latest.Vaulted, v.AttemptsLeft(), left)
		}
	}
	if _, err := h.pay(session); fault.CodeOf(err) != fault.TooMany || err == nil {
		t.Errorf("a fourth card: %v", err)
	}
	if n := len(h.says.asked); n != checkout.MaxAttempts {
		t.Errorf("the processor was asked %d times", n)
	}
}

func TestACardThatCannotBeKeptIsChargedAllTheSame(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.vault.before = func() error { return errors.New("the disk is full") }
	v, err := h.pay(h.session())
	h.must(err)
	if v.Latest.State != payment.Authorized || v.Latest.Vaulted || v.Latest.Payload().Token != nil {
		t.Errorf("%s, kept: %v", v.Latest.State, v.Latest.Vaulted)
	}
	if got, want := h.events(), []event.Type{event.PaymentAuthorized, event.TokenFailed}; !slices.Equal(got, want) {
		t.Errorf("announced %v, want %v", got, want)
	}
}

func TestAnAnswerThatIsLostIsFoundOut(t *testing.T) {
	t.Parallel()
	h := open(t)
	session := h.session()
	h.says.authorize = says(processor.Unknown)
	v, err := h.pay(session)
	h.must(err)
	if v.Latest.State != payment.Unknown || v.Latest.Status() != "processing" {
		t.Fatalf("%s", v.Latest.State)
	}
	if _, err := h.pay(session); fault.CodeOf(err) != fault.Conflict || err == nil {
		t.Errorf("another card while nobody knows: %v", err)
	}
	reference := h.says.asked[0].Reference
	h.says.lookup = func(asked string) (processor.Outcome, error) {
		if asked != reference {
			t.Errorf("asked about %s", asked)
		}
		return echo(h.says.asked[0], processor.Approved), nil
	}
	h.pass(2 * time.Second)
	if n, err := h.payments.Resolve(t.Context()); n != 1 || err != nil {
		t.Fatalf("%d were due, %v", n, err)
	}
	v, err = h.Show(t.Context(), session)
	h.must(err)
	if v.Latest.State != payment.Authorized || v.Status(h.now()) != checkout.Completed {
		t.Errorf("%s, %s", v.Latest.State, v.Status(h.now()))
	}
	if n, err := h.payments.Resolve(t.Context()); n != 0 || err != nil {
		t.Errorf("settled and still asked about: %d, %v", n, err)
	}
}

// A process that dies with a card in flight leaves an intent; the next one looks
// it up when its lease is over, and never asks for the authorization again.
func TestAnIntentThatWasLeftBehindIsFoundOut(t *testing.T) {
	t.Parallel()
	h := open(t)
	session := h.session()
	left, err := h.Show(t.Context(), session)
	h.must(err)
	_, err = h.db.OpenPayment(t.Context(), left, func(v checkout.View) (payment.Payment, error) {
		return payment.Payment{
			ID: "pay_left", Merchant: v.Session.Merchant, Session: session, Site: v.Session.Site, State: payment.Inflight, Sequence: 1,
			Amount: v.Session.Amount, Processor: "scripted", ProcessorReference: "left", CheckAt: h.payments.Lease(), CreatedAt: h.now(), UpdatedAt: h.now(),
		}, nil
	})
	h.must(err)
	h.says.lookup = func(string) (processor.Outcome, error) {
		return processor.Outcome{State: processor.NotFound}, nil
	}
	if n, _ := h.payments.Resolve(t.Context()); n != 0 {
		t.Error("asked about while it may still be running")
	}
	state := func() payment.State {
		v, err := h.Show(t.Context(), session)
		h.must(err)
		return v.Latest.State
	}
	h.pass(h.payments.Lease().Sub(h.now()))
	_, err = h.payments.Resolve(t.Context())
	h.must(err)
	if s := state(); s != payment.Unknown {
		t.Fatalf("one not-found made it %s", s)
	}
	h.pass(31 * time.Second)
	_, err = h.payments.Resolve(t.Context())
	h.must(err)
	if s := state(); s != payment.Failed {
		t.Fatalf("two not-founds, apart, left it %s", s)
	}
	v, err := h.pay(session)
	h.must(err)
	if v.Latest.State != payment.Authorized || v.Attempts != 1 {
		t.Errorf("%s after %d attempts", v.Latest.State, v.Attempts)
	}
}

func TestWhatWasNeverSentCostsNoAttempt(t *testing.T) {
	t.Parallel()
	h := open(t)
	session := h.session()
	h.says.authorize = func(context.Context, processor.Request, processor.Instrument) (processor.Outcome, error) {
		return processor.Outcome{}, errors.New("connection refused")
	}
	for range 5 {
		v, err := h.pay(session)
		h.must(err)
		if v.Latest.State != payment.Failed || v.AttemptsLeft() != checkout.MaxAttempts || !v.Latest.Vaulted {
			t.Errorf("%s, %d left", v.Latest.State, v.AttemptsLeft())
		}
	}
	h.says.authorize = nil
	v, err := h.pay(session)
	h.must(err)
	if v.Latest.State != payment.Authorized {
		t.Errorf("%s", v.Latest.State)
	}
}

func TestManyAtOnceAreChargedOnce(t *testing.T) {
	t.Parallel()
	h := open(t)
	session := h.session()
	h.says.authorize = func(_ context.Context, r processor.Request, _ processor.Instrument) (processor.Outcome, error) {
		time.Sleep(50 * time.Millisecond)
		return echo(r, processor.Approved), nil
	}
	var pressing sync.WaitGroup
	for range 20 {
		pressing.Go(func() {
			if _, err := h.pay(session); err != nil && fault.CodeOf(err) != fault.Conflict {
				t.Error(err)
			}
		})
	}
	pressing.Wait()
	if len(h.says.asked) != 1 || h.count(`SELECT count(*) FROM payments`) != 1 || h.count(`SELECT count(*) FROM cards`) != 1 {
		t.Errorf("asked %d times, %d payments, %d cards", len(h.says.asked), h.count(`SELECT count(*) FROM payments`), h.count(`SELECT count(*) FROM cards`))
	}
}

func TestARefusalLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	h := open(t)
	expired := h.session()
	h.pass(15 * time.Minute)
	if _, err := h.pay(expired); fault.CodeOf(err) != fault.Gone || err == nil {
		t.Errorf("an expired session: %v", err)
	}
	if _, err := h.pay("cs_unknown"); fault.CodeOf(err) != fault.NotFound || err == nil {
		t.Errorf("an unknown session: %v", err)
	}
	number, err := pan.ParseNumber([]byte("4111111111111111"))
	h.must(err)
	old := pan.Card{Number: number, Expiry: card.Expiry{Month: 10, Year: 2026}}
	if _, err := h.Submit(t.Context(), h.session(), checkout.Submission{Card: old}, checkout.Client{}); fault.Of(err).Field != "exp_year" {
		t.Errorf("an expired card: %v", err)
	}
	if n := h.count(`SELECT (SELECT count(*) FROM payments) + (SELECT count(*) FROM cards) + (SELECT count(*) FROM events)`); n != 0 || len(h.says.asked) != 0 {
		t.Errorf("%d rows, the processor was asked %d times", n, len(h.says.asked))
	}
}

// A clock that is set back does not make an old attempt the newest.
func TestTheNewestAttemptStaysTheNewest(t *testing.T) {
	t.Parallel()
	h := open(t)
	session := h.session()
	h.says.authorize = says(processor.Declined)
	_, err := h.pay(session)
	h.must(err)
	h.pass(-time.Minute)
	h.says.authorize = nil
	v, err := h.pay(session)
	h.must(err)
	shown, err := h.Show(t.Context(), session)
	h.must(err)
	if shown.Latest.ID != v.Latest.ID || shown.Status(h.now()) != checkout.Completed {
		t.Errorf("the newest is %s, want %s", shown.Latest.ID, v.Latest.ID)
	}
}
