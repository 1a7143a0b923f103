package cli_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/paywicket/paywicket/server/cli"
)

// run runs the program and gives its exit code and what it wrote.
func run(args ...string) (code int, out, errors string) {
	var o, e bytes.Buffer
	code = cli.Main(args, &o, &e)
	return code, o.String(), e.String()
}

func TestTheCommandLine(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "no", "such", "directory")
	for name, c := range map[string]struct {
		args []string
		code int
		says string
	}{
		"help":                 {[]string{"--help"}, 0, "sandbox-processor"},
		"help on one":          {[]string{"serve", "--help"}, 0, "--behind-proxy"},
		"nothing":              {nil, 2, "demo"},
		"an unknown command":   {[]string{"pay"}, 2, "pay"},
		"an unknown flag":      {[]string{"demo", "--fast"}, 2, "--fast"},
		"a flag that is due":   {[]string{"serve"}, 2, "--data"},
		"nothing to scan":      {[]string{"leakscan"}, 1, "--pid"},
		"open to all":          {[]string{"serve", "--listen", "0.0.0.0:0", "--data", missing, "--processor-url", "http://127.0.0.1:1"}, 1, "--behind-proxy"},
		"a port that is taken": {[]string{"serve", "--listen", "256.0.0.1:1", "--data", missing, "--processor-url", "http://127.0.0.1:1"}, 1, "--listen"},
		"a wrong origin":       {[]string{"merchant", "create", "Shop", "--data", t.TempDir(), "--descriptor", "SHOP EXAMPLE", "--origin", "shop", "--credentials", filepath.Join(t.TempDir(), "k")}, 1, "https://shop.example"},
	} {
		code, out, errors := run(c.args...)
		if code != c.code || !strings.Contains(out+errors, c.says) {
			t.Errorf("%s: %d, %s%s", name, code, out, errors)
		}
	}
	if _, err := os.Stat(missing); err == nil {
		t.Error("a server that did not start made its directory")
	}
}

