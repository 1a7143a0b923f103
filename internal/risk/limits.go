package risk

import (
	"context"
	"time"
)

// Limits that no score and no list lifts. The first two are the schemes': after so many
// declines of a card they fine whoever goes on (Visa's rules on excessive reattempts have
// 15 in 30 days, Mastercard's Transaction Processing Excellence 10 in 24 hours).
const (
	cardDeclinesDay   = 9  // of a card in 24 hours
	cardDeclinesMonth = 15 // of a card in 30 days
	deviceCards       = 6  // different cards on a device in 24 hours
	strangerCards     = 6  // different cards in an hour from a network, by pages that said nothing of their device
)

// When somebody is testing cards: from so many declines in an hour, and when so many of a
// hundred attempts are declined.
const (
	attackDeclines = 30
	attackPercent  = 50
	rangeDeclines  = 20 // of one range of numbers
	rangePercent   = 80
)

// month is the longest that anything is counted for.
const month = 30 * 24 * time.Hour

// subjects are what an attempt is counted under.
type subjects struct{ card, device, network, bin, stranger string }

// everybody is the subject that counts all of a merchant's attempts.
const everybody = "all"

func subjectsOf(a Attempt) subjects {
	s := subjects{card: "card:" + a.Card, bin: "bin:" + a.BIN}
	if a.Visit.Device != "" {
		s.device = "device:" + a.Visit.Device
	} else if a.Network != "" {
		s.stranger = "stranger:" + a.Network
	}
	if a.Network != "" {
		s.network = "network:" + a.Network
	}
	return s
}

// list gives those that are there.
func (s subjects) list() []string {
	var all []string
	for _, one := range []string{s.card, s.device, s.network, s.bin, s.stranger, everybody} {
		if one != "" {
			all = append(all, one)
		}
	}
	return all
}

// history is what an attempt's subjects have been through.
type history struct {
	cardDay, cardMonth, networkHour, rangeHour, merchantHour Counts
	deviceCards, strangerCards                               int
}

// look reads the history of an attempt: what is written down, and what is not yet.
func (s *Service) look(ctx context.Context, a Attempt) (history, error) {
	var h history
	of, now := subjectsOf(a), s.now()
	hour, day := now.Add(-time.Hour), now.Add(-24*time.Hour)
	type asked struct {
		Question
		counts *Counts
		cards  *int
	}
	var all []asked
	count := func(subject string, from time.Time, into *Counts) {
		if subject != "" {
			all = append(all, asked{Question{Subject: subject, From: from}, into, nil})
		}
	}
	cards := func(subject string, from time.Time, into *int) {
		if subject != "" {
			all = append(all, asked{Question{Subject: subject, From: from, Cards: true}, nil, into})
		}
	}
	count(of.card, day, &h.cardDay)
	count(of.card, now.Add(-month), &h.cardMonth)
	count(of.network, hour, &h.networkHour)
	count(of.bin, hour, &h.rangeHour)
	count(everybody, hour, &h.merchantHour)
	cards(of.device, day, &h.deviceCards)
	cards(of.stranger, hour, &h.strangerCards)
	questions := make([]Question, len(all))
	for i, q := range all {
		questions[i] = q.Question
	}
	fresh := s.tally.since(a.Merchant.ID, questions, now) // before what is written down
	known, err := s.store.Counts(ctx, a.Merchant.ID, questions)
	if err != nil {
		return h, err
	}
	for i, q := range all {
		sum := Counts{known[i].Attempts + fresh[i].Attempts, known[i].Declines + fresh[i].Declines}
		if q.cards != nil {
			*q.cards = sum.Attempts
		} else {
			*q.counts = sum
		}
	}
	return h, nil
}

// attacked tells whether somebody is testing cards at this merchant.
func (h history) attacked() bool {
	return h.merchantHour.Declines >= attackDeclines && h.merchantHour.Declines*100 >= h.merchantHour.Attempts*attackPercent
}

// swept tells whether somebody is going through this range of numbers.
func (h history) swept() bool {
	return h.rangeHour.Declines >= rangeDeclines && h.rangeHour.Declines*100 >= h.rangeHour.Attempts*rangePercent
}

// limit gives why an attempt is over a limit, empty when it is not.
func (h history) limit() string {
	switch {
	case h.cardDay.Declines >= cardDeclinesDay:
		return "the card was declined too often in 24 hours"
	case h.cardMonth.Declines >= cardDeclinesMonth:
		return "the card was declined too often in 30 days"
	case h.deviceCards >= deviceCards:
		return "too many cards were tried on this device"
	case h.strangerCards >= strangerCards:
		return "too many cards were tried from this network by pages that say nothing of their device"
	}
	return ""
}
