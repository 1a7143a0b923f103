package app_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/processor"
	"github.com/paywicket/paywicket/internal/rescue"
)

// shopper is somebody with a card.
type shopper struct {
	number  string
	email   string
	phone   string
	country country
	billing processor.Address // as far as the shop knows it
	regular bool              // has paid here before
	token   id.Token          // zero until the card is kept
	device  int               // which is theirs
}

// visit is what the shop's pages saw of whoever came.
type visit string

// The visits.
const (
	unseen   visit = ""         // the shop has no collector
	clean    visit = "clean"    // a person
	doubtful visit = "doubtful" // a browser with tells, which may be a person
	robot    visit = "robot"
)

// saying is what a shopper does who is asked about a declined sale.
type saying string

// What shoppers do: of those who agree some fail at their issuer's page, or leave it.
const (
	proves  saying = "proves"
	fails   saying = "fails"
	leaves  saying = "leaves"
	refuses saying = "refuses"
	never   saying = "never comes"
)

// declined is a sale that the merchant's own processor declines, and what becomes of it.
type declined struct {
	at      time.Time
	kind    rescue.Kind
	temper  *temper
	shopper *shopper
	amount  money.Amount
	named   string

	told   bool          // the shop's own processor was given the billing address
	series bool          // it is one of a series
	cvv    bool          // it came with a CVV
	visit  visit         // of the shopper, when they are there
	says   saying        // when they are asked
	thinks time.Duration // until they say it

	code   processor.DeclineCode // what the merchant's processor was told
	order  string
	status rescue.Status
	reason string
	after  time.Duration // from the decline to the approval
	asked  bool          // a challenge was shown
	waited time.Duration // for the answer, by the wall clock; zero when it was not measured
	plain  time.Duration // what one authorization took then
}

// start is when the simulated month begins: one in which Americans change their clocks, and
// before which nothing is known.
var start = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

// span is how long declines come in.
const span = 30 * 24 * time.Hour

// population draws a month's declines from a seed, in the order in which they come. The same
// seed gives the same. So many of a hundred shoppers are impatient.
func population(seed uint64, size, impatient int) []*declined {
	from := &drawing{rand.New(rand.NewPCG(seed, 7)), map[string]bool{}, map[string][]*shopper{}}
	var all []*declined
	for len(all) < size {
		one := from.sale(len(all))
		all = append(all, one)
		if one.kind == rescue.CIT && !final(one.temper) && from.chance(impatient) {
			all = append(all, from.impatient(one, len(all))...)
		}
	}
	all = all[:size]
	slices.SortStableFunc(all, func(a, b *declined) int { return a.at.Compare(b.at) })
	return all
}

// drawing draws shoppers and their sales.
type drawing struct {
	*rand.Rand
	numbers map[string]bool       // that were drawn
	busy    map[string][]*shopper // with several subscriptions on a card that is always declined, by its mood
}

// chance is true so many times of a hundred.
func (d *drawing) chance(percent int) bool { return d.IntN(100) < percent }

// final tells whether an issuer says no for good, after which the shop asks no more.
func final(t *temper) bool {
	return t.mood == "11" || t.mood == "16" || t.amount == 19014 || t.amount == 19057 || t.amount == 19041
}

func (d *drawing) sale(n int) *declined {
	one := &declined{kind: rescue.CIT, named: fmt.Sprintf("order-%d", n)}
	if d.chance(40) {
		one.kind = rescue.MIT
	}
	one.temper = d.temper(one.kind)
	one.at = d.time(one.temper)
	one.series = one.kind == rescue.MIT && (d.chance(80) || one.temper.mood == "12")
	one.shopper = d.who(one.temper, one.kind)
	one.amount = d.amount(one.temper, one.shopper.country)
	// A merchant with the address does not always send it; where the issuer misses it, not.
	one.told = d.chance(50) && one.temper.mood != "01" && one.temper.mood != "02"
	if one.kind == rescue.CIT {
		one.cvv = d.chance(90)
		one.visit = []visit{unseen, clean, doubtful, robot}[d.pick(40, 48, 8, 4)]
		one.says = []saying{proves, fails, leaves, refuses, never}[d.pick(55, 3, 2, 15, 25)]
		one.thinks = time.Duration(20+d.IntN(300)) * time.Second
	}
	return one
}

