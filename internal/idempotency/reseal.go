package idempotency

import (
	"bytes"
	"context"
	"fmt"
)

// walkBatch is how many records are read at a time when all of them are gone through.
const walkBatch = 500

// Walker goes through the answers of every merchant, for an operator.
type Walker interface {
	// WalkAnswers gives up to limit records with an answer after one, by merchant, scope
	// and key; from the first when after is the zero Name.
	WalkAnswers(ctx context.Context, after Name, limit int) ([]Record, error)
	// ReplaceAnswer puts a newly sealed answer in the place of a record's.
	ReplaceAnswer(ctx context.Context, r Record, sealed []byte) error
}

// Reseal seals anew every answer that does not begin with primary, and gives how many
// there were.
func (s *Service) Reseal(ctx context.Context, answers Walker, primary []byte) (int, error) {
	total, last := 0, Name{}
	for {
		batch, err := answers.WalkAnswers(ctx, last, walkBatch)
		if err != nil || len(batch) == 0 {
			return total, err
		}
		for _, r := range batch {
			last = r.Name
			if bytes.HasPrefix(r.Sealed, primary) {
				continue
			}
			body, err := s.Keys.Unseal(r.Sealed, r.binding())
			if err != nil {
				return total, fmt.Errorf("idempotency: answer to %s of %s: %w", r.Key, r.Merchant, err)
			}
			sealed, err := s.Keys.Seal(body, r.binding())
			if err != nil {
				return total, err
			}
			if err := answers.ReplaceAnswer(ctx, r, sealed); err != nil {
				return total, err
			}
			total++
		}
	}
}
