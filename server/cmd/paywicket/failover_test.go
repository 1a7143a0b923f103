package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"
)

// cluster is a PostgreSQL server of its own.
type cluster struct {
	testing.TB
	place, bin string
	as         *syscall.Credential // who it runs as: it refuses to be root
}

// postgresAccount is who PostgreSQL runs as, nil for whoever runs the test.
func postgresAccount(t testing.TB) *syscall.Credential {
	t.Helper()
	if os.Getuid() != 0 {
		return nil
	}
	account, err := user.Lookup("postgres")
	if err != nil {
		t.Fatal(err)
	}
	uid, _ := strconv.Atoi(account.Uid)
	gid, _ := strconv.Atoi(account.Gid)
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
}

func newCluster(t testing.TB) *cluster {
	t.Helper()
	bins, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err != nil || len(bins) == 0 {
		t.Fatal("PostgreSQL is not installed: run .ci/tools")
	}
	place, err := os.MkdirTemp("/tmp", "paywicket-pg-")
	if err != nil {
		t.Fatal(err)
	}
	c := &cluster{t, place, bins[len(bins)-1], postgresAccount(t)}
	if c.as != nil {
		if err := os.Chown(place, int(c.as.Uid), int(c.as.Gid)); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() {
		_ = c.command("pg_ctl", "-D", c.data(), "-m", "immediate", "stop").Run()
		_ = os.RemoveAll(place)
	})
	return c
}

func (c *cluster) data() string { return filepath.Join(c.place, "data") }

func (c *cluster) command(name string, args ...string) *exec.Cmd {
	command := exec.Command(filepath.Join(c.bin, name), args...)
	command.Dir = c.place
	if c.as != nil {
		command.SysProcAttr = &syscall.SysProcAttr{Credential: c.as}
	}
	return command
}

func (c *cluster) run(name string, args ...string) {
	c.Helper()
	if out, err := c.command(name, args...).CombinedOutput(); err != nil {
		c.Fatalf("%s: %v: %s", name, err, out)
	}
}

func (c *cluster) start(options string) {
	c.Helper()
	c.run("pg_ctl", "-D", c.data(), "-w", "-l", filepath.Join(c.place, "log"), "-o", "-k "+c.place+" -c listen_addresses= -c max_connections=200 "+options, "start")
}

// ask asks the cluster one question.
func (c *cluster) ask(question string) string {
	c.Helper()
	db, err := sqlx.Open("pgx", "postgres://paywicket@/postgres?host="+c.place)
	if err != nil {
		c.Fatal(err)
	}
	defer db.Close()
	var said string
	if err := db.Get(&said, question); err != nil {
		return err.Error()
	}
	return said
}

