package rescue

import (
	"context"
	"log/slog"
	"math"
	"time"

	"github.com/paywicket/paywicket/internal/card"
	"github.com/paywicket/paywicket/internal/checkout"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/lookup"
	"github.com/paywicket/paywicket/internal/merchant"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/processor"
	"github.com/paywicket/paywicket/internal/risk"
	"github.com/paywicket/paywicket/internal/sense"
	"github.com/paywicket/paywicket/internal/vault"
)

// How long an order may be open.
const (
	// DefaultPatience is for how long a merchant-initiated payment is tried when its
	// merchant does not say.
	DefaultPatience = 14 * 24 * time.Hour
	// mostPatience is the longest that may be asked for: the schemes count tries by the month.
	mostPatience = 30 * 24 * time.Hour
	// ChallengeLife is for how long a shopper may answer a challenge.
	ChallengeLife = 15 * time.Minute
)

// Charges charges kept cards; checkout.Service does.
type Charges interface {
	Charge(ctx context.Context, merchant string, token id.Token, order checkout.Order, actor string) (payment.Payment, error)
	Able(m merchant.Merchant, order checkout.Order) []checkout.Processor
}

// Payments finds and changes payments; payment.Service does.
type Payments interface {
	Find(ctx context.Context, merchant, payment string) (payment.Payment, error)
	Modify(ctx context.Context, merchant, payment string, kind processor.ModificationKind, amount int64, final bool, actor string) (payment.Payment, error)
	Returned(ctx context.Context, p payment.Payment, key, actor string) (payment.Payment, error)
	Abandon(ctx context.Context, p payment.Payment, actor string) (payment.Payment, error)
}

// Merchants finds accounts and their sites; merchant.Store does.
type Merchants interface {
	FindMerchant(ctx context.Context, merchant string) (merchant.Merchant, error)
	FindSite(ctx context.Context, merchant, site string) (merchant.Site, error)
	ListSites(ctx context.Context, merchant string) ([]merchant.Site, error)
}

// Cards tells of kept cards; vault.Service does.
type Cards interface {
	Find(ctx context.Context, merchant string, token id.Token) (vault.Record, error)
}

// Sense knows visits and their devices; sense.Service does.
type Sense interface {
	Visit(ctx context.Context, merchant, key string) (sense.Visit, error)
	Device(ctx context.Context, merchant, device string) (sense.Device, error)
}

// Risk scores visits; risk.Service does.
type Risk interface {
	Assess(ctx context.Context, a risk.Attempt) (risk.Assessment, error)
}

// Service rescues declined sales.
type Service struct {
	Store        Store
	Merchants    Merchants
	Charges      Charges
	Payments     Payments
	Cards        Cards
	Sense        Sense
	Risk         Risk
	Keys         Keys
	BINs         *lookup.Live
	Models       map[string]processor.Model // of processors that learn from what became of payments, by name
	ChallengeURL func(key string) string    // where a shopper answers
	Now          func() time.Time
	Log          *slog.Logger
}

// Charge asks for one payment of an order. Who has more of the card than what is kept,
// such as its CVV, adds that to the order.
type Charge func(ctx context.Context, token id.Token, order checkout.Order) (payment.Payment, error)

// view gives an order with its payment.
func (s *Service) view(ctx context.Context, o Order) (View, error) {
	v := View{Order: o}
	if o.Payment == "" {
		return v, nil
	}
	p, err := s.Payments.Find(ctx, o.Merchant, o.Payment)
	if err != nil && fault.CodeOf(err) == fault.NotFound {
		return v, nil // named, and not opened yet
	}
	if err == nil {
		v.Paid = &p
	}
	return v, err
}

// Find gives a merchant's order with its payment. Errors: fault.NotFound.
func (s *Service) Find(ctx context.Context, merchant, order string) (View, error) {
	o, err := s.Store.FindOrder(ctx, merchant, order)
	if err != nil {
		return View{}, err
	}
	return s.view(ctx, o)
}

