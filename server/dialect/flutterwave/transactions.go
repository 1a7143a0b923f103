package flutterwave

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/paywicket/paywicket/internal/bulk"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/server/wire"
)

// listing is a page of a list.
type listing struct {
	Status  string `json:"status"`
	Message string `json:"message"`
	Meta    paging `json:"meta"`
	Data    any    `json:"data"`
}

// paging tells where in a list a page is.
type paging struct {
	PageInfo pageInfo `json:"page_info"`
}

// pageInfo are the numbers of a page.
type pageInfo struct {
	Total       int `json:"total"`
	CurrentPage int `json:"current_page"`
	TotalPages  int `json:"total_pages"`
	PageSize    int `json:"page_size"`
}

// Pages of lists: how many entries one has, which may be asked for up to mostOnPage, and how
// far one may turn.
const (
	pageSize    = 20
	mostOnPage  = 100
	deepestPage = 100_000
)

// page reads which page of a list is asked for. Errors: faults on page and page_size.
func (c call) page() (page, size int, err error) {
	if page, err = c.count("page", 1, deepestPage); err != nil {
		return 0, 0, err
	}
	size, err = c.count("page_size", pageSize, mostOnPage)
	return page, size, err
}

// count reads a query parameter that is a number from 1 to most.
func (c call) count(name string, otherwise, most int) (int, error) {
	text := c.Query(name)
	if text == "" {
		return otherwise, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > most {
		return 0, fault.Field(name, "Give a whole number from 1 to %d.", most)
	}
	return n, nil
}

// answerPage answers with a page of a list.
func (c call) answerPage(message string, data any, total, page, size int) error {
	return wire.Answer(c.fiber, fiber.StatusOK, listing{success, message, paging{pageInfo{total, page, (total + size - 1) / size, size}}, data})
}

// day reads a query parameter that is a day, as UTC has it, or a moment.
func (c call) day(name string) (at time.Time, whole bool, err error) {
	text := c.Query(name)
	if text == "" {
		return time.Time{}, false, nil
	}
	if at, err = time.Parse(time.DateOnly, text); err == nil {
		return at, true, nil
	}
	if at, err = time.Parse(time.RFC3339, text); err == nil {
		return at, false, nil
	}
	return at, false, fault.Field(name, "Give a day such as 2026-11-21.")
}

// filter reads which transactions are asked for. Errors: faults that name the parameter.
func (c call) filter() (bulk.Filter, error) {
	f := bulk.Filter{
		Email: c.Query("customer_email"), Status: bulk.Status(strings.ToLower(c.Query("status"))), Reference: c.Query("tx_ref"), Currency: strings.ToUpper(c.Query("currency")),
	}
	var err error
	if f.From, _, err = c.day("from"); err != nil {
		return f, err
	}
	until, whole, err := c.day("to")
	if err != nil {
		return f, err
	}
	if whole {
		until = until.AddDate(0, 0, 1) // the day itself is asked for too
	}
	f.Until = until
	f.Page, f.Size, err = c.page()
	return f, err
}

// listTransactions gives a page of the newest transactions.
func (a *API) listTransactions(call call) error {
	f, err := call.filter()
	if err != nil {
		return err
	}
	found, total, err := a.Bulk.List(call, call.Merchant(), f)
	if err != nil {
		return err
	}
	charges, err := a.showAll(call, found)
	if err != nil {
		return err
	}
	return call.answerPage("Transactions fetched", charges, total, f.Page, f.Size)
}

// showAll gives transactions with what is known of their cards.
func (a *API) showAll(ctx context.Context, views []bulk.View) ([]charge, error) {
	out := make([]charge, len(views))
	for i, v := range views {
		var err error
		if out[i], err = a.show(ctx, v); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// transaction finds the one that the path names. Errors: noTransaction.
func (a *API) transaction(call call) (bulk.View, error) {
	number, err := strconv.ParseInt(call.Param("id"), 10, 64)
	if err != nil {
		return bulk.View{}, noTransaction
	}
	return found(a.Bulk.Find(call, call.Merchant(), number))
}

// found says of what is not there that no transaction is.
func found(v bulk.View, err error) (bulk.View, error) {
	if err != nil && fault.CodeOf(err) == fault.NotFound {
		return v, noTransaction
	}
	return v, err
}

// verify tells what became of a transaction.
func (a *API) verify(call call) error {
	v, err := a.transaction(call)
	if err != nil {
		return err
	}
	return a.verified(call, v)
}

// verifyByReference tells what became of a charge, by the merchant's own name for it.
func (a *API) verifyByReference(call call) error {
	reference := call.Query("tx_ref")
	if reference == "" {
		return fault.Field("tx_ref", "This field is required.")
	}
	v, err := found(a.Bulk.FindByReference(call, call.Merchant(), reference))
	if err != nil {
		return err
	}
	return a.verified(call, v)
}

func (a *API) verified(call call, v bulk.View) error {
	out, err := a.show(call, v)
	if err != nil {
		return err
	}
	return call.answer("Transaction fetched successfully", out)
}

// Back gives what the shopper of a charge brings back to the merchant's page: how it ended,
// and its names. Nothing when the payment is no transaction of this dialect's.
func (a *API) Back(ctx context.Context, merchant, payment string) (map[string]string, error) {
	v, err := a.Bulk.FindOf(ctx, merchant, payment)
	if err != nil && fault.CodeOf(err) == fault.NotFound {
		return nil, nil
	}
	return map[string]string{"status": string(v.Status()), "tx_ref": v.Reference, "transaction_id": strconv.FormatInt(v.Number, 10)}, err
}
