package sandbox_test

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/paywicket/paywicket/internal/processor"
	"github.com/paywicket/paywicket/internal/processor/sandbox"
)

// A kept-alive connection may close under the second request. net/http would send
// that again by itself, since it has an Idempotency-Key, if it could get at the
// body once more.
func TestACardIsNeverSentTwice(t *testing.T) {
	t.Parallel()
	for name, reset := range map[string]bool{"closed": false, "reset": true} {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		var connections, cards atomic.Int32
		go func() {
			for {
				connection, err := listener.Accept()
				if err != nil {
					return
				}
				connections.Add(1)
				go answerOnce(connection, &cards, reset)
			}
		}()
		transport := &http.Transport{MaxIdleConnsPerHost: 1}
		g := connect(t, "http://"+listener.Addr().String(), transport)
		if outcome, err := g.Authorize(t.Context(), asking, typed(t)); err != nil || outcome.State != processor.Approved {
			t.Errorf("%s: first: %+v, %v", name, outcome, err)
		}
		if outcome, err := g.Authorize(t.Context(), asking, typed(t)); err != nil || outcome.State != processor.Unknown {
			t.Errorf("%s: second: %+v, %v; want unknown", name, outcome, err)
		}
		if connections.Load() != 1 || cards.Load() != 2 {
			t.Errorf("%s: %d cards on %d connections, want 2 on 1", name, cards.Load(), connections.Load())
		}
		transport.CloseIdleConnections()
		_ = listener.Close()
	}
}

// answerOnce answers the first request on a connection, and closes it when the
// second is there.
func answerOnce(connection net.Conn, cards *atomic.Int32, reset bool) {
	defer connection.Close()
	requests := bufio.NewReader(connection)
	for i := range 2 {
		request, err := http.ReadRequest(requests)
		if err != nil {
			return
		}
		if body, _ := io.ReadAll(request.Body); bytes.Contains(body, []byte(number)) {
			cards.Add(1)
		}
		if i == 0 {
			text := approved + "}"
			_, _ = io.WriteString(connection, "HTTP/1.1 200 OK\r\nContent-Length: "+strconv.Itoa(len(text))+"\r\n\r\n"+text)
		}
	}
	if tcp, ok := connection.(*net.TCPConn); ok && reset {
		_ = tcp.SetLinger(0)
	}
}

// Connections are kept: a new one for each card would leave a buffer with a card.
func TestConnectionsAreKept(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	remotes := map[string]bool{}
	answers := []http.HandlerFunc{
		said(200, approved+"}"), said(500, "broken"), said(404, `{"error":"unknown"}`), said(409, `{"error":"conflict"}`),
	}
	asked := 0
	g := peer(t, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		_, _ = io.Copy(io.Discard, r.Body)
		remotes[r.RemoteAddr] = true
		answers[asked%len(answers)](w, r)
		asked++
	})
	for range 2 * len(answers) {
		_, _ = g.Authorize(t.Context(), asking, typed(t))
	}
	for range len(answers) {
		_, _ = g.Lookup(t.Context(), processor.Original{Reference: "r"})
	}
	if len(remotes) != 1 {
		t.Errorf("%d connections for calls one after another", len(remotes))
	}
}

// early is a transport that has an answer before it has read the body, and reads
// on afterwards: net/http may do so.
type early struct {
	before int           // bytes read before the answer
	gate   chan struct{} // what reading on waits for, if anything
	after  sync.WaitGroup
	late   bytes.Buffer
	err    error
}

func (e *early) RoundTrip(r *http.Request) (*http.Response, error) {
	if _, err := io.ReadFull(r.Body, make([]byte, e.before)); err != nil {
		return nil, err
	}
	e.after.Go(func() {
		if e.gate != nil {
			<-e.gate
		}
		one := make([]byte, 1)
		for {
			n, err := r.Body.Read(one)
			e.late.Write(one[:n])
			if err != nil {
				e.err = err
				return
			}
		}
	})
	return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader(approved + "}")), Request: r}, nil
}

// After Authorize there is nothing more to read.
func TestTheCardIsGoneWhenTheCallIsOver(t *testing.T) {
	t.Parallel()
	transport := &early{before: 20, gate: make(chan struct{})}
	if outcome, err := connect(t, "http://processor.example", transport).Authorize(t.Context(), asking, typed(t)); err != nil || outcome.State != processor.Approved {
		t.Fatalf("%+v, %v", outcome, err)
	}
	close(transport.gate)
	transport.after.Wait()
	if transport.late.Len() != 0 || !errors.Is(transport.err, io.ErrClosedPipe) {
		t.Errorf("%d bytes were still there, then %v", transport.late.Len(), transport.err)
	}
}

// While it still runs, what the transport gets is whole and right until there is an
// error; never zeros in place of digits.
func TestNothingIsReadAfterTheWipe(t *testing.T) {
	t.Parallel()
	for range 50 {
		transport := &early{before: 20}
		if outcome, err := connect(t, "http://processor.example", transport).Authorize(t.Context(), asking, typed(t)); err != nil || outcome.State != processor.Approved {
			t.Fatalf("%+v, %v", outcome, err)
		}
		transport.after.Wait()
		if bytes.ContainsRune(transport.late.Bytes(), 0) {
			t.Fatal("wiped bytes were sent")
		}
		if !errors.Is(transport.err, io.ErrClosedPipe) && transport.err != io.EOF {
			t.Errorf("the reading ended with %v", transport.err)
		}
	}
}

func TestTheBodyIsWiped(t *testing.T) {
	t.Parallel()
	body, lent, err := sandbox.NewBody(asking, typed(t))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(lent, []byte(number)) || !bytes.Contains(lent, []byte(cvv)) {
		t.Fatal("the body has no card")
	}
	whole := lent[:cap(lent)]
	if _, err := io.ReadFull(body, make([]byte, 30)); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := body.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(whole, make([]byte, len(whole))) {
		t.Errorf("left after the wipe: %q", whole)
	}
	if n, err := body.Read(make([]byte, 10)); n != 0 || !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("read %d after the wipe, %v", n, err)
	}
}
