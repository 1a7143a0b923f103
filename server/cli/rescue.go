package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/paywicket/paywicket/internal/merchant"
)

// merchantRescueCommand shows and turns the switches of rescue.
type merchantRescueCommand struct {
	atMerchants
	Merchant string   `arg:"" help:"Its id, mer_…"`
	Off      []string `xor:"what" help:"What is off from now on, in place of what was: kind, source and environment, such as cit.website.live. May be given again."`
	AllOn    bool     `xor:"what" help:"Nothing is off any more."`
	Site     string   `help:"Only for this one of its sites, site_…"`
	Show     bool     `xor:"what" help:"Change nothing, and show what is on. The same as to give nothing else."`
}

// Run turns them, and shows how they are then.
func (m merchantRescueCommand) Run(c console) error {
	return m.do(c, func(s *merchant.Service) error {
		if len(m.Off) > 0 || m.AllOn {
			var off []merchant.Switch
			for _, name := range m.Off {
				off = append(off, merchant.Switch(name))
			}
			if err := s.SetRescue(c, m.Merchant, m.Site, off, "operator"); err != nil {
				return err
			}
			c.printf("It holds from now on.")
		}
		return m.show(c, s)
	})
}

// show prints a line for the merchant, and one for each of its sites or the one that was
// named.
func (m merchantRescueCommand) show(c console, s *merchant.Service) error {
	account, err := s.Store.FindMerchant(c, m.Merchant)
	if err != nil {
		return err
	}
	sites, err := s.Store.ListSites(c, m.Merchant)
	if m.Site != "" {
		var one merchant.Site
		one, err = s.Store.FindSite(c, m.Merchant, m.Site)
		sites = []merchant.Site{one}
	}
	if err != nil {
		return err
	}
	c.printf("%s: %s", account.ID, told(account.RescueOff))
	for _, site := range sites {
		c.printf("%s (%s): %s", site.ID, site.Descriptor, told(site.RescueOff))
	}
	return nil
}

// told says which switches are on and off.
func told(off []merchant.Switch) string {
	var on []string
	for _, one := range merchant.Switches() {
		if !slices.Contains(off, one) {
			on = append(on, string(one))
		}
	}
	if len(off) == 0 {
		return "everything is on: " + strings.Join(on, " ")
	}
	return fmt.Sprintf("off: %s; on: %s", joined(off), strings.Join(on, " "))
}

func joined(all []merchant.Switch) string {
	var names []string
	for _, one := range all {
		names = append(names, string(one))
	}
	return strings.Join(names, " ")
}
