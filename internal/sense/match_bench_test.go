package sense_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/merchant"
	"github.com/paywicket/paywicket/internal/sense"
	"github.com/paywicket/paywicket/internal/store/storetest"
)

// crowded is how many devices are known.
const crowded = 1_000_000

// someone makes a device as they are about: a few hundred models, some of which everybody
// has, each in some versions of its browser, in many places.
func someone(random *rand.Rand) sense.Features {
	model := int(min(299, random.ExpFloat64()*40))
	version := 150 + random.IntN(6)
	return sense.Features{
		"platform": []string{"Win32", "MacIntel", "iPhone", "Linux armv81"}[model%4], "cores": fmt.Sprint(2 << (model % 4)), "memory": fmt.Sprint(2 << (model % 3)),
		"graphics": fmt.Sprintf(`["Maker %d","Unit %d"]`, model%7, model), "brands": fmt.Sprintf(`["Google Chrome %d","desktop"]`, version),
		"canvas": fmt.Sprintf("%08x", model*1000+version), "limits": fmt.Sprintf("[%d]", 4096<<(model%3)), "math": "0ea48827", "codecs": "[2,0,2]", "audio": fmt.Sprint(124 + model%5),
		"screen": fmt.Sprintf("[%d,%d,24]", 1200+40*(model%30), 800+40*random.IntN(4)), "ratio": []string{"1", "1.25", "2", "3"}[random.IntN(4)],
		"timeZone": fmt.Sprint("Europe/City", int(random.ExpFloat64()*8)), "languages": fmt.Sprintf(`["l%d","en"]`, int(random.ExpFloat64()*5)), "locale": fmt.Sprintf(`["l%d"]`, random.IntN(3)),
		"touch": "[0,false,true]", "fonts": fmt.Sprintf(`["Font %d"]`, random.IntN(12)), "gamut": `["srgb"]`,
	}
}

// populate keeps a million devices.
func populate(b *testing.B, rows *sqlx.DB, m string, random *rand.Rand) []sense.Features {
	b.Helper()
	must := func(err error) {
		if err != nil {
			b.Fatal(err)
		}
	}
	tx, err := rows.Beginx()
	must(err)
	insert := func(table string, columns int, values []any) {
		row := "(?" + strings.Repeat(", ?", columns-1) + ")"
		_, err := tx.Exec(tx.Rebind("INSERT INTO "+table+" VALUES "+row+strings.Repeat(", "+row, len(values)/columns-1)), values...)
		must(err)
	}
	var sample []sense.Features
	var devices, keys []any
	for i := range crowded {
		f := someone(random)
		name := id.New(id.Device)
		text, err := json.Marshal(f)
		must(err)
		devices = append(devices, m, name, string(text), fmt.Sprintf(`["v%d"]`, i), `["10.0.0.0/24"]`, 1, 1, 1)
		for _, key := range sense.LookupKeys(f, fmt.Sprint("v", i)) {
			keys = append(keys, m, key, name)
		}
		if i%1000 == 0 {
			sample = append(sample, f)
		}
		if len(devices) >= 8*500 || i == crowded-1 {
			insert("devices", 8, devices)
			insert("device_keys (merchant, key, device)", 3, keys)
			devices, keys = devices[:0], keys[:0]
		}
	}
	must(tx.Commit())
	return sample
}

// What a visit's device takes to be found among a million, and to be kept.
func BenchmarkMatching(b *testing.B) {
	clock := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	db, rows := storetest.Open(b, func() time.Time { return clock })
	o, err := (&merchant.Service{Store: db, Now: func() time.Time { return clock }}).Open(b.Context(), "Shop", merchant.Test, "DESCRIPTOR", []string{"https://shop.example"})
	if err != nil {
		b.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	known := populate(b, rows, o.Merchant.ID, random)
	service := &sense.Service{Store: db, Keys: signer{}, Now: func() time.Time { return clock }}
	var took, kept []time.Duration
	verdicts := map[sense.Verdict]int{}
	for i := range 2000 {
		f := known[random.IntN(len(known))]
		if i%2 == 0 {
			f = someone(random)
		}
		signals := map[string]sense.Signal{}
		for name, text := range f {
			signals[name] = sense.Signal{Value: text, Millis: random.Float64()}
		}
		key, nonce, err := service.Begin(context.Background(), o.Merchant.ID, o.Site.ID, "")
		if err != nil {
			b.Fatal(err)
		}
		began := time.Now()
		if _, err := service.Recognise(context.Background(), o.Merchant.ID, f, sense.Context{Network: "192.0.2.0/24"}); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(began))
		began = time.Now()
		if err := service.Observe(context.Background(), sense.Batch{SenseKey: key, Nonce: nonce, Signals: signals, Done: true, Network: "192.0.2.0/24"}); err != nil {
			b.Fatal(err)
		}
		kept = append(kept, time.Since(began))
		v, err := service.Visit(context.Background(), o.Merchant.ID, key)
		if err != nil {
			b.Fatal(err)
		}
		verdicts[v.Likeness.Verdict]++
	}
	slices.Sort(took)
	slices.Sort(kept)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
	b.ReportMetric(float64(kept[len(kept)/2].Microseconds())/1000, "p50-kept-ms")
	b.Logf("verdicts: %v", verdicts)
}
