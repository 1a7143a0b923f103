package merchant

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"strings"
	"time"

	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
)

// Role is what a credential may be used for.
type Role string

// The roles. The native API knows secret and publishable keys; the rest belong
// to the dialects and are issued with the account.
const (
	Secret       Role = "secret"       // a merchant's server: sk_…
	Publishable  Role = "publishable"  // a merchant's page: pk_…; not a secret
	Application  Role = "application"  // FlexCharge's AppKey and AppSecret
	Tokenization Role = "tokenization" // FlexCharge's environment key, publishable
	Device       Role = "device"       // SensePass's deviceId
	WebMerchant  Role = "web_merchant" // SensePass's apiKey
	KeyPair      Role = "key_pair"     // Ecart Pay's public and private key
)

// prefixes are how a key's text starts; the environment follows.
var prefixes = map[Role]string{
	Secret: "sk", Publishable: "pk", Application: "app", Tokenization: "tk", Device: "dev", WebMerchant: "wm", KeyPair: "kp",
}

// Credential is what is kept of a key.
type Credential struct {
	ID          string // the public part of the key's text, by which it is found
	Merchant    string
	Role        Role
	Environment Environment
	Hash        []byte // SHA-256 of the secret part; empty for keys that are not secret
	CreatedAt   time.Time
	RevokedAt   time.Time // zero while the key is good
}

// Key is a fresh credential with its texts, shown once.
type Key struct {
	Credential
	Public string // the public part
	Secret string // the secret part; empty for keys that are not secret
}

// Text is the whole key in one string: public part, underscore, secret part.
func (k Key) Text() string {
	if k.Secret == "" {
		return k.Public
	}
	return k.Public + "_" + k.Secret
}

var encoding = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// secretBytes is the entropy of a secret: 256 bits, so that a plain SHA-256 of
// it cannot be searched.
const secretBytes = 32

// NewKey makes a credential: "sk_test_" and 26 random characters name it, and 52
// more are the secret.
func NewKey(merchant string, role Role, environment Environment, now time.Time) Key {
	k := Key{Public: prefixes[role] + "_" + string(environment) + "_" + id.Random()}
	k.Credential = Credential{ID: k.Public, Merchant: merchant, Role: role, Environment: environment, CreatedAt: now}
	if role != Publishable && role != Tokenization {
		var secret [secretBytes]byte
		rand.Read(secret[:])
		k.Secret = encoding.EncodeToString(secret[:])
		sum := sha256.Sum256([]byte(k.Secret))
		k.Hash = sum[:]
	}
	return k
}

// SplitKey parts a key's text into its public and its secret part.
func SplitKey(text string) (public, secret string) {
	parts := strings.SplitN(text, "_", 4)
	if len(parts) < 4 {
		return text, ""
	}
	return strings.Join(parts[:3], "_"), parts[3]
}

// Matches tells whether secret is the credential's, in time that does not depend
// on how much of it is right.
func (c Credential) Matches(secret string) bool {
	if len(c.Hash) == 0 {
		return secret == ""
	}
	sum := sha256.Sum256([]byte(secret))
	return subtle.ConstantTimeCompare(sum[:], c.Hash) == 1
}

// Store keeps accounts, sites and credentials.
type Store interface {
	// CreateMerchant keeps an account with its first site and credentials.
	CreateMerchant(ctx context.Context, m Merchant, site Site, credentials []Credential) error
	// FindMerchant gives an account, or fault.NotFound.
	FindMerchant(ctx context.Context, merchant string) (Merchant, error)
	// SetTerms replaces a merchant's fees and processors.
	SetTerms(ctx context.Context, m Merchant) error
	// SetRescue replaces the switches of rescue that are off for a merchant, or for one of
	// its sites when that is named. Errors: fault.NotFound.
	SetRescue(ctx context.Context, merchant, site string, off []Switch, actor string) error
	// FindCredential gives a credential by its public part, or fault.NotFound.
	FindCredential(ctx context.Context, public string) (Credential, error)
	// CreateUser keeps a person who may sign in.
	CreateUser(ctx context.Context, user User) error
	// CreateSite keeps another site.
	CreateSite(ctx context.Context, site Site, actor string) error
	// FindSite gives a site of a merchant, the first one when site is empty, or fault.NotFound.
	FindSite(ctx context.Context, merchant, site string) (Site, error)
	// ListSites gives a merchant's sites, oldest first.
	ListSites(ctx context.Context, merchant string) ([]Site, error)
}

// Service answers who is calling.
type Service struct {
	Store Store
	Now   func() time.Time

	known recent
}

// wrongKey is one answer for unknown, wrong and revoked keys.
var wrongKey = fault.New(fault.Unauthenticated, "This key is not known here. Check that you copied it whole and that it belongs to this server.")

// Find gives a credential by its public part alone, for who has shown in another way that
// it is theirs. Errors: fault.Unauthenticated when it is unknown or revoked.
func (s *Service) Find(ctx context.Context, public string) (Credential, error) {
	c, err := s.find(ctx, public)
	if err != nil && fault.CodeOf(err) == fault.NotFound || err == nil && !c.RevokedAt.IsZero() {
		return Credential{}, wrongKey
	}
	return c, err
}

// Authenticate finds the credential of a key's text. Errors: fault.Unauthenticated.
func (s *Service) Authenticate(ctx context.Context, text string) (Credential, error) {
	public, secret := SplitKey(text)
	c, err := s.find(ctx, public)
	if fault.CodeOf(err) == fault.NotFound && err != nil {
		return Credential{}, wrongKey
	}
	if err != nil {
		return Credential{}, err
	}
	if !c.Matches(secret) || !c.RevokedAt.IsZero() {
		return Credential{}, wrongKey
	}
	return c, nil
}
