package webhook

import (
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"
)

// schedule is how long to wait before each further attempt, as the Standard
// Webhooks specification gives it: ten attempts over 75 hours and 35 minutes. After
// that one a day follows, as long as GiveUpAfter.
var schedule = []time.Duration{
	5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour,
	10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour,
}

const (
	daily = 24 * time.Hour
	// GiveUpAfter is how long after its event a delivery is still tried; Adyen's too.
	GiveUpAfter = 30 * daily
)

// Wait is how long after failed attempt number n, counted from 1, the next one is
// due: the schedule's step, and up to a tenth more, so that a crowd of deliveries
// that failed together does not come back together.
func Wait(n int) time.Duration {
	step := daily
	if n = max(n, 1); n <= len(schedule) {
		step = schedule[n-1]
	}
	return step + rand.N(step/10)
}

// mostPatience is the longest that a receiver may ask to be left alone.
const mostPatience = daily

// retryAfter is how long a receiver asks to be left alone, in seconds or until a date
// (RFC 9110, 10.2.3); 0 when it does not say.
func retryAfter(response *http.Response, now time.Time) time.Duration {
	text := response.Header.Get("Retry-After")
	wait := time.Duration(0)
	if seconds, err := strconv.ParseInt(text, 10, 32); err == nil {
		wait = time.Duration(seconds) * time.Second
	} else if date, err := http.ParseTime(text); err == nil {
		wait = date.Sub(now)
	}
	return min(max(wait, 0), mostPatience)
}
