// Package bulk charges kept cards for merchants' servers that speak in transactions: one
// charge, or one item of a batch, each attempt of which is a transaction with a number.
//
// The life of a transaction: it is kept, with the payment it is going to be, before the
// card is charged. Where it stands is read off that payment and never kept beside it, so
// the two cannot disagree. After a crash the same attempt finds its transaction and, if it
// came to that, its payment: it is charged at most once.
//
// Refused here: a card with another e-mail address than it was first charged with, and an
// amount that does not fit its shares.
package bulk

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"log/slog"
	"strconv"
	"time"

	"github.com/paywicket/paywicket/internal/checkout"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/vault"
)

// Transaction is one attempt to charge a card.
type Transaction struct {
	Merchant  string
	Number    int64        // its name: positive, below 2^53 so that every client's numbers hold it
	Payment   string       // the payment it is, which may not have been opened
	Reference string       // the merchant's own name for it: Flutterwave's tx_ref
	Batch     int64        // of which it is an item's; 0 for none
	Item      int          // its position in the batch, from 0
	Attempt   int          // 0 for the first
	Amount    money.Amount // that was asked for; a retry's payment may be of less
	Email     string
	Detail    json.RawMessage // the dialect's own words, which it echoes
	Refused   string          // why it was never sent, for the merchant; empty when it may have been
	CreatedAt time.Time
}

// Status is where a transaction stands.
type Status string

// The statuses of a transaction.
const (
	Pending    Status = "pending"
	Successful Status = "successful"
	Failed     Status = "failed"
)

// View is a transaction with its payment.
type View struct {
	Transaction
	Paid *payment.Payment // nil when it was never opened
}

// Status reads off the payment where the transaction stands.
func (v View) Status() Status {
	switch {
	case v.Paid == nil && v.Refused == "":
		return Pending
	case v.Paid == nil:
		return Failed
	case v.Paid.State.Paid():
		return Successful
	case v.Paid.State.Pending(), v.Paid.State == payment.Reversing:
		return Pending
	}
	return Failed
}

// Filter is which of a merchant's transactions are asked for. The zero value is all.
type Filter struct {
	From, Until time.Time // created in between, From included; zero for no bound
	Email       string
	Status      Status
	Reference   string
	Currency    string
	Batch       int64 // of one batch, by item and attempt; 0 for all, newest first
	Page, Size  int   // Page counts from 1
}

// Store keeps transactions.
type Store interface {
	// KeepTransaction keeps a new transaction under the first of its payment's numbers that
	// no other has, and gives it with that. One of that payment that is kept already is
	// given as it is. Errors: ErrTaken when it is of no batch, and an item of one or another
	// transaction has its reference.
	KeepTransaction(ctx context.Context, t Transaction, number func(try int) int64) (Transaction, error)
	// DropTransaction forgets a transaction whose payment was never opened.
	DropTransaction(ctx context.Context, merchant string, number int64) error
	// FindTransaction gives a merchant's transaction, or fault.NotFound.
	FindTransaction(ctx context.Context, merchant string, number int64) (Transaction, error)
	// FindTransactionOf gives the transaction of a payment, or fault.NotFound.
	FindTransactionOf(ctx context.Context, merchant, payment string) (Transaction, error)
	// FindTransactionBy gives the newest attempt under a reference, or fault.NotFound.
	FindTransactionBy(ctx context.Context, merchant, reference string) (Transaction, error)
	// ListTransactions gives a page of those that a filter asks for, and how many there are.
	ListTransactions(ctx context.Context, merchant string, f Filter) ([]Transaction, int, error)
	// ListRefunds gives a page of the refunds of a merchant's transactions, newest first, and
	// how many there are.
	ListRefunds(ctx context.Context, merchant string, f RefundFilter) ([]Refunded, int, error)
}

// ErrTaken is for a reference that another charge has.
var ErrTaken = fault.New(fault.Conflict, "This reference was used for another charge. Give each its own.")

// Payments finds payments; a payment.Service does.
type Payments interface {
	Find(ctx context.Context, merchant, payment string) (payment.Payment, error)
}

// Charges charges kept cards; a checkout.Service does.
type Charges interface {
	Charge(ctx context.Context, merchant string, token id.Token, order checkout.Order, actor string) (payment.Payment, error)
}

// Cards knows whose cards are; a vault.Service does.
type Cards interface {
	Find(ctx context.Context, merchant string, token id.Token) (vault.Record, error)
	FirstEmail(ctx context.Context, merchant string, token id.Token, email, actor string) (vault.Record, error)
}

// Service charges.
type Service struct {
	Store    Store
	Batches  Batches
	Charges  Charges
	Payments Payments
	Cards    Cards
	Accounts Accounts
	Senses   Senses
	Risks    Risks
	Now      func() time.Time
	Log      *slog.Logger
	bounds   bounds
}

// Find gives a merchant's transaction. Errors: fault.NotFound.
func (s *Service) Find(ctx context.Context, merchant string, number int64) (View, error) {
	t, err := s.Store.FindTransaction(ctx, merchant, number)
	if err != nil {
		return View{}, err
	}
	return s.view(ctx, t)
}

// FindOf gives the transaction of a merchant's payment. Errors: fault.NotFound.
func (s *Service) FindOf(ctx context.Context, merchant, payment string) (View, error) {
	t, err := s.Store.FindTransactionOf(ctx, merchant, payment)
	if err != nil {
		return View{}, err
	}
	return s.view(ctx, t)
}

// FindByReference gives the newest attempt under a merchant's own name for a charge.
// Errors: fault.NotFound.
func (s *Service) FindByReference(ctx context.Context, merchant, reference string) (View, error) {
	t, err := s.Store.FindTransactionBy(ctx, merchant, reference)
	if err != nil {
		return View{}, err
	}
	return s.view(ctx, t)
}

// List gives a page of a merchant's transactions, and how many there are in all.
func (s *Service) List(ctx context.Context, merchant string, f Filter) ([]View, int, error) {
	found, total, err := s.Store.ListTransactions(ctx, merchant, f)
	if err != nil {
		return nil, 0, err
	}
	views := make([]View, len(found))
	for i, t := range found {
		if views[i], err = s.view(ctx, t); err != nil {
			return nil, 0, err
		}
	}
	return views, total, nil
}

// view adds a transaction's payment.
func (s *Service) view(ctx context.Context, t Transaction) (View, error) {
	p, err := s.Payments.Find(ctx, t.Merchant, t.Payment)
	if err != nil && fault.CodeOf(err) == fault.NotFound {
		return View{Transaction: t}, nil
	}
	return View{t, &p}, err
}

// MaxNumber is the largest number that every client reads exactly: those in JavaScript hold
// 53 bits (ECMA-262, Number.MAX_SAFE_INTEGER).
const MaxNumber = 1<<53 - 1

// NumberOf gives a name as a positive number of at most MaxNumber: the same name the same
// number. try counts from 0, for who has found the number taken.
func NumberOf(name string, try int) int64 {
	sum := sha256.Sum256([]byte(name + "\x00" + strconv.Itoa(try)))
	return int64(binary.BigEndian.Uint64(sum[:8])%MaxNumber) + 1
}
