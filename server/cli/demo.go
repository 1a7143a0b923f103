package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/paywicket/paywicket/internal/config"
	"github.com/paywicket/paywicket/internal/merchant"
	"github.com/paywicket/paywicket/server/app"
	"github.com/paywicket/paywicket/server/demo"
	"github.com/paywicket/paywicket/server/sandbox"
)

// demoCommand runs everything at once.
type demoCommand struct {
	Listen           string        `default:"127.0.0.1:8080" help:"Address and port to listen on."`
	Data             string        `type:"path" help:"Directory to keep the data in. Default: a throw-away one, removed at the end."`
	Credentials      string        `type:"path" help:"File to write every key of the demo merchant to, as JSON."`
	Origin           []string      `help:"Further origin that may embed the checkout, such as http://localhost:3000. May be given again."`
	ProcessorListen  string        `default:"127.0.0.1:0" help:"Address and port of the sandbox processor; port 0 takes a free one."`
	ProcessorLatency time.Duration `help:"How long the sandbox processor thinks about each card, such as 200ms."`
	BehindProxy      bool          `help:"Something in front says in X-Forwarded-For where requests come from."`
	ProcessorTimeout time.Duration `default:"10s" help:"How long the processor may take before the shopper is told that we are finding out."`
}

// Run serves the demo until it is told to stop.
func (d demoCommand) Run(c console) error {
	data := d.Data
	if data == "" {
		temporary, err := os.MkdirTemp("", "paywicket-demo-")
		if err != nil {
			return fmt.Errorf("make a throw-away directory: %w", err)
		}
		defer os.RemoveAll(temporary)
		data = temporary
	}
	if err := os.MkdirAll(data, 0o700); err != nil {
		return fmt.Errorf("make the data directory: %w", err)
	}
	listener, err := listen(d.Listen)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(c)
	defer stop()
	processorURL, err := startSandbox(ctx, c.log, d.ProcessorListen, filepath.Join(data, "sandbox-ledger.jsonl"), &sandbox.Server{Latency: d.ProcessorLatency, Faults: &sandbox.Faults{}})
	if err != nil {
		return err
	}
	shop := demo.NewShop(c.log)
	a, err := app.Open(c, config.Server{
		Listen: listener.Addr().String(), Data: data, Loopback: true, ProcessorURL: processorURL, Budget: d.ProcessorTimeout, Proxied: d.BehindProxy,
	}, c.log, shop)
	if err != nil {
		return err
	}
	served := make(chan error, 1)
	go func() { served <- a.Run(ctx, listener) }()
	if err := d.open(c, a, shop, listener.Addr(), processorURL); err != nil {
		stop()
		return errors.Join(err, <-served)
	}
	return <-served
}

// open opens the shop: an account, its keys, and its webhook receiver.
func (d demoCommand) open(c console, a *app.App, shop *demo.Shop, address net.Addr, processorURL string) error {
	origins := append([]string{a.BaseURL()}, d.Origin...)
	if tcp, ok := address.(*net.TCPAddr); ok {
		// A browser may be pointed at either name of this machine.
		origins = append(origins, fmt.Sprintf("http://localhost:%d", tcp.Port))
	}
	keys, err := openAccount(c, a.Merchants, demo.Name, merchant.Test, demo.Descriptor, origins, "owner@shop.example")
	if err != nil {
		return err
	}
	keys.BaseURL = a.BaseURL()
	if keys.WebhookSecret, err = shop.Open(c, &http.Client{Timeout: 5 * time.Second}, a.BaseURL(), keys.SecretKey); err != nil {
		return err
	}
	if d.Credentials != "" {
		if err := keys.write(d.Credentials); err != nil {
			return err
		}
	}
	c.printf("Paywicket is running.\n")
	c.printf("  Shop             %s/", a.BaseURL())
	c.printf("  Test cards       %s/docs/test-cards", a.BaseURL())
	c.printf("  API              %s/openapi.json", a.BaseURL())
	c.printf("  Ledger           %s/   (the sandbox processor)", processorURL)
	c.printf("  Secret key       %s", keys.SecretKey)
	if d.Credentials != "" {
		c.printf("  All keys         %s", d.Credentials)
	}
	c.printf("\nOpen the shop and pay with a test card: they are listed beside the form. Ctrl-C stops everything.")
	return nil
}
