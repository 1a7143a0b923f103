package flutterwave

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"github.com/paywicket/paywicket/internal/bulk"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/merchant"
	"github.com/paywicket/paywicket/server/wire"
)

// bulkPath is where batches are sent to.
const bulkPath = "/v3/bulk-tokenized-charges"

// MaxBulkBody is how many bytes a batch may have: one hundred thousand charges of some 480
// bytes each.
const MaxBulkBody = 48 << 20

// MaxBodies are the routes whose bodies may be larger than others', in bytes.
func (a *API) MaxBodies() map[string]int { return map[string]int{bulkPath: MaxBulkBody} }

// Knows tells whether a header Authorization has a good secret key.
func (a *API) Knows(authorization string) bool {
	key, err := keyIn(authorization)
	if err != nil {
		return false
	}
	credential, err := a.Merchants.Authenticate(context.Background(), key)
	return err == nil && credential.Role == merchant.Secret
}

// mountBulk names the routes of batches.
func (a *API) mountBulk(v3 fiber.Router) {
	v3.Post("/bulk-tokenized-charges", a.called(a.openBatch))
	v3.Get("/bulk-tokenized-charges/:id", a.called(a.showBatch))
	v3.Get("/bulk-tokenized-charges/:id/transactions", a.called(a.listBatch))
	v3.Post("/bulk-tokenized-charges/:id/cancel", a.called(a.cancelBatch))
}

// batchRequest is the body of bulk-tokenized-charges but for its bulk_data.
type batchRequest struct {
	Title   string  `json:"title"`
	Retries retries `json:"retry_strategy"`
}

// retries is a retry_strategy. What is not given is nil.
type retries struct {
	Interval *int64 `json:"retry_interval"` // minutes
	Percent  *int64 `json:"retry_amount_variable"`
	Full     *int64 `json:"retry_attempt_variable"`
	Last     *int64 `json:"last_attempt_variable"`
	Most     *int64 `json:"last_retry_attempt"` // another spelling of it
}

// strategy reads it. A batch without one is not tried again; one that does not say how often
// is at most ten times, and one that says nothing of a smaller amount always for all of it.
func (r retries) strategy() (bulk.Strategy, error) {
	if r == (retries{}) {
		return bulk.Strategy{}, nil
	}
	s := bulk.Strategy{MostRetries: bulk.DefaultRetries, Percent: 100}
	for _, given := range []struct{ from, to *int64 }{
		{r.Interval, &s.Interval}, {r.Percent, &s.Percent}, {r.Full, &s.FullRetries}, {r.Most, &s.MostRetries}, {r.Last, &s.MostRetries},
	} {
		if given.from != nil {
			*given.to = *given.from
		}
	}
	return s, s.Check()
}

// each reads the charges of a batch one after another. Errors: faults on bulk_data[n].field.
func (in *batchRequest) each(body []byte, do func(bulk.Asked) bool) error {
	position := 0
	err := wire.EachLoosely(body, in, "bulk_data", func(item []byte) error {
		var charge tokenCharge
		err := wire.DecodeLoosely(item, &charge)
		var asked bulk.Asked
		if err == nil {
			asked, err = charge.asked()
		}
		if err != nil {
			return at(position, err)
		}
		position++
		if !do(asked) {
			return errEnough
		}
		return nil
	})
	if errors.Is(err, errEnough) {
		return nil
	}
	return err
}

// errEnough ends the reading of a batch of which no more is wanted.
var errEnough = errors.New("flutterwave: enough was read")

// at says at which position of a batch a fault is.
func at(position int, err error) error {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok {
		return err
	}
	name := fmt.Sprintf("bulk_data[%d]", position)
	if f.Field != "" {
		name += "." + spelling(f.Field)
	}
	if known[f.Message] { // of a single charge it stands without its field
		return fault.New(fault.Invalid, "%s: %s", name, f.Message)
	}
	return fault.Field(name, "%s", f.Message)
}

// batchAnswer is a batch as Flutterwave shows it.
type batchAnswer struct {
	ID        int64  `json:"id"`
	Title     string `json:"title"`
	CreatedAt string `json:"created_at"`
	Approver  string `json:"approver"`
	Processed int    `json:"processed_charges"`
	Pending   int    `json:"pending_charges"`
	Total     int    `json:"total_charges"`
	Cancelled bool   `json:"cancelled,omitempty"` // ours
}

