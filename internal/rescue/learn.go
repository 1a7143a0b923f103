package rescue

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/merchant"
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

// studyBatch is how many transmissions are learned from at a time.
const studyBatch = 200

// Study learns from what is queued, and gives how much that was.
func (s *Service) Study(ctx context.Context) (int, error) {
	due, err := s.Store.ClaimTransmissions(ctx, s.Now(), s.Now().Add(lease), studyBatch)
	if err != nil {
		return 0, err
	}
	for _, t := range due {
		if err := s.study(ctx, t); err != nil && ctx.Err() == nil {
			s.Log.Error("a payment could not be learned from", "payment", t.Payment, "transmission", t.ID, "error", err)
		}
	}
	return len(due), nil
}

func (s *Service) study(ctx context.Context, t Transmission) error {
	if t.Sale != nil {
		verdict := Classify(t.Sale.Answer.Source, t.Sale.Answer.Code, t.Sale.Answer.Description)
		return s.Store.Learn(ctx, t, Lesson{
			Subjects: t.Sale.Subjects, Approved: !t.Sale.Declined, Hard: t.Sale.Declined && verdict.Class == Hard,
			Mark: t.Sale.Mark, Tries: []string{"sale:" + t.Sale.Reference + ":" + t.Sale.Sale}, At: t.At,
		})
	}
	p, err := s.Payments.Find(ctx, t.Merchant, t.Payment)
	if err != nil {
		return err
	}
	if order := p.Terms.Order; order != "" {
		o, err := s.Store.FindOrder(ctx, t.Merchant, order)
		if err != nil {
			return err
		}
		if _, err = s.settle(ctx, o, p, worker); err != nil {
			return err
		}
	}
	if !t.Learned {
		l, err := s.lesson(ctx, p)
		if err != nil {
			return err
		}
		if err := s.Store.Learn(ctx, t, l); err != nil {
			return err
		}
	}
	return s.sendOn(ctx, t, p)
}

// lesson is what a payment of ours teaches.
func (s *Service) lesson(ctx context.Context, p payment.Payment) (Lesson, error) {
	mark, device := "", ""
	if p.Vaulted {
		kept, err := s.Cards.Find(ctx, p.Merchant, p.Token)
		if err != nil && fault.CodeOf(err) != fault.NotFound {
			return Lesson{}, err
		}
		mark = kept.Fingerprint
	}
	if p.Terms.Risk != nil && p.Terms.Risk.Device != nil {
		device = *p.Terms.Risk.Device
	}
	subjects, err := s.subjects(p.Merchant, mark, p.Terms.Payer.Email, device)
	l := Lesson{
		Subjects: subjects, Approved: p.State.Paid(), Hard: p.State == payment.Declined && FromDeclineCode(p.DeclineCode).Class == Hard, Mark: mark, At: p.CreatedAt,
	}
	for i := range p.Attempts {
		l.Tries = append(l.Tries, "try:"+p.Attempts[i].Reference)
	}
	if p.Terms.Order == "" {
		l.Tries = append(l.Tries, p.ID) // that of an order was counted before it was made
	}
	return l, err
}

// How long a payment is sent on to a model that does not take it, and the first and the
// longest pause between.
const (
	sendFor   = 3 * 24 * time.Hour
	sendFirst = 10 * time.Second
	sendMost  = time.Hour
)

// sendOn tells the models of the merchant's processors what became of a payment.
func (s *Service) sendOn(ctx context.Context, t Transmission, p payment.Payment) error {
	due := time.Time{}
	account, err := s.Merchants.FindMerchant(ctx, p.Merchant)
	if err != nil {
		return err
	}
	for name, model := range s.models(account) {
		if p.State.Pending() || p.Processor == name {
			continue // what it approved itself it knows
		}
		sending, cancel := context.WithTimeout(ctx, sendFirst)
		_, err := model.Transmit(sending, s.transmission(ctx, p, name))
		cancel()
		if errors.Is(err, processor.ErrNotTaken) {
			s.Log.Warn("a model does not want a payment", "payment", p.ID, "processor", name, "error", err)
		} else if err != nil {
			s.Log.Warn("a model was not told of a payment", "payment", p.ID, "processor", name, "error", err)
			if again := s.Now().Add(min(sendFirst<<min(t.Attempts, 10), sendMost)); again.Before(t.At.Add(sendFor)) {
				due = again
			}
		}
	}
	return s.Store.FinishTransmission(ctx, t.Merchant, t.Position, due, t.Attempts+1)
}

// models are those of a merchant's processors.
func (s *Service) models(m merchant.Merchant) map[string]processor.Model {
	own := map[string]processor.Model{}
	for name, model := range s.Models {
		if len(m.Processors) == 0 || slices.Contains(m.Processors, name) {
			own[name] = model
		}
	}
	return own
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
