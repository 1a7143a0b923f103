package payment

import "github.com/paywicket/paywicket/internal/event"

// Payload is the payment as events and the API show it.
func (p Payment) Payload() event.Payment {
	out := event.Payment{
		ID: p.ID, Status: p.Status(), Amount: p.Amount.Minor, Currency: p.Amount.Currency,
		Capturable: p.Capturable, Captured: p.Captured, Refunded: p.Refunded, AppFee: p.AppFee(), Settled: p.Settled(),
		Site: p.Site, Reference: p.Reference, Metadata: p.Metadata, Terms: p.terms(), Risk: p.Terms.Risk,
		Card: event.NewCard(p.Card), Sequence: p.Sequence,
		Processor: event.Processor{
			Name: p.Processor, ID: p.ProcessorID, NetworkCode: p.NetworkCode,
			ApprovalCode: p.ApprovalCode, SchemeReference: p.SchemeReference, AVS: p.AVS, CVV: p.CVVResult,
		},
		Attempts: []event.Attempt{}, Modifications: []event.Modification{},
		CreatedAt: p.CreatedAt.UTC(), UpdatedAt: p.UpdatedAt.UTC(),
	}
	if p.Session != "" {
		out.Session = &p.Session
	}
	if out.Metadata == nil {
		out.Metadata = map[string]string{}
	}
	if p.Vaulted {
		token := p.Token.String()
		out.Token = &token
	}
	if p.Authentication != "" {
		out.Authentication = &event.Authentication{Flow: string(p.Authentication), ECI: p.ECI}
	}
	if p.State == RequiresAction {
		out.Action = &event.Action{Type: "redirect", URL: p.ChallengeURL}
	}
	if p.State == Declined {
		advice := AdviceFor(p.DeclineCode)
		out.Decline = &event.Decline{Code: string(p.DeclineCode), Advice: string(advice.Kind), Message: advice.Message}
	}
	for _, a := range p.Attempts {
		out.Attempts = append(out.Attempts, event.Attempt{
			Processor: a.Processor, ID: a.ProcessorID, Status: string(a.State), DeclineCode: string(a.DeclineCode), NetworkCode: a.NetworkCode, At: a.At.UTC(),
		})
	}
	for _, m := range p.Modifications {
		out.Modifications = append(out.Modifications, m.payload())
	}
	return out
}

// terms is what was asked for, with the defaults filled in.
func (p Payment) terms() event.Terms {
	t := event.Terms{
		Capture: string(Manual), Initiator: "customer", Recurring: p.Terms.Recurring, Installments: p.Terms.Installments, Network: p.Terms.Network,
		Items: []event.Item{}, Splits: []event.Split{},
	}
	if p.Terms.Capture != "" {
		t.Capture = string(p.Terms.Capture)
	}
	if p.Terms.Initiator != "" {
		t.Initiator = string(p.Terms.Initiator)
	}
	t.Items, t.Splits = append(t.Items, p.Terms.Items...), append(t.Splits, p.Terms.Splits...)
	return t
}

// AppFee is the platform's fee in minor units: on what was captured, or before that on
// what was asked for.
func (p Payment) AppFee() int64 {
	if p.Captured > 0 {
		return p.Terms.Fee.On(p.Captured)
	}
	if p.State == Voided || !p.State.Paid() && !p.State.Pending() {
		return 0
	}
	return p.Terms.Fee.On(p.Amount.Minor)
}

// Settled is what the merchant has of it, in minor units: what was captured, less
// refunds and the fee. A fee is not given back with a refund, so it can be negative.
func (p Payment) Settled() int64 {
	if p.Captured == 0 {
		return 0
	}
	return p.Captured - p.Refunded - p.AppFee()
}
