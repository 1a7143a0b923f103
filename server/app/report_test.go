package app_test

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/card/cardtest"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/merchant"
	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/processor"
	"github.com/paywicket/paywicket/internal/report"
	"github.com/paywicket/paywicket/internal/rescue"
	"github.com/paywicket/paywicket/server/sandbox"
)

// line is what a line of the books is about. Some of it is empty when lines are summed up.
type line struct {
	part, site, descriptor, currency string
	kind                             rescue.Kind
	source                           rescue.Source
}

// entry is what stands on a line.
type entry struct {
	approved                                    int
	authorized, captured, refunded, voided, net int64
	declined, rescued                           int // of the checkout's own
	evaluated, told, toldDeclined               int // of rescue
}

func (e *entry) add(f entry) {
	e.approved += f.approved
	e.authorized += f.authorized
	e.captured += f.captured
	e.refunded += f.refunded
	e.voided += f.voided
	e.net += f.net
	e.declined += f.declined
	e.rescued += f.rescued
	e.evaluated += f.evaluated
	e.told += f.told
	e.toldDeclined += f.toldDeclined
}

// books are what a test has asked for, from which it can say on which line a row of the
// processors' ledgers belongs.
type books struct {
	*house
	dice    *rand.Rand
	sites   []merchant.Site
	lines   map[string]line // by the ledger's id
	counted map[line]entry  // what no ledger knows of
	pending int
}

// openBooks opens a house with a second processor and four sites, two of them with the
// same descriptor.
func openBooks(t *testing.T) *books {
	t.Helper()
	h, _ := pair(t, func(*sandbox.Server) {})
	b := &books{house: h, dice: rand.New(rand.NewPCG(7, 11)), sites: []merchant.Site{h.account.Site}, lines: map[string]line{}, counted: map[line]entry{}}
	for i, descriptor := range []string{"KESTREL KETTLES", "FALCON FORKS", "KESTREL KETTLES"} {
		s, err := h.app.Merchants.AddSite(t.Context(), h.account.Merchant.ID, "Site", descriptor, []string{fmt.Sprintf("https://shop-%d.example", i)}, "test")
		if err != nil {
			t.Fatal(err)
		}
		b.sites = append(b.sites, s)
	}
	return b
}

func (b *books) site() merchant.Site { return b.sites[b.dice.IntN(len(b.sites))] }

// amount is a sum that no test amount is, and its currency.
func (b *books) amount() money.Amount {
	return money.Amount{Minor: 100 + b.dice.Int64N(9000), Currency: []string{"USD", "JPY", "KWD"}[b.dice.IntN(3)]}
}

// enter remembers on which line every authorization of a payment belongs.
func (b *books) enter(payment string, at line) answer {
	b.t.Helper()
	a := b.api("GET", "/v1/payments/"+payment, "")
	if a.Status != http.StatusOK {
		b.t.Fatalf("%d %s", a.Status, a.Body)
	}
	b.lines[a.text("processor.id")] = at
	attempts, _ := a.field("attempts").([]any)
	for _, one := range attempts {
		name, _ := one.(map[string]any)["id"].(string)
		b.lines[name] = at
	}
	return a
}

// pays pays in a checkout of one of the sites, and does something with that.
func (b *books) pays(number, capture string) {
	b.t.Helper()
	site, amount := b.site(), b.amount()
	session := b.api("POST", "/v1/checkout_sessions", fmt.Sprintf(`{"amount":%d,"currency":%q,"site":%q,"capture":%q}`, amount.Minor, amount.Currency, site.ID, capture))
	paid := b.pay(session.text("id"), number)
	if paid.text("payment") == "" {
		b.t.Fatalf("%d %s", paid.Status, paid.Body)
	}
	b.spend(b.enter(paid.text("payment"), line{part: "checkout", site: site.ID, currency: amount.Currency}))
}

