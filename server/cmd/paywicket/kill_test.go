package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/paywicket/paywicket/internal/audit"
	"github.com/paywicket/paywicket/internal/card/cardtest"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/keyring"
	"github.com/paywicket/paywicket/internal/store"
	"github.com/paywicket/paywicket/internal/store/storetest"
	"github.com/paywicket/paywicket/internal/vault"
	"github.com/paywicket/paywicket/server/cli"
)

// The test binary is the program too, when it is told so: that is what is killed.
func TestMain(m *testing.M) {
	if os.Getenv("PAYWICKET_TEST_RUN_PROGRAM") != "" {
		os.Exit(cli.Main(os.Args[1:], os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// trials is how often the program is killed. No loss in N of them bounds the chance
// of one at 3/N with 95 % confidence.
func trials(t *testing.T) int {
	if text := os.Getenv("PAYWICKET_TEST_KILLS"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if storetest.Server() != "" {
		return 30 // what a commit is worth there is PostgreSQL's own promise
	}
	return 200
}

// program is a server in a process of its own.
type program struct {
	*exec.Cmd
	url string
}

// house is what outlives each of them.
type house struct {
	testing.TB
	data     string
	location string // of the database
	secret   string // key
	merchant string
	binary   string // the program; this test binary when empty
	upstream string // URL of the processor; nobody when empty
	budget   string // of the processor; the default when empty
	// environment is what the program is given beside.
	environment []string
	postgres    bool // on the PostgreSQL database of location, whatever the test runs on
}

func (h *house) command(args ...string) *exec.Cmd {
	binary := h.binary
	if binary == "" {
		binary = os.Args[0]
	}
	c := exec.Command(binary, args...)
	c.Env = append(os.Environ(), "PAYWICKET_TEST_RUN_PROGRAM=1", "PAYWICKET_DATA="+h.data)
	c.Env = append(c.Env, h.environment...)
	if h.postgres || storetest.Server() != "" {
		c.Env = append(c.Env, "DATABASE_URL="+h.location)
	}
	return c
}

// open makes the database, with a merchant's account.
func (h *house) open() {
	h.Helper()
	switch {
	case h.postgres:
	case storetest.Server() != "":
		h.location = storetest.Location(h)
	default:
		h.location = filepath.Join(h.data, "paywicket.db")
	}
	keys := filepath.Join(h.TempDir(), "keys.json")
	if out, err := h.command("merchant", "create", "Shop", "--descriptor", "SHOP EXAMPLE", "--origin", "https://shop.example", "--credentials", keys).CombinedOutput(); err != nil {
		h.Fatalf("%v: %s", err, out)
	}
	var credentials struct {
		Secret   string `json:"secret_key"`
		Merchant string `json:"mid"`
	}
	text, err := os.ReadFile(keys)
	if err != nil || json.Unmarshal(text, &credentials) != nil {
		h.Fatalf("%v: %s", err, text)
	}
	h.secret, h.merchant = credentials.Secret, credentials.Merchant
}

// start starts a server and waits until it says where it is.
func (h *house) start() *program {
	h.Helper()
	upstream := h.upstream
	if upstream == "" {
		upstream = "http://127.0.0.1:1"
	}
	p := &program{Cmd: h.command("serve", "--listen", "127.0.0.1:0", "--processor-url", upstream, "--allow-loopback")}
	if h.budget != "" {
		p.Args = append(p.Args, "--processor-timeout", h.budget)
	}
	log, err := p.StderrPipe()
	if err != nil {
		h.Fatal(err)
	}
	if err := p.Start(); err != nil {
		h.Fatal(err)
	}
	lines := bufio.NewScanner(log)
	for lines.Scan() {
		var line struct{ Msg, URL string }
		if json.Unmarshal(lines.Bytes(), &line) == nil && line.Msg == "serving" {
			p.url = line.URL
			go io.Copy(io.Discard, log)
			return p
		}
		h.Log(lines.Text())
	}
	h.Fatal("the server did not start")
	return nil
}

// call makes a request with the secret key and more headers, given as pairs; ok is false when no whole answer came.
func (h *house) call(client *http.Client, method, url, body string, header ...string) (status int, answer []byte, ok bool) {
	request, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		h.Error(err)
		return 0, nil, false
	}
	request.Header.Set("Authorization", "Bearer "+h.secret)
	request.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	response, err := client.Do(request)
	if err != nil {
		return 0, nil, false
	}
	defer response.Body.Close()
	answer, err = io.ReadAll(response.Body)
	return response.StatusCode, answer, err == nil
}

// acknowledged is the tokens that a caller was given, with the number each is for.
type acknowledged struct {
	mu     sync.Mutex
	number map[string]string
}

func (a *acknowledged) add(token, number string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.number[token] = number
}

// load keeps cards until the server is gone.
func (h *house) load(p *program, all *acknowledged, latest map[string]string) {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 8}, Timeout: 10 * time.Second}
	defer client.CloseIdleConnections()
	var callers sync.WaitGroup
	var mu sync.Mutex
	for range 8 {
		callers.Go(func() {
			for {
				number := cardNumber()
				status, answer, ok := h.call(client, "POST", p.url+"/v1/tokens", `{"number":"`+number+`","exp_month":12,"exp_year":2030}`)
				if !ok {
					return // it has been killed
				}
				var kept struct{ ID string }
				if status != http.StatusCreated || json.Unmarshal(answer, &kept) != nil {
					h.Errorf("%d %s", status, answer)
					return
				}
				all.add(kept.ID, number)
				mu.Lock()
				latest[kept.ID] = number
				mu.Unlock()
			}
		})
	}
	callers.Wait()
}

// bin is what every number of these tests begins with.
const bin = "455555"

// cardNumber makes one.
func cardNumber() string { return cardtest.Number(bin, 16) }

// TestKilledAtAnyMoment kills the program again and again while cards are kept. Each
// time, the next one must have every token that was acknowledged; in the end each of
// them opens to its number, and the database and the audit trail are whole.
func TestKilledAtAnyMoment(t *testing.T) {
	t.Parallel()
	h := &house{TB: t, data: filepath.Join(t.TempDir(), "data")}
	h.open()
	all := &acknowledged{number: map[string]string{}}
	latest := map[string]string{}
	n := trials(t)
	for range n {
		p := h.start()
		h.expectTokens(p, latest)
		latest = map[string]string{}
		time.AfterFunc(time.Duration(rand.IntN(150))*time.Millisecond, func() { p.Process.Kill() })
		h.load(p, all, latest)
		p.Wait()
		if t.Failed() {
			t.FailNow()
		}
	}
	h.expectWhole(all.number)
	t.Logf("killed %d times, %d tokens were acknowledged and none was lost: the chance of a loss is below %.1f %% with 95 %% confidence", n, len(all.number), 300/float64(n))
	if len(all.number) < n {
		t.Errorf("only %d tokens were acknowledged: was there any load?", len(all.number))
	}
}

// expectTokens asks the server for tokens that another gave.
func (h *house) expectTokens(p *program, tokens map[string]string) {
	h.Helper()
	looked := 0
	for token, number := range tokens {
		status, answer, ok := h.call(http.DefaultClient, "GET", p.url+"/v1/tokens/"+token, "")
		if !ok || status != http.StatusOK || !bytes.Contains(answer, []byte(`"last4":"`+number[12:]+`"`)) {
			h.Errorf("an acknowledged token is lost: %d %s", status, answer)
		}
		if looked++; looked == 20 {
			return // the rest is looked at in the end
		}
	}
}

// vault opens the database and the vault on it, as the program would.
func (h *house) vault() (*store.DB, *vault.Service) {
	h.Helper()
	db, err := store.Open(h.Context(), h.location, time.Now)
	if err != nil {
		h.Fatal(err)
	}
	master, err := keyring.MasterFile(filepath.Join(h.data, "master.key"))
	if err != nil {
		h.Fatal(err)
	}
	ring, err := keyring.Open(h.Context(), db, master)
	if err != nil {
		h.Fatal(err)
	}
	return db, &vault.Service{Store: db, Keys: ring, Now: time.Now}
}

// expectWhole opens the database as the program would and looks at everything.
func (h *house) expectWhole(tokens map[string]string) {
	h.Helper()
	db, cards := h.vault()
	defer db.Close()
	var opening sync.WaitGroup
	slots := make(chan struct{}, 64) // together, they share their commits
	for text, number := range tokens {
		slots <- struct{}{}
		opening.Go(func() {
			defer func() { <-slots }()
			token, err := id.ParseToken(text)
			if err != nil {
				h.Error(err)
				return
			}
			card, err := cards.Borrow(h.Context(), h.merchant, token, "test", "verify")
			if err != nil {
				h.Errorf("a token does not open: %v", err)
				return
			}
			defer card.Wipe()
			if string(card.Number.Bytes()) != number {
				h.Error("a token opens to another card")
			}
		})
	}
	opening.Wait()
	if entries, err := db.CheckAudit(h.Context(), func(audit.Entry) {}); err != nil || entries < 2*len(tokens) {
		h.Errorf("the audit trail: %d entries, %v", entries, err)
	}
	if storetest.Server() == "" {
		var verdict string
		file := sqlx.MustOpen("sqlite3", h.location)
		defer file.Close()
		if err := file.Get(&verdict, `PRAGMA integrity_check`); err != nil || verdict != "ok" {
			h.Errorf("the database: %s, %v", verdict, err)
		}
		h.expectNoCardOnDisk()
	}
}

// TestRotationIsKilled kills keys rotate again and again while a server reads: no read
// fails, what is sealed anew stays so, and the last run ends what the others began.
func TestRotationIsKilled(t *testing.T) {
	t.Parallel()
	h := &house{TB: t, data: filepath.Join(t.TempDir(), "data")}
	h.open()
	p := h.start()
	defer p.Wait()
	defer p.Process.Kill()
	all := &acknowledged{number: map[string]string{}}
	var keeping sync.WaitGroup
	for range 16 {
		keeping.Go(func() {
			for range 100 {
				number := cardNumber()
				_, answer, _ := h.call(http.DefaultClient, "POST", p.url+"/v1/tokens", `{"number":"`+number+`","exp_month":12,"exp_year":2030}`)
				var kept struct{ ID string }
				if json.Unmarshal(answer, &kept) != nil {
					t.Errorf("%s", answer)
				}
				all.add(kept.ID, number)
			}
		})
	}
	keeping.Wait()
	for range 8 {
		rotating := h.command("keys", "rotate")
		if err := rotating.Start(); err != nil {
			t.Fatal(err)
		}
		time.AfterFunc(time.Duration(20+rand.IntN(150))*time.Millisecond, func() { rotating.Process.Kill() })
		h.expectTokens(p, all.number)
		rotating.Wait()
	}
	if out, err := h.command("keys", "rotate").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if out, err := h.command("keys", "retire").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if out, err := h.command("vault", "verify").CombinedOutput(); err != nil || !bytes.Contains(out, []byte("1600 cards open")) {
		t.Errorf("%v: %s", err, out)
	}
	h.expectTokens(p, all.number)
}
