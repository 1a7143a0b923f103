package bulk

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/paywicket/paywicket/internal/fault"
)

// Bounds of a batch, and how many of its items are kept at a time: everybody else's steps
// come in between.
const (
	MaxItems = 100_000
	keepSize = 250
	maxTitle = 200
)

// staleAfter is how long after it was begun a batch that was not opened is forgotten: whoever
// began it has stopped.
const staleAfter = time.Hour

// Open takes a batch in: all of it or nothing. items are read once, and only so many are held
// at a time. The same batch again, by its digest, gives the one that is there; a batch whose
// intake stopped halfway has done nothing and is forgotten later.
//
// Errors: faults that name the field, and bulk_data[n] with the position for what is wrong
// with an item; what items gives as an error ends the intake with it.
func (s *Service) Open(ctx context.Context, b Batch, items iter.Seq2[Asked, error]) (Batch, error) {
	if len(b.Title) > maxTitle {
		return b, fault.Field("title", "A title has %d bytes at most.", maxTitle)
	}
	if err := b.Strategy.Check(); err != nil {
		return b, err
	}
	b.CreatedAt = s.Now()
	b, fresh, err := s.Batches.BeginBatch(ctx, b)
	if err != nil || !fresh {
		return b, err
	}
	err = s.keepItems(ctx, &b, items)
	if err == nil && b.Total == 0 {
		err = fault.Field("bulk_data", "Give at least one charge.")
	}
	if err == nil {
		err = s.Batches.OpenBatch(ctx, b)
	}
	if err != nil {
		if dropped := s.Batches.DropBatch(context.WithoutCancel(ctx), b.Merchant, b.Number); dropped != nil {
			s.Log.Error("a batch that was refused could not be forgotten yet", "batch", b.Number, "error", dropped)
		}
	}
	return b, err
}

// keepItems keeps the items of a batch that was begun, and counts them.
func (s *Service) keepItems(ctx context.Context, b *Batch, items iter.Seq2[Asked, error]) error {
	some := make([]Item, 0, keepSize)
	flush := func() error {
		err := s.Batches.AddItems(ctx, some)
		if taken, ok := errors.AsType[*TakenError](err); ok {
			err = fault.Field(fmt.Sprintf("bulk_data[%d].tx_ref", taken.Position), "This tx_ref was used for another charge. Give each its own.")
		}
		some = some[:0]
		return err
	}
	for asked, err := range items {
		if err != nil {
			return err
		}
		if b.Total == MaxItems {
			return fault.Field("bulk_data", "A batch has %d charges at most. Send the rest as another.", MaxItems)
		}
		some = append(some, Item{Merchant: b.Merchant, Batch: b.Number, Position: b.Total, State: Waiting, DueAt: b.CreatedAt, Asked: asked})
		b.Total++
		if len(some) == keepSize {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	return flush()
}

// FindBatch gives a merchant's batch and how far it is. Errors: fault.NotFound.
func (s *Service) FindBatch(ctx context.Context, merchant string, batch int64) (Progress, error) {
	return s.Batches.FindBatch(ctx, merchant, batch)
}

// CancelBatch ends a batch: of what waits nothing is charged, and nothing is tried again. What
// has been taken to be charged, some two hundred at most, still may be. Doing it twice changes
// nothing. Errors: fault.NotFound.
func (s *Service) CancelBatch(ctx context.Context, merchant string, batch int64, actor string) (Progress, error) {
	if err := s.Batches.CancelBatch(ctx, merchant, batch, s.Now(), actor); err != nil {
		return Progress{}, err
	}
	return s.Batches.FindBatch(ctx, merchant, batch)
}

// Sweep forgets batches whose intake stopped halfway.
func (s *Service) Sweep(ctx context.Context) error {
	return s.Batches.DropStale(ctx, s.Now().Add(-staleAfter))
}
