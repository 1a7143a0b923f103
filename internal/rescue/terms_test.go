package rescue_test

import (
	"testing"

	"github.com/paywicket/paywicket/internal/rescue"
)

// An issuer is asked to do without authentication only where the risk is known to be small.
func TestExemptions(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		action rescue.Action
		change func(*rescue.Order)
		want   bool
	}{
		{"a small risk", rescue.Reroute, func(o *rescue.Order) { o.Facts.Score = 10 }, true},
		{"nothing is known of the visit", rescue.Reroute, func(o *rescue.Order) { o.Facts.Score = -1 }, false},
		{"a doubtful visit", rescue.Reroute, func(o *rescue.Order) { o.Facts.Score = 40 }, false},
		{"a large amount", rescue.Reroute, func(o *rescue.Order) { o.Facts.Score, o.Amount.Minor = 10, 250_01 }, false},
		{"the issuer asked for it", rescue.Reroute, func(o *rescue.Order) { o.Facts.Score, o.Facts.Class = 10, rescue.Authentication }, false},
		{"it is authenticated", rescue.Authenticate, func(o *rescue.Order) { o.Facts.Score = 10 }, false},
		{"the merchant asks", rescue.Reroute, func(o *rescue.Order) { o.Facts.Score, o.Kind = 10, rescue.MIT }, false},
	} {
		if got := rescue.Terms(at(rescue.Charging, c.change), c.action).Exempt; got != c.want {
			t.Errorf("%s: exempt is %t", c.name, got)
		}
	}
}
