package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/leakscan"
	"github.com/paywicket/paywicket/internal/store/storetest"
)

// A thousand cards are kept; after a second of quiet, another process finds none of
// their numbers, nor a CVV, in the memory of the server, and none on its disk. A number that is
// in a request which has not ended is found, so the scan sees what there is. The
// program is built without the race detector, which keeps copies of its own.
func TestNoCardIsLeftInMemory(t *testing.T) {
	if storetest.Server() != "" {
		t.Skip("the same with any database")
	}
	h := &house{TB: t, data: filepath.Join(t.TempDir(), "data"), binary: filepath.Join(t.TempDir(), "paywicket")}
	if out, err := exec.Command("go", "build", "-o", h.binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	h.open()
	p := h.start()
	defer func() {
		p.Process.Kill()
		p.Wait()
	}()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 8}}
	for range 1000 {
		body := fmt.Sprintf(`{"number":"%s","exp_month":12,"exp_year":2030,"cvv":"739","name":"Ada"}`, cardNumber())
		if status, answer, ok := h.call(client, "POST", p.url+"/v1/tokens", body); !ok || status != http.StatusCreated {
			t.Fatalf("%d %s", status, answer)
		}
	}
	client.CloseIdleConnections()
	time.Sleep(time.Second)
	h.expectNoCardOnDisk()
	if out := h.scan(p); strings.Contains(out, bin) {
		t.Errorf("in memory:\n%s", out)
	}

	if n := h.count(p, `"cvv":"739"`); n != 0 {
		t.Errorf("a CVV is in memory %d times", n)
	}

	conn, err := net.Dial("tcp", strings.TrimPrefix(p.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "POST /v1/tokens HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{\"number\":\"%s\",\"cvv\":\"739\"", cardNumber())
	time.Sleep(100 * time.Millisecond)
	if out := h.scan(p); !strings.Contains(out, bin) {
		t.Errorf("a number in a request that has not ended is not found:\n%s", out)
	} else if h.count(p, `"cvv":"739"`) == 0 {
		t.Error("a CVV in a request that has not ended is not found")
	}
}

// count gives how often a text is in the program's memory.
func (h *house) count(p *program, text string) (n int) {
	h.Helper()
	err := leakscan.ReadProcess(p.Process.Pid, func(_ int64, part io.Reader) error {
		content, err := io.ReadAll(part)
		n += bytes.Count(content, []byte(text))
		return err
	})
	if err != nil && !strings.Contains(err.Error(), "permission denied") {
		h.Error(err)
	}
	return n
}

// scan looks through the program's memory from another process, and gives what that
// says: it may take numbers of the program's own tables for cards, so the caller
// looks for its own.
func (h *house) scan(p *program) string {
	h.Helper()
	out, err := h.command("leakscan", "--pid", strconv.Itoa(p.Process.Pid)).CombinedOutput()
	if strings.Contains(string(out), "permission denied") {
		h.Skipf("the program may not be looked into: %v %s", err, out)
	}
	return string(out)
}

// expectNoCardOnDisk looks through every file of the data directory.
func (h *house) expectNoCardOnDisk() {
	h.Helper()
	files, err := filepath.Glob(filepath.Join(h.data, "*"))
	if err != nil || len(files) < 2 {
		h.Fatalf("%d files, %v", len(files), err)
	}
	for _, path := range files {
		file, err := os.Open(path)
		if err != nil {
			h.Fatal(err)
		}
		err = leakscan.Scan(file, func(hit leakscan.Hit) {
			if strings.HasPrefix(hit.Masked, bin) { // of some hundred thousand random ids one has thirteen digits on end
				h.Errorf("%s: %s", filepath.Base(path), hit)
			}
		})
		file.Close()
		if err != nil {
			h.Error(err)
		}
	}
}
