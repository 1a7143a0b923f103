//go:build kms

package keyring

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"google.golang.org/api/option"
)

// service is a key service with one AES-256-GCM key: enough of each one's wire for
// the clients, and a record of what it was asked.
type service struct {
	*testing.T
	aead  cipher.AEAD
	asked []string
}

func newService(t *testing.T) *service {
	key := make([]byte, 32)
	rand.Read(key)
	block, err := aes.NewCipher(key)
	if err != nil {
		t.Fatal(err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		t.Fatal(err)
	}
	return &service{T: t, aead: aead}
}

func (s *service) encrypt(plain, context []byte) []byte {
	nonce := make([]byte, s.aead.NonceSize())
	rand.Read(nonce)
	return s.aead.Seal(nonce, nonce, plain, context)
}

func (s *service) decrypt(sealed, context []byte) ([]byte, bool) {
	if len(sealed) < s.aead.NonceSize() {
		return nil, false
	}
	n := s.aead.NonceSize()
	plain, err := s.aead.Open(nil, sealed[:n], sealed[n:], context)
	return plain, err == nil
}

// serve answers JSON with what answer makes of the request's, or 400 for nil.
func (s *service) serve(answer func(r *http.Request, in map[string]any) map[string]any) string {
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var in map[string]any
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
			s.Errorf("%s: %v", r.URL, err)
		}
		s.asked = append(s.asked, r.Method+" "+r.URL.Path+" "+r.Header.Get("X-Amz-Target"))
		out := answer(r, in)
		w.Header().Set("Content-Type", "application/json")
		if out == nil {
			w.WriteHeader(http.StatusBadRequest)
			out = map[string]any{"errors": []string{"no"}, "__type": "InvalidCiphertextException"}
		}
		json.NewEncoder(w).Encode(out)
	}))
	s.Cleanup(front.Close)
	return front.URL
}

func raw(in map[string]any, field string) []byte {
	text, _ := in[field].(string)
	// Google's client writes the alphabet for URLs, which JSON in proto3 allows.
	out, _ := base64.StdEncoding.DecodeString(strings.NewReplacer("-", "+", "_", "/").Replace(text))
	return out
}

func coded(raw []byte) string { return base64.StdEncoding.EncodeToString(raw) }

func TestVaultTransit(t *testing.T) {
	s := newService(t)
	url := s.serve(func(r *http.Request, in map[string]any) map[string]any {
		if r.Header.Get("X-Vault-Token") != "s.test" {
			t.Errorf("token %q", r.Header.Get("X-Vault-Token"))
		}
		context := raw(in, "associated_data")
		if len(context) == 0 {
			t.Error("what is wrapped is not bound to its name")
		}
		switch r.URL.Path {
		case "/v1/transit/encrypt/paywicket":
			return map[string]any{"data": map[string]any{"ciphertext": "vault:v1:" + coded(s.encrypt(raw(in, "plaintext"), context))}}
		case "/v1/transit/decrypt/paywicket":
			sealed, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(in["ciphertext"].(string), "vault:v1:"))
			if plain, ok := s.decrypt(sealed, context); ok {
				return map[string]any{"data": map[string]any{"plaintext": coded(plain)}}
			}
		}
		return nil
	})
	t.Setenv("VAULT_ADDR", url)
	t.Setenv("VAULT_TOKEN", "s.test")
	t.Setenv("VAULT_MAX_RETRIES", "0")
	s.conforms("hcvault://vault.example:8200/transit/keys/paywicket")
}

func TestAWSKMS(t *testing.T) {
	s := newService(t)
	const key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
	url := s.serve(func(r *http.Request, in map[string]any) map[string]any {
		context, err := json.Marshal(in["EncryptionContext"])
		if err != nil || in["EncryptionContext"] == nil {
			t.Error("what is wrapped is not bound to its name")
		}
		if !strings.Contains(r.Header.Get("Authorization"), "/eu-west-1/kms/aws4_request") || in["KeyId"] != key {
			t.Errorf("%v for %v", r.Header.Get("Authorization"), in["KeyId"])
		}
		switch r.Header.Get("X-Amz-Target") {
		case "TrentService.Encrypt":
			return map[string]any{"KeyId": key, "CiphertextBlob": coded(s.encrypt(raw(in, "Plaintext"), context))}
		case "TrentService.Decrypt":
			if plain, ok := s.decrypt(raw(in, "CiphertextBlob"), context); ok {
				return map[string]any{"KeyId": key, "Plaintext": coded(plain)}
			}
		}
		return nil
	})
	for name, value := range map[string]string{"AWS_ENDPOINT_URL_KMS": url, "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_EC2_METADATA_DISABLED": "true", "AWS_MAX_ATTEMPTS": "1"} {
		t.Setenv(name, value)
	}
	s.conforms("aws-kms://" + key)
}

