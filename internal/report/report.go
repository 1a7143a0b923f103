// Package report adds up what became of a merchant's sales: by website, by what shoppers'
// statements say, by kind and currency.
//
// A report is made when it is asked for, of what is kept, and is not kept itself. There is
// one source for money: the payments, which mirror the processors' ledgers. Sales that were
// told of and orders that were evaluated are only counted. A payment that was made to
// rescue an order is in the part on rescue, every other one in the part on the checkout,
// none in both.
//
// What counts for a span of time is when a sale was told of, an order was evaluated, and a
// payment was opened; of a payment, all that became of it by now. Spans that meet add up to
// the span of both. Sales that were told of are kept for a year and a month, and are missing
// from spans before that.
//
// Refused here: sums of different currencies, and a rate where there is none.
package report

import (
	"context"
	"time"

	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/merchant"
	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/rescue"
)

// MostSpan is the longest span of time that a report is about: a leap year.
const MostSpan = 366 * 24 * time.Hour

// Report is what became of a merchant's sales in a span of time.
type Report struct {
	From     time.Time  `json:"from"` // included
	To       time.Time  `json:"to"`   // excluded
	Rescue   []Rescued  `json:"rescue"`
	Checkout []Checkout `json:"checkout"`
}

// Place is what every row is about.
type Place struct {
	Site       string `json:"site"`
	Descriptor string `json:"descriptor"` // of the payments; of sales and orders, the site's
	Currency   string `json:"currency"`
	Test       bool   `json:"test"` // nothing of it is real money
}

// Money is what became of payments, in minor units. What was approved when nobody waited
// any more, and so was given back, is in Reversed and nowhere else.
type Money struct {
	Captured int64 `json:"captured"`
	Refunded int64 `json:"refunded"`
	Voided   int64 `json:"voided"` // approved, and released without being captured
	Net      int64 `json:"net"`    // captured less refunded
	Reversed int64 `json:"reversed"`
}

// Rescued is one row of what was told of, evaluated and rescued. Amounts are minor units.
type Rescued struct {
	Place
	Kind   rescue.Kind   `json:"kind"`
	Source rescue.Source `json:"source"`

	// Sales told of, to be learned from.
	TransmittedApproved       int   `json:"transmitted_approved"`
	TransmittedApprovedAmount int64 `json:"transmitted_approved_amount"`
	TransmittedDeclined       int   `json:"transmitted_declined"`
	TransmittedDeclinedAmount int64 `json:"transmitted_declined_amount"`

	Evaluated       int   `json:"evaluated"` // orders
	EvaluatedAmount int64 `json:"evaluated_amount"`
	Trials          int   `json:"trials"` // of them, those that were only decided

	Rescued       int   `json:"rescued"` // orders with a payment that was approved
	RescuedAmount int64 `json:"rescued_amount"`
	Pending       int   `json:"pending"` // payments of which it is not known yet
	Money
}

// Checkout is one row of payments that were no rescue of an order: the checkout's own, and
// those that a merchant's server made. Amounts are minor units.
type Checkout struct {
	Place
	Approved         int   `json:"approved"`
	Authorized       int64 `json:"authorized"` // the amounts of these
	Declined         int   `json:"declined"`
	Failed           int   `json:"failed"`            // nothing reached a processor
	Pending          int   `json:"pending"`           // it is not known yet
	DeclinedAttempts int   `json:"declined_attempts"` // times that a processor said no, also before another said yes
	Rescued          int   `json:"rescued"`           // approved after a processor had said no
	RescuedAmount    int64 `json:"rescued_amount"`
	Money
}

// Sale is a sale that a merchant told of.
type Sale struct {
	Site     string
	Kind     rescue.Kind
	Source   rescue.Source
	Amount   money.Amount
	Declined bool
}

// Order is an order that was evaluated.
type Order struct {
	Site   string
	Kind   rescue.Kind
	Source rescue.Source
	Amount money.Amount
	Trial  bool // only decided
}

// Payment is a payment as far as reports need it.
type Payment struct {
	Site       string
	Descriptor string
	Order      bool          // it was made to rescue one
	Kind       rescue.Kind   // of the order
	Source     rescue.Source // of the order
	State      payment.State
	Amount     money.Amount
	Capturable int64 // minor units
	Captured   int64
	Refunded   int64
	Declines   int // by processors that were asked before the last one
}

// Store gives what reports are made of: what there is of a merchant in a span of time, from
// included and to excluded, to each, page by page, so that no more than a page is in memory.
type Store interface {
	// ReportSales gives the sales that the merchant told of in that time.
	ReportSales(ctx context.Context, merchant string, from, to time.Time, each func(Sale)) error
	// ReportOrders gives the orders that were evaluated in that time.
	ReportOrders(ctx context.Context, merchant string, from, to time.Time, each func(Order)) error
	// ReportPayments gives the payments that were opened in that time, as they are now.
	ReportPayments(ctx context.Context, merchant string, from, to time.Time, each func(Payment)) error
}

// Merchants finds accounts and their sites; merchant.Store does.
type Merchants interface {
	FindMerchant(ctx context.Context, merchant string) (merchant.Merchant, error)
	ListSites(ctx context.Context, merchant string) ([]merchant.Site, error)
}

// Service makes reports.
type Service struct {
	Store     Store
	Merchants Merchants
	Now       func() time.Time
}

// Rescue reports on a merchant's sales in a span of time, from included and to excluded.
// Errors: fault.NotFound, a fault on from.
func (s *Service) Rescue(ctx context.Context, merchant string, from, to time.Time) (Report, error) {
	if !from.Before(to) || to.Sub(from) > MostSpan {
		return Report{}, fault.Field("from", "Give a span of up to %d days, from before to.", int(MostSpan.Hours()/24))
	}
	account, err := s.Merchants.FindMerchant(ctx, merchant)
	if err != nil {
		return Report{}, err
	}
	sites, err := s.Merchants.ListSites(ctx, merchant)
	if err != nil {
		return Report{}, err
	}
	sum := newSums(account, sites)
	if err := s.Store.ReportSales(ctx, merchant, from, to, sum.sale); err != nil {
		return Report{}, err
	}
	if err := s.Store.ReportOrders(ctx, merchant, from, to, sum.order); err != nil {
		return Report{}, err
	}
	if err := s.Store.ReportPayments(ctx, merchant, from, to, sum.payment); err != nil {
		return Report{}, err
	}
	r := sum.report()
	r.From, r.To = from.UTC(), to.UTC()
	return r, nil
}
