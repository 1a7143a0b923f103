package leakscan

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
)

// largestMapping is how large a part of a process's memory may be to be read: what
// is larger is reserved and mostly not there.
const largestMapping = 4 << 30

// ScanProcess looks through the memory a process can write to, as another process
// with the right to (root, or the same user where that is allowed) sees it. Offsets
// are addresses. Errors: those of ReadProcess.
func ScanProcess(pid int, report func(Hit)) error {
	return ReadProcess(pid, func(from int64, part io.Reader) error {
		return Scan(part, func(h Hit) {
			h.Offset += from
			report(h)
		})
	})
}

// ReadProcess shows each part of the memory that a process can write to, with its
// address. Errors: when the process is not there or may not be read.
func ReadProcess(pid int, visit func(from int64, part io.Reader) error) error {
	maps, err := os.Open(fmt.Sprintf("/proc/%d/maps", pid))
	if err != nil {
		return fmt.Errorf("leakscan: %w", err)
	}
	defer maps.Close()
	memory, err := os.Open(fmt.Sprintf("/proc/%d/mem", pid))
	if err != nil {
		return fmt.Errorf("leakscan: %w", err)
	}
	defer memory.Close()
	lines, read := bufio.NewScanner(maps), 0
	for lines.Scan() {
		from, to, ok := writable(lines.Text())
		if ok && visit(from, io.NewSectionReader(memory, from, to-from)) == nil {
			read++ // a part that cannot be read is a device's, or gone
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("leakscan: %w", err)
	}
	if read == 0 {
		return errors.New("leakscan: nothing of the process's memory could be read")
	}
	return nil
}

// writable reads a line of /proc/PID/maps (proc(5)) and gives the part of memory it
// tells of, if that can be written to and is not too large to be there.
func writable(line string) (from, to int64, ok bool) {
	fields := strings.Fields(line)
	if len(fields) < 2 || !strings.HasPrefix(fields[1], "rw") {
		return 0, 0, false
	}
	low, high, _ := strings.Cut(fields[0], "-")
	from, errFrom := strconv.ParseInt(low, 16, 64)
	to, errTo := strconv.ParseInt(high, 16, 64)
	return from, to, errFrom == nil && errTo == nil && to-from <= largestMapping
}
