package integrity

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"github.com/paywicket/paywicket/internal/event"
)

// DefaultEvery is how often the page is looked at; MostEvery the seldomest that requirement
// 11.6.1 allows.
const (
	DefaultEvery = time.Hour
	MostEvery    = 7 * 24 * time.Hour
)

// retryAfter is how long after a look that came to nothing the next one is.
const retryAfter = 10 * time.Minute

// BuildLife is for how long after a server said what it serves that is what browsers may get:
// while servers are replaced one by one, two builds serve pages.
const BuildLife = time.Hour

// Build is what one build of the program serves.
type Build struct {
	Page      Page      `json:"page"`
	Inventory Inventory `json:"inventory"`
}

// State is what is known of the page.
type State struct {
	Differences []Difference
	Transport   string    // Strict-Transport-Security as it is to be; empty while none was seen
	Sequence    int       // grows with every change of Differences
	Since       time.Time // of the last change
	LookedAt    time.Time // when it was last received
	NextAt      time.Time // when it is to be looked at again
}

// Store keeps what servers serve and what is known of the page, for all servers on a database.
type Store interface {
	// KeepBuild notes that a build is served now, and forgets those not served since before.
	KeepBuild(ctx context.Context, b Build, now, before time.Time) error
	// ListBuilds gives the builds that were served since, the newest first.
	ListBuilds(ctx context.Context, since time.Time) ([]Build, error)
	// PageState gives what is known; the zero State at first.
	PageState(ctx context.Context) (State, error)
	// KeepPageState keeps what is known now, and when its sequence has grown the event that
	// tell makes for each merchant. It does nothing, and gives false, when the sequence kept is not
	// before any more: another has told.
	KeepPageState(ctx context.Context, before int, s State, tell func(merchant string) event.Event) (bool, error)
}

// Monitor looks at the page now and then.
type Monitor struct {
	Store  Store
	Origin string
	Fetch  Fetch // from the origin, as browsers do
	Every  time.Duration
	Now    func() time.Time
	Log    *slog.Logger
}

// Run looks when it is time to.
func (m *Monitor) Run(ctx context.Context) error {
	s, err := m.Store.PageState(ctx)
	if err != nil || m.Now().Before(s.NextAt) {
		return err
	}
	return m.Look(ctx)
}

// Look looks now, and tells merchants and the log of a difference that was not there before, and
// of its end. Errors: fault.Unavailable when the page could not be received.
func (m *Monitor) Look(ctx context.Context) error {
	before, err := m.Store.PageState(ctx)
	if err != nil {
		return err
	}
	now := m.Now()
	v, failed := Verify(ctx, m.Store, m.Fetch, Target{Origin: m.Origin, Transport: before.Transport}, now)
	after := before
	after.NextAt = now.Add(min(m.Every, retryAfter))
	if failed == nil {
		after = before.after(v, now)
		after.NextAt = now.Add(m.Every)
	}
	kept, err := m.Store.KeepPageState(ctx, before.Sequence, after, func(merchant string) event.Event { return after.tell(merchant, v.URL) })
	if kept && after.Sequence != before.Sequence {
		m.log(v.URL, after)
	}
	if failed == nil { // the evidence that it is looked at
		m.Log.Info("the payment page was compared", "page", v.URL, "differences", len(v.Differences))
	}
	return errors.Join(failed, err)
}

// log says what has come about.
func (m *Monitor) log(url string, s State) {
	if len(s.Differences) == 0 {
		m.Log.Info("the payment page is again what is served", "page", url)
		return
	}
	for _, d := range s.Differences {
		m.Log.Error("the payment page is not what is served", "page", url, "subject", d.Subject, "change", d.Change, "expected", d.Expected, "found", d.Found)
	}
}

// after is what is known after a look.
func (s State) after(v Verdict, now time.Time) State {
	s.LookedAt, s.Transport = now, v.Transport
	if !slices.Equal(v.Differences, s.Differences) {
		s.Differences, s.Since = v.Differences, now
		s.Sequence++
	}
	return s
}

// tell is what a merchant is told of a state. The merchant is what it is about, so that no two
// have an event of one id.
func (s State) tell(merchant, url string) event.Event {
	kind := event.PageRestored
	if len(s.Differences) > 0 {
		kind = event.PageChanged
	}
	listed := s.Differences[:min(len(s.Differences), event.MostDifferences)]
	return event.New(kind, merchant, merchant, s.Sequence, s.Since, event.Page{
		URL: url, Differences: append([]Difference{}, listed...), More: len(s.Differences) - len(listed), Since: s.Since,
	})
}
