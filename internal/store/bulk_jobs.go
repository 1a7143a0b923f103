package store

import (
	"context"
	"log/slog"
	"os"
	"time"

	"github.com/riverqueue/river"
)

// The queue of batches: a job for each, which is worked on in turns. Between them it is
// snoozed until something of its batch is due, so that a batch of any size, with retries
// over weeks, is one row of the queue. It is put there in the transaction that opens the
// batch.
const (
	batchQueue    = "batches"
	batchesAtOnce = 8
	turnLife      = 2 * time.Minute // after which a turn is taken for lost
	turnTrouble   = 5 * time.Second // until the next after one that failed
)

// Turn works on a batch for a while, and gives when the next turn is due; zero for never.
type Turn func(ctx context.Context, merchant string, batch int64) (time.Time, error)

// batchArgs is the job of a batch.
type batchArgs struct {
	Merchant string `json:"merchant"`
	Batch    int64  `json:"batch"`
}

// Kind names the job in the queue's table.
func (batchArgs) Kind() string { return "batch" }

// InsertOpts puts it into the queue of batches.
func (batchArgs) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: batchQueue} }

// batchWorker does turns.
type batchWorker struct {
	river.WorkerDefaults[batchArgs]
	turn Turn
	now  func() time.Time
	log  *slog.Logger
}

// Timeout is how long a turn may take.
func (w *batchWorker) Timeout(*river.Job[batchArgs]) time.Duration { return turnLife }

// Work does one turn. A batch is never given up: what goes wrong is the server's trouble,
// and the batch goes on when that is over.
func (w *batchWorker) Work(ctx context.Context, job *river.Job[batchArgs]) error {
	next, err := w.turn(ctx, job.Args.Merchant, job.Args.Batch)
	switch {
	case ctx.Err() != nil:
		return river.JobSnooze(0)
	case err != nil:
		w.log.Error("a batch could not be worked on", "batch", job.Args.Batch, "error", err)
		return river.JobSnooze(turnTrouble)
	case next.IsZero():
		return nil
	}
	return river.JobSnooze(max(0, next.Sub(w.now())))
}

// jobTime is how the queue writes times, in SQLite as text and for PostgreSQL to read.
const jobTime = "2006-01-02 15:04:05.000"

// enqueue puts a job into the queue with what else a transaction does.
func (db *DB) enqueue(ctx context.Context, tx *transaction, args river.JobArgs) error {
	client, err := river.NewClient(db.engine.queue(db.jobs.DB), &river.Config{})
	if err != nil {
		return err
	}
	_, err = client.InsertTx(ctx, tx.Tx.Tx, args, nil)
	return err
}

// ReleaseBatches gives back the jobs of batches whose turn has run longer than one lasts: those
// of a server that was killed and does not come back. A turn that is done twice at once after
// all charges nothing twice.
func (db *DB) ReleaseBatches(ctx context.Context) error {
	return db.releaseBatches(ctx, `attempted_at <= ?`, db.now().Add(-turnLife).UTC().Format(jobTime))
}

// releaseOwnBatches gives back the jobs of this server's turns, which was killed before. A file
// has one server. On PostgreSQL it is known by the machine's name: another server on the same
// machine is taken for it, and only works in vain.
func (db *DB) releaseOwnBatches(ctx context.Context) error {
	if !isPostgres(db.location) {
		return db.releaseBatches(ctx, `attempted_at <= ?`, db.now().UTC().Format(jobTime))
	}
	return db.releaseBatches(ctx, `starts_with(attempted_by[cardinality(attempted_by)], ?)`, serverName())
}

// releaseBatches gives back the jobs of turns that a condition holds for.
func (db *DB) releaseBatches(ctx context.Context, where string, arg any) error {
	return db.write(ctx, func(ctx context.Context, tx *transaction) error {
		_, err := tx.ExecContext(ctx, tx.Rebind(`UPDATE river_job SET state = 'available' WHERE kind = ? AND state = 'running' AND `+where), batchArgs{}.Kind(), arg)
		return err
	})
}

// serverName begins the names under which this machine's servers take jobs.
func serverName() string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	return host[:min(len(host), 60)] + " "
}
