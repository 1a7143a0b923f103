package webhook

import (
	"math/rand/v2"
	"time"
)

// schedule is how long to wait before each further attempt, as the Standard
// Webhooks specification gives it: ten attempts over 75 hours and 35 minutes.
var schedule = []time.Duration{
	5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour,
	10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour,
}

// MaxAttempts is how often a delivery is tried.
var MaxAttempts = len(schedule) + 1

// Wait is how long after failed attempt number n, counted from 1, the next one is
// due: the schedule's step, and up to a tenth more, so that a crowd of deliveries
// that failed together does not come back together.
func Wait(n int) time.Duration {
	step := schedule[min(max(n, 1), len(schedule))-1]
	return step + rand.N(step/10)
}
