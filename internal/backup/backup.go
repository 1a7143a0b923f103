// Package backup is the form in which a copy of the database leaves the house:
// encrypted to the operator's age recipients (age-encryption.org/v1), so that whoever
// finds it has nothing, and whoever changed or cut it is found out.
//
// Inside stands one line that says which kind of database it is of, and then the copy
// in that database's own format. Card numbers in it are sealed as they are in the
// database: without the master key, which is not in it, a backup opens no card.
//
// Refused here: a backup that is not encrypted, and a bare database file.
package backup

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"filippo.io/age"

	"github.com/paywicket/paywicket/internal/durable"
	"github.com/paywicket/paywicket/internal/fault"
)

// title begins the line before the copy.
const title = "paywicket backup 1 "

// Recipients reads age recipients (age1…), such as a file has them: one a line, with
// comments. Errors: fault.Invalid when there are none, or one is wrong.
func Recipients(lines string) ([]age.Recipient, error) {
	recipients, err := age.ParseRecipients(strings.NewReader(lines))
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "These are no age recipients. age-keygen makes one, which begins with age1.")
	}
	return recipients, nil
}

// Identities reads age identities (AGE-SECRET-KEY-1…), as age-keygen writes them.
// Errors: fault.Invalid when there are none, or one is wrong.
func Identities(file io.Reader) ([]age.Identity, error) {
	identities, err := age.ParseIdentities(file)
	if err != nil {
		// Its own words might repeat a line of the file.
		return nil, fault.New(fault.Invalid, "This file holds no age identity: a line that begins with AGE-SECRET-KEY-1.")
	}
	return identities, nil
}

// WriteFile makes a file, where none may be, of what copy writes of a kind of
// database. It is whole and on disk, or it is not there. Errors: fault.Conflict.
func WriteFile(path string, recipients []age.Recipient, kind string, copy func(io.Writer) error) error {
	if _, err := os.Stat(path); err == nil {
		return fault.New(fault.Conflict, "%s is there already. Name another file.", path)
	}
	partial := path + ".partial"
	file, err := os.OpenFile(partial, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	err = write(file, recipients, kind, copy)
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return errors.Join(err, os.Remove(partial))
	}
	if err := durable.Rename(partial, path); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	return nil
}

func write(out io.Writer, recipients []age.Recipient, kind string, copy func(io.Writer) error) error {
	sealed, err := age.Encrypt(out, recipients...)
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	if _, err := io.WriteString(sealed, title+kind+"\n"); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	if err := copy(sealed); err != nil {
		return err
	}
	if err := sealed.Close(); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	return nil
}

// The first bytes of files that are mistaken for backups.
const (
	sqliteMagic = "SQLite format 3\x00"
	ageMagic    = "age-encryption.org/"
)

// Open gives the kind of database a backup is of, and its copy. What is read of the
// copy is what was written, up to an error: at its end it is known to be whole.
// Errors: fault.Malformed for what is no backup, fault.Forbidden when no identity
// opens it.
func Open(in io.Reader, identities []age.Identity) (kind string, copy io.Reader, err error) {
	buffered := bufio.NewReader(in)
	switch start, _ := buffered.Peek(len(ageMagic)); {
	case strings.HasPrefix(string(start), sqliteMagic):
		return "", nil, fault.New(fault.Malformed, "This is a bare database file. What was committed last stands in the -wal file beside the one it was copied from, so it may lack acknowledged cards and payments. "+
			"Restore from what paywicket backup wrote; or stop the server, copy its whole data directory, and serve from that.")
	case string(start) != ageMagic:
		return "", nil, fault.New(fault.Malformed, "This is no backup: paywicket backup writes age files.")
	}
	opened, err := age.Decrypt(buffered, identities...)
	if errors.As(err, new(*age.NoIdentityMatchError)) {
		return "", nil, fault.New(fault.Forbidden, "None of the identities opens this backup: it was made for other recipients.")
	}
	if err != nil {
		return "", nil, fault.Wrap(err, fault.Malformed, "This backup is damaged at its beginning.")
	}
	inside := bufio.NewReader(opened)
	line, err := inside.ReadString('\n')
	kind, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), title)
	if err != nil || !ok {
		return "", nil, fault.Wrap(err, fault.Malformed, "This age file is no backup of ours, or it is damaged.")
	}
	return kind, inside, nil
}
