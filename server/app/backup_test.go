package app_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"filippo.io/age"

	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/store/storetest"
	"github.com/paywicket/paywicket/server/app"
)

// keeper makes backups of a house and opens them.
type keeper struct {
	*house
	identity *age.X25519Identity
}

func (h *house) keeper() *keeper {
	h.t.Helper()
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		h.t.Fatal(err)
	}
	return &keeper{h, identity}
}

// backup makes a backup and gives its file.
func (k *keeper) backup() string {
	k.t.Helper()
	path := filepath.Join(k.t.TempDir(), "backup.age")
	o := k.operator()
	if err := errors.Join(o.Backup(k.t.Context(), path, []age.Recipient{k.identity.Recipient()}, io.Discard), o.Close()); err != nil {
		k.t.Fatal(err)
	}
	return path
}

// elsewhere is an empty data directory with this house's master key, and a database
// for it.
func (k *keeper) elsewhere() app.Restoration {
	k.t.Helper()
	r := app.Restoration{Data: k.t.TempDir()}
	key, err := os.ReadFile(filepath.Join(k.data, "master.key"))
	if err == nil {
		err = os.WriteFile(filepath.Join(r.Data, "master.key"), key, 0o600)
	}
	if err != nil {
		k.t.Fatal(err)
	}
	if k.database != "" {
		r.Database = storetest.Blank(k.t)
	}
	return r
}

func (k *keeper) restore(path string, to app.Restoration) (app.Restored, error) {
	k.t.Helper()
	file, err := os.Open(path)
	if err != nil {
		k.t.Fatal(err)
	}
	defer file.Close()
	return to.Restore(k.t.Context(), file, []age.Identity{k.identity})
}

// restored gives an operator of a restored database.
func (k *keeper) restored(path string, to app.Restoration) *app.Operator {
	k.t.Helper()
	if _, err := k.restore(path, to); err != nil {
		k.t.Fatal(err)
	}
	o, err := app.OpenOperator(context.Background(), to.Data, to.Database, "")
	if err != nil {
		k.t.Fatal(err)
	}
	k.t.Cleanup(func() { o.Close() })
	return o
}

// A backup that is made under load holds every card that was acknowledged before.
func TestABackupUnderLoad(t *testing.T) {
	t.Parallel()
	k := open(t).keeper()
	before := k.keepMany(50)
	stop := make(chan struct{})
	var load sync.WaitGroup
	for range 4 {
		load.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					k.keepMany(1)
				}
			}
		})
	}
	path := k.backup()
	close(stop)
	load.Wait()
	content, err := os.ReadFile(path)
	if err != nil || bytes.Contains(content, []byte("411111")) || bytes.Contains(content, []byte("SQLite")) || bytes.Contains(content, []byte("PGDMP")) {
		t.Errorf("the backup can be read: %v", err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	o := k.restored(path, k.elsewhere())
	k.verify(o, len(before))
	cards, err := o.Cards(t.Context())
	if now, _ := k.operator().Cards(t.Context()); err != nil || cards > now {
		t.Errorf("%d cards of %d, %v", cards, now, err)
	}
	if left, _ := filepath.Glob(filepath.Join(k.data, "backup-*")); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

// What was erased after a backup does not come back with it.
func TestErasedCardsStayErased(t *testing.T) {
	t.Parallel()
	k := open(t).keeper()
	tokens := k.keepMany(3)
	path := k.backup()
	k.api("DELETE", "/v1/tokens/"+tokens[0], "")
	k.api("DELETE", "/v1/tokens/"+tokens[1], "")
	k.keepMany(1) // after the backup, and so not in it
	k.stop()

	if k.database == "" {
		// In its own place, over the database that is there.
		here := app.Restoration{Data: k.data}
		if _, err := k.restore(path, here); fault.CodeOf(err) != fault.Conflict || err == nil || !strings.Contains(err.Error(), "--replace") {
			t.Errorf("over a database that is there: %v", err)
		}
		here.Replace = true
		done, err := k.restore(path, here)
		if err != nil || done.Erased != 2 {
			t.Fatalf("%+v, %v", done, err)
		}
		if _, err := os.Stat(done.SetAside); err != nil {
			t.Errorf("the database before is gone: %v", err)
		}
		o := k.operator()
		if cards, err := o.Cards(t.Context()); cards != 1 || err != nil {
			t.Errorf("%d cards, %v", cards, err)
		}
		k.verify(o, 1)
		o.Close()
	}
	// Elsewhere, with the word of a database that knows.
	to := k.elsewhere()
	to.ErasedIn = k.database
	if k.database == "" {
		to.ErasedIn = filepath.Join(k.data, "paywicket.db")
	}
	o := k.restored(path, to)
	if cards, err := o.Cards(t.Context()); cards != 1 || err != nil {
		t.Errorf("%d cards, %v", cards, err)
	}
}

func TestWhatIsNoBackupIsNotRestored(t *testing.T) {
	t.Parallel()
	k := open(t).keeper()
	k.keepMany(2)
	path := k.backup()
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	changed := bytes.Clone(whole)
	changed[len(changed)/2] ^= 1
	other := open(t).keeper()
	var theirs, sealed bytes.Buffer
	if content, err := os.ReadFile(other.backup()); err == nil {
		theirs.Write(content)
	}
	out, err := age.Encrypt(&sealed, k.identity.Recipient())
	if err == nil {
		_, err = out.Write([]byte("something else\n"))
		out.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		content []byte
		code    fault.Code
	}{
		"a bare database":   {[]byte("SQLite format 3\x00 and more"), fault.Malformed},
		"nothing":           {nil, fault.Malformed},
		"a text":            {[]byte("hello, this is no backup at all"), fault.Malformed},
		"somebody's backup": {theirs.Bytes(), fault.Forbidden},
		"another age file":  {sealed.Bytes(), fault.Malformed},
		"a changed one":     {changed, ""},
		"a cut one":         {whole[:len(whole)*2/3], ""},
		"one cut at a seam": {whole[:len(whole)-len(whole)%65552], ""},
	} {
		to := k.elsewhere()
		_, err := to.Restore(t.Context(), bytes.NewReader(c.content), []age.Identity{k.identity})
		if err == nil || c.code != "" && fault.CodeOf(err) != c.code {
			t.Errorf("%s: %v", name, err)
		}
		if left, _ := filepath.Glob(filepath.Join(to.Data, "*")); len(left) != 1 {
			t.Errorf("%s left %v behind", name, left)
		}
	}
}

func TestADatabaseInUseIsNotReplaced(t *testing.T) {
	t.Parallel()
	k := open(t).keeper()
	k.keepMany(1)
	path := k.backup()
	if _, err := k.restore(path, app.Restoration{Data: k.data, Database: k.database, Replace: true}); fault.CodeOf(err) != fault.Conflict || err == nil {
		t.Errorf("%v", err)
	}
	if a := k.api("GET", "/v1/tokens/"+k.keepMany(1)[0], ""); a.Status != 200 {
		t.Errorf("its server was disturbed: %d %s", a.Status, a.Body)
	}
}
