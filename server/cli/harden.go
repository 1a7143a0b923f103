package cli

import (
	"fmt"

	"golang.org/x/sys/unix"
)

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
