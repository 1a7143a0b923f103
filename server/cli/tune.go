package cli

import (
	"os"
	"runtime"
	"runtime/debug"
)

// gcPercent is how much the heap may grow between two collections. A server's heap is
// a few MiB, so that four times as much is cheap, and a fifth more tokens a second.
const gcPercent = 400

// Tune sets for this process what Go's own choices cost, measured with two cores. As many goroutines
// run beside those that wait for the disk in SQLite: Go takes a processor back from
// such a call only after a while, and without more threads a fifth of the tokens a
// second are lost. And garbage is collected less often, unless GOGC says how often.
func Tune() {
	runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + 2)
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
}
