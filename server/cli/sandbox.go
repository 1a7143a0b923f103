package cli

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/paywicket/paywicket/internal/processor"
	"github.com/paywicket/paywicket/server/sandbox"
)

// sandboxProcessorCommand runs the sandbox processor on its own.
type sandboxProcessorCommand struct {
	Listen   string        `default:"127.0.0.1:8090" help:"Address and port to listen on."`
	Ledger   string        `type:"path" help:"File to keep the ledger in. Default: memory."`
	Latency  time.Duration `help:"How long it thinks about each card, such as 200ms."`
	Label    string        `help:"Which of several processors it is, such as sandbox-2: some test cards are declined by the first only."`
	Declines string        `help:"Decline whatever would be approved, for this reason, such as do_not_honor."`
	Faults   float64       `help:"Share of its answers that go wrong in one of the ways that answers go wrong, such as 0.05."`
	Seed     uint64        `default:"1" help:"What goes wrong is the same for the same seed."`
}

// Run serves until it is told to stop.
func (s sandboxProcessorCommand) Run(c console) error {
	address, err := startSandbox(c, c.log, s.Listen, s.Ledger, &sandbox.Server{
		Latency: s.Latency, Label: s.Label, Declines: processor.DeclineCode(s.Declines), Faults: &sandbox.Faults{Rate: s.Faults, Seed: s.Seed},
	})
	if err != nil {
		return err
	}
	c.printf("The sandbox processor is at %s/ (Ctrl-C stops it).", address)
	<-c.Done()
	return nil
}

// startSandbox runs a sandbox processor until ctx ends, and gives its URL.
func startSandbox(ctx context.Context, log *slog.Logger, address, ledgerPath string, s *sandbox.Server) (string, error) {
	var err error
	if s.Ledger, err = sandbox.OpenLedger(ledgerPath); err != nil {
		return "", err
	}
	listener, err := listen(address)
	if err != nil {
		return "", err
	}
	s.PublicURL, s.Now, s.Log = "http://"+listener.Addr().String(), time.Now, log
	front := &http.Server{
		Handler: s.Handler(), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute,
	}
	go func() {
		if err := front.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			log.Error("the sandbox processor stopped", "error", err)
		}
	}()
	context.AfterFunc(ctx, func() { _ = front.Close() })
	return s.PublicURL, nil
}
