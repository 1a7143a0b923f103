package cli

import (
	"errors"
	"time"

	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/server/app"
)

// paymentsCommand groups what an operator does with payments.
type paymentsCommand struct {
	Review paymentsReviewCommand `cmd:"" help:"List what no processor could say for three days, and what reconciliation found."`
	Decide paymentsDecideCommand `cmd:"" help:"Say what became of a payment, capture, void or refund that is under review."`
}

// paymentsReviewCommand lists what is for a person.
type paymentsReviewCommand struct{ atMerchants }

// Run lists.
func (p paymentsReviewCommand) Run(c console) error {
	db, err := app.OpenStore(c, p.Data, p.DatabaseURL)
	if err != nil {
		return err
	}
	under, err := db.UnderReview(c)
	found, errFindings := db.Findings(c)
	for _, p := range under {
		c.printf("%s  %s  %s  %s  at %s as %s", p.Merchant, p.ID, p.State, p.Amount, p.Processor, p.ProcessorReference)
		for _, m := range p.Modifications {
			if m.State == payment.ReviewRequired {
				c.printf("    %s  %s of %d  as %s", m.ID, m.Kind, m.Amount, m.Reference)
			}
		}
	}
	for _, f := range found {
		c.printf("%s  %s  %s  %s  %s: %s", f.At.Format(time.DateTime), f.Processor, f.Class, f.Reference, f.Payment, f.Detail)
	}
	if len(under)+len(found) == 0 && err == nil && errFindings == nil {
		c.printf("Nothing is under review.")
	}
	return errors.Join(err, errFindings, db.Close())
}

// paymentsDecideCommand keeps a verdict.
type paymentsDecideCommand struct {
	atMerchants
	Merchant     string `arg:"" help:"Its id, mer_…"`
	Payment      string `arg:"" help:"Its id, pay_…"`
	Verdict      string `arg:"" enum:"done,not-done" help:"What the processor's own pages say: done or not-done."`
	Modification string `help:"The capture, void or refund it is about, mod_…; the authorization when left out."`
}

// Run keeps it.
func (p paymentsDecideCommand) Run(c console) error {
	db, err := app.OpenStore(c, p.Data, p.DatabaseURL)
	if err != nil {
		return err
	}
	service := &payment.Service{Store: db, Now: time.Now, Log: c.log}
	after, err := service.Decide(c, p.Merchant, p.Payment, p.Modification, payment.Verdict(p.Verdict), "operator")
	if err == nil {
		c.printf("It is %s now; the merchant is told.", after.Status())
	}
	return errors.Join(err, db.Close())
}