// Arrived keeps how a card came to be kept: in which visit, and whether with a CVV. A sense
// key that no page of the merchant's was given is left out.
func (s *Service) Arrived(ctx context.Context, merchant string, token id.Token, a Arrival) error {
	if a.SenseKey != "" && !id.Valid(id.SenseKey, a.SenseKey) {
		a.SenseKey = ""
	}
	if a == (Arrival{}) {
		return nil
	}
	return s.Store.NoteArrival(ctx, merchant, token, a)
}

// List gives a merchant's orders, newest first: up to limit of those before the one named
// by cursor, or the newest when it is empty, and how many there are in all.
func (s *Service) List(ctx context.Context, merchant, cursor string, limit int) ([]View, int, error) {
	orders, total, err := s.Store.ListOrders(ctx, merchant, cursor, limit)
	if err != nil {
		return nil, 0, err
	}
	views := make([]View, len(orders))
	for i, o := range orders {
		if views[i], err = s.view(ctx, o); err != nil {
			return nil, 0, err
		}
	}
	return views, total, nil
}

// site finds the site that a sale was made on: by its id, else by its address, else by
// what the statement said, else the merchant's first. Errors: a fault on site when it is
// named and none of the merchant's.
func (s *Service) site(ctx context.Context, sale Sale) (merchant.Site, error) {
	if sale.Site != "" {
		site, err := s.Merchants.FindSite(ctx, sale.Merchant, sale.Site)
		if err != nil && fault.CodeOf(err) == fault.NotFound {
			err = fault.Field("site", "This merchant has no such site.")
		}
		return site, err
	}
	sites, err := s.Merchants.ListSites(ctx, sale.Merchant)
	if err != nil {
		return merchant.Site{}, err
	}
	if len(sites) == 0 {
		return merchant.Site{}, fault.Field("site", "This merchant has no site.")
	}
	for _, is := range []func(merchant.Site) bool{
		func(one merchant.Site) bool { return one.At(sale.Origin) },
		func(one merchant.Site) bool { return one.Says(sale.Descriptor) },
	} {
		for _, one := range sites {
			if is(one) {
				return one, nil
			}
		}
	}
	return sites[0], nil
}

// environment is where an account's sales are rescued, as its switches spell it.
func environment(m merchant.Merchant) string {
	if m.Environment == merchant.Test {
		return "sandbox"
	}
	return "live"
}

// limitsOf are the limits of a card's tries at a merchant's: the schemes', but in the
// sandbox, where a few test cards are everybody's, unless its guard is to hold there too.
func limitsOf(m merchant.Merchant) Limits {
	if m.Environment == merchant.Test && !m.Guard.InTest {
		return Limits{PerDay: math.MaxInt, PerMonth: math.MaxInt}
	}
	return SchemeLimits
}

// switchOf gives the switch of an order in an environment.
func switchOf(kind Kind, source Source, environment string) merchant.Switch {
	return merchant.Switch(string(kind) + "." + string(source) + "." + environment)
}

// device is what is known of a visit: its score and whether its device has been here
// before. A visit of which nothing came is not held against anybody.
func (s *Service) device(ctx context.Context, account merchant.Merchant, key, mark string, c card.Summary, issuance card.Issuance) (score int, device string, seen bool, err error) {
	if key == "" {
		return -1, "", false, nil
	}
	visit, err := s.Sense.Visit(ctx, account.ID, key)
	if err != nil || len(visit.Pages) == 0 {
		return -1, "", false, err
	}
	thought, err := s.Risk.Assess(ctx, risk.Attempt{
		Merchant: account, Session: key, Card: mark, BIN: c.BIN, Issuance: issuance, Network: visit.Pages[len(visit.Pages)-1].Network, Visit: visit,
	})
	if err != nil {
		return -1, "", false, err
	}
	if visit.Device != "" {
		d, err := s.Sense.Device(ctx, account.ID, visit.Device)
		if err != nil && fault.CodeOf(err) != fault.NotFound {
			return -1, "", false, err
		}
		seen = err == nil && d.Visits > 1
	}
	return thought.Score, visit.Device, seen, nil
}
