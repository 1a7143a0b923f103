package app_test

import (
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/rescue"
)

// twice are two sales of one shopper's, whose card is empty until the twentieth and then
// stolen, at two times; nobody waits for them.
func twice(first, second time.Duration) []*declined {
	model := population(2, 10, 0)[0]
	model.shopper.number, model.shopper.country = luhn("400555990000016"), countries[2]
	var month []*declined
	for i, after := range []time.Duration{first, second} {
		one := *model
		one.kind, one.temper, one.named = rescue.MIT, &tempers[3], string(rune('a'+i))
		one.series, one.visit, one.at = true, unseen, start.Add(after)
		month = append(month, &one)
	}
	return month
}

const day = 24 * time.Hour

// A card that was refused for good is not asked for again for another order, and not
// because the other's try was planned before.
func TestACardThatIsStolenMeanwhile(t *testing.T) {
	t.Parallel()
	for name, month := range map[string][]*declined{
		"found by another order's try": twice(12*day, 18*day),
		"found by the shop itself":     twice(16*day, 19*day+6*time.Hour),
	} {
		w := newWorld(t)
		w.live(month, 0, 0)
		count := w.count(month)
		count.hold(t)
		for _, one := range month {
			if one.status != rescue.StatusDeclined {
				t.Errorf("%s: %s (%s)", name, one.status, one.reason)
			}
		}
	}
}

// Whatever a merchant's own table says, no card is asked for again after a hard decline,
// nor more often than the schemes allow.
func TestARecklessTable(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	table := rescue.Table{{Name: "elsewhere", Then: rescue.Reroute}, {Name: "again", Then: rescue.Again}, {Name: "later", Then: rescue.Schedule}}
	if err := w.rescues.SetRules(t.Context(), w.account.Merchant.ID, table, 0, "test"); err != nil {
		t.Fatal(err)
	}
	month := population(1, 150, 4)
	w.live(month, 0, 0)
	count := w.count(month)
	count.hold(t)
}