// Every key of an account is written once, to a file of its owner's, whether or
// not the API it is for is served yet.
func TestOpeningAnAccount(t *testing.T) {
	data, file := filepath.Join(t.TempDir(), "data"), filepath.Join(t.TempDir(), "keys.json")
	if code, out, errors := run("migrate", "--data", data); code != 0 || !strings.Contains(out, "up to date") {
		t.Fatalf("%d %s%s", code, out, errors)
	}
	code, out, errors := run("merchant", "create", "Kestrel Kettles", "--data", data, "--descriptor", "KESTREL KETTLES",
		"--origin", "https://shop.example", "--base-url", "https://pay.example", "--credentials", file)
	if code != 0 {
		t.Fatalf("%d %s%s", code, out, errors)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var keys map[string]string
	if err := json.Unmarshal(text, &keys); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, name := range []string{
		"base_url", "mid", "site_id", "app_key", "app_secret", "tokenization_key", "publishable_key", "secret_key", "device_id", "api_key",
		"ecart_public_key", "ecart_private_key", "dashboard_email", "dashboard_password",
	} {
		if keys[name] == "" || seen[keys[name]] {
			t.Errorf("%s is missing, or the same as another", name)
		}
		seen[keys[name]] = true
		if strings.Contains(out+errors, keys[name]) && (strings.Contains(name, "secret") || strings.Contains(name, "password") || strings.Contains(name, "private")) {
			t.Errorf("%s is on the terminal", name)
		}
	}
	if _, ok := keys["webhook_secret"]; !ok {
		t.Error("there is no field webhook_secret")
	}
	if keys["base_url"] != "https://pay.example" || keys["dashboard_email"] != "owner@shop.example" {
		t.Errorf("%s, %s", keys["base_url"], keys["dashboard_email"])
	}
}

func TestLeakscan(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "clean.log"), []byte("tok_1 411111******1111"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, out, errors := run("leakscan", dir); code != 0 || !strings.Contains(out, "in 1 files") {
		t.Errorf("%d %s%s", code, out, errors)
	}
	if err := os.WriteFile(filepath.Join(dir, "dirty.log"), []byte("paid with 4111 1111 1111 1111"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, out, errors := run("leakscan", dir); code != 1 || !strings.Contains(out, "dirty.log: byte 10: 411111******1111 as grouped") || strings.Contains(out+errors, "1111 1111") {
		t.Errorf("%d %s%s", code, out, errors)
	}
}

func TestTheBINTable(t *testing.T) {
	data, list := t.TempDir(), filepath.Join(t.TempDir(), "bins.csv")
	write := func(text string) {
		if err := os.WriteFile(list, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("411111,VISA\n")
	if code, out, errors := run("bins", "import", list, "--data", data); code != 1 || !strings.Contains(errors, "names no BIN column") {
		t.Errorf("%d %s%s", code, out, errors)
	}
	write("BIN,Brand,Type,Category,Issuer,CountryName,alpha_2\n411111,VISA,DEBIT,CLASSIC,Kestrel Bank,FRANCE,FR\nBIN,,,,,,\n")
	if code, out, errors := run("bins", "import", list, "--data", data); code != 0 || !strings.Contains(out, "1 BINs") || !strings.Contains(out, "1 rows were skipped, the first on line 3") {
		t.Errorf("%d %s%s", code, out, errors)
	}
	if code, out, errors := run("bins", "find", "41111199", "--data", data); code != 0 || !strings.Contains(out, "Kestrel Bank") || !strings.Contains(out, "debit") {
		t.Errorf("%d %s%s", code, out, errors)
	}
	if code, out, errors := run("bins", "find", "4111111111111111", "--data", data); code != 1 || strings.Contains(out+errors, "4111111111111111") {
		t.Errorf("%d %s%s", code, out, errors)
	}
}

func TestASplitMasterKey(t *testing.T) {
	data, file := filepath.Join(t.TempDir(), "data"), filepath.Join(t.TempDir(), "shares")
	if code, out, errors := run("vault", "verify", "--data", data); code != 0 || !strings.Contains(out, "0 cards open") {
		t.Fatalf("%d %s%s", code, out, errors)
	}
	code, out, errors := run("keys", "split", "--of", "3", "--threshold", "2", "--data", data)
	shares := strings.Split(out, "\n")
	if code != 0 || len(shares) < 3 || !strings.HasPrefix(shares[2], "share-") {
		t.Fatalf("%d %s%s", code, out, errors)
	}
	write := func(lines ...string) {
		if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if code, out, errors := run("vault", "verify", "--data", data); code != 1 || !strings.Contains(errors, "--shares") {
		t.Errorf("%d %s%s", code, out, errors)
	}
	write(shares[0])
	if code, out, errors := run("vault", "verify", "--data", data, "--shares", file); code != 1 || !strings.Contains(errors, "lacks 1") {
		t.Errorf("%d %s%s", code, out, errors)
	}
	write(shares[0], "", shares[2])
	if code, out, errors := run("vault", "verify", "--data", data, "--shares", file); code != 0 {
		t.Errorf("%d %s%s", code, out, errors)
	}
	if code, out, errors := run("keys", "join", "--data", data, "--shares", file); code != 0 {
		t.Errorf("%d %s%s", code, out, errors)
	}
	if code, out, errors := run("vault", "verify", "--data", data); code != 0 {
		t.Errorf("%d %s%s", code, out, errors)
	}
	if code, _, errors := run("vault", "verify", "--data", data, "--master", "hcvault://vault.example/transit/keys/k"); code != 1 || !strings.Contains(errors, "-tags kms") {
		t.Errorf("%d %s", code, errors)
	}
}

// A share is given to the server that was named, in a way that nobody listens to.
func TestWhereAShareGoes(t *testing.T) {
	file := filepath.Join(t.TempDir(), "shares")
	if err := os.WriteFile(file, []byte("share-1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var got atomic.Int32
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { got.Add(1) }))
	defer other.Close()
	moved := httptest.NewServer(http.RedirectHandler(other.URL, http.StatusTemporaryRedirect))
	defer moved.Close()
	if code, out, errors := run("unseal", "--url", moved.URL, "--shares", file); code != 1 || !strings.Contains(errors, "307") || got.Load() != 0 {
		t.Errorf("sent on: %d %s%s", code, out, errors)
	}
	if code, out, errors := run("unseal", "--url", "http://pay.example", "--shares", file); code != 1 || !strings.Contains(errors, "https://") {
		t.Errorf("in the clear: %d %s%s", code, out, errors)
	}
}

func TestTheMasterKeyIsReplaced(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	key := filepath.Join(data, "master.key")
	verified := func(when string) {
		t.Helper()
		if code, out, errors := run("vault", "verify", "--data", data); code != 0 {
			t.Errorf("%s: %d %s%s", when, code, out, errors)
		}
	}
	verified("at first")
	before, err := os.ReadFile(key)
	if err != nil {
		t.Fatal(err)
	}
	if code, out, errors := run("keys", "rewrap", "--data", data); code != 0 {
		t.Fatalf("%d %s%s", code, out, errors)
	}
	after, err := os.ReadFile(key)
	if err != nil || bytes.Equal(after, before) {
		t.Errorf("the key is the one before, %v", err)
	}
	verified("after it was replaced")

	// Somebody stopped before the new key had its name, or before it took over.
	next := key + ".next"
	if err := os.Rename(key, next); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(key, before, 0o600); err != nil {
		t.Fatal(err)
	}
	verified("stopped after it took over")
	if now, err := os.ReadFile(key); err != nil || !bytes.Equal(now, after) {
		t.Errorf("the new key has not its name: %v", err)
	}
	if err := os.WriteFile(next, before, 0o600); err != nil {
		t.Fatal(err)
	}
	verified("stopped before it took over")

	// A split key is whole again, and another.
	_, out, _ := run("keys", "split", "--of", "2", "--threshold", "2", "--data", data)
	shares := filepath.Join(t.TempDir(), "shares")
	if err := os.WriteFile(shares, []byte(strings.Join(strings.Split(out, "\n")[:2], "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, out, errors := run("keys", "rewrap", "--data", data, "--shares", shares); code != 0 {
		t.Errorf("%d %s%s", code, out, errors)
	}
	if _, err := os.Stat(filepath.Join(data, "master.shares")); err == nil {
		t.Error("the split key is still there")
	}
	verified("after a split key was replaced")
}

// What a merchant pays, and whom its payments go to, can be set, and only what can be.
func TestAMerchantsTerms(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	keys := filepath.Join(t.TempDir(), "keys.json")
	if code, out, errors := run("merchant", "create", "Shop", "--data", data, "--descriptor", "SHOP EXAMPLE", "--origin", "https://shop.example", "--credentials", keys); code != 0 {
		t.Fatalf("%d %s%s", code, out, errors)
	}
	text, err := os.ReadFile(keys)
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(text), `"mid": "`)
	id, _, _ := strings.Cut(after, `"`)
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"merchant", "fee", id, "--basis-points", "290", "--fixed", "30"}, 0, ""},
		{[]string{"merchant", "fee", id, "--currency", "NGN", "--basis-points", "140", "--cap", "200000"}, 0, ""},
		{[]string{"merchant", "fee", id, "--currency", "ngn"}, 1, "ISO 4217"},
		{[]string{"merchant", "fee", id, "--basis-points", "10001"}, 1, "basis points"},
		{[]string{"merchant", "fee", "mer_x"}, 1, "nothing of that id"},
		{[]string{"merchant", "processors", id, "sandbox-2", "sandbox"}, 0, ""},
		{[]string{"merchant", "processors", id}, 0, ""},
		{[]string{"merchant", "processors", id, "bank"}, 1, "There are: "},
		{[]string{"payments", "review"}, 0, ""},
		{[]string{"payments", "decide", id, "pay_x", "done"}, 1, "nothing of that id"},
		{[]string{"payments", "decide", id, "pay_x", "perhaps"}, 2, "done"},
	} {
		if code, out, errors := run(append(c.args, "--data", data)...); code != c.code || !strings.Contains(errors, c.says) {
			t.Errorf("%v: %d %s%s", c.args, code, out, errors)
		}
	}
}