func TestGoogleKMS(t *testing.T) {
	s := newService(t)
	const key = "projects/p/locations/global/keyRings/r/cryptoKeys/paywicket"
	url := s.serve(func(r *http.Request, in map[string]any) map[string]any {
		context := raw(in, "additionalAuthenticatedData")
		if len(context) == 0 {
			t.Error("what is wrapped is not bound to its name")
		}
		switch r.URL.Path {
		case "/v1/" + key + ":encrypt":
			sealed := s.encrypt(raw(in, "plaintext"), context)
			return map[string]any{
				"name": key, "ciphertext": coded(sealed), "ciphertextCrc32c": checksum(sealed),
				"verifiedPlaintextCrc32c": in["plaintextCrc32c"] == checksum(raw(in, "plaintext")), "verifiedAdditionalAuthenticatedDataCrc32c": true,
			}
		case "/v1/" + key + ":decrypt":
			if plain, ok := s.decrypt(raw(in, "ciphertext"), context); ok {
				return map[string]any{"plaintext": coded(plain), "plaintextCrc32c": checksum(plain)}
			}
		}
		return nil
	})
	googleOptions = []option.ClientOption{option.WithEndpoint(url), option.WithoutAuthentication()}
	t.Cleanup(func() { googleOptions = nil })
	s.conforms("gcp-kms://" + key)
}

// checksum is Google's, as its JSON has it.
func checksum(raw []byte) string {
	return fmt.Sprint(crc32.Checksum(raw, crc32.MakeTable(crc32.Castagnoli)))
}

// conforms holds that a ring under the service's key is opened by it again, and by
// no other key, and that a key set does not pass for another.
func (s *service) conforms(uri string) {
	s.Helper()
	open := func(store Store) (*Ring, error) {
		master, err := KMS(context.Background(), uri)
		if err != nil {
			s.Fatal(err)
		}
		return Open(context.Background(), store, master)
	}
	store := keptSets{}
	ring, err := open(store)
	if err != nil {
		s.Fatal(err)
	}
	sealed, err := ring.Seal([]byte("secret"), []byte("row"))
	if err != nil {
		s.Fatal(err)
	}
	again, err := open(store)
	if err != nil {
		s.Fatal(err)
	}
	if plain, err := again.Unseal(sealed, []byte("row")); err != nil || string(plain) != "secret" {
		s.Errorf("after a restart: %q, %v", plain, err)
	}
	asked := len(s.asked)
	if err := again.AddKey(s.Context()); err != nil || len(s.asked) == asked {
		s.Errorf("a key was added without the service: %v", err)
	}
	for i, content := range store {
		for j := range store {
			if i != j && bytes.Equal(content, store[j]) {
				s.Error("two sets are the same")
			}
		}
	}
	store[dataSet], store[signingSet] = store[signingSet], store[dataSet]
	if _, err := open(store); err == nil {
		s.Error("a key set passed for another")
	}
	key := make([]byte, 32)
	rand.Read(key)
	block, _ := aes.NewCipher(key)
	store[dataSet], store[signingSet] = store[signingSet], store[dataSet]
	s.aead, _ = cipher.NewGCM(block)
	if _, err := open(store); err == nil {
		s.Error("another key of the service opened it")
	}
}

// keptSets keeps key sets in memory.
type keptSets map[string][]byte

func (k keptSets) FindKeyset(_ context.Context, name string) ([]byte, error) { return k[name], nil }

func (k keptSets) KeepKeyset(_ context.Context, name string, wrapped []byte) ([]byte, error) {
	k[name] = wrapped
	return wrapped, nil
}

func (k keptSets) ReplaceKeysets(_ context.Context, _, wrapped map[string][]byte) error {
	maps.Copy(k, wrapped)
	return nil
}

func TestOtherKeyServices(t *testing.T) {
	for _, uri := range []string{"", "vault://x", "https://kms.example/key", "azure-kms://x"} {
		if _, err := KMS(t.Context(), uri); err == nil {
			t.Errorf("%q is a key service", uri)
		}
	}
}