// pair makes a primary and its standby, synchronous or not.
func pairOf(t testing.TB, synchronous bool) (primary, standby *cluster) {
	t.Helper()
	primary, standby = newCluster(t), newCluster(t)
	primary.run("initdb", "-D", primary.data(), "-U", "paywicket", "--auth=trust", "--encoding=UTF8", "--no-locale")
	names := ""
	if synchronous {
		names = "-c synchronous_standby_names=standby"
	}
	primary.start(names)
	standby.run("pg_basebackup", "-D", standby.data(), "-R", "-X", "stream", "-d", "host="+primary.place+" user=paywicket application_name=standby")
	standby.start("")
	for range 100 {
		if state := primary.ask(`SELECT COALESCE(max(sync_state), '') FROM pg_stat_replication WHERE state = 'streaming'`); state == "sync" || !synchronous && state == "async" {
			return primary, standby
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatal("the standby does not follow")
	return nil, nil
}

// kill ends the primary as a power cut would, after the standby has been deaf for a while:
// without that even an asynchronous one has everything.
func fail(primary, standby *cluster, deaf time.Duration) {
	receiver, _ := strconv.Atoi(standby.ask(`SELECT pid::text FROM pg_stat_wal_receiver`))
	_ = syscall.Kill(receiver, syscall.SIGSTOP)
	time.Sleep(deaf)
	text, err := os.ReadFile(filepath.Join(primary.data(), "postmaster.pid"))
	if err != nil {
		primary.Fatal(err)
	}
	line, _, _ := strings.Cut(string(text), "\n")
	postmaster, _ := strconv.Atoi(line)
	_ = syscall.Kill(receiver, syscall.SIGTERM) // so that it ends before it reads what it was sent while deaf
	_ = syscall.Kill(postmaster, syscall.SIGKILL)
	_ = syscall.Kill(receiver, syscall.SIGCONT)
	standby.run("pg_ctl", "-D", standby.data(), "-w", "promote")
}

// acknowledge keeps cards and charges one until the time is over, whatever is answered in
// between, and gives what was acknowledged: tokens and payments.
func (h *house) acknowledge(p *program, until time.Time) []string {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 8}, Timeout: 5 * time.Second}
	var mu sync.Mutex
	var all []string
	var callers sync.WaitGroup
	for range 8 {
		callers.Go(func() {
			for time.Now().Before(until) {
				status, answer, ok := h.call(client, "POST", p.url+"/v1/tokens", `{"number":"`+cardNumber()+`","exp_month":12,"exp_year":2030}`)
				var kept struct{ ID string }
				if !ok || status != http.StatusCreated || json.Unmarshal(answer, &kept) != nil {
					time.Sleep(20 * time.Millisecond)
					continue
				}
				status, answer, ok = h.call(client, "POST", p.url+"/v1/payments", `{"token":"`+kept.ID+`","amount":100,"currency":"USD"}`)
				var paid said
				mu.Lock()
				all = append(all, "/v1/tokens/"+kept.ID)
				if ok && status == http.StatusCreated && json.Unmarshal(answer, &paid) == nil {
					all = append(all, "/v1/payments/"+paid.ID)
				}
				mu.Unlock()
			}
		})
	}
	callers.Wait()
	return all
}

// failover runs a server through one, and gives how much was acknowledged and how much of
// that is gone.
func failover(t *testing.T, synchronous bool) (acknowledged, lost int) {
	primary, standby := pairOf(t, synchronous)
	h := &house{TB: t, data: filepath.Join(t.TempDir(), "data")}
	h.location = fmt.Sprintf("postgres://paywicket@/postgres?host=%s,%s&port=5432,5432&target_session_attrs=read-write&connect_timeout=2", primary.place, standby.place)
	h.postgres = true
	h.open()
	h.upstream = h.processor()
	p := h.start()
	defer p.Process.Kill()
	done := make(chan []string)
	go func() { done <- h.acknowledge(p, time.Now().Add(8*time.Second)) }()
	time.Sleep(2 * time.Second)
	fail(primary, standby, 1500*time.Millisecond)
	all := <-done
	slices.Sort(all)
	for _, name := range all {
		status, answer, ok := h.call(http.DefaultClient, "GET", p.url+name, "")
		if status == http.StatusNotFound {
			lost++
		} else if !ok || status != http.StatusOK {
			t.Fatalf("%s: %d %s", name, status, answer)
		}
	}
	return len(all), lost
}

// TestFailover kills a PostgreSQL primary under load while its synchronous standby takes
// over: nothing that was acknowledged is lost. With an asynchronous one something is, which
// shows that the test would see it.
func TestFailover(t *testing.T) {
	text := os.Getenv("PAYWICKET_TEST_FAILOVER")
	if text == "" {
		t.Skip("set PAYWICKET_TEST_FAILOVER to how many rounds; make accept does")
	}
	rounds, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	total := 0
	for i := range rounds {
		acknowledged, lost := failover(t, true)
		if lost > 0 {
			t.Fatalf("round %d: %d of %d are lost", i, lost, acknowledged)
		}
		total += acknowledged
	}
	_, lost := failover(t, false)
	t.Logf("%d rounds: %d acknowledged, none lost; with an asynchronous standby %d were", rounds, total, lost)
	if total < 100*rounds || lost == 0 {
		t.Errorf("%d acknowledged, and %d lost where some must be: was there any load?", total, lost)
	}
}
