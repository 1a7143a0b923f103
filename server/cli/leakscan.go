package cli

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/paywicket/paywicket/internal/leakscan"
)

// leakscanCommand looks for card numbers where none may be.
type leakscanCommand struct {
	Paths   []string `arg:"" optional:"" name:"path" help:"Files and directories to look through, databases and logs among them."`
	Process []int    `name:"pid" help:"Process whose memory to look through. May be given again."`
}

// Run scans, and fails when it finds anything.
func (l leakscanCommand) Run(c console) error {
	if len(l.Paths)+len(l.Process) == 0 {
		return fmt.Errorf("name a file, a directory, or a process with --pid")
	}
	found := 0
	report := func(where string) func(leakscan.Hit) {
		return func(h leakscan.Hit) {
			found++
			c.printf("%s: %s", where, h)
		}
	}
	files, total, err := list(l.Paths)
	if err != nil {
		return err
	}
	bar := bytesBar(c, total, "looking")
	for _, path := range files {
		if err := scanFile(path, bar, report(path)); err != nil {
			return err
		}
	}
	_ = bar.Finish()
	for _, pid := range l.Process {
		if err := leakscan.ScanProcess(pid, report(fmt.Sprintf("process %d", pid))); err != nil {
			return err
		}
	}
	if found > 0 {
		return fmt.Errorf("%d card numbers were found", found)
	}
	c.printf("No card number was found in %d files (%d bytes) and %d processes.", len(files), total, len(l.Process))
	return nil
}

// list gives the regular files under paths, and how many bytes they are.
func list(paths []string) (files []string, total int64, err error) {
	for _, path := range paths {
		err := filepath.WalkDir(path, func(name string, entry fs.DirEntry, err error) error {
			if err != nil || !entry.Type().IsRegular() {
				return err
			}
			info, err := entry.Info()
			if err != nil {
				return err
			}
			files, total = append(files, name), total+info.Size()
			return nil
		})
		if err != nil {
			return nil, 0, err
		}
	}
	return files, total, nil
}

func scanFile(path string, bar io.Writer, report func(leakscan.Hit)) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	return leakscan.Scan(io.TeeReader(file, bar), report)
}
