package rescue

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/processor"
)

// Transmit takes in a sale that somebody else approved or declined, to be learned from
// later: it is kept, and nothing else is done now. It gives the name under which it is
// kept. Errors: faults that name the field.
func (s *Service) Transmit(ctx context.Context, sale Sale) (string, error) {
	site, err := s.site(ctx, sale)
	if err != nil {
		return "", err
	}
	mark := ""
	if !sale.Token.IsZero() {
		kept, err := s.Cards.Find(ctx, sale.Merchant, sale.Token)
		if err != nil && fault.CodeOf(err) != fault.NotFound {
			return "", err
		}
		mark = kept.Fingerprint
	}
	device := ""
	if sale.SenseKey != "" {
		visit, err := s.Sense.Visit(ctx, sale.Merchant, sale.SenseKey)
		if err != nil {
			return "", err
		}
		device = visit.Device
	}
	subjects, err := s.subjects(sale.Merchant, mark, sale.Customer.Email, device)
	if err != nil {
		return "", err
	}
	name, _ := id.TokenIn(ctx)
	t := Transmission{Merchant: sale.Merchant, ID: name.UUID(), At: s.Now(), Sale: &Told{
		Site: site.ID, Reference: sale.Reference, Kind: sale.Kind, Source: sale.Source, Amount: sale.Amount, Declined: sale.Declined, Answer: sale.Answer,
		Sale: sale.Transaction, Subjects: subjects, Mark: mark,
	}}
	return t.ID, s.Store.QueueSale(ctx, t)
}

// studyBatch is how many transmissions are learned from at a time. On PostgreSQL all of
// them hold the one writer of all servers: 200 held it for 200 ms, and were no faster.
const studyBatch = 50

// Study learns from what is queued, and gives how much that was.
func (s *Service) Study(ctx context.Context) (int, error) {
	due, err := s.Store.ClaimTransmissions(ctx, s.Now(), s.Now().Add(lease), studyBatch)
	if err != nil || len(due) == 0 {
		return 0, err
	}
	var mu sync.Mutex
	var lessons []Lesson
	together(workWidth, due, func(t Transmission) {
		l, err := s.lesson(ctx, t)
		if err != nil {
			if ctx.Err() == nil {
				s.Log.Error("a payment could not be learned from", "payment", t.Payment, "transmission", t.ID, "error", err)
			}
			return // it is due again when its claim is over
		}
		mu.Lock()
		defer mu.Unlock()
		lessons = append(lessons, l)
	})
	if err := s.Store.Learn(ctx, lessons); err != nil {
		return len(due), err
	}
	// A model that does not answer holds up a batch, and not each payment of it: the rest is
	// put off.
	sending, cancel := context.WithTimeout(ctx, sendLife)
	defer cancel()
	together(workWidth, lessons, func(l Lesson) {
		if err := s.sendOn(ctx, sending, l); err != nil && ctx.Err() == nil {
			s.Log.Error("a payment could not be sent on", "payment", l.From.Payment, "error", err)
		}
	})
	return len(due), nil
}

// lesson is what a transmission teaches. An order whose payment it is goes on first.
func (s *Service) lesson(ctx context.Context, t Transmission) (Lesson, error) {
	if t.Sale != nil {
		verdict := Classify(t.Sale.Answer.Source, t.Sale.Answer.Code, t.Sale.Answer.Description)
		l := Lesson{From: t, Subjects: t.Sale.Subjects, Approved: !t.Sale.Declined, Dead: t.Sale.Declined && verdict.dead(), Mark: t.Sale.Mark, At: t.At}
		if t.Sale.Declined { // what is approved is no try that the schemes would count
			l.Try = t.Sale.try()
		}
		return l, nil
	}
	p, err := s.Payments.Find(ctx, t.Merchant, t.Payment)
	if err != nil {
		return Lesson{}, err
	}
	l := Lesson{From: t, Paid: &p, At: p.CreatedAt, Approved: p.State.Paid(), Dead: p.State == payment.Declined && FromOutcome(p.DeclineCode, p.NetworkCode).dead()}
	if p.Terms.Order != "" {
		o, err := s.Store.FindOrder(ctx, t.Merchant, p.Terms.Order)
		if err == nil {
			_, err = s.settle(ctx, o, p, worker)
		}
		if err != nil {
			return l, err
		}
	} else if !l.Approved {
		l.Try = p.ID // those of an order were counted before they were made
	}
	if l.models, err = s.models(ctx, p); err != nil {
		return l, err
	}
	l.SendOn = len(l.models) > 0
	if t.Learned {
		return l, nil
	}
	if p.Vaulted {
		kept, err := s.Cards.Find(ctx, p.Merchant, p.Token)
		if err != nil && fault.CodeOf(err) != fault.NotFound {
			return l, err
		}
		l.Mark = kept.Fingerprint
	}
	device := ""
	if p.Terms.Risk != nil && p.Terms.Risk.Device != nil {
		device = *p.Terms.Risk.Device
	}
	l.Subjects, err = s.subjects(p.Merchant, l.Mark, p.Terms.Payer.Email, device)
	return l, err
}

