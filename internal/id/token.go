package id

import (
	"crypto/rand"
	"fmt"
	"strings"
)

// tokenPrefix marks the native spelling of a token.
const tokenPrefix = "tok_"

// Token is what a merchant holds instead of a card: the 16 bytes of a random
// UUID (version 4, RFC 9562: 122 random bits), unrelated to any card or other
// id. Each dialect spells the same bytes in its own way; String is the native one.
type Token [16]byte

// NewToken makes a fresh random token.
func NewToken() Token {
	var t Token
	rand.Read(t[:])
	t[6] = t[6]&0x0f | 0x40 // version 4
	t[8] = t[8]&0x3f | 0x80 // variant of RFC 9562
	return t
}

// ParseToken reads the native spelling, tok_ and 26 characters, and refuses
// everything else.
func ParseToken(text string) (Token, error) {
	var t Token
	rest, ok := strings.CutPrefix(text, tokenPrefix)
	if !ok || !body(rest) {
		return t, fmt.Errorf("id: not a token: want %s and %d characters", tokenPrefix, Length)
	}
	raw, _ := encoding.DecodeString(rest)
	copy(t[:], raw)
	if t[6]>>4 != 4 || t[8]>>6 != 2 {
		return Token{}, fmt.Errorf("id: not a token: wrong version bits")
	}
	return t, nil
}

// String gives the native spelling.
func (t Token) String() string { return tokenPrefix + encoding.EncodeToString(t[:]) }

// IsZero tells whether there is no token.
func (t Token) IsZero() bool { return t == Token{} }