// charges charges a kept card, as a merchant's server does.
func (b *books) charges(number string) {
	b.t.Helper()
	site, amount := b.site(), b.amount()
	paid := b.api("POST", "/v1/payments", fmt.Sprintf(`{"token":%q,"amount":%d,"currency":%q,"site":%q,"capture":"automatic"}`, b.keep(number), amount.Minor, amount.Currency, site.ID))
	if paid.Status != http.StatusCreated {
		b.t.Fatalf("%d %s", paid.Status, paid.Body)
	}
	b.spend(b.enter(paid.text("id"), line{part: "checkout", site: site.ID, currency: amount.Currency}))
}

func (b *books) keep(number string) string {
	b.t.Helper()
	a := b.api("POST", "/v1/tokens", fmt.Sprintf(`{"number":%q,"exp_month":12,"exp_year":2030}`, number))
	if a.Status != http.StatusCreated {
		b.t.Fatalf("%d %s", a.Status, a.Body)
	}
	return a.text("id")
}

// spend captures, voids and refunds some of a payment, or nothing.
func (b *books) spend(p answer) {
	b.t.Helper()
	if p.text("status") == "requires_action" {
		b.pending++
	}
	if p.text("status") != "authorized" && p.text("status") != "captured" {
		return
	}
	part := fmt.Sprintf(`{"amount":%d}`, 1+b.dice.Int64N(100))
	last := fmt.Sprintf(`{"amount":%d,"final":true}`, 1+b.dice.Int64N(100))
	steps := [][2]string{}
	if p.text("status") == "authorized" {
		steps = [][][2]string{{}, {{"void", ""}}, {{"capture", ""}}, {{"capture", part}}, {{"capture", last}}, {{"capture", part}, {"void", ""}}, {{"capture", part}, {"capture", part}}}[b.dice.IntN(7)]
	}
	if p.text("status") == "captured" || len(steps) > 0 && steps[0] == [2]string{"capture", ""} {
		steps = append(steps, [][][2]string{{}, {{"refunds", part}}, {{"refunds", ""}}}[b.dice.IntN(3)]...)
	}
	for _, s := range steps {
		// A second part may be more than what is left, and is refused then.
		if a := b.api("POST", "/v1/payments/"+p.text("id")+"/"+s[0], s[1]); a.Status != http.StatusOK && a.Status != http.StatusBadRequest {
			b.t.Errorf("%v of %s: %d %s", s, p.text("status"), a.Status, a.Body)
		}
	}
}

// told is a sale of one of the sites, which is named in one of three ways, and its line.
func (b *books) told(kind rescue.Kind, code string) (rescue.Sale, line) {
	b.t.Helper()
	site, reference := b.site(), id.Random()
	s := rescue.Sale{
		Merchant: b.account.Merchant.ID, Kind: kind, Source: []rescue.Source{rescue.Website, rescue.CallCenter}[b.dice.IntN(2)], Amount: b.amount(),
		Reference: reference, Transaction: "t" + reference, Declined: true, Answer: rescue.Answer{Code: code, Source: "visa"}, CVV: true, Capture: b.dice.IntN(2) == 0, At: time.Now(),
	}
	switch b.dice.IntN(3) {
	case 0:
		s.Site = site.ID
	case 1:
		s.Origin = site.Origins[0] + "/basket"
	default:
		site = b.sites[b.dice.IntN(3)] // the fourth has not a descriptor of its own
		s.Descriptor = strings.ToLower(site.Descriptor)
	}
	return s, line{part: "rescue", site: site.ID, descriptor: site.Descriptor, currency: s.Amount.Currency, kind: kind, source: s.Source}
}

// count adds to a line what no ledger knows of.
func (b *books) count(at line, e entry) {
	e.add(b.counted[at])
	b.counted[at] = e
}

