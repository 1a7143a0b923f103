package flutterwave

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/paywicket/paywicket/internal/processor"
	"github.com/paywicket/paywicket/internal/processor/exchange"
)

// Modify asks for a capture, void or refund.
func (g *Gateway) Modify(ctx context.Context, m processor.Modification) (processor.Outcome, error) {
	charge, err := g.find(ctx, m.Original)
	if err != nil {
		return processor.Outcome{}, fmt.Errorf("flutterwave: not sent: %w", err)
	}
	if charge == nil {
		return processor.Outcome{}, errors.New("flutterwave: not sent: there is no such transaction")
	}
	now := charge.outcome()
	if m.Kind == processor.Void && now.State == processor.Approved && now.Voided && now.Captured == 0 {
		return done(m, charge), nil
	}
	path, body := way(m, charge)
	said, outcome, err := sendJSON[result](ctx, g, path, body)
	if said == nil {
		return outcome, err
	}
	// A preauthorization's refund is answered without the envelope.
	bare := said.status < 300 && said.Data.ID == 0 && said.Status == "successful"
	switch {
	case said.refused(), said.good() && said.Data.Status == "failed":
		o := done(m, charge)
		o.State, o.DeclineCode = processor.Declined, processor.NotPermitted
		return o, nil
	case said.good() || bare:
		return done(m, charge), nil
	}
	return exchange.Unknown(said.failure()), nil
}

// result is what became of a capture, void or refund.
type result struct {
	ID     int64
	Status string
}

// way is where a modification is asked for, and how. Those of preauthorizations want the
// amount as text.
func way(m processor.Modification, charge *transaction) (path string, body map[string]any) {
	at := "/v3/charges/" + url.PathEscape(charge.FlwRef)
	switch {
	case m.Kind == processor.Void:
		return at + "/void", map[string]any{}
	case m.Kind == processor.Capture:
		return at + "/capture", map[string]any{"amount": m.Amount.Major()}
	case charge.preauthorized():
		return at + "/refund", map[string]any{"amount": m.Amount.Major()}
	}
	return "/v3/transactions/" + strconv.FormatInt(charge.ID, 10) + "/refund", map[string]any{"amount": json.Number(m.Amount.Major()), "comments": m.Reference}
}

// LookupModification tells of a capture or void that shows in the transaction. Of one that
// does not show, and of a refund, Flutterwave's documentation promises nothing to tell it
// by: that is Unknown.
func (g *Gateway) LookupModification(ctx context.Context, m processor.Modification) (processor.Outcome, error) {
	charge, err := g.find(ctx, m.Original)
	if err != nil {
		return processor.Outcome{}, err
	}
	if charge == nil {
		return processor.Outcome{State: processor.NotFound}, nil
	}
	o := charge.outcome()
	if o.State == processor.Approved && (m.Kind == processor.Capture && o.Captured == m.Amount.Minor || m.Kind == processor.Void && o.Voided && o.Captured == 0) {
		return done(m, charge), nil
	}
	return exchange.Unknown(errors.New("flutterwave: the transaction does not tell")), nil
}

// done is a modification that was done as asked for.
func done(m processor.Modification, charge *transaction) processor.Outcome {
	return processor.Outcome{State: processor.Approved, ProcessorID: strconv.FormatInt(charge.ID, 10), Reference: m.Reference, Amount: m.Amount}
}

// maxPages bounds a list whose number of pages is nonsense.
const maxPages = 10_000

// List gives every transaction that was made in a span of time. Flutterwave lists by days.
func (g *Gateway) List(ctx context.Context, from, to time.Time, each func(processor.Listed) error) error {
	days := url.Values{"from": {from.UTC().Format(time.DateOnly)}, "to": {to.UTC().Format(time.DateOnly)}}
	for page := 1; page <= maxPages; page++ {
		days.Set("page", strconv.Itoa(page))
		said, err := ask[[]*transaction](ctx, g, http.MethodGet, "/v3/transactions?"+days.Encode(), nil)
		if err != nil {
			return err
		}
		if !said.good() {
			return said.failure()
		}
		for _, charge := range said.Data {
			if charge == nil || charge.CreatedAt.Before(from) || !charge.CreatedAt.Before(to) {
				continue
			}
			if err := each(processor.Listed{Outcome: charge.outcome(), At: charge.CreatedAt}); err != nil {
				return err
			}
		}
		var meta struct {
			PageInfo *struct {
				Pages int `json:"total_pages"`
			} `json:"page_info"`
		}
		if json.Unmarshal(said.Meta, &meta) != nil || meta.PageInfo == nil {
			return errJSON
		}
		if page >= meta.PageInfo.Pages {
			return nil
		}
	}
	return errors.New("flutterwave: the list does not end")
}
