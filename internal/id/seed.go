package id

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
)

// seedKey is under which a context carries a seed.
type seedKey struct{}

// WithSeed gives a context in which In and TokenIn name things by a seed of 128 random
// bits: the same seed gives the same names, so that a request that is done again finds
// what it made.
func WithSeed(ctx context.Context, seed []byte) context.Context {
	return context.WithValue(ctx, seedKey{}, append([]byte(nil), seed...))
}

// derive gives 128 bits for a purpose, or false when the context carries no seed.
func derive(ctx context.Context, purpose string) ([16]byte, bool) {
	seed, ok := ctx.Value(seedKey{}).([]byte)
	if !ok {
		return [16]byte{}, false
	}
	sum := hmac.New(sha256.New, seed)
	sum.Write([]byte(purpose))
	return [16]byte(sum.Sum(nil)), true
}

// In names a thing of a kind. again tells that ctx carries a seed: the thing may be
// there already.
func In(ctx context.Context, kind Kind) (name string, again bool) {
	if raw, ok := derive(ctx, string(kind)); ok {
		return string(kind) + Encode(raw[:]), true
	}
	return New(kind), false
}

// TokenIn names a token. again tells that ctx carries a seed: it may be there already.
func TokenIn(ctx context.Context) (token Token, again bool) {
	raw, ok := derive(ctx, "token")
	if !ok {
		return NewToken(), false
	}
	return Token(raw).formed(), true
}
