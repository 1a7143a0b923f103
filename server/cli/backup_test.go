package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"
)

func TestBackupAndRestore(t *testing.T) {
	dir := t.TempDir()
	data, file, key := filepath.Join(dir, "data"), filepath.Join(dir, "backup.age"), filepath.Join(dir, "identity.txt")
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{key: "# created by age-keygen\n" + identity.String() + "\n", filepath.Join(dir, "recipients"): "# ours\n" + identity.Recipient().String() + "\n"} {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"migrate", "--data", data}, 0, "up to date"},
		{[]string{"backup", file, "--data", data}, 1, "--recipient"},
		{[]string{"backup", file, "--data", data, "-r", "age1wrong"}, 1, "age-keygen"},
		{[]string{"backup", file, "--data", data, "--recipients-file", filepath.Join(dir, "recipients")}, 0, "master key"},
		{[]string{"backup", file, "--data", data, "-r", identity.Recipient().String()}, 1, "there already"},
		{[]string{"restore", file, "--data", data, "-i", key}, 1, "--replace"},
		{[]string{"restore", filepath.Join(data, "paywicket.db"), "--data", filepath.Join(dir, "other"), "-i", key}, 1, "-wal"},
		{[]string{"restore", file, "--data", filepath.Join(dir, "other"), "-i", file}, 1, "AGE-SECRET-KEY"},
		{[]string{"restore", file, "--data", data, "-i", key, "--replace"}, 0, "paywicket.db.before-"},
		{[]string{"restore", file, "--data", filepath.Join(dir, "other"), "-i", key}, 0, "restored"},
	} {
		if code, out, errors := run(c.args...); code != c.code || !strings.Contains(out+errors, c.says) {
			t.Errorf("%v: %d %s%s", c.args, code, out, errors)
		} else if strings.Contains(out+errors, identity.String()) {
			t.Errorf("%v shows the identity", c.args)
		}
	}
}
