package cli

import (
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/paywicket/paywicket/internal/config"
	"github.com/paywicket/paywicket/server/app"
)

// serveCommand runs a server.
type serveCommand struct {
	Listen           string        `default:"127.0.0.1:8080" env:"PAYWICKET_LISTEN" help:"Address and port to listen on."`
	BaseURL          string        `env:"PAYWICKET_BASE_URL" help:"Where browsers reach this server, such as https://pay.example. Default: http:// and the address listened on."`
	Data             string        `required:"" env:"PAYWICKET_DATA" type:"path" help:"Directory of the database and the master key. Made if it is not there."`
	DatabaseURL      string        `name:"database-url" env:"DATABASE_URL" help:"PostgreSQL database, such as postgres://user:password@host:5432/name. Default: an SQLite file in the data directory."`
	Master           string        `env:"PAYWICKET_MASTER" help:"Master key of a key service: hcvault://HOST/transit/keys/NAME, aws-kms://ARN or gcp-kms://NAME. Default: the variable PAYWICKET_MASTER_KEY, or a file in the data directory."`
	StripeKey        string        `env:"PAYWICKET_STRIPE_KEY" help:"Secret key of an account at Stripe. Better given by the variable than on the command line, which others see."`
	FlutterwaveKey   string        `env:"PAYWICKET_FLUTTERWAVE_KEY" help:"Secret key of an account at Flutterwave."`
	FlutterwaveURL   string        `name:"flutterwave-url" env:"PAYWICKET_FLUTTERWAVE_URL" help:"Another host that speaks Flutterwave's API."`
	FlexChargeKey    string        `name:"flexcharge-app-key" env:"PAYWICKET_FLEXCHARGE_APP_KEY" help:"App key of an account at FlexCharge, which is asked for what the other processors decline."`
	FlexChargeSecret string        `name:"flexcharge-app-secret" env:"PAYWICKET_FLEXCHARGE_APP_SECRET" help:"Its app secret."`
	FlexChargeMID    string        `name:"flexcharge-mid" env:"PAYWICKET_FLEXCHARGE_MID" help:"The merchant's id there."`
	FlexChargeSite   string        `name:"flexcharge-site" env:"PAYWICKET_FLEXCHARGE_SITE" help:"Which of the account's sites it is. Default: told by the descriptor."`
	FlexChargeTokens string        `name:"flexcharge-tokenization-key" env:"PAYWICKET_FLEXCHARGE_TOKENIZATION_KEY" help:"Publishable key of its vault. Default: the account's own."`
	FlexChargeURL    string        `name:"flexcharge-url" env:"PAYWICKET_FLEXCHARGE_URL" help:"Its sandbox, https://api-sandbox.flex-charge.com, or another host that speaks its API."`
	ProcessorURL     string        `name:"processor-url" env:"PAYWICKET_PROCESSOR_URL" help:"The sandbox processor, such as http://127.0.0.1:8090."`
	FallbackURL      []string      `name:"fallback-url" env:"PAYWICKET_FALLBACK_URLS" help:"Another sandbox processor, asked when the first cannot be reached or declines for a reason that another may not have. May be given again; it is called sandbox-2, and so on."`
	ProcessorTimeout time.Duration `default:"10s" env:"PAYWICKET_PROCESSOR_TIMEOUT" help:"How long the processor may take before the shopper is told that we are finding out."`
	SenseRetention   time.Duration `default:"9504h" env:"PAYWICKET_SENSE_RETENTION" help:"How long what pages saw of shoppers' devices is kept. Default: thirteen months."`
	PageInterval     time.Duration `default:"1h" env:"PAYWICKET_PAGE_INTERVAL" help:"How often the payment page is held to what this server serves, through --base-url as browsers get it."`
	BehindProxy      bool          `env:"PAYWICKET_BEHIND_PROXY" help:"A proxy in front ends TLS, so listening beyond this machine is safe."`
	AllowLoopback    bool          `env:"PAYWICKET_ALLOW_LOOPBACK" help:"Allow webhooks and the processor on this machine, over plain http. For development."`
}

// Run serves until it is told to stop.
func (s serveCommand) Run(c console) error {
	listener, err := listen(s.Listen)
	if err != nil {
		return err
	}
	a, err := app.Open(c, config.Server{
		Listen: listener.Addr().String(), BaseURL: s.BaseURL, Data: s.Data, Database: s.DatabaseURL, Master: s.Master,
		StripeKey: s.StripeKey, ProcessorURL: s.ProcessorURL, FallbackURLs: s.FallbackURL, Flutterwave: config.Flutterwave{Key: s.FlutterwaveKey, URL: s.FlutterwaveURL},
		FlexCharge: config.FlexCharge{
			AppKey: s.FlexChargeKey, AppSecret: s.FlexChargeSecret, MID: s.FlexChargeMID, SiteID: s.FlexChargeSite,
			TokenizationKey: s.FlexChargeTokens, URL: s.FlexChargeURL,
		},
		SenseRetention: s.SenseRetention, PageInterval: s.PageInterval, Budget: s.ProcessorTimeout, Proxied: s.BehindProxy, Loopback: s.AllowLoopback,
	}, c.log)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	c.log.Info("serving", "address", listener.Addr().String(), "url", a.BaseURL())
	return a.Run(c, listener)
}

// listen opens a port, with an error that says what to do.
func listen(address string) (net.Listener, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %s (%w): stop what uses it, or choose another with --listen", address, err)
	}
	return listener, nil
}

// migrateCommand brings a database up to date.
type migrateCommand struct {
	Data        string `required:"" env:"PAYWICKET_DATA" type:"path" help:"Directory of the database."`
	DatabaseURL string `name:"database-url" env:"DATABASE_URL" help:"PostgreSQL database instead."`
}

// Run migrates and stops.
func (m migrateCommand) Run(c console) error {
	db, err := app.OpenStore(c, m.Data, m.DatabaseURL)
	if err != nil {
		return err
	}
	c.printf("The database is up to date.")
	return db.Close()
}
