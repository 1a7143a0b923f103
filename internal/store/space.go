package store

import (
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"github.com/paywicket/paywicket/internal/fault"
)

// leastFree is how many bytes the disk must have free for a new session or payment.
// What has been begun is finished in the room that is left: outcomes, look-ups and
// webhooks go on.
const leastFree = 256 << 20

// spaceMemory is how long an answer about the disk is good for.
const spaceMemory = time.Second

// space watches how much room the disk of the database has.
type space struct {
	path string
	free func(path string) (uint64, error) // bytes

	mu   sync.Mutex
	seen time.Time
	err  error
}

func newSpace(file string) *space { return &space{path: filepath.Dir(file), free: freeBytes} }

func freeBytes(path string) (uint64, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(path, &s); err != nil {
		return 0, err
	}
	return s.Bavail * uint64(s.Bsize), nil
}

// check refuses what is new when there is too little room. A nil space, of a
// database that is on another machine, refuses nothing.
func (s *space) check() error {
	if s == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if time.Since(s.seen) < spaceMemory {
		return s.err
	}
	s.seen, s.err = time.Now(), nil
	free, err := s.free(s.path)
	if err != nil {
		s.err = unavailable(err)
	} else if free < leastFree {
		s.err = fault.New(fault.Unavailable, "The server is short of disk space and takes nothing new until there is more. Nothing was done; try again later.")
	}
	return s.err
}
