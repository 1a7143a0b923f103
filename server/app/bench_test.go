package app_test

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/paywicket/paywicket/server/sandbox"
)

// How the benchmark is run: a processor that takes 200 ms, and so many shoppers at
// a time as one machine would have on a busy day.
const (
	thinking = 200 * time.Millisecond
	shoppers = 8
	payments = 160
)

// BenchmarkPay measures a pay request from its first byte to its answer, with GET
// /healthz of the same server in the same run as the yardstick. What it takes
// beyond the processor's 200 ms is ours: two durable commits around the call, and
// a tokenization that runs beside it.
func BenchmarkPay(b *testing.B) {
	h := open(b, func(s *sandbox.Server) { s.Latency = thinking })
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: shoppers}}
	get := func() error { return call(client, "GET", h.url+"/healthz", "") }
	sessions := make(chan string, payments)
	for b.Loop() {
		for range payments {
			sessions <- h.session()
		}
		health := measure(b, payments*20, get)
		pays := measure(b, payments, func() error {
			return call(client, "POST", h.url+"/checkout/"+<-sessions+"/pay", `{"number":"4111111111111111","exp_month":12,"exp_year":2030,"cvv":"123","name":"Ada"}`)
		})
		b.ReportMetric(milliseconds(pays, 50), "pay-p50-ms")
		b.ReportMetric(milliseconds(pays, 99), "pay-p99-ms")
		b.ReportMetric(milliseconds(pays, 50)-float64(thinking.Milliseconds()), "added-p50-ms")
		b.ReportMetric(milliseconds(health, 50), "healthz-p50-ms")
		b.ReportMetric((milliseconds(pays, 50)-float64(thinking.Milliseconds()))/milliseconds(health, 50), "added/healthz")
	}
}

func call(client *http.Client, method, url, body string) error {
	request, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	_, err = io.Copy(io.Discard, response.Body)
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s %s answered %s", method, url, response.Status)
	}
	return err
}

// measure makes n calls, as many at a time as there are shoppers, and gives how
// long each took, shortest first.
func measure(b *testing.B, n int, call func() error) []time.Duration {
	var mu sync.Mutex
	all := make([]time.Duration, 0, n)
	var callers sync.WaitGroup
	for range shoppers {
		callers.Go(func() {
			for range n / shoppers {
				start := time.Now()
				if err := call(); err != nil {
					b.Error(err)
				}
				took := time.Since(start)
				mu.Lock()
				all = append(all, took)
				mu.Unlock()
			}
		})
	}
	callers.Wait()
	slices.Sort(all)
	return all
}

func milliseconds(sorted []time.Duration, percent int) float64 {
	return float64(sorted[len(sorted)*percent/100].Microseconds()) / 1000
}
