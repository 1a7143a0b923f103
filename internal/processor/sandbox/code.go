package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/paywicket/paywicket/internal/processor"
	"github.com/paywicket/paywicket/internal/processor/exchange"
)

// AnswerChallenge passes a pending challenge with a one-time code, and gives NotFound when
// the processor has never heard of the reference. Errors: processor.ErrWrongCode.
func (g *Gateway) AnswerChallenge(ctx context.Context, of processor.Original, code string) (processor.Outcome, error) {
	text, err := json.Marshal(map[string]string{"code": code})
	if err != nil {
		return processor.Outcome{}, fmt.Errorf("sandbox: not sent: %w", err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, g.BaseURL+place(of)+"/code", bytes.NewReader(text))
	if err != nil {
		return processor.Outcome{}, fmt.Errorf("sandbox: not sent: %w", err)
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := g.Client.Do(request)
	if err != nil {
		return processor.Outcome{}, exchange.Quietly(err)
	}
	switch response.StatusCode {
	case http.StatusNotFound:
		return missing(response)
	case http.StatusUnprocessableEntity:
		_ = response.Body.Close()
		return processor.Outcome{}, processor.ErrWrongCode
	}
	return read[authorization](response)
}
