package leakscan_test

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/paywicket/paywicket/internal/card/cardtest"
	"github.com/paywicket/paywicket/internal/leakscan"
)

func scan(t *testing.T, content []byte) []leakscan.Hit {
	t.Helper()
	var hits []leakscan.Hit
	if err := leakscan.Scan(bytes.NewReader(content), func(h leakscan.Hit) { hits = append(hits, h) }); err != nil {
		t.Fatal(err)
	}
	return hits
}

// wide writes a text as UTF-16, least byte first or last.
func wide(text string, first int) []byte {
	var out []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		pair := [2]byte{}
		pair[first], pair[1-first] = byte(unit), byte(unit>>8)
		out = append(out, pair[:]...)
	}
	return out
}

func zip(content []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	w.Write(content)
	w.Close()
	return out.Bytes()
}

// forms writes a number in every way that is looked for.
var forms = map[leakscan.Form][]func(string) []byte{
	leakscan.Digits: {func(n string) []byte { return []byte(`{"number":"` + n + `"}`) }, func(n string) []byte { return []byte(n) }},
	leakscan.Grouped: {
		func(n string) []byte { return []byte("card " + groups(n, " ") + " ok") },
		func(n string) []byte { return []byte(groups(n, "-")) },
		func(n string) []byte { return []byte("number=" + groups(n, "+") + "&cvv=1") },
		func(n string) []byte { return []byte("number=" + groups(n, "%20")) },
	},
	leakscan.Hex:     {func(n string) []byte { return []byte("x" + hex.EncodeToString([]byte(n))) }, func(n string) []byte { return []byte(`\x` + hex.EncodeToString([]byte("a"+n+"b"))) }},
	leakscan.Percent: {func(n string) []byte { return []byte("q=" + percent(n)) }},
	leakscan.UTF16:   {func(n string) []byte { return wide("n="+n, 0) }, func(n string) []byte { return wide("n="+n, 1) }},
	leakscan.Base64: {
		func(n string) []byte { return []byte(base64.StdEncoding.EncodeToString([]byte(n))) },
		func(n string) []byte { return []byte(base64.URLEncoding.EncodeToString([]byte("a" + n + "??>>"))) },
		func(n string) []byte { return []byte("token " + base64.RawStdEncoding.EncodeToString([]byte("ab"+n))) },
		func(n string) []byte {
			return []byte(base64.StdEncoding.EncodeToString([]byte(`{"number":"` + n + `"}`)))
		},
	},
}

func groups(n, gap string) string {
	var parts []string
	for ; len(n) > 4; n = n[4:] {
		parts = append(parts, n[:4])
	}
	return strings.Join(append(parts, n), gap)
}

func percent(n string) string {
	var out strings.Builder
	for _, d := range []byte(n) {
		fmt.Fprintf(&out, "%%%02X", d)
	}
	return out.String()
}

// noise is bytes that hold no number: random ones without digits.
func noise(n int) []byte {
	out := make([]byte, n)
	for i := range out {
		if out[i] = byte(rand.Uint32()); out[i] >= '0' && out[i] <= '9' || out[i] == 0x1f {
			out[i] = 0xff
		}
	}
	return out
}

// Every planted number is found, in every form, wherever it lies, packed or not.
func TestPlantedNumbersAreFound(t *testing.T) {
	t.Parallel()
	for form, writers := range forms {
		for i, write := range writers {
			for range 100 {
				number := cardtest.Any()
				content := slices.Concat(noise(rand.IntN(3000)), []byte("\n"), write(number), []byte("\n"), noise(rand.IntN(3000)))
				expect(t, fmt.Sprint(form, " ", i), scan(t, content), number, form, false)
				expect(t, fmt.Sprint(form, " ", i, " packed"), scan(t, slices.Concat(noise(50), zip(content), noise(50))), number, form, true)
			}
		}
	}
}

func expect(t *testing.T, what string, hits []leakscan.Hit, number string, form leakscan.Form, packed bool) {
	t.Helper()
	masked := number[:6] + strings.Repeat("*", len(number)-10) + number[len(number)-4:]
	if !slices.ContainsFunc(hits, func(h leakscan.Hit) bool { return h.Form == form && h.Packed == packed && h.Masked == masked }) {
		t.Errorf("%s: %s is not among %v", what, number, hits)
	}
	for _, h := range hits {
		if strings.Contains(h.String(), number) {
			t.Errorf("%s: the report repeats the number: %s", what, h)
		}
	}
}

// A number that lies across two windows is found, and once.
func TestANumberAcrossWindows(t *testing.T) {
	t.Parallel()
	number := cardtest.Any()
	for _, before := range []int{1<<20 + 1<<10 - 20, 1<<20 + 1<<10 - 8, 1<<20 + 1<<10 - 1, 1<<20 + 1<<10, 1 << 20, 2<<20 + 1<<10 - 5} {
		content := slices.Concat(noise(before), []byte(number), noise(5000))
		if hits := scan(t, content); len(hits) != 1 || hits[0].Offset != int64(before) {
			t.Errorf("after %d bytes: %v", before, hits)
		}
	}
}

// What only looks like a number is none.
func TestWhatIsNoCardNumber(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "411111******1111", "4111111111111112", "41111111111111111111111", "1795241703320", "2026-11-21T05:32:58.123456789Z",
		"tok_759f0ggnen40z6b07x7wrxf0f8", "00000000-0000-4000-8000-000000000000", "192.168.100.200 10.0.0.1", "+44 20 7946 0958",
		"2026-11-21 07:03:19.415202 1-0-7", "4152 02 2026-11-21 07", "4.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1", url.QueryEscape("amount=4900&currency=USD"), strings.Repeat("0", 16), "9" + "411111111111111",
	} {
		if hits := scan(t, []byte(text)); len(hits) != 0 {
			t.Errorf("%q: %v", text, hits)
		}
	}
	if hits := scan(t, noise(3<<20)); len(hits) != 0 {
		t.Errorf("in noise: %v", hits)
	}
}

// A gzip that unpacks for ever, or into itself, does not keep the scan for ever.
func TestAGzipBomb(t *testing.T) {
	t.Parallel()
	bomb := zip(make([]byte, 64<<20))
	for range 5 {
		bomb = zip(bomb)
	}
	scan(t, bomb)
}

func FuzzScan(f *testing.F) {
	f.Add([]byte("4111 1111 1111 1111"))
	f.Add(zip([]byte("4111111111111111")))
	f.Add([]byte("NDExMTExMTExMTExMTExMQ=="))
	f.Fuzz(func(t *testing.T, content []byte) {
		err := leakscan.Scan(bytes.NewReader(content), func(h leakscan.Hit) {
			if h.Offset < 0 || strings.Count(h.Masked, "*") < 3 {
				t.Errorf("%+v", h)
			}
		})
		if err != nil {
			t.Error(err)
		}
	})
}
