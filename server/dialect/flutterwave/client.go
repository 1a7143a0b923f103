package flutterwave

import (
	"bytes"
	"crypto/des"
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"strings"

	"github.com/paywicket/paywicket/internal/fault"
)

// keyPart is how much of each of its two sources the card key takes.
const keyPart = 12

// keyPrefix is what Flutterwave's own secret keys begin with. It is no part of the card key.
const keyPrefix = "FLWSECK-"

// cardKey is the 3DES key that Flutterwave's clients derive from a secret key: the first
// twelve characters of it without its prefix, and the last twelve of its MD5 in hexadecimal.
// Errors: a secret that is too short to be one.
func cardKey(secret string) ([]byte, error) {
	bare := strings.Replace(secret, keyPrefix, "", 1)
	if len(bare) < keyPart {
		return nil, noAccess
	}
	sum := md5.Sum([]byte(secret))
	digest := hex.EncodeToString(sum[:])
	return []byte(bare[:keyPart] + digest[len(digest)-keyPart:]), nil
}

// unreadable is the one refusal of a client that cannot be decrypted, whatever is wrong with
// it, so that nothing of the plain text is told.
var unreadable = fault.Field("client", "This cannot be decrypted. Encrypt the card with 3DES-ECB under the key of the secret key that is sent, and encode it as base64.")

// decrypt reads the client of a card charge: base64 of its fields in 3DES-ECB with PKCS#7
// padding. The caller clears what it gives; encoded is overwritten.
//
// This cipher is legacy, and hides no pattern: it is here only because Flutterwave's clients
// send it. What protects the card on its way is TLS.
func decrypt(secret string, encoded []byte) ([]byte, error) {
	key, err := cardKey(secret)
	if err != nil {
		return nil, err
	}
	defer clear(key)
	cipher, err := des.NewTripleDESCipher(key)
	if err != nil {
		return nil, unreadable
	}
	encoded = unescaped(encoded)
	plain := make([]byte, base64.StdEncoding.DecodedLen(len(encoded)))
	n, err := base64.StdEncoding.Decode(plain, encoded)
	size := cipher.BlockSize()
	if err != nil || n == 0 || n%size != 0 {
		clear(plain)
		return nil, unreadable
	}
	for at := 0; at < n; at += size {
		cipher.Decrypt(plain[at:at+size], plain[at:at+size])
	}
	pad := int(plain[n-1])
	if pad < 1 || pad > size || !bytes.Equal(plain[n-pad:n], bytes.Repeat([]byte{byte(pad)}, pad)) {
		clear(plain)
		return nil, unreadable
	}
	return plain[:n-pad], nil
}

// unescaped takes out of base64 what JSON's encoders put into it: PHP's escapes slashes, .NET's
// writes + as \u002B and Gson = as \u003d, and some break lines.
func unescaped(text []byte) []byte {
	out := text[:0]
	for at := 0; at < len(text); at++ {
		if text[at] == '\\' && at+1 < len(text) {
			at++
			if text[at] == 'n' || text[at] == 'r' {
				continue
			}
			if text[at] == 'u' && at+4 < len(text) {
				var letter [2]byte
				if _, err := hex.Decode(letter[:], text[at+1:at+5]); err == nil && letter[0] == 0 {
					out, at = append(out, letter[1]), at+4
					continue
				}
			}
		}
		out = append(out, text[at])
	}
	return out
}
