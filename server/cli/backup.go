package cli

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"

	"github.com/paywicket/paywicket/internal/backup"
	"github.com/paywicket/paywicket/server/app"
)

// backupCommand copies the database.
type backupCommand struct {
	File           string   `arg:"" type:"path" help:"The backup to write."`
	Recipient      []string `short:"r" help:"Who may open it: an age recipient, which begins with age1. May be given again."`
	RecipientsFile string   `type:"existingfile" help:"File of age recipients, one a line."`
	stored
}

// Run copies.
func (b backupCommand) Run(c console) error {
	lines := strings.Join(b.Recipient, "\n")
	if b.RecipientsFile != "" {
		text, err := os.ReadFile(b.RecipientsFile)
		if err != nil {
			return err
		}
		lines += "\n" + string(text)
	}
	if strings.TrimSpace(lines) == "" {
		return fmt.Errorf("name who may open the backup with --recipient or --recipients-file: age-keygen makes a key whose public part that is")
	}
	recipients, err := backup.Recipients(lines)
	if err != nil {
		return err
	}
	return b.open(c, func(o *app.Operator) error {
		bar := bytesBar(c, -1, "copying")
		if err := o.Backup(c, b.File, recipients, bar); err != nil {
			return err
		}
		_ = bar.Finish()
		c.printf("The backup is in %s. It opens no card without the master key, which is not in it: keep that elsewhere.", b.File)
		return nil
	})
}

// restoreCommand makes a database of a backup.
type restoreCommand struct {
	File     string `arg:"" type:"existingfile" help:"What paywicket backup wrote."`
	Identity string `short:"i" required:"" type:"existingfile" help:"File of an age identity that opens it, as age-keygen writes it."`
	Replace  bool   `help:"Set the database in the data directory aside. Cards that were erased from it stay erased."`
	ErasedIn string `help:"Another database, its path or PostgreSQL URL, whose erased cards are to stay erased."`
	stored
}

// Run restores.
func (r restoreCommand) Run(c console) error {
	key, err := os.Open(r.Identity)
	if err != nil {
		return err
	}
	defer key.Close()
	identities, err := backup.Identities(key)
	if err != nil {
		return err
	}
	var done app.Restored
	err = readFile(c, r.File, "restoring", func(in io.Reader) error {
		done, err = app.Restoration{Data: r.Data, Database: r.DatabaseURL, Replace: r.Replace, ErasedIn: r.ErasedIn}.Restore(c, in, identities)
		return err
	})
	if err != nil {
		return err
	}
	c.printf("The database is restored. %d cards that had been erased since were erased again.", done.Erased)
	if done.SetAside != "" {
		c.printf("The database before is in %s: delete it when it is not needed, for what was erased of the backup may be in it.", done.SetAside)
	}
	return nil
}

// readFile has a file read, under a bar.
func readFile(c console, path, doing string, read func(io.Reader) error) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	bar := bytesBar(c, info.Size(), doing)
	err = read(io.TeeReader(file, bar))
	_ = bar.Finish()
	return err
}

// bytesBar shows how many bytes of so many have gone by; -1 when nobody knows.
func bytesBar(c console, total int64, doing string) *progressbar.ProgressBar {
	return progressbar.NewOptions64(total, progressbar.OptionSetWriter(c.progress), progressbar.OptionSetDescription(doing), progressbar.OptionShowBytes(true),
		progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish(), progressbar.OptionSetVisibility(watched(c.progress)))
}
