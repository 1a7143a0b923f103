package lookup

import "github.com/paywicket/paywicket/internal/card"

// builder gathers what the rows of a list say.
type builder struct {
	kinds   []card.Issuance
	place   map[card.Issuance]uint32
	entries map[prefix]uint32
	// shorter is, for the first six digits of longer BINs, what those agree on.
	shorter map[prefix]uint32
}

func newBuilder() *builder {
	return &builder{place: map[card.Issuance]uint32{}, entries: map[prefix]uint32{}, shorter: map[prefix]uint32{}}
}

func (b *builder) bins() int { return len(b.entries) }

func (b *builder) add(bin string, i card.Issuance) {
	b.join(b.entries, prefixOf(bin), i)
	if len(bin) > shownBIN {
		i.CoBrand = "" // others that begin so may bear one scheme only
		b.join(b.shorter, prefixOf(bin[:shownBIN]), i)
	}
}

// join keeps what is said of a prefix now and was said of it before.
func (b *builder) join(entries map[prefix]uint32, p prefix, i card.Issuance) {
	if before, ok := entries[p]; ok {
		i = agreed(b.kinds[before], i)
	}
	at, ok := b.place[i]
	if !ok {
		at = uint32(len(b.kinds))
		b.kinds = append(b.kinds, i)
		b.place[i] = at
	}
	entries[p] = at
}

// agreed is what two say alike.
func agreed(a, b card.Issuance) card.Issuance {
	if a.Brand != b.Brand {
		a.Brand = card.Unknown
	}
	if a.CoBrand != b.CoBrand {
		a.CoBrand = ""
	}
	if a.Type != b.Type {
		a.Type = ""
	}
	for _, field := range []struct{ of, with *string }{{&a.Category, &b.Category}, {&a.Issuer, &b.Issuer}, {&a.Country, &b.Country}} {
		if *field.of != *field.with {
			*field.of = ""
		}
	}
	return a
}

func (b *builder) table() *Table {
	bins := len(b.entries)
	for p, at := range b.shorter {
		if _, ok := b.entries[p]; !ok {
			b.entries[p] = at
		}
	}
	return &Table{kinds: b.kinds, entries: b.entries, bins: bins}
}
