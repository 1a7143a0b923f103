package store_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/paywicket/paywicket/internal/store"
	"github.com/paywicket/paywicket/internal/store/storetest"
)

// Both databases have the same tables with the same columns, so that one statement
// serves both. The job queue's tables are its own affair.
func TestSchemasAreTheSame(t *testing.T) {
	t.Parallel()
	if storetest.Server() == "" {
		t.Skip("needs PAYWICKET_TEST_POSTGRES beside SQLite: .ci/postgres gives one")
	}
	path := filepath.Join(t.TempDir(), "paywicket.db")
	lite, err := store.Open(t.Context(), path, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer lite.Close()
	file := sqlx.MustOpen("sqlite3", path)
	defer file.Close()
	_, server := storetest.Open(t, time.Now)

	ours := `table_name NOT LIKE 'river%' AND table_name NOT LIKE 'sqlite%' AND table_name <> 'goose_db_version'`
	want := columns(t, file, `SELECT table_name, name FROM (SELECT m.name AS table_name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table') WHERE `+ours)
	got := columns(t, server, `SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' AND `+ours)
	if len(want) < 60 || !slices.Equal(got, want) {
		t.Errorf("PostgreSQL has\n%s\nand SQLite\n%s", fmt.Sprint(got), fmt.Sprint(want))
	}
	want = columns(t, file, `SELECT tbl_name AS table_name, name FROM sqlite_master m WHERE type = 'index' AND name NOT LIKE 'sqlite%' AND name NOT LIKE 'river%'`)
	got = columns(t, server, `SELECT tablename, indexname FROM pg_indexes WHERE schemaname = 'public' AND indexname NOT LIKE '%_pkey' AND indexname NOT LIKE '%_key' AND indexname NOT LIKE 'river%'`)
	if len(want) < 5 || !slices.Equal(got, want) {
		t.Errorf("PostgreSQL has the indexes\n%s\nand SQLite\n%s", fmt.Sprint(got), fmt.Sprint(want))
	}
}

// columns gives each row of a table's and another name as "table.name", sorted.
func columns(t *testing.T, db *sqlx.DB, query string) []string {
	t.Helper()
	rows, err := db.Query(query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		var table, name string
		if err := rows.Scan(&table, &name); err != nil {
			t.Fatal(err)
		}
		all = append(all, table+"."+name)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	slices.Sort(all)
	return all
}
