package sandbox

// ByCard gives every authorization since the ledger was opened as it is now, those of one
// card's number together: in each, and by their first, oldest first. So the tries that the
// schemes limit can be counted where the issuer would.
func (l *Ledger) ByCard() [][]Authorization {
	l.mu.Lock()
	defer l.mu.Unlock()
	var cards [][]Authorization
	places := map[uint64]int{}
	for _, reference := range l.order {
		e := l.entries[reference]
		if e.card == (fingerprint{}) {
			continue // from before a restart: nobody knows its number any more
		}
		place, known := places[e.card.number]
		if !known {
			place = len(cards)
			places[e.card.number], cards = place, append(cards, nil)
		}
		cards[place] = append(cards[place], e.row)
	}
	return cards
}
