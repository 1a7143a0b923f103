// Package cli is the commands of the paywicket program.
package cli

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

// Exit codes.
const (
	exitOK      = 0
	exitFailure = 1 // it was tried and did not work
	exitUsage   = 2 // the command line is off
)

// commands is the command line.
type commands struct {
	Demo             demoCommand             `cmd:"" help:"Try everything: a shop, a merchant with sandbox keys, a processor and a webhook receiver, in one process on a throw-away database."`
	Serve            serveCommand            `cmd:"" help:"Serve checkouts."`
	Migrate          migrateCommand          `cmd:"" help:"Bring the database up to date and stop. Serve does the same when it starts."`
	Merchant         merchantCommand         `cmd:"" help:"Manage merchants."`
	Payments         paymentsCommand         `cmd:"" help:"Look at what no processor could say, and decide."`
	Keys             keysCommand             `cmd:"" help:"Rotate the keys that cards are sealed with."`
	Unseal           unsealCommand           `cmd:"" help:"Give a sealed server a share of its master key."`
	Vault            vaultCommand            `cmd:"" help:"Prove that what is kept is whole."`
	Backup           backupCommand           `cmd:"" help:"Copy the database, encrypted to age recipients, while servers go on."`
	Restore          restoreCommand          `cmd:"" help:"Make a database of a backup. Cards that were erased since are erased again."`
	Bins             binsCommand             `cmd:"" help:"Import and ask the table of issuers."`
	Page             pageCommand             `cmd:"" help:"Hold the payment page that browsers get to the one that is served, and list its scripts."`
	Leakscan         leakscanCommand         `cmd:"" help:"Look for card numbers where none may be: in files, databases, logs, and the memory of a process. Shows no more than BIN and last four."`
	SandboxProcessor sandboxProcessorCommand `cmd:"" help:"Run the sandbox processor on its own: it authorizes test cards and keeps a ledger."`
}

// console is where a command writes.
type console struct {
	context.Context
	out      io.Writer    // results, for people
	progress io.Writer    // how far long work is, for people
	log      *slog.Logger // what happens, as JSON lines
}

// printf writes a line of the result.
func (c console) printf(format string, args ...any) { fmt.Fprintf(c.out, format+"\n", args...) }

// Main runs the program and gives its exit code.
func Main(args []string, out, errors io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var line commands
	code := exitOK
	parser, err := kong.New(&line, kong.Name("paywicket"), kong.Writers(out, errors), kong.UsageOnError(),
		kong.Description("A self-hosted checkout: the shopper types a card into a frame of yours, the merchant gets a token."),
		kong.Exit(func(c int) { code = c; stop() }))
	if err != nil {
		fmt.Fprintln(errors, "paywicket:", err)
		return exitFailure
	}
	parsed, err := parser.Parse(args)
	if ctx.Err() != nil {
		return code // --help has been printed
	}
	if err != nil {
		fmt.Fprintln(errors, "paywicket:", err)
		return exitUsage
	}
	if err := harden(); err != nil {
		fmt.Fprintln(errors, "paywicket:", err)
		return exitFailure
	}
	Tune()
	waiting, end := newPatientWriter(errors)
	logger := slog.New(slog.NewJSONHandler(waiting, nil))
	hushStandardLog(logger)
	err = parsed.Run(console{ctx, out, errors, logger})
	end()
	if err != nil {
		fmt.Fprintln(errors, "paywicket:", err)
		return exitFailure
	}
	return exitOK
}
