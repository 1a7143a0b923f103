package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/store/storetest"
	"github.com/paywicket/paywicket/server/cli"
)

// BenchmarkTokens measures keeping a card and reading a token over HTTP, with GET
// /healthz of the same server in the same run as the yardstick. wrk asks, from the
// same machine.
func BenchmarkTokens(b *testing.B) {
	h := &house{TB: b, data: filepath.Join(b.TempDir(), "data")}
	h.open()
	p := h.start()
	defer p.Process.Kill()
	_, answer, _ := h.call(http.DefaultClient, "POST", p.url+"/v1/tokens", `{"number":"4111111111111111","exp_month":12,"exp_year":2030}`)
	var kept struct{ ID string }
	if err := json.Unmarshal(answer, &kept); err != nil {
		b.Fatal(err)
	}
	for _, connections := range []int{16, 64} {
		b.Run(fmt.Sprint(connections, " connections"), func(b *testing.B) {
			for b.Loop() {
				health := h.ask(b, connections, p.url+"/healthz")
				keeping := h.ask(b, connections, "-s", "testdata/tokenize.lua", p.url+"/v1/tokens")
				reading := h.ask(b, connections, "-H", "Authorization: Bearer "+h.secret, p.url+"/v1/tokens/"+kept.ID)
				b.ReportMetric(health.perSecond, "healthz/s")
				b.ReportMetric(keeping.perSecond, "keep/s")
				b.ReportMetric(keeping.perSecond/health.perSecond, "keep/healthz")
				b.ReportMetric(keeping.p99/keeping.p50, "keep-p99/p50")
				b.ReportMetric(reading.perSecond/health.perSecond, "read/healthz")
				if storetest.Server() != "" {
					inserting := pgbench(b, connections)
					b.ReportMetric(inserting, "pgbench/s")
					b.ReportMetric(keeping.perSecond/inserting, "keep/pgbench")
				}
			}
		})
	}
}

// BenchmarkBorrow measures opening a card for a processor, in process, with the use of
// it durably on record; as many at a time as there were connections.
func BenchmarkBorrow(b *testing.B) {
	h := &house{TB: b, data: filepath.Join(b.TempDir(), "data")}
	h.open()
	p := h.start()
	var tokens []id.Token
	for range 1000 {
		_, answer, _ := h.call(http.DefaultClient, "POST", p.url+"/v1/tokens", `{"number":"`+cardNumber()+`","exp_month":12,"exp_year":2030}`)
		var kept struct{ ID string }
		if err := json.Unmarshal(answer, &kept); err != nil {
			b.Fatal(err)
		}
		token, err := id.ParseToken(kept.ID)
		if err != nil {
			b.Fatal(err)
		}
		tokens = append(tokens, token)
	}
	health := map[int]float64{}
	for _, callers := range []int{16, 64} {
		health[callers] = h.ask(b, callers, p.url+"/healthz").perSecond
	}
	p.Process.Kill()
	p.Wait()
	cli.Tune() // as the server is
	db, cards := h.vault()
	defer db.Close()
	for callers, yardstick := range health {
		b.Run(fmt.Sprint(callers, " callers"), func(b *testing.B) {
			for b.Loop() {
				var opened atomic.Int64
				var all sync.WaitGroup
				start := time.Now()
				for i := range callers {
					all.Go(func() {
						for n := i; time.Since(start) < 4*time.Second; n++ {
							card, err := cards.Borrow(b.Context(), h.merchant, tokens[n%len(tokens)], "bench", "authorize")
							if err != nil {
								b.Error(err)
								return
							}
							card.Wipe()
							opened.Add(1)
						}
					})
				}
				all.Wait()
				perSecond := float64(opened.Load()) / time.Since(start).Seconds()
				b.ReportMetric(perSecond, "borrow/s")
				b.ReportMetric(perSecond/yardstick, "borrow/healthz")
			}
		})
	}
}

// asked is what wrk measured.
type asked struct{ perSecond, p50, p99 float64 }

var (
	rate       = regexp.MustCompile(`Requests/sec:\s+([\d.]+)`)
	percentile = regexp.MustCompile(`(50|99)%\s+([\d.]+\S+)`)
	failed     = regexp.MustCompile(`Non-2xx or 3xx responses: \d+`)
)

// ask runs wrk for a few seconds.
func (h *house) ask(b *testing.B, connections int, args ...string) asked {
	command := exec.Command("wrk", append([]string{"-t2", "-c" + strconv.Itoa(connections), "-d4s", "--latency"}, args...)...)
	command.Env = append(os.Environ(), "SECRET_KEY="+h.secret)
	out, err := command.CombinedOutput()
	if err != nil || failed.Match(out) {
		b.Fatalf("%v %s", err, out)
	}
	var a asked
	if found := rate.FindSubmatch(out); found != nil {
		a.perSecond, _ = strconv.ParseFloat(string(found[1]), 64)
	}
	for _, found := range percentile.FindAllSubmatch(out, -1) {
		took, err := time.ParseDuration(string(found[2]))
		if err != nil {
			b.Fatal(err)
		}
		if string(found[1]) == "50" {
			a.p50 = took.Seconds()
		} else {
			a.p99 = took.Seconds()
		}
	}
	return a
}
