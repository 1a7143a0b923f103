package durable_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/paywicket/paywicket/internal/durable"
)

func TestRename(t *testing.T) {
	t.Parallel()
	from, to := filepath.Join(t.TempDir(), "from"), filepath.Join(t.TempDir(), "to")
	for path, content := range map[string]string{from: "new", to: "old"} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := durable.Rename(from, to); err != nil {
		t.Fatal(err)
	}
	if content, err := os.ReadFile(to); err != nil || string(content) != "new" {
		t.Errorf("%q, %v", content, err)
	}
	if err := durable.Rename(from, to); err == nil {
		t.Error("what is not there was renamed")
	}
	if err := durable.SyncFolder(from); err == nil {
		t.Error("a folder that is not there was synced")
	}
}
