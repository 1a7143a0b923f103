package sense

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"time"

	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
)

// A page sends what it saw under a nonce that it was given when it was served: signed for
// its sense key, so that what another page recorded cannot be sent under this key as it
// is; and each page is kept apart, so that what came under it first stays.

// pageLife is how long a page may send what it sees.
const pageLife = 24 * time.Hour

// The parts of a nonce: when it was given, which page it is, and the signature.
const (
	timeBytes = 8
	pageBytes = 10
)

// Place is where the collector runs.
type Place string

// Where it can run.
const (
	Frame  Place = "frame"  // the checkout
	Funnel Place = "funnel" // a page of the merchant's
)

// Keys signs; a keyring.Ring does.
type Keys interface {
	Sign(message []byte) ([]byte, error)
	CheckSignature(message, signature []byte) error
}

// NewPage gives a page its nonce for a sense key.
func (s *Service) NewPage(key string, place Place) (string, error) {
	given := binary.BigEndian.AppendUint64(nil, uint64(s.Now().UnixMilli()))
	given = append(given, id.Random()[:pageBytes]...)
	signature, err := s.Keys.Sign(pageMessage(key, place, given))
	if err != nil {
		return "", err
	}
	return string(place) + "." + base64.RawURLEncoding.EncodeToString(append(given, signature...)), nil
}

// pageMessage is what a nonce's signature is over.
func pageMessage(key string, place Place, given []byte) []byte {
	return bytes.Join([][]byte{[]byte("paywicket sense page"), []byte(key), []byte(place), given}, []byte{0})
}

// page checks a nonce and gives which page it is, and where. Errors: a fault on nonce.
func (s *Service) page(key, nonce string) (string, Place, error) {
	wrong := fault.Field("nonce", "This page was not given this key. Load it again.")
	name, text, _ := bytes.Cut([]byte(nonce), []byte("."))
	place := Place(name)
	raw, err := base64.RawURLEncoding.DecodeString(string(text))
	if err != nil || len(raw) <= timeBytes+pageBytes || (place != Frame && place != Funnel) {
		return "", "", wrong
	}
	given := raw[:timeBytes+pageBytes]
	if err := s.Keys.CheckSignature(pageMessage(key, place, given), raw[len(given):]); err != nil {
		return "", "", wrong
	}
	at := time.UnixMilli(int64(binary.BigEndian.Uint64(given)))
	if s.Now().Sub(at) > pageLife {
		return "", "", fault.Field("nonce", "This page was loaded too long ago. Load it again.")
	}
	return hex.EncodeToString(given[timeBytes:]), place, nil
}
