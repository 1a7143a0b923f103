package cli

import (
	"bytes"
	"io"
	"log"
	"log/slog"
	"sync"
	"time"
)

// How long a line of the log may wait, and how many bytes may. A write to the
// system for every line costs a busy server a tenth of its time.
const (
	logPatience = 100 * time.Millisecond
	logBuffer   = 64 << 10
)

// patientWriter gathers what is written and passes it on soon.
type patientWriter struct {
	mu      sync.Mutex
	to      io.Writer
	waiting []byte
	timer   *time.Timer
}

// newPatientWriter gives a writer and the call that ends it: what still waits is
// passed on, and what comes later at once.
func newPatientWriter(to io.Writer) (w *patientWriter, end func()) {
	w = &patientWriter{to: to, waiting: make([]byte, 0, logBuffer)}
	w.timer = time.AfterFunc(time.Hour, w.flush)
	w.timer.Stop()
	return w, w.flush
}

// Write takes a copy of a line.
func (w *patientWriter) Write(line []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.waiting) == 0 {
		w.timer.Reset(logPatience)
	}
	w.waiting = append(w.waiting, line...)
	if len(w.waiting) >= logBuffer {
		return len(line), w.pass()
	}
	return len(line), nil
}

func (w *patientWriter) flush() {
	w.mu.Lock()
	defer w.mu.Unlock()
	_ = w.pass() // there is nowhere to tell it
}

func (w *patientWriter) pass() error {
	_, err := w.to.Write(w.waiting)
	w.waiting = w.waiting[:0]
	return err
}

// hushStandardLog keeps what libraries write to the standard log from quoting what they
// read: net/http shows an answer that comes twice as it is, and a broken processor may
// well send a card back.
func hushStandardLog(to *slog.Logger) {
	log.SetFlags(0)
	log.SetOutput(hushed{to})
}

// hushed passes on the first words of a line, up to where it begins to quote.
type hushed struct{ to *slog.Logger }

// maxHushed is how much of a line is passed on, in bytes.
const maxHushed = 60

func (h hushed) Write(line []byte) (int, error) {
	words := line
	if quote := bytes.IndexAny(words, "\"`'=:{"); quote >= 0 {
		words = words[:quote]
	}
	h.to.Warn("a library says", "words", string(bytes.TrimSpace(words[:min(len(words), maxHushed)])))
	return len(line), nil
}
