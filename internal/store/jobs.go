package store

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"

	"github.com/paywicket/paywicket/internal/webhook"
)

// How the queue works: how often it looks for due jobs when nothing wakes it, and
// how many deliveries run at once.
const (
	pollInterval  = 200 * time.Millisecond
	deliveryWidth = 32
)

// deliveryArgs is the job that delivers one event to one endpoint. It is kept
// with the event and is all a later process needs.
type deliveryArgs struct {
	Merchant string `json:"merchant"`
	Endpoint string `json:"endpoint"`
	Event    string `json:"event"`
}

// Kind names the job in the queue's table.
func (deliveryArgs) Kind() string { return "webhook_delivery" }

// jobQueue adds jobs within transactions. It runs none.
type jobQueue struct{ client *river.Client[*sql.Tx] }

func newJobQueue(driver riverdriver.Driver[*sql.Tx]) (*jobQueue, error) {
	client, err := river.NewClient(driver, &river.Config{})
	if err != nil {
		return nil, fmt.Errorf("store: job queue: %w", err)
	}
	return &jobQueue{client}, nil
}

func (q *jobQueue) deliver(ctx context.Context, tx *sql.Tx, args deliveryArgs) error {
	_, err := q.client.InsertTx(ctx, tx, args, &river.InsertOpts{MaxAttempts: webhook.MaxAttempts})
	return err
}

// Work runs the queue's jobs until ctx ends, then lets those that run finish.
// deliver sends one event to one endpoint; an error from it is tried again.
func (db *DB) Work(ctx context.Context, log *slog.Logger, deliver func(ctx context.Context, merchant, endpoint, event string) error) error {
	workers := river.NewWorkers()
	river.AddWorker(workers, &deliveryWorker{deliver: deliver, log: log, now: db.now})
	client, err := river.NewClient(db.engine.queue(db.jobs.DB), &river.Config{
		Queues:            map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: deliveryWidth}},
		Workers:           workers,
		FetchPollInterval: pollInterval,
		FetchCooldown:     50 * time.Millisecond,
		JobTimeout:        webhook.AttemptTimeout + 5*time.Second,
		Logger:            slog.New(onlyErrors{log.Handler()}),
	})
	if err != nil {
		return fmt.Errorf("store: job workers: %w", err)
	}
	if err := client.Start(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("store: start job workers: %w", err)
	}
	<-ctx.Done()
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), webhook.AttemptTimeout)
	defer cancel()
	return client.Stop(stopping)
}

// deliveryWorker runs delivery jobs.
type deliveryWorker struct {
	river.WorkerDefaults[deliveryArgs]
	deliver func(ctx context.Context, merchant, endpoint, event string) error
	log     *slog.Logger
	now     func() time.Time
}

// Work delivers once.
func (w *deliveryWorker) Work(ctx context.Context, job *river.Job[deliveryArgs]) error {
	err := w.deliver(ctx, job.Args.Merchant, job.Args.Endpoint, job.Args.Event)
	if err != nil {
		w.log.Warn("webhook not delivered", "event", job.Args.Event, "endpoint", job.Args.Endpoint, "attempt", job.Attempt, "error", err)
	}
	return err
}

// NextRetry follows the webhook schedule instead of the queue's own.
func (w *deliveryWorker) NextRetry(job *river.Job[deliveryArgs]) time.Time {
	return w.now().Add(webhook.Wait(job.Attempt))
}

// onlyErrors passes on what breaks in the queue itself, and not its account of
// each failed attempt: the worker has told that already.
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
