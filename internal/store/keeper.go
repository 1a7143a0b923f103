package store

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/jmoiron/sqlx"
)

// How the write-ahead log is kept small. When more than walMost of it is not in the
// database yet, its pages are copied there beside the writer, which goes on; then,
// with the writer held, the few that came meanwhile, and the log is begun again from
// its start. Done in one go with the writer held, one request in a hundred took
// 140 ms. The file is written over and not cut: a sync of what is written over takes
// a quarter as long as one of what is added (0.4 ms for 512 KiB, and 1.7). Once a
// minute it is cut all the same, so that what was overwritten does not linger.
const (
	keeperTick = 20 * time.Millisecond
	walMost    = 8 << 20 // bytes
	walLife    = time.Minute
	// A reader that stays, such as a backup, keeps the log from being begun again. The
	// writer waits keeperWait for readers to go, and no more: with the five seconds that
	// it waits elsewhere a backup stopped all writing. It is tried again after keeperRest.
	keeperWait = 20 // milliseconds
	keeperRest = time.Second
)

// keeper looks after the write-ahead log.
type keeper struct {
	db      *DB
	now     func() time.Time
	page    int       // bytes
	cut     time.Time // when the file was last cut
	rest    time.Time // until when nothing is tried
	ending  chan struct{}
	working sync.WaitGroup
}

func keep(db *DB) (*keeper, error) {
	k := &keeper{db: db, now: time.Now, cut: time.Now(), ending: make(chan struct{})}
	if err := db.reader.Get(&k.page, `PRAGMA page_size`); err != nil {
		return nil, err
	}
	k.working.Go(k.run)
	return k, nil
}

func (k *keeper) stop() {
	close(k.ending)
	k.working.Wait()
}

func (k *keeper) run() {
	ticker := time.NewTicker(keeperTick)
	defer ticker.Stop()
	for {
		select {
		case <-k.ending:
			return
		case <-ticker.C:
			k.look()
		}
	}
}

// look does what there is to do.
func (k *keeper) look() {
	now := k.now()
	if now.Before(k.rest) {
		return
	}
	log, err := checkpoint(k.db.reader, "NOOP")
	old := log.Log > 0 && now.Sub(k.cut) > walLife
	if err != nil || !old && (log.Log-log.Checkpointed)*k.page <= walMost {
		return
	}
	how := "RESTART"
	if old {
		how = "TRUNCATE"
	}
	_, err = checkpoint(k.db.reader, "PASSIVE")
	if err == nil {
		err = k.begin(how)
	}
	if err != nil {
		k.rest = now.Add(keeperRest)
	} else if old {
		k.cut = now
	}
}

// errBusy says that a reader is in the way.
var errBusy = errors.New("store: the log is being read")

// begin holds the writer and has the log begun again.
func (k *keeper) begin(how string) error {
	conn, err := k.db.writer.Connx(context.Background())
	if err != nil {
		return err
	}
	defer conn.Close()
	if _, err := conn.ExecContext(context.Background(), fmt.Sprintf(`PRAGMA busy_timeout = %d`, keeperWait)); err != nil {
		return err
	}
	defer conn.ExecContext(context.Background(), `PRAGMA busy_timeout = 5000`)
	log, err := checkpoint(onConn{conn}, how)
	if err == nil && log.Busy != 0 {
		err = errBusy
	}
	return err
}

// checkpointed is what SQLite says of a checkpoint: whether somebody was in the way,
// how many pages the log holds, and how many of them are in the database.
type checkpointed struct{ Busy, Log, Checkpointed int }

// getter reads one row.
type getter interface {
	Get(into any, query string, args ...any) error
}

// onConn reads on one connection.
type onConn struct{ *sqlx.Conn }

func (c onConn) Get(into any, query string, args ...any) error {
	return c.GetContext(context.Background(), into, query, args...)
}

func checkpoint(on getter, how string) (log checkpointed, err error) {
	err = on.Get(&log, `PRAGMA wal_checkpoint(`+how+`)`)
	return log, err
}
