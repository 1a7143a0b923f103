package wire

import (
	"bytes"
	"strings"

	"github.com/paywicket/paywicket/internal/fault"
)

// Limits of a card body, far above what any dialect sends.
const (
	maxDepth   = 6
	maxMembers = 64
)

// scanner reads JSON in place: it hands out slices of the body and keeps no
// copies, so that wiping the body wipes everything.
type scanner struct {
	body  []byte
	at    int
	visit func(path string, value []byte) error
}

// scan walks a JSON object strictly (RFC 8259) and visits each text, number,
// truth value, null and empty object with its dotted path and its bytes as they stand, quotes
// included. Repeated names, lists, deep nesting and anything after the object are
// refused. value is a slice of body.
func scan(body []byte, visit func(path string, value []byte) error) error {
	s := &scanner{body: body, visit: visit}
	s.space()
	if err := s.object("", 1); err != nil {
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

func (s *scanner) object(prefix string, depth int) error {
	if depth > maxDepth || !s.take('{') {
		return notJSON()
	}
	if s.take('}') {
		if prefix == "" {
			return nil
		}
		return s.visit(strings.TrimSuffix(prefix, "."), []byte("{}"))
	}
	var names [][]byte
	for {
		name, err := s.text()
		if err != nil {
			return err
		}
		for _, earlier := range names {
			if bytes.EqualFold(earlier, name) {
				field := clip(string(name[1 : len(name)-1]))
				return fault.Field(prefix+field, "The field %q is given twice.", field)
			}
		}
		if names = append(names, name); len(names) > maxMembers {
			return fault.New(fault.Malformed, "The body has too many fields.")
		}
		s.space()
		if !s.take(':') {
			return notJSON()
		}
		if err := s.value(prefix+clip(string(name[1:len(name)-1])), depth); err != nil {
			return err
		}
		s.space()
		if s.take('}') {
			return nil
		}
		if !s.take(',') {
			return notJSON()
		}
	}
}

func (s *scanner) value(path string, depth int) error {
	if s.at >= len(s.body) {
		return notJSON()
	}
	switch s.body[s.at] {
	case '{':
		return s.object(path+".", depth+1)
	case '"':
		value, err := s.text()
		if err != nil {
			return err
		}
		return s.visit(path, value)
	}
	for _, word := range []string{"true", "false", "null"} {
		if bytes.HasPrefix(s.body[s.at:], []byte(word)) {
			value := s.body[s.at : s.at+len(word)]
			s.at += len(word)
			return s.visit(path, value)
		}
	}
	value := s.number()
	if value == nil {
		return notJSON()
	}
	return s.visit(path, value)
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
