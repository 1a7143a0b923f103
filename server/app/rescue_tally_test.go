package app_test

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/paywicket/paywicket/internal/processor"
	"github.com/paywicket/paywicket/internal/rescue"
	"github.com/paywicket/paywicket/server/sandbox"
)

// share is a part of a number of declines.
type share struct {
	declines int
	possible int // which anything could have rescued
	rescued  int
	declined int // tries of ours that were declined again
}

func (s *share) add(one *declined, again int) {
	s.declines++
	s.declined += again
	if could := one.temper.possible; could != nil && could(one) {
		s.possible++
	}
	if one.rescued() {
		s.rescued++
	}
}

// percent is how many were rescued of a hundred.
func (s share) percent() float64 { return 100 * float64(s.rescued) / float64(max(s.declines, 1)) }

// rescued tells whether a sale came to be paid.
func (one *declined) rescued() bool {
	return one.status == rescue.StatusApproved || one.status == rescue.StatusCaptureRequired
}

// class is what may be done about a sale's decline.
func (one *declined) class() rescue.Class { return rescue.FromDeclineCode(one.code).Class }

// tally is what came of a month, as the issuers' ledger has it.
type tally struct {
	all, soft share
	byKind    map[rescue.Kind]*share // of the soft
	byReason  map[string]*share      // by reason and kind

	tries    int             // of ours
	approved int             // of them
	barred   int             // of anybody, after a decline that was for good
	day      int             // the most tries of a card in 24 hours, at one of ours
	month    int             // and in 30 days
	limited  int             // orders that were given up for the schemes' limits
	open     int             // of which something may still come
	twice    int             // approved more than once, or otherwise than they say
	hard     int             // declines for good, as they came in or later
	asked    int             // challenges shown
	agreed   int             // of them, that ended with a payment
	added    []time.Duration // to what a plain authorization takes, shortest first
	days     []float64       // until a merchant's payment was rescued, fewest first
}

// count adds a month up.
func (w *world) count(month []*declined) tally {
	w.Helper()
	t := tally{byKind: map[rescue.Kind]*share{rescue.CIT: {}, rescue.MIT: {}}, byReason: map[string]*share{}, barred: w.ledger.Barred()}
	again, paid := t.tried(w.ledger.ByCard(), w.references())
	for _, one := range month {
		if n := paid[one.order]; n > 1 || (n == 1) != one.rescued() {
			t.twice++
		}
		switch one.status {
		case rescue.StatusSubmitted, rescue.StatusProcessing, rescue.StatusChallenge:
			t.open++
		}
		if one.reason == "scheme_limits" {
			t.limited++
		}
		if one.class() == rescue.Hard || one.temper.mood == "16" && one.reason == "hard-decline" {
			t.hard++
		}
		name := fmt.Sprintf("%s\t%s", one.code, one.kind)
		if t.byReason[name] == nil {
			t.byReason[name] = &share{}
		}
		t.all.add(one, again[one.order])
		t.byReason[name].add(one, again[one.order])
		if one.class() == rescue.Soft {
			t.soft.add(one, again[one.order])
			t.byKind[one.kind].add(one, again[one.order])
		}
		if one.asked {
			t.asked++
			if one.rescued() {
				t.agreed++
			}
		}
		if one.waited > 0 {
			t.added = append(t.added, one.waited-one.plain)
		}
		if one.kind == rescue.MIT && one.rescued() {
			t.days = append(t.days, one.after.Hours()/24)
		}
	}
	slices.Sort(t.added)
	slices.Sort(t.days)
	return t
}

// references gives the order of every reference that our processors were asked under.
func (w *world) references() map[string]string {
	w.Helper()
	var names []string
	w.must(w.rows.Select(&names, w.rows.Rebind(`SELECT id FROM payments WHERE merchant = ?`), w.account.Merchant.ID))
	all := map[string]string{}
	for _, name := range names {
		p, err := w.payments.Find(w.Context(), w.account.Merchant.ID, name)
		w.must(err)
		all[p.ProcessorReference] = p.Terms.Order
		for _, a := range p.Attempts {
			all[a.Reference] = p.Terms.Order
		}
	}
	return all
}

// tried counts tries in the ledger, by card, and gives how many of each order's were declined,
// and how many approved.
// What the shop asked by itself counts against the schemes' limits too; at its own tries
// nobody asks us.
func (t *tally) tried(cards [][]sandbox.Authorization, orders map[string]string) (again, paid map[string]int) {
	again, paid = map[string]int{}, map[string]int{}
	for _, rows := range cards {
		slices.SortStableFunc(rows, func(a, b sandbox.Authorization) int { return a.At.Compare(b.At) })
		for i, row := range rows {
			if strings.HasPrefix(row.Reference, ownReference) {
				continue
			}
			t.tries++
			switch row.Status {
			case processor.Approved:
				t.approved++
				paid[orders[row.Reference]]++
			case processor.Declined:
				again[orders[row.Reference]]++
			}
			t.day = max(t.day, within(rows[:i+1], 24*time.Hour))
			t.month = max(t.month, within(rows[:i+1], span))
		}
	}
	return again, paid
}

// within counts the rows of a length of time that ends with the last.
func within(rows []sandbox.Authorization, length time.Duration) int {
	n := 0
	for _, row := range rows {
		if rows[len(rows)-1].At.Sub(row.At) < length {
			n++
		}
	}
	return n
}

// show prints a tally for people.
func (t tally) show(to io.Writer) {
	fmt.Fprintf(to, "soft declines rescued: %.1f %% (%d of %d; %d could have been), with the shopper there %.1f %%, without %.1f %%; of all declines %.1f %%\n",
		t.soft.percent(), t.soft.rescued, t.soft.declines, t.soft.possible, t.byKind[rescue.CIT].percent(), t.byKind[rescue.MIT].percent(), t.all.percent())
	fmt.Fprintf(to, "tries: %d, of which %d declined again (%.2f for each rescue); after a hard decline: %d; of a card at most %d in 24 hours and %d in 30 days\n",
		t.tries, t.all.declined, float64(t.all.declined)/float64(max(t.all.rescued, 1)), t.barred, t.day, t.month)
	fmt.Fprintf(to, "shoppers asked: %d, of whom %d paid\n", t.asked, t.agreed)
	if len(t.added) > 0 {
		fmt.Fprintf(to, "added to a plain authorization while the shopper waits: p50 %.0f ms, p99 %.0f ms (%d measured)\n", milliseconds(t.added, 50), milliseconds(t.added, 99), len(t.added))
	}
	if n := len(t.days); n > 0 {
		fmt.Fprintf(to, "days until a merchant's payment was rescued: p50 %.1f, p90 %.1f, at most %.1f\n", t.days[n/2], t.days[n*9/10], t.days[n-1])
	}
	table := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "reason\tby\tdeclines\tcould be\trescued\t%\tdeclined again")
	for _, name := range slices.SortedFunc(maps.Keys(t.byReason), func(a, b string) int {
		return cmp.Or(t.byReason[b].declines-t.byReason[a].declines, strings.Compare(a, b))
	}) {
		s := t.byReason[name]
		fmt.Fprintf(table, "%s\t%d\t%d\t%d\t%.0f\t%d\n", name, s.declines, s.possible, s.rescued, s.percent(), s.declined)
	}
	_ = table.Flush()
}