// transmits tells of a sale that somebody else approved or declined.
func (b *books) transmits(declined bool) {
	b.t.Helper()
	sale, at := b.told([]rescue.Kind{rescue.CIT, rescue.MIT}[b.dice.IntN(2)], "05")
	sale.Declined = declined
	if _, err := b.app.Rescues().Transmit(b.t.Context(), sale); err != nil {
		b.t.Fatal(err)
	}
	if declined {
		b.count(at, entry{toldDeclined: 1})
	} else {
		b.count(at, entry{told: 1})
	}
}

// rescues hands a declined sale in, and does something with what comes of it.
func (b *books) rescues(kind rescue.Kind, number, code string) {
	b.t.Helper()
	sale, at := b.told(kind, code)
	sale.Token, _ = id.ParseToken(b.keep(number))
	v := b.evaluate(sale)
	b.count(at, entry{evaluated: 1})
	if v.State == rescue.Scheduled {
		b.tamper(`UPDATE rescue_orders SET next_at = 1 WHERE id = '` + v.Order.ID + `'`)
		b.eventually(func() bool {
			if _, err := b.app.Rescues().Work(b.t.Context()); err != nil {
				b.t.Error(err)
			}
			found, err := b.app.Rescues().Find(b.t.Context(), v.Order.Merchant, v.Order.ID)
			if err != nil {
				b.t.Fatal(err)
			}
			v = found
			return v.Paid != nil && !v.Paid.State.Pending()
		})
	}
	if v.Paid == nil {
		return
	}
	b.enter(v.Paid.ID, at)
	ctx, r, m, name := b.t.Context(), b.app.Rescues(), v.Order.Merchant, v.Order.ID
	part := money.Amount{Minor: 1 + b.dice.Int64N(100), Currency: v.Amount.Currency}
	var err error
	if v.Status() == rescue.StatusCaptureRequired {
		switch b.dice.IntN(4) {
		case 0:
			_, err = r.Cancel(ctx, m, name, "test")
		case 1:
			v, err = r.Capture(ctx, m, name, v.Amount, "test")
		case 2:
			v, err = r.Capture(ctx, m, name, part, "test")
			part.Minor = 1 + (part.Minor-1)/2
		}
	}
	if err == nil && v.Status() == rescue.StatusApproved && b.dice.IntN(2) == 0 {
		_, err = r.Refund(ctx, m, name, part.Minor, "test")
	}
	if err != nil {
		b.t.Errorf("an order that is %s: %v", v.Status(), err)
	}
}

// kept is what the processors' ledgers say, with what was counted beside them.
func (b *books) kept() map[line]entry {
	b.t.Helper()
	all := map[line]entry{}
	for at, e := range b.counted {
		all[at] = e
	}
	for i, address := range append([]string{b.processor}, b.fallbacks...) {
		response, err := http.Get(address + "/authorizations")
		if err != nil {
			b.t.Fatal(err)
		}
		var rows []sandbox.Authorization
		if err := json.NewDecoder(response.Body).Decode(&rows); err != nil {
			b.t.Fatal(err)
		}
		response.Body.Close()
		for _, row := range rows {
			at, ok := b.lines[row.ID]
			if !ok {
				b.t.Errorf("nobody asked for %+v", row)
			}
			at.descriptor = row.Descriptor
			var e entry
			switch row.Status {
			case processor.Approved:
				e = entry{approved: 1, authorized: row.Amount, captured: row.Captured, refunded: row.Refunded, net: row.Captured - row.Refunded}
				if row.Voided {
					e.voided = row.Amount - row.Captured
				}
				if i > 0 && at.part == "checkout" {
					e.rescued = 1 // the second is only asked after the first has said no
				}
			case processor.Declined:
				if at.part == "checkout" {
					e.declined = 1
				}
			}
			e.add(all[at])
			all[at] = e
		}
	}
	return all
}