func newBatchAnswer(p bulk.Progress) batchAnswer {
	return batchAnswer{p.Number, p.Title, moment(p.CreatedAt), notAvailable, p.Processed(), p.Pending, p.Total, !p.CancelledAt.IsZero()}
}

// openBatch takes a batch in. It is read twice: first all of it is looked at, and nothing is
// kept of one with an error.
func (a *API) openBatch(call call) error {
	body, err := wire.PlainBody(call.fiber, MaxBulkBody)
	if err != nil {
		return err
	}
	var in batchRequest
	if err := in.each(body, func(bulk.Asked) bool { return true }); err != nil {
		return err
	}
	retry, err := in.Retries.strategy()
	if err != nil {
		return err
	}
	// Keyed, for what is in the body beside its fields is not known.
	digest, err := a.Keys.Fingerprint("flutterwave batch "+call.Merchant(), body)
	if err != nil {
		return err
	}
	batch, err := a.Bulk.Open(call, bulk.Batch{Merchant: call.Merchant(), Title: in.Title, Strategy: retry, Digest: []byte(digest), Actor: call.Actor()}, func(yield func(bulk.Asked, error) bool) {
		var again batchRequest
		if err := again.each(body, func(asked bulk.Asked) bool { return yield(asked, nil) }); err != nil {
			yield(bulk.Asked{}, err)
		}
	})
	if err != nil {
		return err
	}
	progress, err := a.Bulk.FindBatch(call, call.Merchant(), batch.Number)
	if err != nil {
		return err
	}
	return call.answer("Bulk charge successful", newBatchAnswer(progress))
}

// batchID reads the id of a batch in the path.
func (c call) batchID() (int64, error) {
	n, err := strconv.ParseInt(c.Param("id"), 10, 64)
	if err != nil {
		return 0, noBatch
	}
	return n, nil
}

// noBatch is for ids that no batch of the merchant has.
var noBatch = fault.New(fault.NotFound, "Bulk charge not found")

// batch gives the batch that a call names.
func (a *API) batch(call call) (bulk.Progress, error) {
	number, err := call.batchID()
	if err != nil {
		return bulk.Progress{}, err
	}
	p, err := a.Bulk.FindBatch(call, call.Merchant(), number)
	if err != nil && fault.CodeOf(err) == fault.NotFound {
		err = noBatch
	}
	return p, err
}

// showBatch tells how far a batch is.
func (a *API) showBatch(call call) error {
	p, err := a.batch(call)
	if err != nil {
		return err
	}
	return call.answer("Bulk charge fetched", newBatchAnswer(p))
}

// cancelBatch ends a batch.
func (a *API) cancelBatch(call call) error {
	p, err := a.batch(call)
	if err == nil {
		p, err = a.Bulk.CancelBatch(call, call.Merchant(), p.Number, call.Actor())
	}
	if err != nil {
		return err
	}
	return call.answer("Bulk charge cancelled", newBatchAnswer(p))
}

// batchCharge is an attempt as it stands in the list of a batch, where its id is a text.
type batchCharge struct {
	ID string `json:"id"`
	charge
}

// batchPage is how many attempts a page of a batch's list has.
const batchPage = 100

// listBatch lists the attempts of a batch, by item and attempt.
func (a *API) listBatch(call call) error {
	p, err := a.batch(call)
	if err != nil {
		return err
	}
	page := 1
	if text := call.Query("page"); text != "" {
		if page, err = strconv.Atoi(text); err != nil || page < 1 || page > bulk.MaxItems {
			return fault.Field("page", "Give the number of a page, from 1.")
		}
	}
	views, _, err := a.Bulk.List(call, call.Merchant(), bulk.Filter{Batch: p.Number, Page: page, Size: batchPage})
	if err != nil {
		return err
	}
	list := make([]batchCharge, len(views))
	for i, v := range views {
		one, err := a.show(call, v)
		if err != nil {
			return err
		}
		list[i] = batchCharge{strconv.FormatInt(v.Number, 10), one}
	}
	return call.answer("Bulk charge transactions fetched", list)
}
