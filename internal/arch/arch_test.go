// Package arch holds the shape of the house by test: who may import whom, how long
// files and functions may be, and that everything exported says what it is.
package arch_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
)

const module = "github.com/paywicket/paywicket"

// listed is a package as the go command describes it, with names shortened to
// their place in this module.
type listed struct {
	ImportPath   string
	Imports      []string
	TestImports  []string
	XTestImports []string
	Deps         []string
}

// packages lists every package of the module.
var packages = sync.OnceValues(func() ([]listed, error) {
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports,TestImports,XTestImports,Deps", module+"/...").Output()
	if err != nil {
		return nil, err
	}
	var all []listed
	for decoder := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return all, nil
		} else if err != nil {
			return nil, err
		}
		p.ImportPath = short(p.ImportPath)
		for _, list := range [][]string{p.Imports, p.TestImports, p.XTestImports, p.Deps} {
			for i := range list {
				list[i] = short(list[i])
			}
		}
		all = append(all, p)
	}
})

func short(path string) string { return strings.TrimPrefix(path, module+"/") }

// within tells whether a package is named by a pattern: itself, or with /… at the
// end, it and everything below.
func within(path, pattern string) bool {
	if below, ok := strings.CutSuffix(pattern, "/…"); ok {
		return path == below || strings.HasPrefix(path, below+"/")
	}
	return path == pattern
}

func matches(path string, patterns []string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool { return within(path, pattern) })
}

// only says who alone may import a package.
var only = []struct {
	imported string
	by       []string
	why      string
}{
	{"github.com/gofiber/fiber/v2/…", []string{"server/…"}, "server is the ring that knows HTTP"},
	{"github.com/go-playground/validator/v10", []string{"server/…"}, "server is the ring that reads requests"},
	{"github.com/evanw/esbuild/…", []string{"frontend/build"}, "the front end is built before, not while serving"},
	{"database/sql", []string{"internal/store/…"}, "all SQL is in the store"},
	{"github.com/jmoiron/sqlx", []string{"internal/store/…"}, "all SQL is in the store"},
	{"github.com/mattn/go-sqlite3", []string{"internal/store/…"}, "all SQL is in the store"},
	{"github.com/jackc/pgx/v5/…", []string{"internal/store/…"}, "all SQL is in the store"},
	{"github.com/riverqueue/river/…", []string{"internal/store/…"}, "jobs are kept with what they are about"},
	{"migrations", []string{"internal/store/…"}, "all SQL is in the store"},
	{"internal/pan", []string{"internal/pan/pantest", "internal/vault", "internal/processor/…", "internal/checkout", "internal/leakscan", "server/wire", "server/sandbox"}, "raw card numbers go through few hands"},
	{"internal/store", []string{"server/app", "internal/store/…"}, "app is the one place that knows both rings"},
	{"github.com/stripe/stripe-go/v84/…", []string{"internal/processor/stripe"}, "each processor's library stays with its gateway"},
	{"internal/processor/stripe", []string{"server/app"}, "the core speaks to any processor through one contract"},
	{"internal/processor/flutterwave", []string{"server/app"}, "the core speaks to any processor through one contract"},
	{"internal/processor/flexcharge", []string{"server/app"}, "the core speaks to any processor through one contract"},
	{"internal/processor/sandbox", []string{"server/app"}, "the core speaks to any processor through one contract"},
	{"github.com/tink-crypto/tink-go/v2/…", []string{"internal/keyring"}, "keys stay on their ring"},
	{"github.com/tink-crypto/tink-go-hcvault/v2/…", []string{"internal/keyring"}, "keys stay on their ring"},
	{"github.com/tink-crypto/tink-go-awskms/v3/…", []string{"internal/keyring"}, "keys stay on their ring"},
	{"github.com/tink-crypto/tink-go-gcpkms/v2/…", []string{"internal/keyring"}, "keys stay on their ring"},
	{"github.com/cloudflare/circl/…", []string{"internal/keyring"}, "keys stay on their ring"},
	{"filippo.io/age", []string{"internal/backup", "server/app"}, "one form of backup"},
}

