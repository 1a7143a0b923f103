package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"github.com/paywicket/paywicket/server/app"
)

// stored is where an operator's command finds its data.
type stored struct {
	Data        string `required:"" env:"PAYWICKET_DATA" type:"path" help:"Directory of the master key and the database."`
	DatabaseURL string `name:"database-url" env:"DATABASE_URL" help:"PostgreSQL database instead."`
	Master      string `env:"PAYWICKET_MASTER" help:"Master key of a key service, as for serve."`
	Shares      string `type:"existingfile" help:"File of shares of a master key that was split, one a line. Default: they are asked for."`
}

// open opens the data, works with it, and closes it.
func (s stored) open(c console, work func(o *app.Operator) error) error {
	o, err := app.OpenOperator(c, s.Data, s.DatabaseURL, s.Master)
	if err != nil {
		return err
	}
	return errors.Join(work(o), o.Close())
}

// with works with the data and its keys under a progress bar over all cards.
func (s stored) with(c console, doing string, work func(o *app.Operator, progress func(int)) error) error {
	return s.open(c, func(o *app.Operator) error {
		if err := s.unseal(c, o); err != nil {
			return err
		}
		cards, err := o.Cards(c)
		if err != nil {
			return err
		}
		bar := progressbar.NewOptions(cards, progressbar.OptionSetWriter(c.progress), progressbar.OptionSetDescription(doing),
			progressbar.OptionShowCount(), progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish(),
			progressbar.OptionSetVisibility(watched(c.progress)))
		err = work(o, func(n int) { _ = bar.Add(n) })
		_ = bar.Finish()
		return err
	})
}

// watched tells whether somebody looks at what is written: a bar in a file is noise.
func watched(w io.Writer) bool {
	file, ok := w.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}

// keysCommand groups what concerns the keys that cards are sealed with.
type keysCommand struct {
	Rotate keysRotateCommand `cmd:"" help:"Make a fresh key and seal every card with it, while servers go on. Can be stopped and begun again. The key before is kept until keys retire."`
	Rewrap keysRewrapCommand `cmd:"" help:"Have another master key take over: a fresh one, or one of a key service. No card is touched."`
	Split  keysSplitCommand  `cmd:"" help:"Split the master key of a stopped server among several people. It starts sealed then, and takes some of their shares."`
	Join   keysJoinCommand   `cmd:"" help:"Make a split master key whole again."`
	Retire keysRetireCommand `cmd:"" help:"Drop every key but the newest, for ever. Refused while anything is sealed with another."`
}

// keysRotateCommand rotates.
type keysRotateCommand struct{ stored }

// Run rotates.
func (k keysRotateCommand) Run(c console) error {
	return k.with(c, "sealing anew", func(o *app.Operator, progress func(int)) error {
		n, err := o.Rotate(c, progress)
		if err == nil {
			c.printf("%d cards were sealed anew. The key before still opens what a backup holds: keys retire drops it.", n)
		}
		return err
	})
}

// keysRetireCommand retires.
type keysRetireCommand struct{ stored }

// Run retires.
func (k keysRetireCommand) Run(c console) error {
	return k.with(c, "looking for older keys", func(o *app.Operator, _ func(int)) error {
		if err := o.Retire(c); err != nil {
			return err
		}
		c.printf("The older keys are gone. What they sealed, in backups too, never opens again.")
		return nil
	})
}

// vaultCommand groups what concerns the kept cards.
type vaultCommand struct {
	Verify vaultVerifyCommand `cmd:"" help:"Open every card, hold it to its row, and follow the audit trail from its first entry. Shows no card."`
}

// vaultVerifyCommand verifies.
type vaultVerifyCommand struct{ stored }

// Run verifies.
func (v vaultVerifyCommand) Run(c console) error {
	return v.with(c, "opening cards", func(o *app.Operator, progress func(int)) error {
		failed := 0
		cards, entries, err := o.Verify(c, progress, func(name string, err error) {
			failed++
			c.printf("%s does not verify: %v", name, err)
		})
		if err != nil {
			return err
		}
		if failed > 0 {
			return fmt.Errorf("%d of %d cards do not verify", failed, cards)
		}
		c.printf("%d cards open and are what their rows say. The audit trail of %d entries is unbroken.", cards, entries)
		return nil
	})
}