// dead tells whether nothing will ever come of the card: one whose holder only ended an
// agreement, or that is not good for one kind of payment, is not.
func (v Verdict) dead() bool {
	return slices.Contains([]Reason{LostCard, StolenCard, PickUpCard, InvalidAccount}, v.Reason)
}

// How long a batch is sent on, for how long a payment is that a model does not take, and the
// first and the longest pause between.
const (
	sendLife  = 10 * time.Second
	sendFor   = 3 * 24 * time.Hour
	sendFirst = 10 * time.Second
	sendMost  = time.Hour
)

// sendOn tells the models of the merchant's processors what became of a payment, as long as
// sending lasts.
func (s *Service) sendOn(ctx, sending context.Context, l Lesson) error {
	if !l.SendOn {
		return nil
	}
	t, due := l.From, time.Time{}
	for name, model := range l.models {
		_, err := model.Transmit(sending, s.transmission(ctx, *l.Paid, name))
		if errors.Is(err, processor.ErrNotTaken) {
			s.Log.Warn("a model does not want a payment", "payment", t.Payment, "processor", name, "error", err)
		} else if err != nil {
			s.Log.Warn("a model was not told of a payment", "payment", t.Payment, "processor", name, "error", err)
			if again := s.Now().Add(min(sendFirst<<min(t.Attempts, 10), sendMost)); again.Before(t.At.Add(sendFor)) {
				due = again
			}
		}
	}
	return s.Store.FinishTransmission(ctx, t.Merchant, t.Position, due, t.Attempts+1)
}

// models are those of a merchant's processors that are to be told of a payment: what one
// of them decided itself it knows, and what is still open nobody is told.
func (s *Service) models(ctx context.Context, p payment.Payment) (map[string]processor.Model, error) {
	if len(s.Models) == 0 || !p.State.Paid() && p.State != payment.Declined {
		return nil, nil
	}
	m, err := s.Merchants.FindMerchant(ctx, p.Merchant)
	if err != nil {
		return nil, err
	}
	own := map[string]processor.Model{}
	for name, model := range s.Models {
		if (len(m.Processors) == 0 || slices.Contains(m.Processors, name)) && p.Processor != name {
			own[name] = model
		}
	}
	return own, nil
}

// transmission is a payment as a processor's model is told of it.
func (s *Service) transmission(ctx context.Context, p payment.Payment, to string) processor.Transmission {
	out := processor.Transmission{
		Reference: p.ID, Amount: p.Amount, Approved: p.State.Paid(), DeclineCode: p.DeclineCode, NetworkCode: p.NetworkCode, ProcessorName: p.Processor,
		ProcessorID: p.ProcessorID, AVS: p.AVS, CVVResult: p.CVVResult, ECI: p.ECI, Descriptor: p.Terms.Descriptor, Initiator: p.Terms.Initiator,
		Recurring: p.Terms.Recurring, Payer: p.Terms.Payer, Billing: p.Terms.Billing, Card: p.Card, At: p.CreatedAt, Capture: p.Terms.Capture == payment.Automatic,
	}
	if kept, err := s.Cards.Find(ctx, p.Merchant, p.Token); err == nil && p.Vaulted {
		out.StoredAs = kept.StoredAs[to]
	}
	return out
}