// never says what a package may not import.
var never = []struct {
	importer string
	imported []string
	why      string
}{
	{"internal/…", []string{"server/…", "embed", "frontend/…"}, "the inner ring does not know HTTP"},
	{"server/native", []string{"server/page", "server/demo", "server/dialect/…"}, "siblings do not meet"},
	{"server/page", []string{"server/native", "server/demo", "server/dialect/…"}, "siblings do not meet"},
	{"server/dialect/…", []string{"server/dialect/…", "server/native", "server/page", "server/demo"}, "siblings do not meet"},
	{"server/demo", []string{"internal/checkout", "internal/payment", "internal/vault", "internal/merchant", "internal/store"}, "the shop uses what any merchant can"},
	{"internal/payment", []string{"internal/vault", "internal/checkout", "internal/rescue"}, "a payment does not know how cards are kept"},
	{"internal/vault", []string{"internal/payment", "internal/checkout", "internal/processor/…"}, "the vault does not know who charges"},
	{"internal/checkout", []string{"internal/rescue"}, "a checkout is told what to try, and does not know by whom"},
	{"internal/processor/…", []string{"internal/payment", "internal/vault", "internal/checkout"}, "processors are below payments"},
	{"internal/merchant", []string{"internal/payment", "internal/vault", "internal/checkout", "internal/sense", "internal/webhook"}, "accounts are below what they do"},
	{"internal/sense", []string{"internal/payment", "internal/vault", "internal/checkout", "internal/webhook", "internal/risk"}, "sense only observes"},
	{"internal/risk", []string{"internal/payment", "internal/vault", "internal/checkout", "internal/processor/…"}, "risk judges, and does nothing itself"},
}

// unreachable says what a package may not reach, not even through others.
var unreachable = []struct {
	from string
	to   string
	why  string
}{
	{"internal/event", "internal/pan", "what merchants receive cannot hold a card number"},
	{"internal/webhook", "internal/pan", "what is sent out cannot hold a card number"},
	{"internal/audit", "internal/pan", "the audit trail cannot hold a card number"},
	{"internal/sense", "internal/pan", "what is observed cannot hold a card number"},
	{"internal/merchant", "internal/pan", "accounts have nothing to do with card numbers"},
}

// words are the leaves: the standard library and each other only.
var words = []string{"internal/appearance", "internal/fault", "internal/id", "internal/money", "internal/card", "internal/pan", "internal/event"}

func TestWhoMayImportWhom(t *testing.T) {
	t.Parallel()
	all, err := packages()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 20 {
		t.Fatalf("only %d packages were listed", len(all))
	}
	for _, complaint := range complaints(all) {
		t.Error(complaint)
	}
}

// The check itself is checked: each kind of forbidden import, planted, is found.
func TestPlantedImportsAreFound(t *testing.T) {
	t.Parallel()
	for name, planted := range map[string]listed{
		"only":        {ImportPath: "internal/webhook", Imports: []string{"internal/pan"}},
		"never":       {ImportPath: "internal/payment", Imports: []string{"internal/vault"}},
		"dialect":     {ImportPath: "server/dialect/flexcharge", Imports: []string{"server/dialect/flutterwave"}},
		"unreachable": {ImportPath: "internal/event", Deps: []string{"internal/pan"}},
		"word":        {ImportPath: "internal/fault", Imports: []string{"internal/keyring"}},
		"outward":     {ImportPath: "internal/keyring", Imports: []string{"server/wire"}},
	} {
		if found := complaints([]listed{planted}); len(found) == 0 {
			t.Errorf("%s: the planted import was not found", name)
		}
	}
}

func complaints(all []listed) []string {
	var found []string
	complain := func(from, to, why string) { found = append(found, from+" imports "+to+": "+why) }
	for _, p := range all {
		for _, imported := range p.Imports {
			for _, rule := range only {
				if within(imported, rule.imported) && !matches(p.ImportPath, rule.by) && !within(p.ImportPath, rule.imported) {
					complain(p.ImportPath, imported, rule.why)
				}
			}
			for _, rule := range never {
				if within(p.ImportPath, rule.importer) && matches(imported, rule.imported) {
					complain(p.ImportPath, imported, rule.why)
				}
			}
			if slices.Contains(words, p.ImportPath) && strings.HasPrefix(imported, "internal/") && !slices.Contains(words, imported) {
				complain(p.ImportPath, imported, "words are the leaves of the house")
			}
		}
		for _, rule := range unreachable {
			if p.ImportPath == rule.from && slices.Contains(p.Deps, rule.to) {
				complain(p.ImportPath, rule.to, rule.why)
			}
		}
	}
	return found
}
