package store

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/riverqueue/river"

	"github.com/paywicket/paywicket/internal/id"
)

// pollInterval is how often the queue looks for due jobs.
const pollInterval = time.Second

// Chore is something that is to be done now and then by one of the servers on a
// database, whichever it is.
type Chore struct {
	Name  string
	Every time.Duration
	Do    func(context.Context) error
}

// choreLife is how long a chore may take.
const choreLife = 30 * time.Minute

// choreArgs is the job that does a chore.
type choreArgs struct {
	Name string `json:"name" river:"unique"`
}

// Kind names the job in the queue's table.
func (choreArgs) Kind() string { return "chore" }

// Work has chores done and batches worked on until ctx ends, then lets those that run
// finish. The queue has one server of all plan the chores, and any of them do each; a batch
// is worked on by one at a time.
func (db *DB) Work(ctx context.Context, log *slog.Logger, chores []Chore, turn Turn) error {
	if err := db.releaseOwnBatches(ctx); err != nil {
		return fmt.Errorf("store: release jobs: %w", err)
	}
	workers := river.NewWorkers()
	river.AddWorker(workers, &choreWorker{chores: chores, log: log})
	river.AddWorker(workers, &batchWorker{turn: turn, now: db.now, log: log})
	var periodic []*river.PeriodicJob
	for _, c := range chores {
		periodic = append(periodic, river.NewPeriodicJob(river.PeriodicInterval(c.Every), func() (river.JobArgs, *river.InsertOpts) {
			return choreArgs{c.Name}, &river.InsertOpts{MaxAttempts: 1, UniqueOpts: river.UniqueOpts{ByArgs: true, ByPeriod: c.Every}}
		}, &river.PeriodicJobOpts{RunOnStart: true, ID: c.Name}))
	}
	client, err := river.NewClient(db.engine.queue(db.jobs.DB), &river.Config{
		ID: serverName() + id.Random(),
		Queues: map[string]river.QueueConfig{
			river.QueueDefault: {MaxWorkers: max(2, len(chores))},
			batchQueue:         {MaxWorkers: batchesAtOnce},
		},
		Workers:           workers,
		PeriodicJobs:      periodic,
		FetchPollInterval: pollInterval,
		JobTimeout:        choreLife,
		Logger:            slog.New(onlyErrors{log.Handler()}),
	})
	if err != nil {
		return fmt.Errorf("store: job workers: %w", err)
	}
	if err := client.Start(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("store: start job workers: %w", err)
	}
	<-ctx.Done()
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	return client.StopAndCancel(stopping)
}

// choreWorker does chores.
type choreWorker struct {
	river.WorkerDefaults[choreArgs]
	chores []Chore
	log    *slog.Logger
}

// Work does one. What goes wrong is logged, and done again the next time.
func (w *choreWorker) Work(ctx context.Context, job *river.Job[choreArgs]) error {
	for _, c := range w.chores {
		if c.Name != job.Args.Name {
			continue
		}
		if err := c.Do(ctx); err != nil && ctx.Err() == nil {
			w.log.Error("a chore failed", "chore", c.Name, "error", err)
		}
	}
	return nil
}

// onlyErrors passes on what breaks in the queue itself.
type onlyErrors struct{ slog.Handler }

// Enabled is true from errors up.
func (h onlyErrors) Enabled(_ context.Context, level slog.Level) bool {
	return level >= slog.LevelError
}

// WithAttrs keeps the filter on the loggers that the queue derives.
func (h onlyErrors) WithAttrs(attrs []slog.Attr) slog.Handler {
	return onlyErrors{h.Handler.WithAttrs(attrs)}
}

// WithGroup keeps the filter on the loggers that the queue derives.
func (h onlyErrors) WithGroup(name string) slog.Handler { return onlyErrors{h.Handler.WithGroup(name)} }
