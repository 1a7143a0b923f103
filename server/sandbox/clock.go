package sandbox

import (
	"encoding/json"
	"io"
	"math"
	"net/http"
	"time"
)

// now is the sandbox's own time: the machine's, and as much more as it was moved.
func (s *Server) now() time.Time {
	return s.Now().UTC().Add(time.Duration(s.ahead.Load()))
}

// clock is what /clock says.
type clock struct {
	Now   time.Time `json:"now"`
	Ahead int64     `json:"ahead"` // of the machine's clock, in seconds
}

func (s *Server) showClock(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, clock{s.now(), s.ahead.Load() / int64(time.Second)})
}

// moveClock moves the clock forwards by so many seconds: what takes three days happens
// now. Backwards it does not go: what was decided would lie in the future.
func (s *Server) moveClock(w http.ResponseWriter, r *http.Request) {
	var ask struct {
		Advance int64 `json:"advance"` // seconds
	}
	text, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	if err != nil || json.Unmarshal(text, &ask) != nil || ask.Advance < 0 || ask.Advance > math.MaxInt32 {
		answer(w, http.StatusBadRequest, problem{"advance: must be a whole number of seconds, from 0 to 2147483647"})
		return
	}
	s.ahead.Add(ask.Advance * int64(time.Second))
	s.showClock(w, r)
}
