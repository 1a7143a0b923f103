// Package idempotency makes a request that comes twice be done once: the second is
// given the first one's answer.
//
// The life of a key: a request claims it, durably, together with a random seed; what
// the request makes is named by that seed, so that whoever goes on after a crash finds
// what is there instead of making it again; the answer is kept, sealed; after Keep it is
// forgotten, but never while the payment it made is open.
//
// A key belongs to a merchant and a dialect. The same key with another request is
// refused. What is compared is a keyed hash without the CVV: even a hash of three digits
// would be a stored CVV. So a second request with another CVV is given the first answer.
package idempotency

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
)

// Keep is how long an answer is kept.
const Keep = 30 * 24 * time.Hour

// MaxKey is how long a key may be, in bytes.
const MaxKey = 255

// How a request waits for one with the same key: how long, and how often it looks. A
// request holds its key for lease; it must have ended by then.
const (
	patience  = 10 * time.Second
	firstLook = 5 * time.Millisecond
	lastLook  = 200 * time.Millisecond
	lease     = 75 * time.Second
)

// Name says whose key it is.
type Name struct {
	Merchant string
	Scope    string // the dialect
	Key      string
}

// Record is a key as it is kept.
type Record struct {
	Name
	Fingerprint string    // keyed hash of the request
	Seed        []byte    // names what the request makes
	LeasedUntil time.Time // until when a request with it may be under way
	Status      int       // of the answer; 0 while there is none
	Sealed      []byte    // the answer's body
	Payment     string    // the payment that it made, or empty
	CreatedAt   time.Time
}

// Store keeps records.
type Store interface {
	// ClaimKey keeps a record whose key is new, or takes over one that has no answer and
	// whose lease is over, if its fingerprint is the same. It gives the record as it is
	// then, and whether it is the caller's to go on with.
	ClaimKey(ctx context.Context, r Record, now time.Time) (Record, bool, error)
	// AnswerKey keeps the answer of a claimed key.
	AnswerKey(ctx context.Context, r Record) error
	// ReleaseKey ends a claim without an answer: forgotten, or to be taken over.
	ReleaseKey(ctx context.Context, name Name, forget bool) error
	// ForgetKeys drops up to limit records from before a time whose payment, if there is
	// one, is settled, and gives how many.
	ForgetKeys(ctx context.Context, before time.Time, limit int) (int, error)
}

// Keys does what needs a key; a keyring.Ring does.
type Keys interface {
	Seal(plaintext, context []byte) ([]byte, error)
	Unseal(sealed, context []byte) ([]byte, error)
	Fingerprint(scope string, value []byte) (string, error)
}

// Service claims and answers keys.
type Service struct {
	Store Store
	Keys  Keys
	Now   func() time.Time
}

// Answer is what a request was answered.
type Answer struct {
	Status  int
	Body    []byte
	Payment string // the payment it made or was about, or empty
}

// Run is a request that holds its key.
type Run struct {
	service *Service
	record  Record
}

// Begin claims a key for a request, or gives the answer that it had before. request is
// what is compared, in a form that is the same for the same request; it is borrowed.
// While another request holds the key, Begin waits.
//
// Errors: a fault on Idempotency-Key when the key cannot be one; fault.Conflict when it
// was used for another request, or, to be tried again, when one with it is still under way
// after 10 seconds.
func (s *Service) Begin(ctx context.Context, name Name, request []byte) (*Run, *Answer, error) {
	if !valid(name.Key) {
		return nil, nil, fault.Field("Idempotency-Key", "Give from 1 to %d printable ASCII characters without spaces, such as a UUID.", MaxKey)
	}
	fingerprint, err := s.Keys.Fingerprint("idempotency "+name.Merchant, request)
	if err != nil {
		return nil, nil, fmt.Errorf("idempotency: %w", err)
	}
	var seed [16]byte
	rand.Read(seed[:])
	began := time.Now()
	for look := firstLook; ; look = min(2*look, lastLook) {
		now := s.Now()
		record, mine, err := s.Store.ClaimKey(ctx, Record{Name: name, Fingerprint: fingerprint, Seed: seed[:], LeasedUntil: now.Add(lease), CreatedAt: now}, now)
		switch {
		case err != nil:
			return nil, nil, err
		case record.Fingerprint != fingerprint:
			return nil, nil, fault.New(fault.Conflict, "This Idempotency-Key was used for another request. Use a new one for each; repeat it only with the same body.")
		case mine:
			return &Run{s, record}, nil, nil
		case record.Status != 0:
			answer, err := s.open(record)
			return nil, answer, err
		case time.Since(began) > patience:
			underWay := fault.New(fault.Conflict, "A request with this Idempotency-Key is still under way. Send it again in a moment.")
			underWay.Retry = true
			return nil, nil, underWay
		}
		select {
		case <-ctx.Done():
			return nil, nil, ctx.Err()
		case <-time.After(look):
		}
	}
}

// valid tells whether a text can be a key.
func valid(key string) bool {
	if key == "" || len(key) > MaxKey {
		return false
	}
	for i := range len(key) {
		if key[i] <= ' ' || key[i] > '~' {
			return false
		}
	}
	return true
}

// open unseals a kept answer.
func (s *Service) open(r Record) (*Answer, error) {
	body, err := s.Keys.Unseal(r.Sealed, r.binding())
	if err != nil {
		return nil, fmt.Errorf("idempotency: open answer: %w", err)
	}
	return &Answer{Status: r.Status, Body: body, Payment: r.Payment}, nil
}

// Context is ctx in which what is made has the names that the key stands for.
func (r *Run) Context(ctx context.Context) context.Context { return id.WithSeed(ctx, r.record.Seed) }

// End keeps the answer. An answer that refuses the request is not kept: the key is free
// for a request that is mended. One that failed for a reason of ours leaves the key to
// be taken over at once, with what was made so far.
func (r *Run) End(ctx context.Context, a Answer) error {
	store := r.service.Store
	if a.Status < 200 || a.Status > 299 {
		return store.ReleaseKey(ctx, r.record.Name, a.Status >= 400 && a.Status < 500)
	}
	sealed, err := r.service.Keys.Seal(a.Body, r.record.binding())
	if err != nil {
		return fmt.Errorf("idempotency: keep answer: %w", err)
	}
	r.record.Status, r.record.Sealed, r.record.Payment = a.Status, sealed, a.Payment
	return store.AnswerKey(ctx, r.record)
}

// binding is the associated data of a sealed answer.
func (r Record) binding() []byte {
	return []byte("paywicket idempotent answer\x00" + r.Merchant + "\x00" + r.Scope + "\x00" + r.Key)
}

// sweepBatch is how many records are forgotten in one transaction.
const sweepBatch = 1000

// Sweep forgets what is older than Keep.
func (s *Service) Sweep(ctx context.Context) error {
	for {
		n, err := s.Store.ForgetKeys(ctx, s.Now().Add(-Keep), sweepBatch)
		if err != nil || n < sweepBatch {
			return err
		}
	}
}
