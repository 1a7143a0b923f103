package flexcharge

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/paywicket/paywicket/internal/rescue"
	"github.com/paywicket/paywicket/server/wire"
)

// Bounds of a list of orders. The usual page is the documentation's; the newest orders are
// listed, and what is older is asked for by its id.
const (
	usualPage = 10
	mostPage  = 100
	mostDeep  = 1000
)

// listing is a page of orders.
type listing struct {
	Orders          []order           `json:"orders"`
	TotalCount      int               `json:"totalCount"`
	FirstItemOnPage int               `json:"firstItemOnPage"` // the first is 1; 0 of an empty page
	LastItemOnPage  int               `json:"lastItemOnPage"`
	HasNextPage     bool              `json:"hasNextPage"`
	HasPreviousPage bool              `json:"hasPreviousPage"`
	IsFirstPage     bool              `json:"isFirstPage"`
	IsLastPage      bool              `json:"isLastPage"`
	PageCount       int               `json:"pageCount"`
	PageNumber      int               `json:"pageNumber"`
	PageSize        int               `json:"pageSize"`
	TotalItemCount  int               `json:"totalItemCount"`
	Statuses        map[string]string `json:"statuses"`
	Envelope
}

// statusNames are FlexCharge's names of the codes.
var statusNames = map[string]string{
	"0": "Draft", "1": "Onhold", "2": "Cancelled", "3": "Problem", "4": "Processing", "5": "Capturerequired", "6": "Returned", "7": "Completed",
}

// question is which orders are asked for.
type question struct {
	text       string
	codes      []int
	from, to   time.Time
	nobody     bool // they are another merchant's
	byAmount   bool
	ascending  bool
	page, size int
}

// newQuestion reads the query of a list. Names are matched without case.
func newQuestion(call call) (question, error) {
	q := question{page: 1, size: usualPage}
	var p problems
	number := func(name, field string, most int, into *int) {
		text := asked(call.fiber, name)
		if n, err := strconv.Atoi(text); text != "" && (err != nil || n < 1 || n > most) {
			p.invalid(field)
		} else if text != "" {
			*into = n
		}
	}
	number("pageNumber", "PageNumber", mostDeep, &q.page)
	number("pageSize", "PageSize", mostPage, &q.size)
	moment := func(name, field string, into *time.Time) {
		text := asked(call.fiber, name)
		at, ok := readTime(text)
		if text != "" && !ok {
			p.invalid(field)
		}
		*into = at
	}
	moment("from", "From", &q.from)
	moment("to", "To", &q.to)
	call.fiber.Context().QueryArgs().VisitAll(func(key, value []byte) {
		if !strings.EqualFold(string(key), "status") {
			return
		}
		for one := range strings.SplitSeq(string(value), ",") {
			code, err := strconv.Atoi(strings.TrimSpace(one))
			if _, known := statusNames[strconv.Itoa(code)]; err != nil || !known {
				p.invalid("Status")
				return
			}
			q.codes = append(q.codes, code)
		}
	})
	q.text = strings.ToLower(asked(call.fiber, "query"))
	mid := asked(call.fiber, "mid")
	q.nobody = mid != "" && mid != call.Merchant()
	q.byAmount = strings.EqualFold(asked(call.fiber, "orderBy"), "amount")
	q.ascending = strings.EqualFold(asked(call.fiber, "sort"), "asc")
	return q, p.err()
}

// narrow tells whether not all orders are asked for, newest first.
func (q question) narrow() bool {
	return q.text != "" || len(q.codes) > 0 || !q.from.IsZero() || !q.to.IsZero() || q.nobody || q.byAmount || q.ascending
}

// wants tells whether an order is asked for.
func (q question) wants(v rescue.View) bool {
	switch {
	case q.nobody, !q.from.IsZero() && v.CreatedAt.Before(q.from), !q.to.IsZero() && v.CreatedAt.After(q.to):
		return false
	case len(q.codes) > 0 && !slices.Contains(q.codes, standings[v.Status()].code):
		return false
	case q.text == "":
		return true
	}
	return slices.ContainsFunc([]string{v.ID, v.Reference, v.Customer.Name, v.Customer.Email}, func(text string) bool {
		return strings.Contains(strings.ToLower(text), q.text)
	})
}

// listOrders gives a page of the newest orders.
func (a *API) listOrders(call call) error {
	q, err := newQuestion(call)
	if err != nil {
		return err
	}
	found, total, err := a.collect(call, q)
	if err != nil {
		return err
	}
	if q.byAmount {
		slices.SortStableFunc(found, func(x, y rescue.View) int { return cmp.Compare(y.Amount.Minor, x.Amount.Minor) })
	}
	if q.ascending {
		slices.Reverse(found)
	}
	return wire.Answer(call.fiber, fiber.StatusOK, newListing(found, total, q))
}

// collect gives the orders up to the page that is asked for, or all that match among the
// newest, and how many there are.
func (a *API) collect(call call, q question) ([]rescue.View, int, error) {
	var found []rescue.View
	cursor, looked := "", 0
	for {
		views, total, err := a.Rescues.List(call, call.Merchant(), cursor, mostPage)
		if err != nil {
			return nil, 0, err
		}
		for _, v := range views {
			if cursor = v.ID; q.wants(v) {
				found = append(found, v)
			}
		}
		looked += len(views)
		switch {
		case !q.narrow() && (len(found) >= q.page*q.size || len(views) < mostPage || looked >= mostDeep):
			return found, total, nil
		case len(views) < mostPage || looked >= mostDeep:
			return found, len(found), nil
		}
	}
}

// newListing cuts a page out of what was found.
func newListing(found []rescue.View, total int, q question) listing {
	first := min((q.page-1)*q.size, len(found))
	last := min(first+q.size, len(found))
	out := listing{
		Orders: []order{}, TotalCount: total, TotalItemCount: total, PageNumber: q.page, PageSize: q.size, PageCount: (total + q.size - 1) / q.size,
		LastItemOnPage: last, IsFirstPage: q.page == 1, HasPreviousPage: q.page > 1, Statuses: statusNames, Envelope: succeeded(nil),
	}
	for _, v := range found[first:last] {
		out.Orders = append(out.Orders, newOrder(v))
	}
	if last > first {
		out.FirstItemOnPage = first + 1
	} else {
		out.LastItemOnPage = 0
	}
	out.HasNextPage = q.page < out.PageCount
	out.IsLastPage = !out.HasNextPage
	return out
}