// reported is what a report says, line by line.
func reported(r report.Report) map[line]entry {
	all := map[line]entry{}
	for _, row := range r.Rescue {
		all[line{"rescue", row.Site, row.Descriptor, row.Currency, row.Kind, row.Source}] = entry{
			approved: row.Rescued, authorized: row.RescuedAmount, captured: row.Captured, refunded: row.Refunded, voided: row.Voided, net: row.Net,
			evaluated: row.Evaluated, told: row.TransmittedApproved, toldDeclined: row.TransmittedDeclined,
		}
	}
	for _, row := range r.Checkout {
		all[line{part: "checkout", site: row.Site, descriptor: row.Descriptor, currency: row.Currency}] = entry{
			approved: row.Approved, authorized: row.Authorized, captured: row.Captured, refunded: row.Refunded, voided: row.Voided, net: row.Net,
			declined: row.DeclinedAttempts, rescued: row.Rescued,
		}
	}
	return all
}

// by sums lines up.
func by(all map[line]entry, of func(line) line) map[line]entry {
	out := map[line]entry{}
	for at, e := range all {
		e.add(out[of(at)])
		out[of(at)] = e
	}
	return out
}

// reports gets the report on a span of time.
func (b *books) reports(from, to time.Time) report.Report {
	b.t.Helper()
	a := b.api("GET", "/v1/reports/rescue?from="+url.QueryEscape(from.Format(time.RFC3339Nano))+"&to="+url.QueryEscape(to.Format(time.RFC3339Nano)), "")
	var r report.Report
	if err := json.Unmarshal([]byte(a.Body), &r); err != nil || a.Status != http.StatusOK {
		b.t.Fatalf("%d %s, %v", a.Status, a.Body, err)
	}
	return r
}

// Everything that can happen to money happens, on sites with different descriptors, and
// what the report says of it is what the processors' own ledgers say, to the cent: line by
// line, by descriptor and currency, and by site.
func TestTheReportIsTheProcessorsLedger(t *testing.T) {
	t.Parallel()
	b := openBooks(t)
	good := func() string { return cardtest.Number("45", 16) }
	moody := func() string { return cardtest.Number(fmt.Sprintf("40055599%05d03", b.dice.IntN(100_000)), 16) } // declined by the first processor, approved by any other
	happen := []func(){
		func() { b.pays(good(), "manual") }, func() { b.pays(good(), "manual") }, func() { b.pays(good(), "automatic") },
		func() { b.pays(moody(), "automatic") }, func() { b.pays("4000000000009995", "manual") }, func() { b.pays("4000002760003184", "manual") },
		func() { b.charges(good()) }, func() { b.charges("4000000000009995") },
		func() { b.transmits(false) }, func() { b.transmits(true) },
		func() { b.rescues(rescue.CIT, good(), "05") }, func() { b.rescues(rescue.CIT, good(), "05") }, func() { b.rescues(rescue.CIT, good(), "41") },
		func() { b.rescues(rescue.CIT, "4000000000009995", "05") }, func() { b.rescues(rescue.MIT, good(), "51") },
	}
	began := time.Now().Truncate(time.Millisecond)
	var middle time.Time
	const rounds = 10
	for i := range rounds * len(happen) {
		if i == rounds*len(happen)/2 {
			middle = time.Now().Truncate(time.Millisecond)
		}
		happen[i%len(happen)]()
	}
	end := time.Now().Add(time.Second).Truncate(time.Millisecond)
	r := b.reports(began, end)
	ledger, says := b.kept(), reported(r)
	for name, of := range map[string]func(line) line{
		"each line":   func(l line) line { return l },
		"descriptors": func(l line) line { return line{descriptor: l.descriptor, currency: l.currency} },
		"sites":       func(l line) line { return line{site: l.site, currency: l.currency} },
		"parts":       func(l line) line { return line{part: l.part} },
	} {
		want, got := by(ledger, of), by(says, of)
		for at, e := range want {
			if got[at] != e {
				t.Errorf("%s, %+v:\nthe ledgers say %+v,\nthe report     %+v", name, at, e, got[at])
			}
		}
		for at := range got {
			if _, ok := want[at]; !ok {
				t.Errorf("%s: the ledgers know nothing of %+v", name, at)
			}
		}
	}
	parts := by(ledger, func(l line) line { return line{part: l.part} })
	for part, e := range parts {
		if e.captured == 0 || e.refunded == 0 || e.voided == 0 || e.approved == 0 {
			t.Errorf("too little has happened on %s: %+v", part.part, e)
		}
	}
	pending := 0
	for _, row := range r.Checkout {
		pending += row.Pending
	}
	if pending != b.pending || pending == 0 {
		t.Errorf("%d are pending, reported are %d", b.pending, pending)
	}
	// Two spans that meet are the whole; another's report is empty.
	whole := reported(b.reports(began, middle))
	for at, e := range reported(b.reports(middle, end)) {
		e.add(whole[at])
		whole[at] = e
	}
	if !reflect.DeepEqual(whole, says) {
		t.Errorf("the halves are\n%v, the whole\n%v", whole, says)
	}
	other := b.call("GET", "/v1/reports/rescue", "", "Authorization", "Bearer "+b.merchant("Other").Keys[merchant.Secret].Text())
	if other.Status != http.StatusOK || !strings.HasSuffix(other.Body, `"rescue":[],"checkout":[]}`) {
		t.Errorf("another's: %d %s", other.Status, other.Body)
	}
	b.expectCSV(r, began, end)
}

