package processor_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/processor"
)

// moody is a gateway that answers what it is told to.
type moody struct {
	processor.Gateway
	state processor.State
	err   error
	asked int
}

func (m *moody) Authorize(context.Context, processor.Request, processor.Instrument) (processor.Outcome, error) {
	m.asked++
	return processor.Outcome{State: m.state}, m.err
}

func (m *moody) Modify(context.Context, processor.Modification) (processor.Outcome, error) {
	m.asked++
	return processor.Outcome{State: m.state}, m.err
}

func TestTheBreaker(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	m := &moody{state: processor.Declined}
	b := &processor.Breaker{Gateway: m, Now: func() time.Time { return now }}
	ask := func(times int) (err error) {
		for range times {
			_, err = b.Authorize(t.Context(), processor.Request{}, processor.Instrument{})
		}
		return err
	}
	if err := ask(20); err != nil || m.asked != 20 || b.Open() {
		t.Errorf("declines are answers: %v, asked %d times", err, m.asked)
	}
	m.state, m.asked = processor.Unknown, 0
	_ = ask(4)
	m.state = processor.Approved
	_ = ask(1)
	m.state, m.asked = processor.Unknown, 0
	if err := ask(5); err != nil || !b.Open() {
		t.Errorf("after five without an answer: %v, open %t", err, b.Open())
	}
	if err := ask(10); !errors.Is(err, processor.ErrResting) || m.asked != 5 {
		t.Errorf("while it is left alone: %v, asked %d times", err, m.asked)
	}
	if _, err := b.Modify(t.Context(), processor.Modification{}); !errors.Is(err, processor.ErrResting) {
		t.Errorf("a modification: %v", err)
	}
	now = now.Add(10 * time.Second)
	m.err = errors.New("refused")
	if err := ask(3); !errors.Is(err, processor.ErrResting) || m.asked != 6 {
		t.Errorf("one is let through after the rest: %v, asked %d times", err, m.asked)
	}
	now = now.Add(10 * time.Second)
	m.err, m.state = nil, processor.Approved
	if err := ask(10); err != nil || m.asked != 16 || b.Open() {
		t.Errorf("it answers again: %v, asked %d times", err, m.asked)
	}
}

// coded is a gateway whose challenges are passed with a code.
type coded struct{ moody }

func (c *coded) AnswerChallenge(_ context.Context, of processor.Original, code string) (processor.Outcome, error) {
	if code != "12345" {
		return processor.Outcome{}, processor.ErrWrongCode
	}
	return processor.Outcome{State: processor.Approved, Reference: of.Reference}, nil
}

func TestTheBreakerPassesCodesOn(t *testing.T) {
	t.Parallel()
	none := &processor.Breaker{Gateway: &moody{}, Now: time.Now}
	if _, err := none.AnswerChallenge(t.Context(), processor.Original{}, "12345"); !errors.Is(err, processor.ErrNoCode) {
		t.Errorf("a processor that takes none: %v", err)
	}
	b := &processor.Breaker{Gateway: &coded{}, Now: time.Now}
	if o, err := b.AnswerChallenge(t.Context(), processor.Original{Reference: "r"}, "12345"); err != nil || o.State != processor.Approved || o.Reference != "r" {
		t.Errorf("%+v, %v", o, err)
	}
	if _, err := b.AnswerChallenge(t.Context(), processor.Original{}, "1"); !errors.Is(err, processor.ErrWrongCode) {
		t.Errorf("a wrong code: %v", err)
	}
}
