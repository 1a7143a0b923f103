package id

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"errors"
)

// Token is what a merchant holds instead of a card: the 16 bytes of a random
// UUID (version 4, RFC 9562: 122 random bits), unrelated to any card or other
// id. Each dialect spells the same bytes in its own way; String is the native one.
// (SensePass's needs a key and is package vault's.)
type Token [16]byte

// errNotToken says no more, so that whoever guesses learns nothing from it.
var errNotToken = errors.New("id: not a token")

// NewToken makes a fresh random token.
func NewToken() Token {
	var t Token
	rand.Read(t[:])
	return t.formed()
}

// formed gives bytes the form of a random UUID.
func (t Token) formed() Token {
	t[6] = t[6]&0x0f | 0x40 // version 4
	t[8] = t[8]&0x3f | 0x80 // variant of RFC 9562
	return t
}

// IsZero tells whether there is no token.
func (t Token) IsZero() bool { return t == Token{} }

// wellFormed gives 1 for the bytes of a version 4 UUID.
func (t Token) wellFormed() int {
	return subtle.ConstantTimeByteEq(t[6]&0xf0, 0x40) & subtle.ConstantTimeByteEq(t[8]&0xc0, 0x80)
}

// TokenOf takes a token's 16 bytes from a spelling that holds more than them. It
// refuses those that are no version 4 UUID.
func TokenOf(raw []byte) (Token, error) {
	if len(raw) != len(Token{}) || Token(raw).wellFormed() != 1 {
		return Token{}, errNotToken
	}
	return Token(raw), nil
}

// spelling is how a dialect writes a token: a prefix, the bytes, a suffix.
type spelling struct {
	prefix, suffix string
	alphabet       letters
	bits           int
}

// The spellings that need no key. A UUID's dashes are taken out before.
var (
	native      = spelling{"tok_", "", house, 5}
	uuid        = spelling{"", "", hexadecimal, 4}
	flutterwave = spelling{"flw-t1nf-", "-m03k", hexadecimal, 4}
	ecartPay    = spelling{"ca_", "", hexadecimal, 4}
)

// parse reads one spelling and refuses everything else, in time that depends on
// the length alone.
func (s spelling) parse(text string) (Token, error) {
	var t Token
	if len(text) < len(s.prefix)+len(s.suffix) {
		return t, errNotToken
	}
	end := len(text) - len(s.suffix)
	ok := subtle.ConstantTimeCompare([]byte(text[:len(s.prefix)]), []byte(s.prefix)) &
		subtle.ConstantTimeCompare([]byte(text[end:]), []byte(s.suffix)) &
		decode(t[:], text[len(s.prefix):end], s.alphabet, s.bits)
	if ok&t.wellFormed() != 1 {
		return Token{}, errNotToken
	}
	return t, nil
}

// String gives the native spelling: tok_ and 26 characters.
func (t Token) String() string { return native.prefix + Encode(t[:]) }

// ParseToken reads the native spelling, and refuses everything else.
func ParseToken(text string) (Token, error) { return native.parse(text) }

// Flutterwave gives Flutterwave's spelling: flw-t1nf-, 32 hexadecimal digits, -m03k.
func (t Token) Flutterwave() string {
	return flutterwave.prefix + hex.EncodeToString(t[:]) + flutterwave.suffix
}

// ParseFlutterwave reads Flutterwave's spelling, and refuses everything else.
func ParseFlutterwave(text string) (Token, error) { return flutterwave.parse(text) }

// EcartPay gives Ecart Pay's spelling: ca_ and 32 hexadecimal digits.
func (t Token) EcartPay() string { return ecartPay.prefix + hex.EncodeToString(t[:]) }

// ParseEcartPay reads Ecart Pay's spelling, and refuses everything else.
func ParseEcartPay(text string) (Token, error) { return ecartPay.parse(text) }

// dashes are where a UUID has them.
var dashes = [4]int{8, 13, 18, 23}

// UUID gives FlexCharge's spelling: a UUID in lower case (RFC 9562, section 4).
func (t Token) UUID() string {
	text := hex.EncodeToString(t[:])
	return text[:8] + "-" + text[8:12] + "-" + text[12:16] + "-" + text[16:20] + "-" + text[20:]
}

// ParseUUID reads FlexCharge's spelling, and refuses everything else.
func ParseUUID(text string) (Token, error) {
	if len(text) != 36 {
		return Token{}, errNotToken
	}
	ok, plain := 1, make([]byte, 0, 32)
	from := 0
	for _, at := range dashes {
		ok &= subtle.ConstantTimeByteEq(text[at], '-')
		plain = append(plain, text[from:at]...)
		from = at + 1
	}
	t, err := uuid.parse(string(append(plain, text[from:]...)))
	if ok != 1 || err != nil {
		return Token{}, errNotToken
	}
	return t, nil
}
