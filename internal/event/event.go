// Package event is the names and payloads of what happened, as merchants'
// servers receive them. It is built from what may be shown: it cannot reach
// package pan, nor hold a whole card number.
//
// An event is written in the same transaction as the change it tells of, and its
// id is derived from the object, its sequence and the time of the step: doing a
// step twice cannot announce it twice.
package event

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"time"
)

// Type names what happened, noun first.
type Type string

// The events that exist.
const (
	PaymentAuthorized     Type = "payment.authorized"
	PaymentCaptured       Type = "payment.captured" // all or a part of it; with automatic capture in place of authorized
	PaymentCaptureFailed  Type = "payment.capture_failed"
	PaymentVoided         Type = "payment.voided"
	PaymentVoidFailed     Type = "payment.void_failed"
	PaymentRefunded       Type = "payment.refunded" // all or a part of it
	PaymentRefundFailed   Type = "payment.refund_failed"
	PaymentDeclined       Type = "payment.declined"
	PaymentFailed         Type = "payment.failed"          // nothing reached the processor
	PaymentProcessing     Type = "payment.processing"      // asked, and no clear answer yet
	PaymentRequiresAction Type = "payment.requires_action" // the issuer wants to see the shopper
	PaymentManualReview   Type = "payment.manual_review"   // nobody can say what became of it, or of a capture, void or refund
	PaymentReversing      Type = "payment.reversing"       // approved when nobody waited any more: being given back
	PaymentReversed       Type = "payment.reversed"
	TokenCreated          Type = "token.created"
	TokenFailed           Type = "token.failed"           // the card could not be kept; a payment may still stand
	TokenUpdated          Type = "token.updated"          // its customer's data changed
	TokenRevoked          Type = "token.revoked"          // it may not be charged any more
	TokenErased           Type = "token.erased"           // nothing of its card is kept any more
	OrderSubmitted        Type = "order.submitted"        // taken on: it is tried until it ends
	OrderCaptureRequired  Type = "order.capture_required" // approved, and waits for its capture
	OrderCompleted        Type = "order.completed"        // approved and captured
	OrderCancelled        Type = "order.cancelled"        // by the merchant
	OrderDeclined         Type = "order.declined"         // it cannot be rescued
	OrderExpired          Type = "order.expired"          // its time ran out before it was approved
	OrderRefunded         Type = "order.refunded"         // all or a part of it
	ChallengePresented    Type = "challenge.presented"    // the shopper is asked to confirm an order
	ChallengeAttempted    Type = "challenge.attempted"    // the shopper answered; how it ended follows
	ChallengePassed       Type = "challenge.passed"
	ChallengeFailed       Type = "challenge.failed"
	PageChanged           Type = "page.changed"  // browsers get another payment page than is served
	PageRestored          Type = "page.restored" // they get what is served again
)

// Types lists every event, for filters and documents.
var Types = []Type{
	PaymentAuthorized, PaymentCaptured, PaymentCaptureFailed, PaymentVoided, PaymentVoidFailed, PaymentRefunded, PaymentRefundFailed,
	PaymentDeclined, PaymentFailed, PaymentProcessing, PaymentRequiresAction, PaymentManualReview, PaymentReversing, PaymentReversed,
	TokenCreated, TokenFailed, TokenUpdated, TokenRevoked, TokenErased,
	OrderSubmitted, OrderCaptureRequired, OrderCompleted, OrderCancelled, OrderDeclined, OrderExpired, OrderRefunded,
	ChallengePresented, ChallengeAttempted, ChallengePassed, ChallengeFailed,
	PageChanged, PageRestored,
}

// Event is one thing that happened to one object of one merchant.
type Event struct {
	ID       string
	Merchant string
	Type     Type
	Object   string // id of the object it is about
	Sequence int    // the payment's sequence, so that a receiver can order what arrives
	At       time.Time
	Data     json.RawMessage
}

// New makes an event about an object at a sequence. data is the object as it is
// then, one of the payload types of this package.
func New(kind Type, merchant, object string, sequence int, at time.Time, data any) Event {
	raw, err := json.Marshal(data)
	if err != nil {
		panic("event: a payload that cannot be encoded: " + err.Error()) // payloads are our own plain structs
	}
	return Event{
		ID: stableID(kind, object, sequence, at), Merchant: merchant, Type: kind,
		Object: object, Sequence: sequence, At: at, Data: raw,
	}
}

var encoding = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// stableID derives the event's id from what it tells: 48 bits of its time in unix
// milliseconds, as in a UUID of version 7 (RFC 9562), then 80 of a hash. Ids that
// grow with time are put at the end of an index, which costs a third of putting
// them anywhere.
func stableID(kind Type, object string, sequence int, at time.Time) string {
	var id [16]byte
	binary.BigEndian.PutUint64(id[:8], uint64(at.UnixMilli())<<16)
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %s %d", kind, object, sequence))
	copy(id[6:], sum[:])
	return "evt_" + encoding.EncodeToString(id[:])
}

// FirstID is where the ids of the events of a millisecond and those after it begin.
func FirstID(at time.Time) string {
	var id [16]byte
	binary.BigEndian.PutUint64(id[:8], uint64(at.UnixMilli())<<16)
	return "evt_" + encoding.EncodeToString(id[:])
}

// Envelope is the body of a webhook and an item of GET /v1/events.
type Envelope struct {
	ID        string          `json:"id"`
	Type      Type            `json:"type"`
	Timestamp time.Time       `json:"timestamp"`
	Sequence  int             `json:"sequence"`
	Data      json.RawMessage `json:"data"`
}

// Envelope wraps the event for sending.
func (e Event) Envelope() Envelope {
	return Envelope{ID: e.ID, Type: e.Type, Timestamp: e.At.UTC(), Sequence: e.Sequence, Data: e.Data}
}
