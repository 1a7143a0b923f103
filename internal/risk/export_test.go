package risk

// Ease makes puzzles that take no time, for tests with thousands of them.
func (s *Service) Ease() { s.easy = 10 }
