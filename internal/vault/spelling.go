package vault

import (
	"crypto/subtle"
	"fmt"

	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
)

// SensePass's tokens have 256 characters, five bits to each: the token's 16 bytes, and
// 144 that follow from them by a key.
const (
	longCharacters = 256
	longBytes      = longCharacters * 5 / 8
)

// LongToken gives SensePass's spelling of a token: 256 characters of the house
// alphabet. Nobody without the key can make one, not even of a known token.
func (s *Service) LongToken(token id.Token) (string, error) {
	expansion, err := s.Keys.Expand(token[:], uint32(longBytes-len(token)))
	if err != nil {
		return "", fmt.Errorf("vault: %w", err)
	}
	return id.Encode(append(token[:], expansion...)), nil
}

// ParseLongToken reads SensePass's spelling, and refuses everything else in a time
// that depends on the length of text alone. Errors: fault.NotFound.
func (s *Service) ParseLongToken(text string) (id.Token, error) {
	var token id.Token
	unknown := fault.New(fault.NotFound, "There is nothing of that id here.")
	if len(text) != longCharacters {
		return token, unknown
	}
	raw, spelled := id.Decode(text, longBytes)
	expansion, err := s.Keys.Expand(raw[:len(token)], uint32(longBytes-len(token)))
	if err != nil {
		return token, fmt.Errorf("vault: %w", err)
	}
	right := subtle.ConstantTimeCompare(expansion, raw[len(token):]) == 1
	token, err = id.TokenOf(raw[:len(token)])
	if !spelled || !right || err != nil {
		return id.Token{}, unknown
	}
	return token, nil
}
