package merchant

import (
	"context"
	"sync"
	"time"
)

// Credentials that were found are remembered for a moment: a merchant's server
// calls with the same key many times a second. A key that is revoked is good for
// that moment longer.
const (
	memory     = time.Second
	mostRecent = 10_000
)

// recent is the credentials found of late. The zero value is empty.
type recent struct {
	mu    sync.RWMutex
	found map[string]remembered
}

type remembered struct {
	Credential
	until time.Time
}

// find gives a credential by its public part, as Store.FindCredential does.
func (s *Service) find(ctx context.Context, public string) (Credential, error) {
	now := s.Now()
	s.known.mu.RLock()
	c, ok := s.known.found[public]
	s.known.mu.RUnlock()
	if ok && now.Before(c.until) {
		return c.Credential, nil
	}
	found, err := s.Store.FindCredential(ctx, public)
	if err != nil {
		return Credential{}, err
	}
	s.known.mu.Lock()
	defer s.known.mu.Unlock()
	if s.known.found == nil || len(s.known.found) >= mostRecent {
		s.known.found = map[string]remembered{}
	}
	s.known.found[public] = remembered{found, now.Add(memory)}
	return found, nil
}
