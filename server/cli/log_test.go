package cli

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// slowly counts how often it is written to.
type slowly struct {
	mu     sync.Mutex
	text   strings.Builder
	writes int
}

func (s *slowly) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.writes++
	return s.text.Write(p)
}

func (s *slowly) state() (text string, writes int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String(), s.writes
}

func TestTheLogIsWrittenSoonAndInFewPieces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		to := &slowly{}
		w, end := newPatientWriter(to)
		var want strings.Builder
		for i := range 100 {
			line := fmt.Sprintf("line %d\n", i)
			want.WriteString(line)
			if n, err := w.Write([]byte(line)); n != len(line) || err != nil {
				t.Fatal(n, err)
			}
		}
		if _, writes := to.state(); writes != 0 {
			t.Errorf("%d writes before anybody waited", writes)
		}
		time.Sleep(logPatience + time.Millisecond)
		synctest.Wait()
		if text, writes := to.state(); text != want.String() || writes != 1 {
			t.Errorf("%d bytes in %d writes, want %d in one", len(text), writes, want.Len())
		}
		w.Write([]byte(strings.Repeat("x", logBuffer)))
		if _, writes := to.state(); writes != 2 {
			t.Error("a full buffer waits")
		}
		w.Write([]byte("last\n"))
		end()
		if text, _ := to.state(); !strings.HasSuffix(text, "last\n") {
			t.Error("the last line was lost")
		}
	})
}

// What a library quotes of an answer is not in the log.
func TestTheStandardLogQuotesNothing(t *testing.T) {
	var out bytes.Buffer
	line := `Unsolicited response received on idle HTTP channel starting with "HTTP/1.1 200 OK\r\n\r\n{\"number\":\"4111111111111111\"}"; err=<nil>`
	if n, err := (hushed{slog.New(slog.NewTextHandler(&out, nil))}).Write([]byte(line)); n != len(line) || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	if text := out.String(); strings.Contains(text, "4111") || !strings.Contains(text, "Unsolicited response received on idle HTTP channel") {
		t.Errorf("%s", text)
	}
}
