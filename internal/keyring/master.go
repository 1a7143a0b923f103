package keyring

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/tink-crypto/tink-go/v2/aead/subtle"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// Master is a master key, here or in a key service.
type Master = tink.AEAD

// masterBytes is the size of a master key: AES-256.
const masterBytes = 32

// MasterFile reads the master key from a file, or makes both on the first start
// (mode 0600). It refuses a file that others may read.
func MasterFile(path string) (tink.AEAD, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err := makeMaster(path); err != nil {
			return nil, err
		}
		text, err = os.ReadFile(path)
	}
	if err != nil {
		return nil, fmt.Errorf("keyring: master key: %w", err)
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("keyring: master key: %w", err)
	}
	if loose := info.Mode().Perm() & 0o077; loose != 0 {
		return nil, fmt.Errorf("keyring: master key %s can be read by others (mode %04o): run chmod 600 on it", path, info.Mode().Perm())
	}
	defer clear(text)
	master, err := MasterText(string(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return master, nil
}

// MasterText reads a master key from its text: 32 bytes in base64.
func MasterText(text string) (tink.AEAD, error) {
	key, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text))
	if err != nil || len(key) != masterBytes {
		return nil, fmt.Errorf("keyring: the master key is not %d bytes in base64", masterBytes)
	}
	defer clear(key)
	return subtle.NewAESGCM(key)
}

// makeMaster writes a fresh key. Two processes that start at once race for the
// file's creation; the loser reads what the winner wrote.
func makeMaster(path string) error {
	key := make([]byte, masterBytes)
	rand.Read(key)
	text := []byte(base64.StdEncoding.EncodeToString(key) + "\n")
	defer clear(key)
	defer clear(text)
	// A card sealed under a key that a power cut takes away is lost for good: it is on
	// disk before it is used.
	if err := writeOwn(path, text); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}
