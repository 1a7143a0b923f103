package store

import "testing"

func TestNoPasswordOnACommandLine(t *testing.T) {
	t.Parallel()
	for location, want := range map[string][2]string{
		"postgres://host/name":                               {"postgres://host/name", ""},
		"postgres://user@host:5432/name?sslmode=require":     {"postgres://user@host:5432/name?sslmode=require", ""},
		"postgres://user:s3%2Fcret@host/name":                {"postgres://user@host/name", "s3/cret"},
		"postgres://user@/name?host=%2Ftmp&password=s3cret":  {"postgres://user@/name?host=%2Ftmp", "s3cret"},
		"postgresql://host/name?password=s3cret&user=merlin": {"postgresql://host/name?user=merlin", "s3cret"},
	} {
		if bare, password, err := withoutPassword(location); err != nil || bare != want[0] || password != want[1] {
			t.Errorf("%s: %s and %q, %v", location, bare, password, err)
		}
	}
	if _, _, err := withoutPassword("postgres://user:s3cret@ho st/name"); err == nil || err.Error() != "store: the database's URL cannot be read" {
		t.Errorf("%v", err)
	}
}
