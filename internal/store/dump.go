package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/paywicket/paywicket/internal/fault"
)

// PostgreSQL's own programs copy it and read copies in: they know it best.

func dumpPostgres(ctx context.Context, location string, out io.Writer) error {
	return client(ctx, "pg_dump", location, nil, out, "--format=custom", "--compress=0", "--no-owner", "--no-privileges")
}

func restorePostgres(ctx context.Context, in io.Reader, location string) error {
	p, err := openPostgres(ctx, location)
	if err != nil {
		return err
	}
	var tables int
	err = p.reader.GetContext(ctx, &tables, `SELECT count(*) FROM information_schema.tables WHERE table_schema = current_schema()`)
	if err := errors.Join(err, p.close()); err != nil {
		return fmt.Errorf("store: restore: %w", err)
	}
	if tables > 0 {
		return fault.New(fault.Conflict, "The database is not empty. Make a fresh one and name it.")
	}
	return client(ctx, "pg_restore", location, in, io.Discard, "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges")
}

// client runs one of PostgreSQL's programs on a database. The password goes by the
// environment: everybody on the machine sees a command line.
func client(ctx context.Context, name, location string, in io.Reader, out io.Writer, args ...string) error {
	program, err := findClient(name)
	if err != nil {
		return err
	}
	bare, password, err := withoutPassword(location)
	if err != nil {
		return err
	}
	command := exec.CommandContext(ctx, program, append(args, "--dbname="+bare)...)
	command.Env = os.Environ()
	if password != "" {
		command.Env = append(command.Env, "PGPASSWORD="+password)
	}
	var trouble bytes.Buffer
	command.Stdin, command.Stdout, command.Stderr = in, out, &trouble
	if err := command.Run(); err != nil {
		return fmt.Errorf("store: %s: %w: %s", name, err, strings.TrimSpace(trouble.String()))
	}
	return nil
}

// withoutPassword takes the password out of a database's URL, where it may stand before
// the host or among the parameters.
func withoutPassword(location string) (bare, password string, err error) {
	u, err := url.Parse(location)
	if err != nil {
		return "", "", errors.New("store: the database's URL cannot be read")
	}
	if given, ok := u.User.Password(); ok {
		password, u.User = given, url.User(u.User.Username())
	}
	if query := u.Query(); query.Has("password") {
		password = query.Get("password")
		query.Del("password")
		u.RawQuery = query.Encode()
	}
	return u.String(), password, nil
}

// findClient looks in the path, and then for the newest of Debian's.
func findClient(name string) (string, error) {
	if path, err := exec.LookPath(name); err == nil {
		return path, nil
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/" + name)
	if len(found) == 0 {
		return "", fmt.Errorf("store: %s is not there: install PostgreSQL's client programs, of the server's version or a later one", name)
	}
	slices.Sort(found)
	return found[len(found)-1], nil
}
