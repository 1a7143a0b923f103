package vault

import (
	"context"
	"regexp"
	"strings"
	"unicode"

	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
)

// Customer is who the merchant says a card belongs to.
type Customer struct {
	ID    string // the merchant's own name for it
	Name  string
	Email string
	Phone string
}

// CustomerChange is what changes of a customer: nil for nothing.
type CustomerChange struct {
	ID, Name, Email, Phone *string
}

// Limits of a customer's data. Digits are counted so that a card number put into the
// wrong field is not kept in the clear; a telephone number has 15 at most (ITU-T
// E.164).
const (
	maxCustomerText   = 200
	maxTextDigits     = 11
	maxPhoneDigits    = 15
	maxLocalDigits    = 11 // of a number without its country's code
	reasonPhone       = "A telephone number has 5 to 15 digits, and + ( ) - and spaces beside them. One of more than 11 begins with + and its country's code."
	reasonLongNumbers = "This field has no long numbers in it. Check that each field holds what it asks for."
)

var phoneForm = regexp.MustCompile(`^\+?[0-9 ()./-]{5,30}$`)

// UpdateCustomer changes who a card belongs to. One that is given to another customer is
// not offered any more: that customer never agreed to it. Errors: fault.NotFound, and
// those of Check.
func (s *Service) UpdateCustomer(ctx context.Context, merchant string, token id.Token, c CustomerChange, actor string) (Record, error) {
	if err := c.check(); err != nil {
		return Record{}, err
	}
	return s.change(ctx, merchant, token, actor, "card.update", func(r Record) (Record, event.Type) {
		before := r.Customer.ID
		for field, value := range map[*string]*string{&r.Customer.ID: c.ID, &r.Customer.Name: c.Name, &r.Customer.Email: c.Email, &r.Customer.Phone: c.Phone} {
			if value != nil {
				*field = strings.TrimSpace(*value)
			}
		}
		if r.Customer.ID != before {
			r.Consent = Consent{}
		}
		return r, event.TokenUpdated
	})
}

// FirstEmail gives a card that was kept without an email address the first one it is
// charged with, and gives the record as it is then: with another when somebody was faster.
// Errors: fault.NotFound, and a fault on customer.email.
func (s *Service) FirstEmail(ctx context.Context, merchant string, token id.Token, email, actor string) (Record, error) {
	if err := (Customer{Email: email}).Check(); err != nil {
		return Record{}, err
	}
	return s.change(ctx, merchant, token, actor, "card.update", func(r Record) (Record, event.Type) {
		if r.Customer.Email != "" {
			return r, ""
		}
		r.Customer.Email = strings.TrimSpace(email)
		return r, event.TokenUpdated
	})
}

// Check refuses what cannot be. Errors: faults on customer.id, customer.name,
// customer.email and customer.phone.
func (c Customer) Check() error { return CustomerChange{&c.ID, &c.Name, &c.Email, &c.Phone}.check() }

func (c CustomerChange) check() error {
	if c.ID != nil {
		if err := checkCustomerID(*c.ID); err != nil {
			return err
		}
	}
	if c.Name != nil && (len(*c.Name) > maxCustomerText || digits(*c.Name) > maxTextDigits || strings.IndexFunc(*c.Name, unicode.IsControl) >= 0) {
		return fault.Field("customer.name", "A name has %d bytes at most. %s", maxCustomerText, reasonLongNumbers)
	}
	if e := c.Email; e != nil && *e != "" && (len(*e) > maxCustomerText || digits(*e) > maxTextDigits || strings.Count(*e, "@") != 1 || strings.ContainsFunc(*e, func(r rune) bool { return r == ' ' || unicode.IsControl(r) })) {
		return fault.Field("customer.email", "An address looks like name@example.com, with %d bytes at most. %s", maxCustomerText, reasonLongNumbers)
	}
	if p := c.Phone; p != nil && *p != "" && !isPhone(*p) {
		return fault.Field("customer.phone", reasonPhone)
	}
	return nil
}

// isPhone tells a telephone number from a card's, which never begins with a plus.
func isPhone(text string) bool {
	n := digits(text)
	return phoneForm.MatchString(text) && n >= 5 && n <= maxPhoneDigits && (n <= maxLocalDigits || strings.HasPrefix(text, "+"))
}

func digits(text string) int {
	n := 0
	for _, r := range text {
		if unicode.IsDigit(r) {
			n++
		}
	}
	return n
}

// Revoke makes a token that can be charged no more. Doing it twice changes nothing.
// Errors: fault.NotFound.
func (s *Service) Revoke(ctx context.Context, merchant string, token id.Token, actor string) (Record, error) {
	return s.change(ctx, merchant, token, actor, "card.revoke", func(r Record) (Record, event.Type) {
		if !r.RevokedAt.IsZero() {
			return r, ""
		}
		r.RevokedAt = s.Now()
		return r, event.TokenRevoked
	})
}

// change changes a record, unless how names no event to announce it with.
func (s *Service) change(ctx context.Context, merchant string, token id.Token, actor, action string, how func(Record) (Record, event.Type)) (Record, error) {
	r, err := s.Store.ChangeCard(ctx, merchant, token, actor, action, func(r Record) (Record, []event.Event, error) {
		if err := s.check(r); err != nil {
			return r, nil, err
		}
		r, kind := how(s.described(r))
		if kind == "" {
			return r, nil, nil
		}
		r.Revision++
		r, err := s.tagged(r)
		return r, []event.Event{s.tell(kind, r)}, err
	})
	return r, err
}

// Erase takes everything of a card away for good: its ciphertext, its fingerprint,
// its customer and the events that told of them. What is left is a tombstone, so
// that a backup from before can be made to forget it too. Errors: fault.NotFound.
func (s *Service) Erase(ctx context.Context, merchant string, token id.Token, actor string) error {
	return s.Store.EraseCard(ctx, merchant, token, actor, func(r Record) event.Event {
		return event.New(event.TokenErased, merchant, token.String(), r.Revision+1, s.Now(), event.ErasedToken{ID: token.String()})
	})
}

// sweepBatch is how many expired cards are looked for at a time.
const sweepBatch = 100

// Sweep erases the temporary cards that have expired, and gives how many there were.
func (s *Service) Sweep(ctx context.Context) (int, error) {
	total := 0
	for {
		expired, err := s.Store.ExpiredCards(ctx, s.Now(), sweepBatch)
		if err != nil || len(expired) == 0 {
			return total, err
		}
		for _, r := range expired {
			if err := s.Erase(ctx, r.Merchant, r.Token, "vault"); err != nil && fault.CodeOf(err) != fault.NotFound {
				return total, err
			}
			total++
		}
	}
}

func (s *Service) tell(kind event.Type, r Record) event.Event {
	return event.New(kind, r.Merchant, r.Token.String(), r.Revision, s.Now(), r.Payload())
}
