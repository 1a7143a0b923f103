package flutterwave

import (
	"crypto/des"
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
)

// keyPart is how much of each of its two sources the card key takes.
const keyPart = 12

// bareKey is a secret key without the part that all have.
func bareKey(secret string) string { return strings.Replace(secret, "FLWSECK-", "", 1) }

// cardKey is the 3DES key that Flutterwave derives from an account's secret key: the first
// twelve characters of it without its prefix, and the last twelve of its MD5 in hexadecimal.
func cardKey(secret string) []byte {
	sum := md5.Sum([]byte(secret))
	digest := hex.EncodeToString(sum[:])
	return []byte(bareKey(secret)[:keyPart] + digest[len(digest)-keyPart:])
}

// encrypt writes the body of a card charge: its fields in 3DES-ECB with PKCS#7 padding, as
// Flutterwave wants it. What protects the card on its way is TLS. plain is wiped.
func encrypt(secret string, plain []byte) ([]byte, error) {
	defer clear(plain[:cap(plain)])
	cipher, err := des.NewTripleDESCipher(cardKey(secret))
	if err != nil {
		return nil, fmt.Errorf("flutterwave: %w", err)
	}
	size := cipher.BlockSize()
	pad := size - len(plain)%size
	for range pad {
		plain = append(plain, byte(pad))
	}
	for at := 0; at < len(plain); at += size {
		cipher.Encrypt(plain[at:at+size], plain[at:at+size])
	}
	const open, end = `{"client":"`, `"}`
	body := make([]byte, len(open)+base64.StdEncoding.EncodedLen(len(plain))+len(end))
	copy(body, open)
	base64.StdEncoding.Encode(body[len(open):], plain)
	copy(body[len(body)-len(end):], end)
	return body, nil
}
