package money_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/paywicket/paywicket/internal/money"
)

func TestAFee(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		fee  money.Fee
		on   int64
		want int64
	}{
		{money.Fee{BasisPoints: 140}, 10_000, 140},                               // 1.4 %
		{money.Fee{BasisPoints: 290, Fixed: 30}, 4900, 172},                      // 142.1 + 30
		{money.Fee{BasisPoints: 290, Fixed: 30}, 4950, 174},                      // 143.55 is rounded up
		{money.Fee{BasisPoints: 50}, 100, 1},                                     // half a cent is rounded up
		{money.Fee{BasisPoints: 49}, 100, 0},                                     // less is not
		{money.Fee{BasisPoints: 140, Cap: 200_000}, 50_000_000, 200_000},         // capped
		{money.Fee{Fixed: 30}, 20, 20},                                           // never more than there is
		{money.Fee{BasisPoints: 290, Fixed: 30}, 0, 0},                           // nothing of nothing
		{money.Fee{BasisPoints: 10_000}, money.Max, money.Max},                   // the largest of all
		{money.Fee{BasisPoints: 10_000, Fixed: money.Max}, money.Max, money.Max}, // without overflow
	} {
		if got := c.fee.On(c.on); got != c.want {
			t.Errorf("%+v on %d is %d, want %d", c.fee, c.on, got, c.want)
		}
	}
}

func TestAFeeIsBetweenNothingAndAll(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		fee := money.Fee{
			BasisPoints: rapid.Int64Range(0, 10_000).Draw(t, "basis points"),
			Fixed:       rapid.Int64Range(0, money.Max).Draw(t, "fixed"), Cap: rapid.Int64Range(0, money.Max).Draw(t, "cap"),
		}
		minor := rapid.Int64Range(0, money.Max).Draw(t, "amount")
		if got := fee.On(minor); !fee.Valid() || got < 0 || got > minor || fee.Cap > 0 && got > fee.Cap {
			t.Fatalf("%+v on %d is %d", fee, minor, got)
		}
	})
}
