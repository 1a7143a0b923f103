// Package id makes the names of things: a prefix that says what it is, then 128 bits in
// lower-case base 32: 48 of the time, as in a UUID of version 7 (RFC 9562), and 80 random
// ones. Ids are unguessable, so one in a URL can act as a capability, and they carry
// nothing about what they name but when it was made. That they grow with time puts new
// ones at the end of an index: put anywhere, four of them to a payment were most of what
// a commit writes.
package id

import (
	"crypto/rand"
	"encoding/base32"
	"encoding/binary"
	"strings"
	"time"
)

// alphabet is Crockford's base 32 in lower case: no i, l, o or u, so an id read
// aloud or copied by hand survives.
const alphabet = "0123456789abcdefghjkmnpqrstvwxyz"

// Length is how many characters follow a prefix: 128 bits, five to a character.
const Length = 26

var encoding = base32.NewEncoding(alphabet).WithPadding(base32.NoPadding)

// Encode writes bytes in the house alphabet.
func Encode(raw []byte) string { return encoding.EncodeToString(raw) }

// Kind is the prefix of an id, with its underscore.
type Kind string

// The kinds of things that have ids.
const (
	Merchant     Kind = "mer_"
	Site         Kind = "site_"
	Session      Kind = "cs_"
	Payment      Kind = "pay_"
	Modification Kind = "mod_"
	Event        Kind = "evt_"
	Endpoint     Kind = "whk_"
	SenseKey     Kind = "sns_"
	Device       Kind = "dev_"
	Request      Kind = "req_"
	Credential   Kind = "key_"
	User         Kind = "usr_"
)

// New makes a fresh id of a kind.
func New(kind Kind) string {
	var b [16]byte
	rand.Read(b[stamped(b[:]):]) // never fails: crypto/rand ends the program instead
	return string(kind) + encoding.EncodeToString(b[:])
}

// stamped writes the time to the front of an id, in unix milliseconds, and gives how many
// bytes that takes.
func stamped(b []byte) int {
	var at [8]byte
	binary.BigEndian.PutUint64(at[:], uint64(time.Now().UnixMilli())<<16)
	return copy(b, at[:6])
}

// Reference makes a name to give to a processor: the time, then 128 random bits.
func Reference() string {
	var b [22]byte
	rand.Read(b[stamped(b[:]):])
	return encoding.EncodeToString(b[:])
}

// Random gives 128 random bits in the house alphabet, without a prefix.
func Random() string {
	var b [16]byte
	rand.Read(b[:]) // never fails: crypto/rand ends the program instead
	return encoding.EncodeToString(b[:])
}

// Valid tells whether text has the exact form of an id of a kind. It says
// nothing about whether the thing exists.
func Valid(kind Kind, text string) bool {
	rest, ok := strings.CutPrefix(text, string(kind))
	return ok && body(rest)
}

func body(text string) bool {
	if len(text) != Length {
		return false
	}
	raw, err := encoding.DecodeString(text)
	// The last character holds three bits of padding; only one spelling is ours.
	return err == nil && encoding.EncodeToString(raw) == text
}
