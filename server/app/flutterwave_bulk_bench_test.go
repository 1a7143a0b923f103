package app_test

import (
	"fmt"
	"net/http"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paywicket/paywicket/server/sandbox"
)

// tokens keeps so many cards, a few at a time, and gives their tokens.
func (f *flutter) tokens(n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = f.token("4111111111111111")
	}
	return list
}

// many is a batch of so many charges of tokens in turn.
func many(n int, name string, tokens []string) string {
	var b strings.Builder
	b.WriteString(`{"title":"` + name + `","retry_strategy":` + standard + `,"bulk_data":[`)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"token":"%s","email":"ada@shop.example","currency":"NGN","country":"NG","amount":%d.%02d,"tx_ref":"%s-%d","first_name":"Ada","last_name":"Lovelace","narration":"kettle","ip":"pstmn"}`,
			tokens[i%len(tokens)], 300+i%7, i%100, name, i)
	}
	b.WriteString(`]}`)
	return b.String()
}

// finish waits until nothing of a batch is pending, and gives the most heap that was live
// meanwhile, in bytes, where that is looked at.
func (f *flutter) finish(b *testing.B, path string, look bool) (most uint64) {
	for began := time.Now(); time.Since(began) < 10*time.Minute; time.Sleep(50 * time.Millisecond) {
		if f.ask("GET", path, "").field("data.pending_charges") == 0.0 {
			return most
		}
		if look {
			runtime.GC()
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapAlloc)
			time.Sleep(time.Second)
		}
	}
	b.Fatalf("%s does not end", path)
	return most
}

// instant makes the sandbox one that waits for no disk.
func instant(s *sandbox.Server) { s.Ledger, _ = sandbox.OpenLedger("") }

// BenchmarkBulk measures a batch of 10,000 charges from the request that brings it until
// nothing of it is pending.
func BenchmarkBulk(b *testing.B) {
	f := speaksFlutterwave(open(b, instant))
	tokens := f.tokens(100)
	for b.Loop() {
		n := 10_000
		if text := os.Getenv("PAYWICKET_BULK"); text != "" {
			fmt.Sscan(text, &n)
		}
		body := many(n, fmt.Sprint("b", time.Now().UnixNano()), tokens)
		began := time.Now()
		path := f.batch(body)
		taken := time.Since(began)
		f.finish(b, path, false)
		b.ReportMetric(float64(n)/time.Since(began).Seconds(), "charges/s")
		b.ReportMetric(taken.Seconds(), "intake-s")
	}
}

// BenchmarkBulkBesidePay measures pay requests of a few shoppers while it is quiet, and while
// a batch is charged.
func BenchmarkBulkBesidePay(b *testing.B) {
	f := speaksFlutterwave(open(b, instant))
	tokens := f.tokens(100)
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: shoppers}}
	sessions := make(chan string, payments)
	paid := func() float64 {
		for range payments {
			sessions <- f.session()
		}
		all := make([]time.Duration, 0, payments)
		for range payments { // one at a time, as on most days
			began := time.Now()
			if err := call(client, "POST", f.url+"/checkout/"+<-sessions+"/pay", `{"number":"4111111111111111","exp_month":12,"exp_year":2030,"cvv":"123","name":"Ada"}`); err != nil {
				b.Error(err)
			}
			all = append(all, time.Since(began))
			time.Sleep(10 * time.Millisecond)
		}
		slices.Sort(all)
		return milliseconds(all, 50)
	}
	for b.Loop() {
		quiet := paid()
		path := f.batch(many(20_000, fmt.Sprint("b", time.Now().UnixNano()), tokens))
		time.Sleep(2 * time.Second) // it has begun
		busy := paid()
		if f.ask("GET", path, "").field("data.pending_charges") == 0.0 {
			b.Error("the batch was over before the shoppers were")
		}
		f.finish(b, path, false)
		b.ReportMetric(quiet, "quiet-p50-ms")
		b.ReportMetric(busy, "busy-p50-ms")
		b.ReportMetric(busy/quiet, "busy/quiet")
	}
}
