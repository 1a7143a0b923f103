package cli

import (
	"fmt"
	"runtime"

	"golang.org/x/sys/unix"
)

// moreThreads lets as many goroutines run beside those that wait for the disk in
// SQLite: Go takes a processor back from such a call only after a while, and with
// two cores and no more threads a fifth of the tokens a second are lost.
func moreThreads() { runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + 2) }

// harden keeps the memory of this process, where card numbers pass through, out of
// core files and away from other processes of the same user.
func harden() error {
	if err := unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}); err != nil {
		return fmt.Errorf("turn core files off: %w", err)
	}
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
		return fmt.Errorf("keep other processes out: %w", err)
	}
	return nil
}
