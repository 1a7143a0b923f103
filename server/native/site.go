package native

import (
	"time"

	"github.com/paywicket/paywicket/internal/merchant"
	"github.com/paywicket/paywicket/server/wire"
)

// siteRequest registers a website.
type siteRequest struct {
	Name       string   `json:"name" validate:"required"`
	Descriptor string   `json:"descriptor" validate:"required"` // what the shopper's statement says
	Origins    []string `json:"origins" validate:"required"`    // exact origins that may embed the checkout
}

// Site is a website as the API shows it.
type Site struct {
	ID         string    `json:"id"`
	Name       string    `json:"name"`
	Descriptor string    `json:"descriptor"`
	Origins    []string  `json:"origins"`
	CreatedAt  time.Time `json:"created_at"`
}

// Sites is a merchant's websites, oldest first.
type Sites struct {
	Sites []Site `json:"sites"`
}

func (a *API) createSite(call wire.Call, in siteRequest) (Site, error) {
	s, err := a.Merchants.AddSite(call, call.Merchant(), in.Name, in.Descriptor, in.Origins, call.Actor())
	if err != nil {
		return Site{}, err
	}
	return site(s), nil
}

func (a *API) listSites(call wire.Call, _ wire.Empty) (Sites, error) {
	list, err := a.Merchants.Store.ListSites(call, call.Merchant())
	if err != nil {
		return Sites{}, err
	}
	out := Sites{Sites: []Site{}}
	for _, s := range list {
		out.Sites = append(out.Sites, site(s))
	}
	return out, nil
}

func site(s merchant.Site) Site {
	return Site{ID: s.ID, Name: s.Name, Descriptor: s.Descriptor, Origins: s.Origins, CreatedAt: s.CreatedAt.UTC()}
}
