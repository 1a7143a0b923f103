package app_test

import (
	"fmt"
	"net/http"
	"os"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"
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
	for began := time.Now(); time.Since(began) < 10*time.Minute; time.Sleep(20 * time.Millisecond) {
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

// instant is a processor that approves at once and is not the thing that is measured: it
// keeps no ledger.
func instant() http.Handler {
	var n atomic.Int64
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = n.Add(1)
	})
}

// BenchmarkBulk measures a batch of 10,000 charges from the request that brings it until
// nothing of it is pending.
func BenchmarkBulk(b *testing.B) {
	f := speaksFlutterwave(open(b))
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
