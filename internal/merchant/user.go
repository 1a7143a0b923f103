package merchant

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"github.com/paywicket/paywicket/internal/id"
	"golang.org/x/crypto/argon2"
)

// The cost of a password hash: RFC 9106's second recommended choice (64 MiB,
// three passes, four lanes).
const (
	argonMemory = 64 * 1024 // KiB
	argonPasses = 3
	argonLanes  = 4
)

// User is a person who may sign in to the dashboard.
type User struct {
	ID           string
	Merchant     string
	Email        string
	PasswordHash string // argon2id in the PHC string form
	CreatedAt    time.Time
}

// NewUser makes a user with a fresh random password of 100 bits, which is shown
// once and can be read aloud.
func NewUser(merchant, email string, now time.Time) (user User, password string) {
	text := id.Random()[:20]
	password = strings.Join([]string{text[:5], text[5:10], text[10:15], text[15:]}, "-")
	var salt [16]byte
	rand.Read(salt[:])
	key := argon2.IDKey([]byte(password), salt[:], argonPasses, argonMemory, argonLanes, 32)
	hash := fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonPasses, argonLanes,
		base64.RawStdEncoding.EncodeToString(salt[:]), base64.RawStdEncoding.EncodeToString(key))
	return User{ID: id.New(id.User), Merchant: merchant, Email: email, PasswordHash: hash, CreatedAt: now}, password
}
