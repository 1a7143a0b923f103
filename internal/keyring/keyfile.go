package keyring

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/paywicket/paywicket/internal/durable"
	"github.com/paywicket/paywicket/internal/fault"
)

// SplitFile splits the master key in a file: it makes another file, and gives the
// shares, of which threshold bring it back. Once the shares have been tried the key's
// file is removed.
func SplitFile(key, split string, shares, threshold int) ([]string, error) {
	if threshold < leastShares || threshold > shares || shares > mostShares {
		return nil, fault.New(fault.Invalid, "Choose %d to %d shares, and a threshold from %d to their number.", leastShares, mostShares, leastShares)
	}
	if _, err := os.Stat(split); err == nil {
		return nil, fault.New(fault.Conflict, "The key is split already: %s is there. Join it first.", split)
	}
	text, err := os.ReadFile(key)
	if err != nil {
		return nil, fmt.Errorf("keyring: split: %w", err)
	}
	defer clear(text)
	master, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(master) != masterBytes {
		return nil, fmt.Errorf("keyring: %s holds no master key", key)
	}
	defer clear(master)
	s, out, err := splitKey(master, shares, threshold)
	if err != nil {
		return nil, err
	}
	if err := s.try(master, out); err != nil {
		return nil, err
	}
	content, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("keyring: split: %w", err)
	}
	if err := writeOwn(split, append(content, '\n')); err != nil {
		return nil, err
	}
	return out, removeKey(key)
}

// OpenSplit reads the file of a master key that was split; nil when there is none.
func OpenSplit(path string) (*Split, error) {
	content, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("keyring: %w", err)
	}
	s := &Split{}
	if err := json.Unmarshal(content, s); err != nil || s.Threshold < leastShares || len(s.Commitments) != s.Threshold {
		return nil, fmt.Errorf("keyring: %s is no split master key", path)
	}
	return s, nil
}

// JoinFile makes the master key's file again of enough shares, and removes the split
// one's.
func (s *Split) JoinFile(key, split string) error {
	master, err := s.key()
	if err != nil {
		return err
	}
	defer clear(master)
	text := []byte(base64.StdEncoding.EncodeToString(master) + "\n")
	defer clear(text)
	if err := writeOwn(key, text); err != nil {
		return err
	}
	return removeKey(split)
}

// writeOwn makes a file that only its owner reads, and has it on disk.
func writeOwn(path string, content []byte) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("keyring: %w", err)
	}
	_, err = file.Write(content)
	if err := errors.Join(err, file.Sync(), file.Close(), durable.SyncFolder(filepath.Dir(path))); err != nil {
		return fmt.Errorf("keyring: %w", err)
	}
	return nil
}

// Settle gives a key's file its name, over the one that has it, and removes others that
// held what it takes the place of.
func Settle(from, to string, others ...string) error {
	if err := durable.Rename(from, to); err != nil {
		return fmt.Errorf("keyring: %w", err)
	}
	return Remove(others...)
}

// Remove overwrites and removes the files of keys, those that are there.
func Remove(paths ...string) error {
	for _, path := range paths {
		if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err := removeKey(path); err != nil {
			return err
		}
	}
	return nil
}

// removeKey overwrites a file and removes it. On a disk that writes elsewhere what is
// written again, such as any flash, the old content may be there yet.
func removeKey(path string) error {
	info, err := os.Stat(path)
	if err == nil {
		err = os.WriteFile(path, make([]byte, info.Size()), 0o600)
	}
	if err := errors.Join(err, os.Remove(path), durable.SyncFolder(filepath.Dir(path))); err != nil {
		return fmt.Errorf("keyring: remove %s: %w", path, err)
	}
	return nil
}
