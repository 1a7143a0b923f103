package webhook

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/paywicket/paywicket/internal/egress"
)

// AttemptTimeout bounds one delivery; the specification advises 15 to 30 s.
const AttemptTimeout = 15 * time.Second

// maxReply is how much of a receiver's answer is read, so that the connection
// can be used again; the rest is left.
const maxReply = 64 << 10

// Send makes one attempt, and gives the delivery as it is then: delivered, put off, or
// ended. An endpoint that answers 410 is switched off. An error means that nothing was
// sent and nothing is known.
func (s *Service) Send(ctx context.Context, c Claimed) (Delivery, error) {
	if !c.To.DisabledAt.IsZero() || c.What.ID == "" {
		return c.cancelled(s.Now()), nil // nobody to tell, or nothing: its card has been erased since
	}
	form, ok := s.form(c.To.Form)
	if !ok {
		return c.Delivery, fmt.Errorf("webhook: this version has no form %q", c.To.Form)
	}
	if !slices.Contains(form.Types(), c.What.Type) {
		return c.cancelled(s.Now()), nil // it cannot be said
	}
	request, err := s.request(ctx, c, form)
	if err != nil {
		return c.Delivery, err
	}
	began := time.Now()
	attempt := Attempt{At: s.Now()}
	response, err := s.Client.Do(request)
	if err != nil {
		attempt.Error, attempt.Millis = egress.Reason(err).Error(), time.Since(began).Milliseconds()
		return c.tried(attempt, Pending, Wait(c.Attempts+1), s.Now()), nil
	}
	defer response.Body.Close()
	body, _ := io.ReadAll(io.LimitReader(response.Body, maxReply))
	body = unsaid(body, request.Header)
	attempt.Status, attempt.Body, attempt.Millis = response.StatusCode, cut(body), time.Since(began).Milliseconds()
	return s.judge(ctx, c, response, attempt)
}

// judge reads a receiver's answer as the specification does: 2xx is received,
// 410 asks to be left alone, everything else is to be tried again, when the receiver
// says or by the schedule.
func (s *Service) judge(ctx context.Context, c Claimed, response *http.Response, attempt Attempt) (Delivery, error) {
	now := s.Now()
	switch {
	case response.StatusCode >= 200 && response.StatusCode < 300:
		return c.tried(attempt, Delivered, 0, now), nil
	case response.StatusCode == http.StatusGone:
		_, err := s.Store.ChangeEndpoint(ctx, c.Merchant, c.To.ID, "receiver: 410 Gone", "endpoint.disable", func(e Endpoint) (Endpoint, error) {
			e.DisabledAt = now
			return e, nil
		})
		return c.tried(attempt, Cancelled, 0, now), err
	}
	again := retryAfter(response, now)
	if again == 0 {
		again = Wait(c.Attempts + 1)
	}
	return c.tried(attempt, Pending, again, now), nil
}

// unsaid is a receiver's answer without what it was sent in headers: some print that, and
// one of them may be the endpoint's secret.
func unsaid(body []byte, sent http.Header) []byte {
	for _, values := range sent {
		for _, value := range values {
			if len(value) >= shortestSecret {
				body = bytes.ReplaceAll(body, []byte(value), []byte("…"))
			}
		}
	}
	return body
}

// shortestSecret is how short a header may be, in bytes, and still be a secret or a signature.
const shortestSecret = 20

// cut keeps the first KiB of a body as text that any database holds.
func cut(body []byte) string {
	body = body[:min(len(body), maxBody)]
	for len(body) > 0 && !utf8.Valid(body) {
		if len(body) < maxBody-utf8.UTFMax {
			break // it is no text, or ends in the middle of one
		}
		body = body[:len(body)-1]
	}
	return strings.ReplaceAll(strings.ToValidUTF8(string(body), "�"), "\x00", "�")
}

// request writes an event in the endpoint's form, signed with its secret and the one
// before as long as both count.
func (s *Service) request(ctx context.Context, c Claimed, form Form) (*http.Request, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.To.URL, nil)
	if err != nil {
		return nil, errors.New("webhook: the endpoint's URL cannot be called") // and its text is the merchant's
	}
	now := s.Now()
	sealed := [][]byte{c.To.Sealed}
	if len(c.To.OldSealed) > 0 && now.Before(c.To.OldUntil) {
		sealed = append(sealed, c.To.OldSealed)
	}
	m := Message{Event: c.What, Host: hostOf(request.URL), At: now, Resent: c.Attempts > 0 || c.Replayed}
	defer func() {
		for _, secret := range m.Secrets {
			clear(secret)
		}
	}()
	for _, one := range sealed {
		secret, err := s.Keys.Unseal(one, c.To.binding())
		if err != nil {
			return nil, fmt.Errorf("webhook: open secret: %w", err)
		}
		m.Secrets = append(m.Secrets, secret)
	}
	body, header, err := form.Write(ctx, m)
	if err != nil {
		return nil, err
	}
	request.Body, request.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	request.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	request.Header = header
	request.Header.Set("User-Agent", "Paywicket")
	return request, nil
}
