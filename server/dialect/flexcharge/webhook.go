package flexcharge

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/internal/webhook"
)

// Form is how FlexCharge tells of orders and challenges: an HMAC-SHA512 over a nonce, the
// date, the host and the body's hash, and another over the body. It has room for one
// signature, so of two secrets it is the newer one's.
type Form struct{}

var _ webhook.Form = Form{}

// words are FlexCharge's names of the events, from the page "Webhook" of its documentation.
// An order is cancelled there by the merchant or by the system, so one that cannot be
// rescued is; that an order was taken on is not told.
var words = []struct {
	kind event.Type
	name string
}{
	{event.OrderCaptureRequired, "order.capturerequired"},
	{event.OrderCompleted, "order.completed"},
	{event.OrderCancelled, "order.cancelled"},
	{event.OrderDeclined, "order.cancelled"},
	{event.OrderExpired, "order.expired"},
	{event.OrderRefunded, "order.refunded"},
	{event.ChallengePresented, "challenge.presented"},
	{event.ChallengeAttempted, "challenge.attempted"},
	{event.ChallengePassed, "challenge.passed"},
	{event.ChallengeFailed, "challenge.failed"},
}

// Types are the events that FlexCharge has names for.
func (Form) Types() []event.Type {
	types := make([]event.Type, len(words))
	for i, word := range words {
		types[i] = word.kind
	}
	return types
}

// notice is the body. Its fields are in FlexCharge's order.
type notice struct {
	Event           string
	TimeStamp       string
	EventData       json.RawMessage // null, as in FlexCharge's example
	ExternalOrderID string          `json:"ExternalOrderId"` // the merchant's
	OrderID         string          `json:"OrderId"`
	ConfirmationID  *string         `json:"ConfirmationId"`
	IsTestMode      bool
	IsResent        bool
}

// timeStamp is how FlexCharge writes a time in UTC, to the microsecond.
const timeStamp = "2006-01-02T15:04:05.000000Z"

// contentType is what FlexCharge says of its bodies, whose text is JSON: it warns
// receivers that they are not sent as application/json.
const contentType = "text/plain; charset=utf-8"

// The headers, in FlexCharge's letters: HTTP makes no difference, but receivers do.
const (
	nonceHeader         = "x-fc-nonce"
	dateHeader          = "x-fc-date"
	hashHeader          = "x-fc-content-sha512"
	authorizationHeader = "x-fc-authorization"
	signatureHeader     = "x-fc-signature"
)

// nonceBytes is the size of a nonce: FlexCharge's are UUIDs without dashes.
const nonceBytes = 16

// Write gives the notice of an order's event, signed. It is an error when the event is
// none of Types, or not about an order.
func (Form) Write(_ context.Context, m webhook.Message) ([]byte, http.Header, error) {
	body, err := newNotice(m)
	if err != nil {
		return nil, nil, err
	}
	if len(m.Secrets) == 0 {
		return nil, nil, errors.New("flexcharge: there is no secret to sign with")
	}
	key, err := subscriberKey(m.Secrets[0])
	if err != nil {
		return nil, nil, err
	}
	defer clear(key)
	var nonce [nonceBytes]byte
	rand.Read(nonce[:])
	return body, sign(body, key, hex.EncodeToString(nonce[:]), m.At.UTC().Format(http.TimeFormat), m.Host), nil
}

// newNotice writes the body.
func newNotice(m webhook.Message) ([]byte, error) {
	name := ""
	for _, word := range words {
		if word.kind == m.Event.Type {
			name = word.name
		}
	}
	if name == "" {
		return nil, fmt.Errorf("flexcharge: there is no word for %s", m.Event.Type)
	}
	var order event.Order
	if err := json.Unmarshal(m.Event.Data, &order); err != nil {
		return nil, fmt.Errorf("flexcharge: event %s is not about an order: %w", m.Event.ID, err)
	}
	return json.Marshal(notice{
		Event: name, TimeStamp: m.Event.At.UTC().Format(timeStamp), ExternalOrderID: order.Reference, OrderID: order.ID,
		ConfirmationID: order.Confirmation, IsTestMode: order.Test, IsResent: m.Resent,
	})
}

// subscriberKey is the key of a secret: the bytes behind its prefix.
func subscriberKey(secret []byte) ([]byte, error) {
	text, ok := bytes.CutPrefix(secret, []byte("whsec_"))
	if !ok {
		return nil, errors.New("flexcharge: this is no signing secret")
	}
	key, err := base64.StdEncoding.AppendDecode(nil, text)
	if err != nil || len(key) == 0 {
		clear(key)
		return nil, errors.New("flexcharge: the signing secret holds no key in base64")
	}
	return key, nil
}

// sign gives the headers of a body. What x-fc-authorization signs are the values of the
// headers that it lists, in that order.
func sign(body, key []byte, nonce, date, host string) http.Header {
	sum := sha512.Sum512(body)
	hash := base64.StdEncoding.EncodeToString(sum[:])
	said := "POST\n" + strings.Join([]string{nonce, date, host, hash}, ";")
	listed := strings.Join([]string{nonceHeader, dateHeader, "host", hashHeader}, ";")
	return http.Header{
		"Content-Type":      {contentType},
		nonceHeader:         {nonce},
		dateHeader:          {date},
		hashHeader:          {hash},
		authorizationHeader: {"HMAC-SHA512 SignedHeaders=" + listed + "&Signature=" + mac(key, []byte(said))},
		signatureHeader:     {mac(key, body)},
	}
}

func mac(key, text []byte) string {
	sum := hmac.New(sha512.New, key)
	sum.Write(text)
	return base64.StdEncoding.EncodeToString(sum.Sum(nil))
}
