package vault

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/paywicket/paywicket/internal/pan"
)

// walkBatch is how many cards are read at a time when all of them are gone through.
const walkBatch = 500

// Walker goes through the cards of every merchant, for an operator.
type Walker interface {
	// CountCards gives how many cards there are.
	CountCards(ctx context.Context) (int, error)
	// WalkCards gives up to limit cards after one, by merchant and token; from the
	// first when after is the zero Record.
	WalkCards(ctx context.Context, after Record, limit int) ([]Record, error)
	// ReplaceSealed puts records in the place of what they were before, in one
	// transaction with an audit entry. One that has changed meanwhile is left.
	ReplaceSealed(ctx context.Context, resealed []Resealed, actor string) error
}

// Resealed is a record before and after it was sealed anew.
type Resealed struct{ Before, After Record }

// Reseal seals anew every card whose ciphertext does not begin with primary, and
// gives how many there were. It can be stopped at any moment and begun again: what
// is done is done. Cards are read and charged meanwhile as ever. progress hears of
// the cards that were gone through, in steps.
func (s *Service) Reseal(ctx context.Context, cards Walker, primary []byte, actor string, progress func(int)) (int, error) {
	total := 0
	err := s.walk(ctx, cards, progress, func(batch []Record) error {
		var resealed []Resealed
		for _, r := range batch {
			if bytes.HasPrefix(r.Sealed, primary) {
				continue
			}
			after, err := s.reseal(r)
			if err != nil {
				return fmt.Errorf("vault: card %s of %s: %w", r.Token, r.Merchant, err)
			}
			resealed = append(resealed, Resealed{r, after})
		}
		if len(resealed) == 0 {
			return nil
		}
		total += len(resealed)
		return cards.ReplaceSealed(ctx, resealed, actor)
	})
	return total, err
}

func (s *Service) reseal(r Record) (Record, error) {
	if err := s.check(r); err != nil {
		return r, err
	}
	plain, err := s.Keys.Unseal(r.Sealed, r.binding())
	if err != nil {
		return r, err
	}
	defer clear(plain)
	if r.Sealed, err = s.Keys.Seal(plain, r.binding()); err != nil {
		return r, err
	}
	return s.tagged(r)
}

// Verify opens every card and holds it to what its row says of it: its tag, its
// binding to merchant, token, version and expiry, its scheme, BIN and last four, its
// fingerprint, and what the audit trail says of it. broken hears of each that fails.
// It gives how many were looked at.
func (s *Service) Verify(ctx context.Context, cards Walker, history *History, progress func(int), broken func(Record, error)) (int, error) {
	total := 0
	err := s.walk(ctx, cards, progress, func(batch []Record) error {
		for _, r := range batch {
			if err := errors.Join(s.verify(r), history.check(r)); err != nil {
				broken(r, err)
			}
		}
		total += len(batch)
		return nil
	})
	return total, err
}

func (s *Service) verify(r Record) error {
	if err := s.check(r); err != nil {
		return err
	}
	plain, err := s.Keys.Unseal(r.Sealed, r.binding())
	if err != nil {
		return err
	}
	defer clear(plain)
	number, err := pan.ParseNumber(plain)
	if err != nil {
		return err
	}
	defer number.Wipe()
	if number.Brand() != r.Summary.Brand || number.BIN() != r.Summary.BIN || number.Last4() != r.Summary.Last4 {
		return fmt.Errorf("vault: what is shown of it is not what is sealed")
	}
	fingerprint, err := s.Keys.Fingerprint("card "+r.Merchant, number.Bytes())
	if err != nil {
		return err
	}
	if fingerprint != r.Fingerprint {
		return fmt.Errorf("vault: its fingerprint is not its own")
	}
	return nil
}

// walk goes through every card, a batch at a time.
func (s *Service) walk(ctx context.Context, cards Walker, progress func(int), visit func([]Record) error) error {
	var last Record
	for {
		batch, err := cards.WalkCards(ctx, last, walkBatch)
		if err != nil || len(batch) == 0 {
			return err
		}
		if err := visit(batch); err != nil {
			return err
		}
		progress(len(batch))
		last = batch[len(batch)-1]
	}
}
