package app_test

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/rescue"
)

// leastRescued is how many soft declines are to be rescued at least, of a hundred.
const leastRescued = 25

// A month of declines, of issuers whose rules nobody here can see: enough is rescued, nobody
// is asked again for a card that is gone, and the schemes' limits are kept. What was asked is
// read from the issuers' own ledger.
func TestAMonthOfDeclines(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	month := population(1, 300, 4)
	w.live(month, 0, 0)
	got := w.count(month)
	if got.soft.percent() < leastRescued {
		t.Errorf("%.1f %% of soft declines were rescued, want %d", got.soft.percent(), leastRescued)
	}
	got.hold(t)
	if got.hard < 20 || got.limited < 3 || got.soft.declines < 150 || got.asked < 20 || got.agreed < 5 {
		t.Errorf("the month is too easy: %d hard declines, %d orders at the limits, %d soft declines, %d shoppers asked of whom %d paid", got.hard, got.limited, got.soft.declines, got.asked, got.agreed)
	}
	if t.Failed() {
		got.show(t.Output())
	}
}

// hold complains of what must not be, however much is rescued.
func (got tally) hold(t testing.TB) {
	t.Helper()
	if got.barred > 0 {
		t.Errorf("cards were asked for %d times after a hard decline", got.barred)
	}
	if got.day > rescue.SchemeLimits.PerDay || got.month > rescue.SchemeLimits.PerMonth || got.day > 9 || got.month > 15 {
		t.Errorf("a card was tried %d times in 24 hours and %d times in 30 days", got.day, got.month)
	}
	if got.twice > 0 || got.approved != got.all.rescued {
		t.Errorf("%d orders are not what the ledger says; %d are paid, with %d approvals", got.twice, got.all.rescued, got.approved)
	}
	if got.open > 0 {
		t.Errorf("%d orders are still open", got.open)
	}
}

// How the benchmark is run: how many declines, of how many of those with the shopper there
// one is measured, and what a processor takes then.
const (
	declines   = 3000
	measuring  = 20
	processing = 30 * time.Millisecond
)

// BenchmarkRescueMonth tells what becomes of a month of declines, and how long shoppers wait
// for it: the answer of an evaluation, less what one authorization at the same processor
// takes, which the shopper has waited for anyhow.
func BenchmarkRescueMonth(b *testing.B) {
	for b.Loop() {
		w := newWorld(b)
		month := population(2, declines, 1)
		w.live(month, measuring, processing)
		got := w.count(month)
		got.hold(b)
		fmt.Println()
		got.show(os.Stdout) // a benchmark's log is cut short
		b.ReportMetric(got.soft.percent(), "soft-rescued-%")
		b.ReportMetric(float64(got.all.declined)/float64(max(got.all.rescued, 1)), "false-retries/rescue")
		b.ReportMetric(float64(got.barred), "after-hard")
		b.ReportMetric(milliseconds(got.added, 50), "added-p50-ms")
		b.ReportMetric(milliseconds(got.added, 99), "added-p99-ms")
	}
}
