package vault_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/card"
	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/pan"
	"github.com/paywicket/paywicket/internal/vault"
)

// keepFor keeps a card under a fresh token.
func (h *house) keepFor(life vault.Life) vault.Record {
	h.Helper()
	n, err := pan.ParseNumber([]byte(number))
	h.must(err)
	c := pan.Card{Number: n, Expiry: card.Expiry{Month: 12, Year: 2030}}
	defer c.Wipe()
	r, err := h.Keep(h.Context(), h.mine, c, life, "key 1")
	h.must(err)
	return r
}

func TestATemporaryTokenIsGoodForOneUse(t *testing.T) {
	t.Parallel()
	h := open(t)
	r := h.keepFor(vault.Temporary)
	if p := r.Payload(); p.ExpiresAt == nil || !p.ExpiresAt.Equal(now().Add(15*time.Minute)) {
		t.Errorf("%+v", p)
	}
	// Of many who come at once one has it.
	var opened atomic.Int32
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			got, err := h.opens(h.mine, r.Token)
			if err == nil && got == number {
				opened.Add(1)
			} else if fault.CodeOf(err) != fault.Gone {
				t.Errorf("%v", err)
			}
		})
	}
	all.Wait()
	if opened.Load() != 1 {
		t.Errorf("it was opened %d times", opened.Load())
	}
	if found, err := h.Find(t.Context(), h.mine, r.Token); err != nil || !found.UsedAt.Equal(now()) {
		t.Errorf("%+v, %v", found, err)
	}
	if found := h.verify(); len(found) != 0 {
		t.Errorf("%v", found)
	}
}

func TestATemporaryTokenExpires(t *testing.T) {
	t.Parallel()
	h := open(t)
	r, permanent := h.keepFor(vault.Temporary), h.keepFor(vault.Permanent)
	if !permanent.SameCardAs.IsZero() {
		t.Error("a card that is about to be forgotten was told as the first of its kind")
	}
	later := func(by time.Duration) { h.Service.Now = func() time.Time { return now().Add(by) } }
	later(15*time.Minute - time.Millisecond)
	if n, err := h.Sweep(t.Context()); n != 0 || err != nil {
		t.Errorf("%d were erased too early, %v", n, err)
	}
	later(15 * time.Minute)
	if _, err := h.opens(h.mine, r.Token); fault.CodeOf(err) != fault.Gone || err == nil {
		t.Errorf("it opens when its time is over: %v", err)
	}
	for want := 1; want >= 0; want-- {
		if n, err := h.Sweep(t.Context()); n != want || err != nil {
			t.Errorf("%d were erased, want %d: %v", n, want, err)
		}
	}
	if _, err := h.Find(t.Context(), h.mine, r.Token); fault.CodeOf(err) != fault.NotFound {
		t.Errorf("it is still there: %v", err)
	}
	if got := h.told(r.Token); len(got) != 1 || got[0] != event.TokenErased {
		t.Errorf("%v", got)
	}
	if got, err := h.opens(h.mine, permanent.Token); got != number || err != nil {
		t.Errorf("a permanent token went with it: %v", err)
	}
}

func TestMoreExpireThanAreLookedForAtATime(t *testing.T) {
	t.Parallel()
	h := open(t)
	var all sync.WaitGroup
	for range 120 {
		all.Go(func() { h.keepFor(vault.Temporary) })
	}
	all.Wait()
	h.Service.Now = func() time.Time { return now().Add(time.Hour) }
	if n, err := h.Sweep(t.Context()); n != 120 || err != nil {
		t.Errorf("%d were erased, %v", n, err)
	}
}

func TestALongTokenNeedsTheKey(t *testing.T) {
	t.Parallel()
	h, other := open(t), open(t)
	for range 20 {
		token := id.NewToken()
		text, err := h.LongToken(token)
		if err != nil || len(text) != 256 {
			t.Fatal(len(text), err)
		}
		if again, err := h.LongToken(token); err != nil || again != text {
			t.Error("a token has two long spellings")
		}
		if back, err := h.ParseLongToken(text); err != nil || back != token {
			t.Errorf("%v", err)
		}
		if _, err := other.ParseLongToken(text); fault.CodeOf(err) != fault.NotFound || err == nil {
			t.Errorf("made with another key: %v", err)
		}
		for i := range text {
			wrong := text[:i] + string("01"[b2i(text[i] == '0')]) + text[i+1:]
			if _, err := h.ParseLongToken(wrong); fault.CodeOf(err) != fault.NotFound || err == nil {
				t.Fatalf("with another character at %d: %v", i, err)
			}
		}
		for _, wrong := range []string{"", text[1:], text + "0", text[:255] + "u", text[:255] + "\n", token.String()} {
			if _, err := h.ParseLongToken(wrong); fault.CodeOf(err) != fault.NotFound || err == nil {
				t.Errorf("%q: %v", wrong, err)
			}
		}
	}
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}
