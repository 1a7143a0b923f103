package checkout

import (
	"slices"

	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/merchant"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/processor"
)

// Processor is one that can be asked, and what for.
type Processor struct {
	Name  string
	Can   processor.Abilities
	Vault processor.Vault // where it keeps cards; nil when it does not
}

// route gives the processors to ask, in order: the merchant's own choice or else all
// there are, without those that cannot do what the order asks for. One that takes only
// what was declined is never the first.
// Errors: a fault on the field that none of them can do.
func (s *Service) route(m merchant.Merchant, o Order) ([]string, error) {
	var first, second []string
	var refusal error
	for _, p := range s.chosen(m) {
		if err := unable(p.Can, o); err != nil {
			refusal = err
		} else if p.Can.NeedsDecline {
			second = append(second, p.Name)
		} else {
			first = append(first, p.Name)
		}
	}
	if i := slices.Index(first, o.Last); i >= 0 {
		first = append(slices.Delete(first, i, i+1), o.Last)
	}
	if len(first) > 0 {
		return append(first, second...), nil
	}
	if refusal != nil {
		return nil, refusal
	}
	return nil, fault.New(fault.Unavailable, "None of this merchant's processors is set up on this server.")
}

// chosen gives a merchant's processors in its order.
func (s *Service) chosen(m merchant.Merchant) []Processor {
	if len(m.Processors) == 0 {
		return s.Processors
	}
	var chosen []Processor
	for _, name := range m.Processors {
		if i := slices.IndexFunc(s.Processors, func(p Processor) bool { return p.Name == name }); i >= 0 {
			chosen = append(chosen, s.Processors[i])
		}
	}
	return chosen
}

// unable tells why a processor cannot be asked for an order, nil when it can.
func unable(can processor.Abilities, o Order) error {
	switch {
	case o.Amount.Minor == 0 && !can.ZeroAmount:
		return fault.Field("amount", "This merchant's processor cannot check a card without charging it.")
	case o.Terms.Capture != payment.Automatic && o.Amount.Minor > 0 && !can.ManualCapture:
		return fault.Field("capture", "This merchant's processor captures at once. Ask for automatic.")
	case o.Terms.Initiator == processor.Merchant && !can.MerchantInitiated:
		return fault.Field("initiator", "This merchant's processor cannot charge without the shopper.")
	case o.Terms.Installments > 0 && !can.Installments:
		return fault.Field("installments", "This merchant's processor has no installments.")
	case o.Terms.Payer.Email == "" && can.NeedsEmail:
		return fault.Field("customer.email", "This merchant's processor needs the shopper's email address.")
	}
	return nil
}

// fallbacks gives whom to ask after a payment's first processor.
func (s *Service) fallbacks(m merchant.Merchant, p payment.Payment) []string {
	names, err := s.route(m, Order{Amount: p.Amount, Terms: p.Terms})
	if err != nil {
		return nil
	}
	return slices.DeleteFunc(names, func(name string) bool { return name == p.Processor })
}
