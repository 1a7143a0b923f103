package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/jmoiron/sqlx"

	"github.com/paywicket/paywicket/internal/fault"
)

// Many callers' steps share one transaction and so one sync of the disk: while one
// commit waits for the disk, the steps that arrive gather for the next. Nobody
// waits for others to come. Each caller gets its answer once the commit that holds
// its step is durable. A step that fails takes nothing of its neighbours with it:
// the transaction is begun again with a savepoint before each step, which is not
// done at first because it seldom matters and costs a third of the rest.

// maxTogether is how many steps one transaction may hold.
const maxTogether = 128

// transaction is what a step writes to. It may hold other callers' steps too.
type transaction struct {
	*sqlx.Tx
	engine  engine
	conn    *sqlx.Conn // on which it runs
	careful bool       // a savepoint stands before each step
	gathered
}

// errCareless says that a step failed where no savepoint stands before it.
var errCareless = errors.New("store: a step failed and took others with it")

// step is one business step. It may be run again from the start when what it
// shared a transaction with could not be committed, so it must change nothing but
// the database and variables that it sets anew. Its context does not end: SQLite
// rolls back the whole transaction when a statement in it is interrupted.
type step func(ctx context.Context, tx *transaction) error

// pending is a step that waits for its commit.
type pending struct {
	ctx    context.Context
	step   step
	answer chan answer
}

// answer is how a step ended: durable, or with an error and without a trace.
type answer struct {
	err      error
	panicked any // what the step panicked with
}

// write runs one business step and returns once it is durable. When ctx ends
// before the step begins, nothing is done; after that its end is waited for.
func (db *DB) write(ctx context.Context, s step) error {
	p := &pending{ctx, s, make(chan answer, 1)}
	var a answer
	select {
	case db.queue <- p:
		a = db.await(p)
	case <-db.ended:
		a.err = errClosed
	}
	if a.panicked != nil {
		panic(a.panicked)
	}
	return a.err
}

// errClosed is for who writes when the server has ended.
var errClosed = fault.New(fault.Unavailable, "The server is shutting down. Nothing was done; try again in a moment.")

// await waits for a step's answer, or for the end of everybody who could give one.
func (db *DB) await(p *pending) answer {
	select {
	case a := <-p.answer:
		return a
	case <-db.ended:
	}
	select {
	case a := <-p.answer:
		return a
	default:
		return answer{err: errClosed}
	}
}

// commitAll answers every step that is queued, until the database is closed and the
// queue is empty.
func (db *DB) commitAll() {
	defer close(db.ended)
	var together []*pending
	for {
		if len(db.queue) == 0 {
			select {
			case <-db.closing:
				return
			case first := <-db.queue:
				together = append(together, first)
			}
		}
		for len(together) < maxTogether && len(db.queue) > 0 {
			together = append(together, <-db.queue)
		}
		db.commit(together)
		together = together[:0]
	}
}

// mostRetries is how often a transaction is begun again that the database broke off
// for the sake of another.
const mostRetries = 5

// commit runs steps in one transaction, and one by one if that cannot be.
func (db *DB) commit(together []*pending) {
	rest, err := db.tryCommit(together, false)
	if errors.Is(err, errCareless) {
		rest, err = db.tryCommit(rest, true)
	}
	for tries := 0; tries < mostRetries && isPassing(err); tries++ {
		rest, err = db.tryCommit(rest, true)
	}
	if err == nil {
		return
	}
	db.notice(err)
	for _, p := range rest {
		if len(together) > 1 {
			_, err = db.tryCommit([]*pending{p}, true)
			db.notice(err)
		}
		if err != nil {
			p.answer <- answer{err: unavailable(err)}
		}
	}
}

// tryCommit runs steps in one transaction and answers them. It gives those that
// have no answer yet when the transaction itself failed: then nothing of any of
// them is kept.
func (db *DB) tryCommit(together []*pending, careful bool) (rest []*pending, err error) {
	conn, err := db.writer.Connx(context.Background())
	if err != nil {
		return together, err
	}
	defer conn.Close()
	begun, err := conn.BeginTxx(context.Background(), nil)
	if err != nil {
		return together, err
	}
	tx := &transaction{Tx: begun, engine: db.engine, conn: conn, careful: careful}
	if db.engine.begin != nil {
		if err := db.engine.begin(tx); err != nil {
			return together, errors.Join(err, tx.Rollback())
		}
	}
	var done []*pending
	for i, p := range together {
		a, err := tx.run(p)
		if err != nil {
			return append(done, together[i:]...), errors.Join(err, tx.Rollback())
		}
		if a.err != nil || a.panicked != nil {
			p.answer <- a
		} else {
			done = append(done, p)
		}
	}
	if err := tx.flush(); err != nil {
		return done, errors.Join(err, tx.Rollback())
	}
	err = tx.Commit()
	if err == nil {
		db.hub.tell(tx.topics()...)
	}
	if isPassing(err) {
		return done, err // it is certain that nothing of it was kept
	}
	if err != nil {
		db.notice(err)
		err = uncertain(err)
	}
	for _, p := range done {
		p.answer <- answer{err: err}
	}
	return nil, nil
}

// uncertain marks a commit whose end is not known: the connection may have broken
// after the database had taken it. It is not tried again here, for that could do it
// twice; the caller is told to look.
func uncertain(err error) error {
	return fault.Wrap(err, fault.Unavailable, "It is not known whether this was stored. Ask what became of it before you try again.")
}

// run runs one step. In a careful transaction a savepoint stands before it, to go
// back to when the step fails. The error is that of the transaction itself, which
// is then of no more use.
func (tx *transaction) run(p *pending) (answer, error) {
	if err := p.ctx.Err(); err != nil {
		return answer{err: unavailable(err)}, nil
	}
	if !tx.careful {
		a := tx.attempt(p)
		if isPassing(a.err) {
			return answer{}, a.err
		}
		if a.err != nil || a.panicked != nil {
			return a, errCareless
		}
		return a, nil
	}
	if _, err := tx.Exec(`SAVEPOINT step`); err != nil {
		return answer{}, err
	}
	before := tx.gathered
	a := tx.attempt(p)
	if isPassing(a.err) {
		return answer{}, a.err
	}
	end := `RELEASE step`
	if a.err != nil || a.panicked != nil {
		tx.gathered = before
		end = `ROLLBACK TO step`
	}
	_, err := tx.Exec(end)
	return a, err
}

// attempt runs one step and survives a panic in it: the step's caller gets that.
func (tx *transaction) attempt(p *pending) (a answer) {
	defer func() { a.panicked = recover() }()
	return answer{err: p.step(context.WithoutCancel(p.ctx), tx)}
}

// notice looks at what a transaction failed with. After a sync that failed, what
// the operating system holds of the file is not what the disk holds, and a second
// sync would not say so: this process must not go on.
func (db *DB) notice(err error) {
	if err == nil || !isSyncFailure(err) {
		return
	}
	select {
	case db.broken <- fmt.Errorf("store: the disk did not take what was written: %w", err):
	default: // it has been said
	}
}

// Broken tells when the database is of no more use to this process, which must
// then end: the next one reads what is really on the disk.
func (db *DB) Broken() <-chan error { return db.broken }

// unavailable marks trouble with the database itself as ours and passing.
func unavailable(err error) error {
	return fault.Wrap(err, fault.Unavailable, "The server cannot store anything right now. Nothing was done; try again in a moment.")
}
