package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// BenchmarkWebhooks measures deliveries to a local receiver: how many a second when
// many are waiting, and how long one takes from its commit at a hundred a second.
func BenchmarkWebhooks(b *testing.B) {
	h := &house{TB: b, data: filepath.Join(b.TempDir(), "data")}
	h.open()
	p := h.start()
	defer p.Process.Kill()
	began := time.Now()
	h.ask(b, 16, "-s", "testdata/tokenize.lua", p.url+"/v1/tokens")
	var mu sync.Mutex
	var delays []time.Duration
	came := make(chan struct{}, 1<<20)
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var e struct{ Timestamp time.Time }
		text, err := io.ReadAll(r.Body)
		if err != nil || json.Unmarshal(text, &e) != nil {
			b.Errorf("%s, %v", text, err)
		}
		mu.Lock()
		delays = append(delays, time.Since(e.Timestamp))
		mu.Unlock()
		came <- struct{}{}
	}))
	defer receiver.Close()
	_, answer, _ := h.call(http.DefaultClient, "POST", p.url+"/v1/webhook_endpoints", `{"url":"`+receiver.URL+`"}`)
	var endpoint struct{ ID string }
	if err := json.Unmarshal(answer, &endpoint); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		start := time.Now()
		body := fmt.Sprintf(`{"from":%q,"to":%q}`, began.UTC().Add(-time.Minute).Format(time.RFC3339), time.Now().UTC().Add(time.Minute).Format(time.RFC3339))
		_, answer, _ := h.call(http.DefaultClient, "POST", p.url+"/v1/webhook_endpoints/"+endpoint.ID+"/replay", body)
		var replayed struct{ Deliveries int }
		if err := json.Unmarshal(answer, &replayed); err != nil || replayed.Deliveries < 1000 {
			b.Fatalf("%s", answer)
		}
		for range replayed.Deliveries {
			<-came
		}
		b.ReportMetric(float64(replayed.Deliveries)/time.Since(start).Seconds(), "deliveries/s")

		delays = nil
		ticker := time.NewTicker(10 * time.Millisecond)
		for range 500 {
			<-ticker.C
			go h.call(http.DefaultClient, "POST", p.url+"/v1/tokens", strings.Replace(`{"number":"N","exp_month":12,"exp_year":2030}`, "N", cardNumber(), 1))
		}
		for range 500 {
			<-came
		}
		slices.Sort(delays)
		b.ReportMetric(float64(delays[250].Milliseconds()), "p50-ms")
		b.ReportMetric(float64(delays[495].Milliseconds()), "p99-ms")
	}
}
