package report

import (
	"cmp"
	"slices"

	"github.com/paywicket/paywicket/internal/merchant"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/rescue"
)

// sums adds a report up, row by row.
type sums struct {
	test        bool
	descriptors map[string]string // by site
	rescued     map[rescueKey]*Rescued
	checkout    map[Place]*Checkout
}

// rescueKey is what a row on rescue is about.
type rescueKey struct {
	Place
	kind   rescue.Kind
	source rescue.Source
}

func newSums(account merchant.Merchant, sites []merchant.Site) *sums {
	s := &sums{
		test: account.Environment == merchant.Test, descriptors: map[string]string{}, rescued: map[rescueKey]*Rescued{}, checkout: map[Place]*Checkout{},
	}
	for _, site := range sites {
		s.descriptors[site.ID] = site.Descriptor
	}
	return s
}

// place is where something of a site is added; descriptor is empty for the site's own.
func (s *sums) place(site, descriptor, currency string) Place {
	return Place{Site: site, Descriptor: cmp.Or(descriptor, s.descriptors[site]), Currency: currency, Test: s.test}
}

// rescue gives the row on rescue of a place.
func (s *sums) rescue(at Place, kind rescue.Kind, source rescue.Source) *Rescued {
	key := rescueKey{at, kind, source}
	if s.rescued[key] == nil {
		s.rescued[key] = &Rescued{Place: at, Kind: kind, Source: source}
	}
	return s.rescued[key]
}

func (s *sums) sale(one Sale) {
	row := s.rescue(s.place(one.Site, "", one.Amount.Currency), one.Kind, one.Source)
	if one.Declined {
		row.TransmittedDeclined++
		row.TransmittedDeclinedAmount += one.Amount.Minor
		return
	}
	row.TransmittedApproved++
	row.TransmittedApprovedAmount += one.Amount.Minor
}

func (s *sums) order(o Order) {
	row := s.rescue(s.place(o.Site, "", o.Amount.Currency), o.Kind, o.Source)
	row.Evaluated++
	row.EvaluatedAmount += o.Amount.Minor
	if o.Trial {
		row.Trials++
	}
}

func (s *sums) payment(p Payment) {
	at := s.place(p.Site, p.Descriptor, p.Amount.Currency)
	if p.Order {
		row := s.rescue(at, p.Kind, p.Source)
		row.Money.add(p)
		if p.State.Paid() {
			row.Rescued++
			row.RescuedAmount += p.Amount.Minor
		}
		if p.State.Pending() {
			row.Pending++
		}
		return
	}
	if s.checkout[at] == nil {
		s.checkout[at] = &Checkout{Place: at}
	}
	s.checkout[at].add(p)
}

func (c *Checkout) add(p Payment) {
	c.Money.add(p)
	c.DeclinedAttempts += p.Declines
	switch {
	case p.State.Paid():
		c.Approved++
		c.Authorized += p.Amount.Minor
		if p.Declines > 0 {
			c.Rescued++
			c.RescuedAmount += p.Amount.Minor
		}
	case p.State == payment.Declined:
		c.Declined++
		c.DeclinedAttempts++
	case p.State == payment.Failed:
		c.Failed++
	case p.State.Pending():
		c.Pending++
	}
}

// add adds what became of a payment's money.
func (m *Money) add(p Payment) {
	switch {
	case p.State.Paid():
		m.Captured += p.Captured
		m.Refunded += p.Refunded
		m.Voided += p.Amount.Minor - p.Captured - p.Capturable
		m.Net += p.Captured - p.Refunded
	case p.State == payment.Reversing || p.State == payment.Reversed:
		m.Reversed += p.Amount.Minor
	}
}

// report gives the rows in their order: by site, descriptor, currency, kind and source.
func (s *sums) report() Report {
	r := Report{Rescue: []Rescued{}, Checkout: []Checkout{}}
	for _, row := range s.rescued {
		r.Rescue = append(r.Rescue, *row)
	}
	for _, row := range s.checkout {
		r.Checkout = append(r.Checkout, *row)
	}
	slices.SortFunc(r.Rescue, func(a, b Rescued) int {
		return cmp.Or(a.Place.compare(b.Place), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Source, b.Source))
	})
	slices.SortFunc(r.Checkout, func(a, b Checkout) int { return a.Place.compare(b.Place) })
	return r
}

// compare puts older sites first: their ids grow with time.
func (p Place) compare(q Place) int {
	return cmp.Or(cmp.Compare(p.Site, q.Site), cmp.Compare(p.Descriptor, q.Descriptor), cmp.Compare(p.Currency, q.Currency))
}
