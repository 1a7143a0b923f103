package storetest

import (
	"bytes"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"regexp"
	"testing"

	"github.com/jmoiron/sqlx"
)

// bytea is how PostgreSQL writes bytes in the text of a row.
var bytea = regexp.MustCompile(`\\\\+x([0-9a-f]*)`)

// Dump gives everything a database holds, to be searched: the bytes of SQLite's
// files with their log, or every row of every table of PostgreSQL as text, with bytes
// as they are.
func Dump(t testing.TB, db *sqlx.DB) []byte {
	t.Helper()
	var out bytes.Buffer
	if db.DriverName() == "sqlite3" {
		var path string
		if err := db.Get(&path, `SELECT file FROM pragma_database_list WHERE name = 'main'`); err != nil {
			t.Fatal(err)
		}
		for _, ending := range []string{"", "-wal", "-shm"} {
			content, err := os.ReadFile(path + ending)
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				t.Fatal(err)
			}
			out.Write(content)
		}
		return out.Bytes()
	}
	var tables []string
	if err := db.Select(&tables, `SELECT quote_ident(table_name) FROM information_schema.tables WHERE table_schema = 'public'`); err != nil {
		t.Fatal(err)
	}
	for _, table := range tables {
		var rows []string
		if err := db.Select(&rows, `SELECT whole::text FROM `+table+` whole`); err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			out.Write(bytea.ReplaceAllFunc([]byte(row+"\n"), func(text []byte) []byte {
				raw, _ := hex.DecodeString(string(text[bytes.IndexByte(text, 'x')+1:]))
				return raw
			}))
		}
	}
	return out.Bytes()
}
