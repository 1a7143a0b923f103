package vault_test

import (
	"strings"
	"testing"

	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
)

// What processors call a card is kept with it, changes when they say so, is bound to it
// like everything else of it, and goes with it.
func TestWhatProcessorsCallACard(t *testing.T) {
	t.Parallel()
	h := open(t)
	r := h.keep(h.mine, number)
	note := func(by, as string) error { return h.NoteStored(h.Context(), h.mine, r.Token, by, as, "payment pay_1") }
	h.must(note("acme", "tok_1"))
	h.must(note("acme", "tok_1"))
	h.must(note("bolt", "b 2"))
	h.must(note("acme", "tok_3"))
	found, err := h.Find(h.Context(), h.mine, r.Token)
	if err != nil || len(found.StoredAs) != 2 || found.StoredAs["acme"] != "tok_3" || found.StoredAs["bolt"] != "b 2" || found.Revision != 4 {
		t.Errorf("%v, revision %d, %v", found.StoredAs, found.Revision, err)
	}
	for _, bad := range []string{"", strings.Repeat("x", 501)} {
		if err := note("acme", bad); fault.CodeOf(err) != fault.Invalid {
			t.Errorf("a name of %d bytes: %v", len(bad), err)
		}
	}
	if err := h.NoteStored(h.Context(), h.theirs, r.Token, "acme", "tok_1", "payment pay_1"); fault.CodeOf(err) != fault.NotFound {
		t.Errorf("of another merchant: %v", err)
	}
	if err := h.NoteStored(h.Context(), h.mine, id.NewToken(), "acme", "tok_1", "payment pay_1"); fault.CodeOf(err) != fault.NotFound {
		t.Errorf("of nothing: %v", err)
	}
	// Another's name for another card, put into this row, is not believed.
	other := h.keep(h.mine, "5555555555554444")
	h.must(h.NoteStored(h.Context(), h.mine, other.Token, "acme", "tok_other", "payment pay_2"))
	h.run(`UPDATE cards SET stored_as = (SELECT stored_as FROM cards WHERE last4 = '4444') WHERE last4 = '1111'`)
	h.refused("another card's names", h.mine, r.Token)
}
