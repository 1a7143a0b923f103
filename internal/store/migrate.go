package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"

	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river/rivermigrate"

	"github.com/paywicket/paywicket/migrations"
)

// migrate brings the schema up to date, ours and the job queue's.
func (db *DB) migrate(ctx context.Context) error {
	unlock, err := db.engine.lock(db.pools)
	if err != nil {
		return err
	}
	defer unlock()
	steps, err := fs.Sub(migrations.Steps, db.engine.name)
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(db.engine.dialect, db.writer.DB, steps)
	if err != nil {
		return fmt.Errorf("store: migrations: %w", err)
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("store: migrate: %w", err)
	}
	queue, err := rivermigrate.New(db.engine.queue(db.writer.DB), nil)
	if err != nil {
		return fmt.Errorf("store: job migrations: %w", err)
	}
	if _, err := queue.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return fmt.Errorf("store: migrate jobs: %w", err)
	}
	return nil
}

// lockFile takes an exclusive lock that the kernel drops when the process ends.
func lockFile(path string) (unlock func(), err error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("store: migration lock: %w", err)
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX); err != nil {
		return nil, errors.Join(fmt.Errorf("store: migration lock: %w", err), file.Close())
	}
	return func() { _ = file.Close() }, nil
}
