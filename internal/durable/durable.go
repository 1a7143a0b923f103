// Package durable does to files what a power cut must not undo. A file's name is its
// folder's content: until that is synced too, the name may be gone, or the old one back.
package durable

import (
	"errors"
	"os"
	"path/filepath"
)

// SyncFolder has a folder's names on disk.
func SyncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// Rename gives a file another name, over any file that has it, and has that on disk.
func Rename(from, to string) error {
	if err := os.Rename(from, to); err != nil {
		return err
	}
	return errors.Join(SyncFolder(filepath.Dir(from)), SyncFolder(filepath.Dir(to)))
}
