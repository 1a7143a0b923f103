package sandbox

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"time"
)

// hidden is for how long a late approval is unknown to look-ups.
const hidden = 10 * time.Second

// hostile lets answers go wrong as s.Faults says. The true answer is made first and
// then spoilt, so the ledger knows more than whoever asked.
func (s *Server) hostile(honest http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.hides(r) {
			answer(w, http.StatusNotFound, errUnknown)
			return
		}
		if s.Faults == nil || !strings.HasPrefix(r.URL.Path, "/authorizations") {
			honest.ServeHTTP(w, r)
			return
		}
		changes := r.Method == http.MethodPost
		fault := s.Faults.choose(r.Method+" "+r.URL.Path+" "+r.Header.Get("Idempotency-Key"), changes)
		switch {
		case fault == "" || fault == LateApproval && r.URL.Path != "/authorizations":
			honest.ServeHTTP(w, r)
		case fault.before():
			s.spoilBefore(w, r, fault)
		default:
			made := httptest.NewRecorder()
			honest.ServeHTTP(made, r)
			s.spoil(w, r, fault, made)
		}
	})
}

// hides tells whether a look-up is for an approval that is not to be seen yet.
func (s *Server) hides(r *http.Request) bool {
	if s.Faults == nil || r.Method != http.MethodGet {
		return false
	}
	row, ok := s.Ledger.Find(strings.TrimPrefix(r.URL.Path, "/authorizations/"))
	return ok && row.Late && s.now().Sub(row.At) < hidden
}

// spoilBefore answers, or does not, without having decided anything.
func (s *Server) spoilBefore(w http.ResponseWriter, r *http.Request, fault Fault) {
	switch fault {
	case RefuseBefore:
		reset(w)
	case HangBefore:
		_, _ = io.Copy(io.Discard, io.LimitReader(r.Body, maxBody))
		hold(w, r, patience)
		panic(http.ErrAbortHandler)
	default:
		statuses := map[Fault]int{TooEarly: http.StatusTooEarly, Throttled: http.StatusTooManyRequests, Timeout408: http.StatusRequestTimeout, Broken500: http.StatusInternalServerError, Down503: http.StatusServiceUnavailable}
		answer(w, statuses[fault], problem{"not now"})
	}
}

// spoil gives another answer than the true one.
func (s *Server) spoil(w http.ResponseWriter, r *http.Request, fault Fault, made *httptest.ResponseRecorder) {
	body := made.Body.Bytes()
	send := func(status int, text []byte) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = w.Write(text)
	}
	switch fault {
	case ResetAfter:
		reset(w)
	case ResetMiddle:
		raw(w, header(len(body)), body[:len(body)/2])
	case HangAfter:
		hold(w, r, patience)
		panic(http.ErrAbortHandler)
	case Drip:
		drip(w, r, body)
	case HalfHeader:
		raw(w, header(len(body))[:20])
	case Answered500:
		send(http.StatusInternalServerError, []byte(`{"error":"something"}`))
	case Answered502:
		send(http.StatusBadGateway, []byte(`<html>bad gateway</html>`))
	case Answered504:
		send(http.StatusGatewayTimeout, []byte(`<html>time-out</html>`))
	case LateApproval:
		s.hide(body)
		send(http.StatusGatewayTimeout, []byte(`<html>time-out</html>`))
	case Empty:
		send(http.StatusOK, nil)
	case HTML:
		send(http.StatusOK, []byte(`<!doctype html><title>Maintenance</title>`))
	case Truncated:
		send(http.StatusOK, body[:len(body)/2])
	case Huge:
		send(http.StatusOK, append(bytes.Repeat([]byte(" "), 1<<20), body...))
	case Deep:
		send(http.StatusOK, []byte(`{"id":`+strings.Repeat("[", 1000)+strings.Repeat("]", 1000)+`}`))
	case Twice:
		whole := slices.Concat(header(len(body)), body)
		raw(w, whole, whole)
	default:
		send(made.Code, changed(body, fault))
	}
}

// hide marks the authorization of an answer as one that look-ups do not see yet.
func (s *Server) hide(body []byte) {
	var row Authorization
	if json.Unmarshal(body, &row) == nil {
		_, _, _ = s.Ledger.change(row.Reference, func(row *Authorization) error {
			row.Late = true
			return nil
		})
	}
}

// changed gives an answer about something else.
func changed(body []byte, fault Fault) []byte {
	var object map[string]json.RawMessage
	var amount int64
	if json.Unmarshal(body, &object) != nil || json.Unmarshal(object["amount"], &amount) != nil {
		return body
	}
	switch fault {
	case WrongAmount:
		object["amount"] = strconv.AppendInt(nil, amount+1, 10)
	case WrongMoney:
		object["currency"] = json.RawMessage(`"XTS"`) // reserved for tests (ISO 4217)
	case WrongName:
		object["reference"] = json.RawMessage(`"another-reference"`)
	}
	text, err := json.Marshal(object)
	if err != nil {
		return body
	}
	return text
}

// header is that of a good answer.
func header(length int) []byte {
	return fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n", length)
}

// drip sends a byte now and then, until the client leaves.
func drip(w http.ResponseWriter, r *http.Request, body []byte) {
	w.Header().Set("Content-Type", "application/json")
	for i := range body {
		if _, err := w.Write(body[i : i+1]); err != nil || r.Context().Err() != nil {
			return
		}
		_ = http.NewResponseController(w).Flush()
		hold(w, r, time.Second)
	}
}

// raw writes bytes to the connection and ends it, whatever HTTP thinks of that.
func raw(w http.ResponseWriter, texts ...[]byte) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	for _, text := range texts {
		_, _ = conn.Write(text)
	}
	_ = conn.Close()
}

// reset ends the connection with an RST.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

// arm takes the faults of the next calls that change something.
func (s *Server) arm(w http.ResponseWriter, r *http.Request) {
	var ask struct {
		Faults []Fault `json:"faults"`
	}
	text, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	bad := err != nil || json.Unmarshal(text, &ask) != nil || s.Faults == nil
	for _, f := range ask.Faults {
		bad = bad || !slices.Contains(AllFaults, f)
	}
	if bad {
		answer(w, http.StatusBadRequest, problem{"faults: must be a list of known ones"})
		return
	}
	s.Faults.Arm(ask.Faults...)
	answer(w, http.StatusOK, map[string]any{"armed": ask.Faults})
}
