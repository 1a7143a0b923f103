package wire

import (
	"bytes"
	"strings"

	"github.com/paywicket/paywicket/internal/fault"
)

// limits bound what is read of a body: how deep it nests, and how many members and items
// it has in all.
type limits struct{ depth, members int }

// Limits of a card body, far above what any client sends, and of one that is read loosely,
// which may be a whole order.
var (
	strictLimits = limits{depth: 6, members: 64}
	looseLimits  = limits{depth: 12, members: 512}
)

// scanner reads JSON (RFC 8259) in place: it hands out slices of the body and keeps no
// copies, so that wiping the body wipes everything.
type scanner struct {
	body    []byte
	at      int
	limits  limits
	members int // so far
}

// document reads one value with nothing after it.
func (s *scanner) document(value func() error) error {
	s.space()
	if err := value(); err != nil {
		return err
	}
	s.space()
	if s.at != len(s.body) {
		return notJSON()
	}
	return nil
}

func notJSON() error {
	return fault.New(fault.Malformed, "The body is not valid JSON. Send one JSON object and nothing after it.")
}

func (s *scanner) space() {
	for s.at < len(s.body) && (s.body[s.at] == ' ' || s.body[s.at] == '\t' || s.body[s.at] == '\n' || s.body[s.at] == '\r') {
		s.at++
	}
}

// take moves past one expected byte, and the space after it.
func (s *scanner) take(b byte) bool {
	if s.at >= len(s.body) || s.body[s.at] != b {
		return false
	}
	s.at++
	s.space()
	return true
}

// next is the byte that a value begins with; 0 at the end.
func (s *scanner) next() byte {
	if s.at >= len(s.body) {
		return 0
	}
	return s.body[s.at]
}

// object reads an object. each is given a member's name, quotes included, and reads its value.
func (s *scanner) object(depth int, each func(name []byte) error) error {
	return s.sequence(depth, '{', '}', func() error {
		name, err := s.text()
		if err != nil {
			return err
		}
		s.space()
		if !s.take(':') {
			return notJSON()
		}
		return each(name)
	})
}

// sequence reads what stands between two brackets with commas between.
func (s *scanner) sequence(depth int, open, end byte, one func() error) error {
	if depth > s.limits.depth || !s.take(open) {
		return notJSON()
	}
	if s.take(end) {
		return nil
	}
	for {
		if s.members++; s.members > s.limits.members {
			return fault.New(fault.Malformed, "The body has too many fields.")
		}
		if err := one(); err != nil {
			return err
		}
		s.space()
		if s.take(end) {
			return nil
		}
		if !s.take(',') {
			return notJSON()
		}
	}
}

// skip passes over any value.
func (s *scanner) skip(depth int) error {
	switch s.next() {
	case '{':
		return s.object(depth+1, func([]byte) error { return s.skip(depth + 1) })
	case '[':
		return s.sequence(depth+1, '[', ']', func() error { return s.skip(depth + 1) })
	}
	_, err := s.scalar()
	return err
}

// scalar reads a text, number, truth value or null and gives its bytes as they stand,
// quotes included.
func (s *scanner) scalar() ([]byte, error) {
	if s.next() == '"' {
		return s.text()
	}
	for _, word := range []string{"true", "false", "null"} {
		if bytes.HasPrefix(s.body[s.at:], []byte(word)) {
			value := s.body[s.at : s.at+len(word)]
			s.at += len(word)
			return value, nil
		}
	}
	if value := s.number(); value != nil {
		return value, nil
	}
	return nil, notJSON()
}

// walker visits a body strictly.
type walker struct {
	scanner
	visit func(path string, value []byte) error
}

// scan walks a JSON object strictly and visits each text, number, truth value, null and
// empty object with its dotted path and its bytes as they stand, quotes included. Repeated
// names, lists, deep nesting and anything after the object are refused. value is a slice
// of body.
func scan(body []byte, visit func(path string, value []byte) error) error {
	w := &walker{scanner{body: body, limits: strictLimits}, visit}
	return w.document(func() error { return w.walk("", 1) })
}

func (w *walker) walk(prefix string, depth int) error {
	var names [][]byte
	err := w.object(depth, func(name []byte) error {
		field := clip(string(name[1 : len(name)-1]))
		if bytes.IndexByte(name, '.') >= 0 {
			return unknownField(prefix + field) // it would pass for a member of an object
		}
		for _, earlier := range names {
			if bytes.EqualFold(earlier, name) {
				return fault.Field(prefix+field, "The field %q is given twice.", field)
			}
		}
		names = append(names, name)
		if w.next() == '{' {
			return w.walk(prefix+field+".", depth+1)
		}
		value, err := w.scalar()
		if err != nil {
			return err
		}
		return w.visit(prefix+field, value)
	})
	if err == nil && names == nil && prefix != "" {
		return w.visit(strings.TrimSuffix(prefix, "."), []byte("{}"))
	}
	return err
}

// text reads a JSON string and gives it with its quotes.
func (s *scanner) text() ([]byte, error) {
	start := s.at
	if s.at >= len(s.body) || s.body[s.at] != '"' {
		return nil, notJSON()
	}
	for s.at++; s.at < len(s.body); s.at++ {
		switch b := s.body[s.at]; {
		case b == '"':
			s.at++
			return s.body[start:s.at], nil
		case b == '\\':
			s.at++ // what is escaped is checked where the text is read
		case b < ' ':
			return nil, notJSON()
		}
	}
	return nil, notJSON()
}

// number reads a JSON number, or gives nil.
func (s *scanner) number() []byte {
	start := s.at
	digits := func() bool {
		from := s.at
		for s.at < len(s.body) && s.body[s.at] >= '0' && s.body[s.at] <= '9' {
			s.at++
		}
		return s.at > from
	}
	if s.at < len(s.body) && s.body[s.at] == '-' {
		s.at++
	}
	first := s.at
	if !digits() || (s.body[first] == '0' && s.at > first+1) {
		return nil
	}
	if s.at < len(s.body) && s.body[s.at] == '.' {
		s.at++
		if !digits() {
			return nil
		}
	}
	if s.at < len(s.body) && (s.body[s.at] == 'e' || s.body[s.at] == 'E') {
		s.at++
		if s.at < len(s.body) && (s.body[s.at] == '+' || s.body[s.at] == '-') {
			s.at++
		}
		if !digits() {
			return nil
		}
	}
	return s.body[start:s.at]
}
