package store_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/store"
	"github.com/paywicket/paywicket/internal/store/storetest"
)

func TestDatabase(t *testing.T) {
	t.Parallel()
	storetest.Run(t)
}

// Every file of the database is its owner's alone, from the first moment.
func TestFilesAreTheOwnersAlone(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	db, err := store.Open(t.Context(), filepath.Join(dir, "paywicket.db"), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 4 { // the database, its log, its index, the migration lock
		t.Errorf("only %d files", len(files))
	}
	for _, file := range files {
		info, err := file.Info()
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %04o", file.Name(), info.Mode().Perm())
		}
	}
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the directory: %v, %v", info.Mode(), err)
	}
}

func TestADatabaseThatOthersCanReadIsRefused(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "paywicket.db")
	if err := os.WriteFile(path, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Open(t.Context(), path, time.Now); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("opened, or no remedy: %v", err)
	}
}

// Several servers that start at once on one database bring it up to date once.
func TestMigratingAtOnce(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "paywicket.db")
	var starting sync.WaitGroup
	for range 6 {
		starting.Go(func() {
			db, err := store.Open(context.Background(), path, time.Now)
			if err != nil {
				t.Error(err)
				return
			}
			if err := db.Ready(context.Background()); err != nil {
				t.Error(err)
			}
			if err := db.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	starting.Wait()
}

// A path is a path, whatever characters are in it.
func TestAPathWithQuestionMarks(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a?mode=memory&b%20#c", "paywicket.db")
	db, err := store.Open(t.Context(), path, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Size() == 0 {
		t.Errorf("nothing was written there: %v, %v", info, err)
	}
}