// impatient are the sales of a shopper who tries again and again for half an hour.
func (d *drawing) impatient(first *declined, n int) []*declined {
	var more []*declined
	at := first.at
	for i := range 7 {
		again := *first
		at = at.Add(time.Duration(1+d.IntN(8)) * time.Minute)
		again.at, again.named = at, fmt.Sprintf("order-%d", n+i)
		if declines := first.temper.declines; declines == nil || declines(at.In(home)) {
			more = append(more, &again)
		}
	}
	return more
}

// pick gives a place among weights.
func (d *drawing) pick(weights ...int) int {
	sum := 0
	for _, w := range weights {
		sum += w
	}
	n := d.IntN(sum)
	for i, w := range weights {
		if n -= w; n < 0 {
			return i
		}
	}
	return 0
}

func (d *drawing) temper(kind rescue.Kind) *temper {
	weights := make([]int, len(tempers))
	for i, t := range tempers {
		if weights[i] = t.cit; kind == rescue.MIT {
			weights[i] = t.mit
		}
	}
	return &tempers[d.pick(weights...)]
}

// home is where the sandbox's issuers are.
var home = time.FixedZone("UTC-5", -5*60*60)

// byHour is how many sales are made in each hour of UTC, for shoppers on both sides of the
// Atlantic.
var byHour = []int{5, 5, 4, 3, 2, 2, 3, 4, 5, 6, 7, 8, 9, 9, 10, 10, 10, 11, 12, 12, 11, 9, 7, 6}

// time draws when a sale is made that its issuer declines.
func (d *drawing) time(t *temper) time.Time {
	for {
		day := time.Duration(d.IntN(int(span / (24 * time.Hour))))
		at := start.Add(day*24*time.Hour + time.Duration(d.pick(byHour...))*time.Hour + time.Duration(d.Int64N(int64(time.Hour))))
		if at = at.Truncate(time.Millisecond); t.declines == nil || t.declines(at.In(home)) {
			return at
		}
	}
}

// amount draws one, log-normal around 45 of a currency with cents; what an issuer thinks too
// much is more than 100.
func (d *drawing) amount(t *temper, of country) money.Amount {
	if t.amount != 0 {
		return money.Amount{Minor: t.amount, Currency: of.currency}
	}
	for {
		minor := int64(math.Exp(math.Log(4500) + 0.8*d.NormFloat64()))
		if within := minor > 10000; t.mood == "13" && !within || minor < 100 || minor >= 19000 && minor < 19100 {
			continue
		}
		return money.Amount{Minor: minor, Currency: of.currency}
	}
}

// who draws a shopper with a card of an issuer. Some have several subscriptions, and a card
// that pays for none of them.
func (d *drawing) who(t *temper, kind rescue.Kind) *shopper {
	hopeless := kind == rescue.MIT && (t.mood == "14" || t.mood == "15")
	if busy := d.busy[t.mood]; hopeless && len(busy) > 0 && d.chance(40) {
		return busy[d.IntN(len(busy))]
	}
	p := &shopper{number: d.number(t), country: d.country(t), regular: d.chance(25), device: d.IntN(1_000_000)}
	p.email = fmt.Sprintf("shopper-%d@mail.example", d.IntN(10_000_000))
	if kind == rescue.MIT {
		p.regular = d.chance(70)
	}
	if d.chance(60) {
		p.phone = fmt.Sprintf("+1555%07d", d.IntN(10_000_000))
	}
	if d.chance(60) {
		p.billing = processor.Address{PostalCode: p.country.postal, Country: p.country.code}
		if d.chance(80) {
			p.billing.Line1 = fmt.Sprintf("%d High Street", 1+d.IntN(200))
		}
	}
	if hopeless && d.chance(20) {
		d.busy[t.mood] = append(d.busy[t.mood], p)
	}
	return p
}

// number draws a card's, which nobody else has: with its issuer's mood, or in the same BIN
// with none where the amount decides.
func (d *drawing) number(t *temper) string {
	for {
		number := luhn(fmt.Sprintf("40055500%07d", d.IntN(10_000_000)))
		if t.mood != "" {
			number = luhn(fmt.Sprintf("40055599%05d%s", d.IntN(100_000), t.mood))
		}
		if !d.numbers[number] {
			d.numbers[number] = true
			return number
		}
	}
}

func (d *drawing) country(t *temper) country {
	weights := make([]int, len(countries))
	for i, c := range countries {
		weights[i] = c.weight
		if t.mood == "04" && !c.europe || (t.declines != nil && t.mood != "08") && !c.home {
			weights[i] = 0
		}
	}
	return countries[d.pick(weights...)]
}
