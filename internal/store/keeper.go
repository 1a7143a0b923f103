package store

import (
	"os"
	"sync"
	"time"
)

// How the write-ahead log is kept small. When it is larger than walMost, and once a
// minute so that what was overwritten does not linger, it is emptied in two goes:
// first its pages are copied into the database beside the writer, which goes on;
// then, with the writer held, the few that came meanwhile are copied and the log is
// cut. Done in one go with the writer held, one request in a hundred took 140 ms.
const (
	keeperTick = 20 * time.Millisecond
	walMost    = 8 << 20 // bytes
	walLife    = time.Minute
)

// keeper looks after the write-ahead log.
type keeper struct {
	db      *DB
	wal     string // the log's path
	ending  chan struct{}
	working sync.WaitGroup
}

func keep(db *DB, wal string) *keeper {
	k := &keeper{db: db, wal: wal, ending: make(chan struct{})}
	k.working.Go(k.run)
	return k
}

func (k *keeper) stop() {
	close(k.ending)
	k.working.Wait()
}

func (k *keeper) run() {
	ticker := time.NewTicker(keeperTick)
	defer ticker.Stop()
	emptied := time.Now()
	for {
		select {
		case <-k.ending:
			return
		case <-ticker.C:
		}
		size := k.size()
		if size <= walMost && (size == 0 || time.Since(emptied) <= walLife) {
			continue
		}
		// What cannot be done now, because somebody reads, is done the next time.
		_, _ = k.db.reader.Exec(`PRAGMA wal_checkpoint(PASSIVE)`)
		_, _ = k.db.writer.Exec(`PRAGMA wal_checkpoint(TRUNCATE)`)
		emptied = time.Now()
	}
}

// size is the log's size in bytes.
func (k *keeper) size() int64 {
	info, err := os.Stat(k.wal)
	if err != nil {
		return 0
	}
	return info.Size()
}
