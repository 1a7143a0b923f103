package cli

import (
	"errors"
	"time"

	"github.com/paywicket/paywicket/internal/merchant"
	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/server/app"
)

// atMerchants says where accounts are, and works on them.
type atMerchants struct {
	Data        string `required:"" env:"PAYWICKET_DATA" type:"path" help:"Directory of the database."`
	DatabaseURL string `name:"database-url" env:"DATABASE_URL" help:"PostgreSQL database instead."`
}

func (a atMerchants) do(c console, what func(*merchant.Service) error) error {
	db, err := app.OpenStore(c, a.Data, a.DatabaseURL)
	if err != nil {
		return err
	}
	return errors.Join(what(&merchant.Service{Store: db, Now: time.Now}), db.Close())
}

// merchantFeeCommand sets a fee.
type merchantFeeCommand struct {
	atMerchants
	Merchant    string `arg:"" help:"Its id, mer_…"`
	Currency    string `default:"*" help:"ISO 4217 code, or * for all that have no fee of their own."`
	BasisPoints int64  `help:"Hundredths of a percent: 290 is 2.9 %."`
	Fixed       int64  `help:"Minor units, beside the percentage."`
	Cap         int64  `help:"Minor units; 0 for none."`
}

// Run sets it.
func (m merchantFeeCommand) Run(c console) error {
	return m.do(c, func(s *merchant.Service) error {
		if err := s.SetFee(c, m.Merchant, m.Currency, money.Fee{BasisPoints: m.BasisPoints, Fixed: m.Fixed, Cap: m.Cap}); err != nil {
			return err
		}
		c.printf("Payments from now on cost that.")
		return nil
	})
}

// merchantProcessorsCommand sets the order of processors.
type merchantProcessorsCommand struct {
	atMerchants
	Merchant   string   `arg:"" help:"Its id, mer_…"`
	Processors []string `arg:"" optional:"" help:"Such as stripe sandbox-2. None for the server's own order."`
}

// Run sets it.
func (m merchantProcessorsCommand) Run(c console) error {
	return m.do(c, func(s *merchant.Service) error {
		if err := s.SetProcessors(c, m.Merchant, m.Processors, app.ProcessorNames); err != nil {
			return err
		}
		c.printf("Payments from now on go there.")
		return nil
	})
}