// expectCSV checks that a report says the same as CSV.
func (b *books) expectCSV(r report.Report, from, to time.Time) {
	b.t.Helper()
	a := b.api("GET", "/v1/reports/rescue?format=csv&from="+url.QueryEscape(from.Format(time.RFC3339Nano))+"&to="+url.QueryEscape(to.Format(time.RFC3339Nano)), "")
	lines, err := csv.NewReader(strings.NewReader(a.Body)).ReadAll()
	if err != nil || a.Status != http.StatusOK || len(lines) != 1+len(r.Rescue)+len(r.Checkout) || !strings.HasPrefix(a.Header.Get("Content-Type"), "text/csv") {
		b.t.Fatalf("%d, %d lines, %v", a.Status, len(lines), err)
	}
	var rows []any
	for _, row := range r.Rescue {
		rows = append(rows, row)
	}
	for _, row := range r.Checkout {
		rows = append(rows, row)
	}
	for i, row := range rows {
		text, _ := json.Marshal(row)
		var want map[string]any
		decoder := json.NewDecoder(strings.NewReader(string(text)))
		decoder.UseNumber()
		if err := decoder.Decode(&want); err != nil {
			b.t.Fatal(err)
		}
		told := 0
		for n, name := range lines[0] {
			value, ok := want[name]
			if cell := lines[i+1][n]; name != "part" && cell != "" {
				told++
				if !ok || cell != fmt.Sprint(value) {
					b.t.Errorf("line %d: %s is %s, and %v", i+2, name, cell, value)
				}
			}
		}
		if told != len(want) {
			b.t.Errorf("line %d tells %s of %d things", i+2, strconv.Itoa(told), len(want))
		}
	}
}

func TestReportsThatCannotBe(t *testing.T) {
	t.Parallel()
	h := open(t)
	for _, c := range []struct{ query, field string }{
		{"format=xlsx", "format"}, {"from=2026-01-01", "from"}, {"to=x", "to"},
		{"from=2026-01-02T00:00:00Z&to=2026-01-02T00:00:00Z", "from"}, {"from=2024-01-01T00:00:00Z&to=2026-01-01T00:00:00Z", "from"},
	} {
		if a := h.api("GET", "/v1/reports/rescue?"+c.query, ""); a.Status != http.StatusBadRequest || a.text("field") != c.field {
			t.Errorf("%s: %d %s", c.query, a.Status, a.Body)
		}
	}
}
