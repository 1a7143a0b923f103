package risk

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"math/bits"
	"strconv"
	"strings"
	"time"

	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
)

// A puzzle is something for a browser to work out that takes it a moment and us nothing:
// text to which it finds a number so that their SHA-256 begins with so many zero bits. It
// is signed for one session and one attempt of it, so a solution is good once.

// proofLife is how long a puzzle may take.
const proofLife = 5 * time.Minute

// Difficulties, in bits: about 100 ms of a phone, which does some 400,000 a second in plain
// script, and twice as much for each bit more while an attack goes on.
const (
	easy    = 15
	hardest = 19
)

// difficulty is how many bits an attack is worth.
func (h history) difficulty(easy int) int {
	n := easy
	for declines := h.merchantHour.Declines; declines >= 4*attackDeclines && n < hardest; declines /= 4 {
		n++
	}
	return n
}

// puzzle gives a browser something to work out: bits, a dot, and the text.
func (s *Service) puzzle(a Attempt, difficulty int) (string, error) {
	text := binary.BigEndian.AppendUint64(nil, uint64(s.now().UnixMilli()))
	text = append(text, byte(difficulty))
	text = append(text, id.Random()[:8]...)
	signature, err := s.keys.Sign(puzzleMessage(a, text))
	if err != nil {
		return "", err
	}
	return strconv.Itoa(difficulty) + "." + base64.RawURLEncoding.EncodeToString(append(text, signature...)), nil
}

const puzzleBytes = 8 + 1 + 8

func puzzleMessage(a Attempt, text []byte) []byte {
	return bytes.Join([][]byte{[]byte("paywicket puzzle"), []byte(a.Session), []byte(strconv.Itoa(a.Attempts)), text}, []byte{0})
}

// proven checks what a browser worked out: the puzzle, a dot, and a number. One that is
// wrong, of another attempt or too late is as good as none.
func (s *Service) proven(a Attempt) bool {
	puzzle, number, ok := cutLast(a.Proof, ".")
	_, encoded, of := strings.Cut(puzzle, ".")
	raw, err := base64.RawURLEncoding.DecodeString(encoded)
	if !ok || !of || err != nil || len(raw) <= puzzleBytes || len(number) > 20 {
		return false
	}
	text := raw[:puzzleBytes]
	if err := s.keys.CheckSignature(puzzleMessage(a, text), raw[puzzleBytes:]); err != nil {
		return false
	}
	given := time.UnixMilli(int64(binary.BigEndian.Uint64(text)))
	if s.now().Sub(given) > proofLife {
		return false
	}
	sum := sha256.Sum256([]byte(puzzle + "." + number))
	return bits.LeadingZeros64(binary.BigEndian.Uint64(sum[:])) >= int(text[8])
}

func cutLast(text, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(text, sep); i >= 0 {
		return text[:i], text[i+len(sep):], true
	}
	return text, "", false
}

// Unproven is what a shopper's page is told that must work something out first.
type Unproven struct{ Puzzle string }

// Error gives what the page is told in words.
func (u *Unproven) Error() string { return errProof.Error() }

// Unwrap gives it as a fault.
func (u *Unproven) Unwrap() error { return errProof }

var errProof = fault.New(fault.ProofNeeded, "Your browser is asked to do a little work first. It does that by itself.")
