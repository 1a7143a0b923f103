package vault

import (
	"context"
	"maps"

	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
)

// maxStoredAs is how long a name may be, in bytes.
const maxStoredAs = 500

// NoteStored keeps what a processor calls a merchant's card from now on. Doing it twice
// changes nothing; a new name takes the place of the last. Nothing is announced: what is
// shown of the card is the same. Errors: fault.NotFound, and fault.Invalid for a name
// that is empty or longer than maxStoredAs.
func (s *Service) NoteStored(ctx context.Context, merchant string, token id.Token, by, storedAs, actor string) error {
	if storedAs == "" || len(storedAs) > maxStoredAs {
		return fault.New(fault.Invalid, "A processor's name for a card has from 1 to %d bytes.", maxStoredAs)
	}
	_, err := s.Store.ChangeCard(ctx, merchant, token, actor, "card.stored", func(r Record) (Record, []event.Event, error) {
		if err := s.check(r); err != nil || r.StoredAs[by] == storedAs {
			return r, nil, err
		}
		names := maps.Clone(r.StoredAs)
		if names == nil {
			names = map[string]string{}
		}
		names[by] = storedAs
		r.StoredAs = names
		r.Revision++
		r, err := s.tagged(r)
		return r, nil, err
	})
	return err
}
