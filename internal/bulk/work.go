package bulk

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/rescue"
)

// How a batch is worked on: in turns, so that others have theirs. In a turn items are taken
// some at a time, and charged by so many at once.
const (
	turnLength = 15 * time.Second
	takeSize   = 128
	batchWidth = 128
	holdFor    = 2 * time.Minute // after which an item that was taken is due again
)

// Turn works on a batch for a while, and gives when the next turn is due; zero for never.
// Items that an earlier turn had begun when it was killed come first: each is charged under
// the payment that it had, and so at most once.
func (s *Service) Turn(ctx context.Context, merchant string, number int64) (time.Time, error) {
	b, err := s.Batches.FindBatch(ctx, merchant, number)
	if err != nil {
		return time.Time{}, err
	}
	if err := s.Batches.ResumeItems(ctx, merchant, number, s.Now()); err != nil {
		return time.Time{}, err
	}
	crew := s.newCrew(ctx, b.Batch)
	err = s.feed(ctx, b.Batch, crew)
	if settled := crew.finish(); err == nil {
		err = settled
	}
	if err != nil {
		return time.Time{}, err
	}
	return s.Batches.NextDue(ctx, merchant, number)
}

// feed gives the crew what is due until nothing is, or the turn is over.
func (s *Service) feed(ctx context.Context, b Batch, crew *crew) error {
	over := time.NewTimer(turnLength)
	defer over.Stop()
	for ctx.Err() == nil {
		select {
		case <-over.C:
			return nil
		default:
		}
		now := s.Now()
		taken, err := s.Batches.TakeItems(ctx, b.Merchant, b.Number, now, now.Add(holdFor), takeSize, func(i Item) Transaction { return b.transaction(i, now) })
		if err != nil || len(taken) == 0 {
			return err
		}
		for _, item := range taken {
			crew.due <- item
		}
	}
	return nil
}

// transaction is the one that an item's attempt is.
func (b Batch) transaction(i Item, now time.Time) Transaction {
	detail := i.Asked.Detail
	if len(detail) == 0 {
		detail = []byte(`{}`)
	}
	return Transaction{
		Merchant: b.Merchant, Payment: b.payment(i), Reference: i.Asked.Reference, Batch: b.Number, Item: i.Position, Attempt: i.Attempt,
		Amount: i.Asked.Amount, Email: i.Asked.Email, Detail: detail, CreatedAt: now,
	}
}

// payment names the payment of an item's attempt: always the same, so that it is made once.
// It begins with the time and the position, so that neighbours are kept side by side.
func (b Batch) payment(i Item) string {
	var raw, when [16]byte
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %d %d %d %d %x", b.Merchant, b.Number, i.Position, i.Attempt, i.Lost, b.Digest))
	binary.BigEndian.PutUint64(when[:], uint64(b.CreatedAt.UnixMilli())<<16)
	binary.BigEndian.PutUint32(when[6:], uint32(i.Position))
	copy(raw[:10], when[:10])
	copy(raw[10:], sum[:6])
	return string(id.Payment) + id.Encode(raw[:])
}

// charge makes or finds an item's attempt, and gives the item as it is after it. refused says
// why nothing was sent, when nothing will be.
func (s *Service) charge(ctx context.Context, b Batch, i Item) (after Item, refused string, err error) {
	amount, ok := b.Strategy.Amount(i.Asked.Amount.Minor, i.Attempt)
	if !ok {
		return i.ended(Exhausted), "", nil
	}
	c := Charge{Merchant: b.Merchant, Payment: b.payment(i), Batch: b.Number, Item: i.Position, Attempt: i.Attempt, Amount: amount, Asked: i.Asked}
	p, err := s.Payments.Find(ctx, b.Merchant, c.Payment)
	if err != nil && fault.CodeOf(err) == fault.NotFound {
		if !b.CancelledAt.IsZero() {
			return i.ended(Cancelled), "This batch was cancelled.", nil // it was taken, and whoever took it stopped before it was sent
		}
		var wait time.Time
		p, wait, err = s.send(ctx, b, c)
		if !wait.IsZero() {
			i.State, i.DueAt = Waiting, wait
			return i, "", nil
		}
	}
	switch {
	case err != nil && passing(err):
		return i, "", err
	case err != nil: // the card or the order is no good
		return i.ended(Exhausted), fault.Of(err).Message, nil
	}
	after = i.After(b.Strategy, OutcomeOf(p), s.Now())
	if i.Attempt == 0 && p.State == payment.Declined {
		s.countFirst(ctx, b, c)
	}
	return after, "", nil
}

// passing tells whether an error is the server's and not the charge's.
func passing(err error) bool {
	code := fault.CodeOf(err)
	return code == fault.Unavailable || code == fault.Internal
}

// send sends an attempt whose payment is not opened. A retry that would break the schemes'
// limits is not sent: wait is when it keeps them.
func (s *Service) send(ctx context.Context, b Batch, c Charge) (p payment.Payment, wait time.Time, err error) {
	kept, err := s.owned(ctx, c, b.Actor)
	if err != nil {
		return p, wait, err
	}
	order, err := c.order(kept)
	if err != nil {
		return p, wait, err
	}
	if c.Attempt > 0 {
		now := s.Now()
		earliest := now
		counted, err := s.Batches.CountTry(ctx, c.Merchant, kept.Fingerprint, c.Payment, now, func(tried []time.Time) bool {
			earliest = rescue.SchemeLimits.Earliest(tried, now)
			return !earliest.After(now)
		})
		if err != nil {
			return p, wait, err
		}
		if !counted {
			return p, earliest, nil
		}
	}
	p, err = s.Charges.Charge(ctx, c.Merchant, c.Asked.Token, order, b.Actor)
	return p, wait, err
}

// countFirst counts a first attempt that was declined among its card's tries. Those that are
// approved are not counted: what the schemes limit are tries after a decline.
func (s *Service) countFirst(ctx context.Context, b Batch, c Charge) {
	kept, err := s.Cards.Find(ctx, b.Merchant, c.Asked.Token)
	if err == nil {
		_, err = s.Batches.CountTry(ctx, b.Merchant, kept.Fingerprint, c.Payment, s.Now(), func([]time.Time) bool { return true })
	}
	if err != nil {
		s.Log.Error("a declined attempt could not be counted", "payment", c.Payment, "error", err)
	}
}
