package keyring

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/cloudflare/circl/group"
	"github.com/cloudflare/circl/secretsharing"
	"github.com/tink-crypto/tink-go/v2/aead/subtle"
	"github.com/tink-crypto/tink-go/v2/tink"

	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
)

// A master key can be split among several people, so that no one of them, and nobody
// with the machine's disk, has it. A fresh secret is shared out (Shamir), and the
// master key lies on disk encrypted with it. The file also holds commitments to the
// shares (Feldman), by which a share is known to be right or wrong when it is given,
// and not only when there are enough: one mistyped share does not spoil the others.
// The group is ristretto255 (RFC 9496).

// The most people a key is split among, and the fewest it takes.
const (
	mostShares  = 16
	leastShares = 2
)

var sharing = group.Ristretto255

// shareBytes is a share's number and its value.
const shareBytes = 1 + 32

const sharePrefix = "share-"

// Split is a master key that was split, as its file holds it.
type Split struct {
	Threshold   int      `json:"threshold"` // how many shares it takes
	Shares      int      `json:"shares"`    // how many there are
	Commitments [][]byte `json:"commitments"`
	Wrapped     []byte   `json:"wrapped"` // the master key, encrypted

	mu    sync.Mutex
	given map[byte]secretsharing.Share
}

func splitKey(master []byte, shares, threshold int) (*Split, []string, error) {
	secret := sharing.RandomNonZeroScalar(rand.Reader)
	sharer := secretsharing.New(rand.Reader, uint(threshold-1), secret)
	wrapping, err := wrappingKey(secret)
	if err != nil {
		return nil, nil, err
	}
	s := &Split{Threshold: threshold, Shares: shares}
	if s.Wrapped, err = wrapping.Encrypt(master, s.context()); err != nil {
		return nil, nil, fmt.Errorf("keyring: split: %w", err)
	}
	for _, c := range sharer.CommitSecret() {
		raw, err := c.MarshalBinaryCompress()
		if err != nil {
			return nil, nil, fmt.Errorf("keyring: split: %w", err)
		}
		s.Commitments = append(s.Commitments, raw)
	}
	var out []string
	for i, share := range sharer.Share(uint(shares)) {
		value, err := share.Value.MarshalBinary()
		if err != nil {
			return nil, nil, fmt.Errorf("keyring: split: %w", err)
		}
		out = append(out, sharePrefix+id.Encode(append([]byte{byte(i + 1)}, value...)))
	}
	return s, out, nil
}

// try is an error unless the first and the last shares bring the key back.
func (s *Split) try(master []byte, shares []string) error {
	for _, some := range [][]string{shares[:s.Threshold], shares[len(shares)-s.Threshold:]} {
		again := Split{Threshold: s.Threshold, Shares: s.Shares, Commitments: s.Commitments, Wrapped: s.Wrapped}
		for _, share := range some {
			if err := again.Give(share); err != nil {
				return fmt.Errorf("keyring: split: a share does not fit: %w", err)
			}
		}
		key, err := again.key()
		if err != nil || !bytes.Equal(key, master) {
			return fmt.Errorf("keyring: split: the shares do not bring the key back: %w", err)
		}
		clear(key)
	}
	return nil
}

// Give takes one share in. Giving one twice counts once. Errors: fault.Invalid when it
// is not one of this key's.
func (s *Split) Give(text string) error {
	number, share, err := s.read(text)
	if err != nil {
		return fault.Wrap(err, fault.Invalid, "This is none of the key's shares. Check it and give it again.")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.given == nil {
		s.given = map[byte]secretsharing.Share{}
	}
	s.given[number] = share
	return nil
}

// read reads a share's text and holds it to the commitments.
func (s *Split) read(text string) (number byte, share secretsharing.Share, err error) {
	body, ok := strings.CutPrefix(strings.TrimSpace(text), sharePrefix)
	raw, decoded := id.Decode(body, shareBytes)
	defer clear(raw)
	if !ok || !decoded || raw[0] == 0 || int(raw[0]) > s.Shares {
		return 0, share, errors.New("keyring: not the form of a share")
	}
	share.ID = sharing.NewScalar().SetUint64(uint64(raw[0]))
	share.Value = sharing.NewScalar()
	if err := share.Value.UnmarshalBinary(raw[1:]); err != nil {
		return 0, share, err
	}
	commitment := make(secretsharing.SecretCommitment, len(s.Commitments))
	for i, c := range s.Commitments {
		commitment[i] = sharing.NewElement()
		if err := commitment[i].UnmarshalBinary(c); err != nil {
			return 0, share, err
		}
	}
	if !secretsharing.Verify(uint(s.Threshold-1), share, commitment) {
		return 0, share, errors.New("keyring: not a share of this key")
	}
	return raw[0], share, nil
}

// Given tells how many shares have been given.
func (s *Split) Given() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.given)
}

// Master gives the master key once enough shares have been given, and forgets them.
// Errors: fault.Conflict before.
func (s *Split) Master() (tink.AEAD, error) {
	key, err := s.key()
	if err != nil {
		return nil, err
	}
	defer clear(key)
	return subtle.NewAESGCM(key)
}

func (s *Split) key() ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.given) < s.Threshold {
		return nil, fault.New(fault.Conflict, "It takes %d shares, and %d have been given.", s.Threshold, len(s.given))
	}
	var shares []secretsharing.Share
	for _, share := range s.given {
		shares = append(shares, share)
	}
	secret, err := secretsharing.Recover(uint(s.Threshold-1), shares)
	if err != nil {
		return nil, fmt.Errorf("keyring: join shares: %w", err)
	}
	wrapping, err := wrappingKey(secret)
	if err != nil {
		return nil, err
	}
	key, err := wrapping.Decrypt(s.Wrapped, s.context())
	if err != nil {
		return nil, fmt.Errorf("keyring: the split key's file was changed: %w", err)
	}
	s.given = nil
	return key, nil
}

func (s *Split) context() []byte {
	return fmt.Appendf(nil, "paywicket split master key v1 %d of %d", s.Threshold, s.Shares)
}

func wrappingKey(secret group.Scalar) (tink.AEAD, error) {
	raw, err := secret.MarshalBinary()
	if err != nil {
		return nil, fmt.Errorf("keyring: split: %w", err)
	}
	defer clear(raw)
	input := append(append(make([]byte, 0, 64), "paywicket wrapping key v1 "...), raw...)
	defer clear(input)
	key := sha256.Sum256(input)
	defer clear(key[:])
	return subtle.NewAESGCM(key[:])
}
