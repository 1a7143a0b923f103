package bulk

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/paywicket/paywicket/internal/money"
)

// Whatever the shares, what is divided adds up to the amount, and nobody has less than
// something: else the charge is refused.
func TestSplitsAddUp(t *testing.T) {
	t.Parallel()
	divided := 0
	rapid.Check(t, func(t *rapid.T) {
		amount := rapid.Int64Range(1, money.Max).Draw(t, "amount")
		shares := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Share {
			s := Share{Account: rapid.StringMatching(`RS_[0-9]{1,9}`).Draw(t, "account"), Ratio: rapid.Int64Range(1, 1_000_000).Draw(t, "ratio")}
			switch rapid.IntRange(0, 3).Draw(t, "kind") {
			case 1:
				s.Flat = rapid.Int64Range(1, 1000).Draw(t, "flat")
			case 2:
				s.Basis = rapid.Int64Range(0, maxBasis).Draw(t, "basis")
			case 3:
				s.Exact = rapid.Int64Range(1, 1000).Draw(t, "exact")
			}
			return s
		}), 0, 19).Draw(t, "shares")
		parts, err := Splits(shares, amount, "own")
		if err != nil {
			return
		}
		divided++
		sum := int64(0)
		for i, part := range parts {
			sum += part.Amount
			if part.Amount < 1 || i < len(shares) && part.Account != shares[i].Account {
				t.Fatalf("%+v of %d: %+v", shares, amount, parts)
			}
		}
		if len(shares) > 0 && sum != amount || len(shares) == 0 && parts != nil {
			t.Fatalf("%+v of %d adds up to %d: %+v", shares, amount, sum, parts)
		}
	})
	if divided == 0 {
		t.Error("nothing was divided")
	}
}
