package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/id"
)

// BenchmarkBulk measures batches of 1,000 and of 100,000 charges against a processor in
// another process that answers at once: charges a second, and the memory of the server, at
// its most in all and at its most once the batch was taken in.
func BenchmarkBulk(b *testing.B) {
	for _, n := range []int{1_000, 100_000} {
		b.Run(fmt.Sprint(n, " charges"), func(b *testing.B) {
			h := &house{TB: b, data: filepath.Join(b.TempDir(), "data")}
			h.open()
			h.upstream = h.processor()
			p := h.start()
			defer p.Process.Kill()
			_, answer, _ := h.call(http.DefaultClient, "POST", p.url+"/v1/tokens", `{"number":"4111111111111111","exp_month":12,"exp_year":2030}`)
			var kept struct{ ID string }
			if err := json.Unmarshal(answer, &kept); err != nil {
				b.Fatal(err)
			}
			token, err := id.ParseToken(kept.ID)
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				charges := make([]string, n)
				for i := range charges {
					charges[i] = fmt.Sprintf(`{"token":"%s","email":"ada@shop.example","currency":"NGN","amount":300,"tx_ref":"%s"}`, token.Flutterwave(), id.Random())
				}
				began := time.Now()
				told, ok := h.batch("POST", p.url+"/v3/bulk-tokenized-charges", `{"title":"bench","bulk_data":[`+strings.Join(charges, ",")+`]}`)
				if !ok {
					b.Fatal("the batch was not taken in")
				}
				intake := time.Since(began)
				time.Sleep(time.Second)
				resident := 0.0
				for told.Pending > 0 {
					resident = max(resident, p.megabytes(b, "VmRSS:"))
					time.Sleep(100 * time.Millisecond)
					told, _ = h.batch("GET", fmt.Sprint(p.url, "/v3/bulk-tokenized-charges/", told.ID), "")
				}
				b.ReportMetric(float64(n)/time.Since(began).Seconds(), "charges/s")
				b.ReportMetric(intake.Seconds(), "intake-s")
				b.ReportMetric(resident, "working-MB")
				b.ReportMetric(p.megabytes(b, "VmHWM:"), "most-MB")
			}
		})
	}
}

// megabytes reads a figure of the program's from Linux (proc(5), /proc/pid/status).
func (p *program) megabytes(b *testing.B, name string) float64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.Process.Pid))
	if err != nil {
		b.Fatal(err)
	}
	_, after, _ := strings.Cut(string(text), name)
	kilobytes, err := strconv.ParseFloat(strings.Fields(after)[0], 64)
	if err != nil {
		b.Fatal(err)
	}
	return kilobytes / 1024
}
