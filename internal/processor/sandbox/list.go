package sandbox

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/paywicket/paywicket/internal/processor"
	"github.com/paywicket/paywicket/internal/processor/exchange"
)

// Bounds of a page of the list.
const (
	listPage    = 500
	maxListPage = 4 << 20 // bytes
)

// listed is an authorization in the list.
type listed struct {
	authorization
	At time.Time `json:"at"`
}

// List gives every authorization of a span of time, a page at a time.
func (g *Gateway) List(ctx context.Context, from, to time.Time, each func(processor.Listed) error) error {
	query := url.Values{
		"from": {strconv.FormatInt(from.UnixMilli(), 10)}, "to": {strconv.FormatInt(to.UnixMilli(), 10)}, "limit": {strconv.Itoa(listPage)},
	}
	for {
		page, err := g.listPage(ctx, query)
		if err != nil {
			return err
		}
		for _, row := range page {
			outcome, err := row.outcome()
			if err != nil {
				return err
			}
			if err := each(processor.Listed{Outcome: outcome, At: row.At}); err != nil {
				return err
			}
		}
		if len(page) < listPage {
			return nil
		}
		query.Set("after", page[len(page)-1].Reference)
	}
}

func (g *Gateway) listPage(ctx context.Context, query url.Values) ([]listed, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, g.BaseURL+"/authorizations?"+query.Encode(), nil)
	if err != nil {
		return nil, fmt.Errorf("sandbox: not sent: %w", err)
	}
	response, err := g.Client.Do(request)
	if err != nil {
		return nil, exchange.Quietly(err)
	}
	text, err := exchange.Read(response, maxListPage)
	if err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%w %d", errAnswered, response.StatusCode)
	}
	var page []listed
	if json.Unmarshal(text, &page) != nil {
		return nil, errJSON
	}
	return page, nil
}
