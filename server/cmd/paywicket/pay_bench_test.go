package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// processor starts a sandbox processor in a process of its own, and gives its URL.
func (h *house) processor(args ...string) string {
	h.Helper()
	c := h.command(append([]string{"sandbox-processor", "--listen", "127.0.0.1:0"}, args...)...)
	out, err := c.StdoutPipe()
	if err != nil {
		h.Fatal(err)
	}
	if err := c.Start(); err != nil {
		h.Fatal(err)
	}
	h.Cleanup(func() { _ = c.Process.Kill(); _ = c.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	_, after, ok := strings.Cut(line, "http://")
	address, _, _ := strings.Cut(after, "/")
	if err != nil || !ok {
		h.Fatalf("%q, %v", line, err)
	}
	go io.Copy(io.Discard, out)
	return "http://" + address
}

// sessions opens so many, and writes their ids to a file.
func (h *house) sessions(p *program, n int) string {
	h.Helper()
	path := filepath.Join(h.TempDir(), "sessions")
	file, err := os.Create(path)
	if err != nil {
		h.Fatal(err)
	}
	defer file.Close()
	var opening sync.WaitGroup
	var mu sync.Mutex
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	for range 64 {
		opening.Go(func() {
			for range n / 64 {
				_, answer, _ := h.call(client, "POST", p.url+"/v1/checkout_sessions", `{"amount":4900,"currency":"USD"}`)
				var opened struct{ ID string }
				if json.Unmarshal(answer, &opened) != nil || opened.ID == "" {
					h.Errorf("%s", answer)
					return
				}
				mu.Lock()
				_, _ = io.WriteString(file, opened.ID+"\n")
				mu.Unlock()
			}
		})
	}
	opening.Wait()
	return path
}

// BenchmarkPay measures whole pay requests against a processor in another process that
// answers at once, with GET /healthz of the same server in the same run as the yardstick.
func BenchmarkPay(b *testing.B) {
	h := &house{TB: b, data: filepath.Join(b.TempDir(), "data")}
	h.open()
	h.upstream = h.processor()
	p := h.start()
	defer p.Process.Kill()
	for _, connections := range []int{16, 64, 256} {
		b.Run(fmt.Sprint(connections, " connections"), func(b *testing.B) {
			for b.Loop() {
				health := h.ask(b, connections, p.url+"/healthz")
				b.Setenv("SESSIONS", h.sessions(p, 64*500))
				paying := h.ask(b, connections, "-s", "testdata/pay.lua", p.url)
				b.ReportMetric(health.perSecond, "healthz/s")
				b.ReportMetric(paying.perSecond, "pay/s")
				b.ReportMetric(paying.perSecond/health.perSecond, "pay/healthz")
				b.ReportMetric(paying.p50*1000, "p50-ms")
				b.ReportMetric(paying.p99*1000, "p99-ms")
			}
		})
	}
}
