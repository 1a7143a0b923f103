package page

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/paywicket/paywicket/internal/checkout"
	"github.com/paywicket/paywicket/internal/merchant"
	"github.com/paywicket/paywicket/internal/money"
)

// SpecimenPath is where the specimen is. It stands where checkouts stand, so that what a proxy
// in front does to those it does to this.
const SpecimenPath = "/checkout/specimen"

// specimen serves a checkout that nobody opened and that is over: the payment page of everybody
// and nobody, for the monitor, for an assessor, and for whatever else compares it. A real session
// would be a merchant's, live for minutes and be counted; an unknown one is answered with another
// document, without any script. It goes the way of every checkout, through document, so its
// scripts and headers are those of shoppers' pages but for the origins that may frame it: none.
func (p *Pages) specimen(c *fiber.Ctx) error {
	return p.document(c, checkout.View{
		Session: checkout.Session{
			ID: "specimen", Amount: money.Amount{Minor: 100, Currency: "USD"}, Description: "Nothing is sold here", SenseKey: "specimen",
			CreatedAt: time.Unix(0, 0), ExpiresAt: time.Unix(1, 0),
		},
		Merchant: merchant.Merchant{Name: "Nobody", Environment: merchant.Test},
		Site:     merchant.Site{Origins: []string{}},
	})
}
